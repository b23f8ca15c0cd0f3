"""Managed secrets, which the service rotates: accounts of databases, access keys of RAM users,
logins of machines. Also random passwords."""

import json
import string

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from checks import invalid, matches, missing, near, no_secret, rejected, same, true, unfit
from scenario.keys import new_key
from scenario.secrets import DESCRIBED, new_secret
from scenario.values import VALUE, staged, value

DAY = 24 * 3600
CLASSES = (string.ascii_lowercase, string.ascii_uppercase, string.digits, string.punctuation)


def accounts(*names):
    return json.dumps({"Accounts": [{"AccountName": name, "AccountPassword": f"{name}'s"} for name in names]})


def database(sub_type="SingleUser", **custom):
    return {"SecretSubType": sub_type, "DBInstanceId": "rm-1", "CustomData": custom}


def new_database(kms, name, *users, sub_type="SingleUser", **params):
    data = {"SecretType": "Rds", "SecretData": accounts(*users), "ExtendedConfig": database(sub_type)}
    return new_secret(kms, name, **{**data, **params})


def rotate(kms, name, version):
    return kms.call("RotateSecret", SecretName=name, VersionId=version)


def account(kms, name, **params):
    told = json.loads(value(kms, name, **params))
    same(list(told), ["AccountName", "AccountPassword"], "fields of an account")
    return told["AccountName"], told["AccountPassword"]


def one_account(kms):
    name = "managed/single"
    made = new_database(kms, name, "app", ExtendedConfig=database(note="hers"), EncryptionKeyId=new_key(kms))
    same((made["SecretType"], made["AutomaticRotation"]), ("Rds", "Disabled"), "SecretType and AutomaticRotation")
    same(json.loads(made["ExtendedConfig"]), database(note="hers"), "ExtendedConfig")
    same(account(kms, name), ("app", "app's"), "account")
    shown = kms.call("DescribeSecret", SecretName=name)
    fields = DESCRIBED | {"EncryptionKeyId", "AutomaticRotation", "ExtendedConfig"}
    same(set(shown), fields, "fields of DescribeSecret")
    rotated = rotate(kms, name, "v2")
    same((rotated["SecretName"], rotated["VersionId"], rotated["Arn"]), (name, "v2", made["Arn"]), "what was rotated")
    user, password = account(kms, name)
    same((user, len(password)), ("app", 32), "account")
    true(all(set(password) & set(each) for each in CLASSES), f"{password} lacks a class of characters")
    same(account(kms, name, VersionStage="ACSPrevious"), ("app", "app's"), "the account before")
    same(staged(kms, name), [("v2", ["ACSCurrent"]), ("v1", ["ACSPrevious"])], "versions")
    # Repeating the request reports that the version exists.
    for version in ("v2", "v1"):
        rotate(kms, name, version)
    same(account(kms, name), (user, password), "account")
    near(kms.call("DescribeSecret", SecretName=name)["LastRotationDate"], 0, "LastRotationDate")


def two_accounts(kms):
    name = "managed/double"
    new_database(kms, name, "app", "twin", sub_type="DoubleUsers")
    seen = {account(kms, name)[1], account(kms, name, VersionStage="ACSPrevious")[1]}
    for version, current, previous in (("v2", "twin", "app"), ("v3", "app", "twin"), ("v4", "twin", "app")):
        rotate(kms, name, version)
        user, password = account(kms, name)
        same((user, account(kms, name, VersionStage="ACSPrevious")[0]), (current, previous), "accounts")
        true(password not in seen, "a password was used before")
        seen.add(password)
    new_database(kms, "managed/lonely", "app", sub_type="DoubleUsers")
    rotate(kms, "managed/lonely", "v2")
    same(account(kms, "managed/lonely")[0], "app_clone", "the account that the service made")


def values_of_managed_secrets(kms):
    name = "managed/value"
    new_database(kms, name, "app")
    rotate(kms, name, "v2")
    told = kms.call("GetSecretValue", SecretName=name)
    fields = VALUE | {"AutomaticRotation", "LastRotationDate"}
    same(set(told), fields, "fields of GetSecretValue")
    told = kms.call("GetSecretValue", SecretName=name, FetchExtendedConfig=True)
    same(set(told), fields | {"ExtendedConfig"}, "fields of GetSecretValue with FetchExtendedConfig")
    same(json.loads(told["ExtendedConfig"]), database(), "ExtendedConfig")
    # Values are not readable by version, and only at two stages.
    same(kms.call("GetSecretValue", SecretName=name, VersionId="v1")["VersionId"], "v2", "VersionId")
    invalid("VersionStage", value, kms, name, VersionStage="mine")


def access_keys(kms):
    keys = [{"AccessKeyId": f"LTAI{name}", "AccessKeySecret": f"{name}'s"} for name in ("one", "two")]
    config = {"SecretSubType": "RamUserAccessKey", "UserName": "ops", "CustomData": {}}
    given = {"SecretType": "RAMCredentials", "SecretData": json.dumps({"AccessKeys": keys}), "ExtendedConfig": config}
    name = new_secret(kms, "$Auto", **given)["SecretName"]
    same(name, "acs/ram/user/ops", "SecretName")
    for stage, key in zip(("ACSCurrent", "ACSPrevious"), keys):
        told = json.loads(value(kms, name, VersionStage=stage))
        near(told.pop("GenerateTimestamp"), 0, "GenerateTimestamp")
        same(told, key, f"access key at {stage}")
    rotate(kms, name, "v2")
    told = json.loads(value(kms, name))
    matches(r"LTAI[A-Za-z0-9]{20}", told["AccessKeyId"], "AccessKeyId")
    matches(r"[A-Za-z0-9]{30}", told["AccessKeySecret"], "AccessKeySecret")
    same(json.loads(value(kms, name, VersionStage="ACSPrevious"))["AccessKeyId"], "LTAIone", "AccessKeyId before")
    invalid("SecretName", new_secret, kms, "acs/ram/user/ops", **given)


def logins(kms):
    config = {"SecretSubType": "Password", "RegionId": "cn-hangzhou", "InstanceId": "i-1", "CustomData": {}}
    data = {"UserName": "root", "Password": "first"}
    given = {"SecretType": "ECS", "SecretData": json.dumps(data), "ExtendedConfig": config}
    invalid("SecretName", new_secret, kms, "managed/login", **given)
    new_secret(kms, "acs/ecs/login", **given)
    same(json.loads(value(kms, "acs/ecs/login")), data, "login")
    rotate(kms, "acs/ecs/login", "v2")
    told = json.loads(value(kms, "acs/ecs/login"))
    same((told["UserName"], len(told["Password"])), ("root", 30), "login")


def ssh_keys(kms):
    config = {"SecretSubType": "SSHKey", "RegionId": "cn-hangzhou", "InstanceId": "i-1", "CustomData": {}}
    public = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH jo"
    private = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"
    data = {"UserName": "root", "PublicKey": public, "PrivateKey": private}
    given = {"SecretType": "ECS", "ExtendedConfig": config}
    invalid("SecretData", new_secret, kms, "acs/ecs/ssh", SecretData=json.dumps({**data, "PublicKey": "x"}), **given)
    new_secret(kms, "acs/ecs/ssh", SecretData=json.dumps(data), **given)
    rotate(kms, "acs/ecs/ssh", "v2")
    told = json.loads(value(kms, "acs/ecs/ssh"))
    pair = load_pem_private_key(told["PrivateKey"].encode(), None)
    true(isinstance(pair, rsa.RSAPrivateKey), "the new key is not one of RSA")
    written = pair.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    same(told["PublicKey"], f"{written} jo", "PublicKey")
    same(told["UserName"], "root", "UserName")


def accounts_that_the_service_makes(kms):
    redis = {
        "SecretSubType": "DoubleUsers",
        "AccountName": "app",
        "CloneAccountName": "app_clone",
        "AccountPrivilege": "RoleReadWrite",
        "InstanceId": "r-1",
        "RegionId": "cn-hangzhou",
    }
    polar = {
        "SecretSubType": "DoubleUsers",
        "RegionId": "cn-hangzhou",
        "DBClusterId": "pc-1",
        "DBType": "MySQL",
        "AccountName": "app",
    }
    for kind, config in (("Redis", redis), ("PolarDB", polar)):
        name = f"managed/{kind}"
        new_secret(kms, name, SecretType=kind, SecretData="$Auto", ExtendedConfig=config)
        users = [account(kms, name, VersionStage=stage)[0] for stage in ("ACSCurrent", "ACSPrevious")]
        same(users, ["app", "app_clone"], "accounts")
        rotate(kms, name, "v2")
        same(account(kms, name)[0], "app_clone", "account")
        given = {"SecretType": kind, "ExtendedConfig": config}
        invalid("SecretData", new_secret, kms, f"{name}-wrong", SecretData=accounts("app"), **given)


def create_managed_secret_refuses(kms):
    for name, wrong in (
        ("SecretData", accounts("app", "twin")),
        ("SecretData", "not json"),
        ("ExtendedConfig", {"SecretSubType": "SingleUser"}),
        ("ExtendedConfig", database("ThreeUsers")),
        ("ExtendedConfig", database(number=1)),
        ("ExtendedConfig", database(**{str(number): "x" for number in range(11)})),
        ("SecretDataType", "binary"),
        ("SecretName", "acs/managed"),
    ):
        given = {"SecretName": "managed/wrong", name: wrong}
        invalid(name, new_database, kms, given.pop("SecretName"), "app", **given)
    given = {"SecretType": "Rds", "SecretData": accounts("app")}
    missing("ExtendedConfig", new_secret, kms, "managed/wrong", **given)
    on = {"EnableAutomaticRotation": True}
    missing("RotationInterval", new_database, kms, "managed/wrong", "app", **on)
    for text in ("5h", "366d", "7", "x"):
        invalid("RotationInterval", new_database, kms, "managed/wrong", "app", RotationInterval=text, **on)
    no_secret(kms.call, "DescribeSecret", SecretName="managed/wrong")


def rotation_policy(kms):
    name = "managed/policy"
    made = new_database(kms, name, "app", EnableAutomaticRotation=True, RotationInterval="6h")
    same((made["AutomaticRotation"], made["RotationInterval"]), ("Enabled", "21600s"), "rotation")
    near(made["NextRotationDate"], DAY / 4, "NextRotationDate")

    def set_policy(**params):
        return kms.call("UpdateSecretRotationPolicy", SecretName=name, **params)

    for text, days in (("7d", 7), ("8760h", 365), ("604800s", 7)):
        same(set_policy(EnableAutomaticRotation=True, RotationInterval=text)["SecretName"], name, "SecretName")
        for action, more in (("DescribeSecret", {}), ("GetSecretValue", {"FetchExtendedConfig": True})):
            shown = kms.call(action, SecretName=name, **more)
            told = (shown["AutomaticRotation"], shown["RotationInterval"])
            same(told, ("Enabled", f"{days * DAY}s"), f"rotation by {action}")
            near(shown["NextRotationDate"], days * DAY, f"NextRotationDate by {action}")
    set_policy(EnableAutomaticRotation=False)
    shown = kms.call("DescribeSecret", SecretName=name)
    same(shown["AutomaticRotation"], "Disabled", "AutomaticRotation")
    for field in ("RotationInterval", "NextRotationDate"):
        true(field not in shown, f"{field} is returned while rotation is off")
    missing("RotationInterval", set_policy, EnableAutomaticRotation=True)
    for text in ("5h", "366d", "21599s", "x"):
        invalid("RotationInterval", set_policy, EnableAutomaticRotation=True, RotationInterval=text)


def what_is_for_others(kms):
    """Managed secrets refuse the actions of generic ones, and the reverse."""
    new_database(kms, "managed/strict", "app")
    new_secret(kms, "managed/generic")
    data = {"SecretData": accounts("app"), "VersionId": "v2"}
    unfit(kms.call, "PutSecretValue", SecretName="managed/strict", **data)
    step = {"VersionStage": "mine", "MoveToVersion": "v1"}
    unfit(kms.call, "UpdateSecretVersionStage", SecretName="managed/strict", **step)
    unfit(rotate, kms, "managed/generic", "v2")
    policy = {"EnableAutomaticRotation": True, "RotationInterval": "7d"}
    unfit(kms.call, "UpdateSecretRotationPolicy", SecretName="managed/generic", **policy)
    for action, params in (("RotateSecret", {"VersionId": "v2"}), ("UpdateSecretRotationPolicy", policy)):
        no_secret(kms.call, action, SecretName="managed/nowhere", **params)
        missing("SecretName", kms.call, action, **params)
    missing("VersionId", kms.call, "RotateSecret", SecretName="managed/strict")


def rotation_needs_the_key(kms):
    key = new_key(kms)
    new_database(kms, "managed/keyed", "app", EncryptionKeyId=key)
    kms.call("DisableKey", KeyId=key)
    rejected("Disabled", rotate, kms, "managed/keyed", "v2")
    kms.call("EnableKey", KeyId=key)
    rotate(kms, "managed/keyed", "v2")


def custom_data(kms):
    name = "managed/custom"
    new_database(kms, name, "app", ExtendedConfig=database(before="x"))
    kms.call("UpdateSecret", SecretName=name, Description="d", **kms.custom_data({"after": "a b"}))
    shown = kms.call("DescribeSecret", SecretName=name)
    same(json.loads(shown["ExtendedConfig"]), database(after="a b"), "ExtendedConfig")
    same(shown["Description"], "d", "Description")
    eleven = {str(number): "x" for number in range(11)}
    for wrong in (eleven, {"number": 1}):
        given = kms.custom_data(wrong)
        invalid("ExtendedConfig.CustomData", kms.call, "UpdateSecret", SecretName=name, **given)


def random_passwords(kms):
    def password(**params):
        return kms.call("GetRandomPassword", **params)["RandomPassword"]

    for params, length, classes in (
        ({}, 32, CLASSES),
        ({"PasswordLength": "8"}, 8, CLASSES),
        ({"PasswordLength": "128", "RequireEachIncludedType": "true"}, 128, CLASSES),
        ({"ExcludePunctuation": "true", "ExcludeNumbers": "true"}, 32, CLASSES[:2]),
        ({"ExcludeLowercase": "true", "ExcludeUppercase": "true"}, 32, CLASSES[2:]),
        ({"ExcludeCharacters": string.ascii_lowercase[1:]}, 32, ("a", *CLASSES[1:])),
    ):
        for _ in range(3):
            drawn = password(**params)
            same(len(drawn), length, f"length for {params}")
            true(not set(drawn) - set("".join(classes)), f"{drawn} has other characters than {params} allows")
            true(all(set(drawn) & set(each) for each in classes), f"{drawn} lacks a class of characters")
    drawn = password(ExcludeCharacters="0123456789", RequireEachIncludedType="false")
    true(not set(drawn) & set(string.digits), f"{drawn} has digits")
    true(password() != password(), "two passwords are the same")


def random_passwords_refuse(kms):
    for length in ("7", "129", "x"):
        invalid("PasswordLength", kms.call, "GetRandomPassword", PasswordLength=length)
    invalid("ExcludeCharacters", kms.call, "GetRandomPassword", ExcludeCharacters="密")
    # A password must have digits, but all are excluded.
    invalid("ExcludeCharacters", kms.call, "GetRandomPassword", ExcludeCharacters=string.digits)
    kinds = ("ExcludeLowercase", "ExcludeUppercase", "ExcludeNumbers", "ExcludePunctuation")
    invalid("ExcludePunctuation", kms.call, "GetRandomPassword", **{kind: "true" for kind in kinds})


CHECKS = [
    one_account,
    two_accounts,
    values_of_managed_secrets,
    access_keys,
    logins,
    ssh_keys,
    accounts_that_the_service_makes,
    create_managed_secret_refuses,
    rotation_policy,
    what_is_for_others,
    rotation_needs_the_key,
    custom_data,
    random_passwords,
    random_passwords_refuse,
]
