"""Creating and describing keys, their descriptions and their versions."""

import json

from checks import UUID, invalid, matches, missing, near, no_alias, no_key, no_version, same, true

SYMMETRIC = ("Aliyun_AES_256", "Aliyun_AES_128", "Aliyun_AES_192", "Aliyun_SM4")
UNKNOWN = "00000000-0000-4000-8000-000000000000"
# Characters that every layer of encoding treats differently.
AWKWARD = "密钥 é a+b*c~d&e=f/%25'\"(!)#?;:@,<x>\\"


def within_instance(spec):
    """Further parameters of a key of this type: the shorter AES keys need a dedicated instance."""
    return {"DKMSInstanceId": "kst-sdk"} if spec in ("Aliyun_AES_128", "Aliyun_AES_192") else {}


def new_key(kms, **params):
    params |= within_instance(params.get("KeySpec"))
    return kms.call("CreateKey", **params)["KeyMetadata"]["KeyId"]


def described(kms, key):
    return kms.call("DescribeKey", KeyId=key)["KeyMetadata"]


def create_key_by_default(kms):
    answer = kms.call("CreateKey")
    matches(UUID, answer["RequestId"], "RequestId")
    key = answer["KeyMetadata"]
    near(key["CreationDate"], 0, "CreationDate")
    matches(UUID, key["PrimaryKeyVersion"], "PrimaryKeyVersion")
    wanted = {
        "KeyId": key["KeyId"],
        "Arn": f"acs:kms:{kms.region}:{kms.account}:key/{key['KeyId']}",
        "Creator": kms.account,
        "CreationDate": key["CreationDate"],
        "LastRotationDate": key["CreationDate"],
        "PrimaryKeyVersion": key["PrimaryKeyVersion"],
        "Description": "",
        "KeySpec": "Aliyun_AES_256",
        "KeyState": "Enabled",
        "KeyUsage": "ENCRYPT/DECRYPT",
        "Origin": "Aliyun_KMS",
        "ProtectionLevel": "SOFTWARE",
        "AutomaticRotation": "Disabled",
        "DeleteDate": "",
        "MaterialExpireTime": "",
    }
    for name, value in wanted.items():
        same(key.get(name), value, name)
    for name in ("NextRotationDate", "RotationInterval"):
        true(name not in key, f"{name} is returned while rotation is off")
    shown = described(kms, key["KeyId"])
    for name, value in wanted.items():
        same(shown.get(name), value, f"{name} of DescribeKey")
    same(shown.get("DeletionProtection"), "Disabled", "DeletionProtection")


def create_key_with_every_parameter(kms):
    policy = json.dumps({"Version": "1", "Statement": []})
    key = kms.call(
        "CreateKey",
        Description=AWKWARD,
        KeySpec="Aliyun_AES_256",
        KeyUsage="ENCRYPT/DECRYPT",
        Origin="Aliyun_KMS",
        ProtectionLevel="HSM",
        EnableAutomaticRotation=False,
        Tags=json.dumps([{"TagKey": "Project", "TagValue": "blue moon"}]),
        Policy=policy,
    )["KeyMetadata"]
    shown = described(kms, key["KeyId"])
    for of in (key, shown):
        same(of["Description"], AWKWARD, "Description")
        same(of["ProtectionLevel"], "HSM", "ProtectionLevel")
        same(of["KeyState"], "Enabled", "KeyState")
    tags = kms.call("ListResourceTags", KeyId=key["KeyId"])["Tags"]["Tag"]
    same(tags, [{"KeyId": key["KeyId"], "TagKey": "Project", "TagValue": "blue moon"}], "Tags")


def create_key_in_an_instance(kms):
    key = kms.call("CreateKey", DKMSInstanceId="kst-hzz6300000000example")["KeyMetadata"]
    same(key.get("DKMSInstanceId"), "kst-hzz6300000000example", "DKMSInstanceId")
    same(described(kms, key["KeyId"]).get("DKMSInstanceId"), "kst-hzz6300000000example", "DKMSInstanceId")


def create_key_of_every_symmetric_spec(kms):
    for spec in SYMMETRIC:
        key = kms.call("CreateKey", KeySpec=spec, **within_instance(spec))["KeyMetadata"]
        same(key["KeySpec"], spec, "KeySpec")
        same(described(kms, key["KeyId"])["KeySpec"], spec, "KeySpec of DescribeKey")
        sealed = kms.call("Encrypt", KeyId=key["KeyId"], Plaintext="c29tZXRoaW5n")
        opened = kms.call("Decrypt", CiphertextBlob=sealed["CiphertextBlob"])
        same(opened["Plaintext"], "c29tZXRoaW5n", f"Plaintext under {spec}")


def create_key_refuses_wrong_values(kms):
    for name, value in (
        ("KeySpec", "Aliyun_AES_512"),
        ("KeySpec", "aliyun_aes_256"),
        ("KeyUsage", "ENCRYPT"),
        ("Origin", "external"),
        ("ProtectionLevel", "software"),
        ("Description", "x" * 8193),
        ("Tags", "not json"),
    ):
        invalid(name, kms.call, "CreateKey", **{name: value})
    same(kms.call("CreateKey", Description="x" * 8192)["KeyMetadata"]["Description"], "x" * 8192, "Description")


def describe_key_by_id_alias_and_arn(kms):
    key = new_key(kms)
    kms.call("CreateAlias", AliasName="alias/keys/described", KeyId=key)
    arn = f"acs:kms:{kms.region}:{kms.account}:key/{key}"
    for name in (key, "alias/keys/described", arn):
        shown = described(kms, name)
        same(shown["KeyId"], key, f"KeyId by {name}")
        same(shown["Arn"], arn, f"Arn by {name}")


def describe_key_refuses_what_is_not_there(kms):
    no_key(kms.call, "DescribeKey", KeyId=UNKNOWN)
    no_key(kms.call, "DescribeKey", KeyId=f"acs:kms:{kms.region}:{kms.account}:key/{UNKNOWN}")
    no_alias(kms.call, "DescribeKey", KeyId="alias/keys/nowhere")
    missing("KeyId", kms.call, "DescribeKey")
    missing("KeyId", kms.call, "DescribeKey", KeyId="")


def update_key_description(kms):
    key = new_key(kms, Description="first")
    matches(UUID, kms.call("UpdateKeyDescription", KeyId=key, Description=AWKWARD)["RequestId"], "RequestId")
    same(described(kms, key)["Description"], AWKWARD, "Description")
    # An empty description is a value: it replaces the old one.
    kms.call("UpdateKeyDescription", KeyId=key, Description="")
    same(described(kms, key)["Description"], "", "Description")
    missing("Description", kms.call, "UpdateKeyDescription", KeyId=key)
    missing("KeyId", kms.call, "UpdateKeyDescription", Description="x")
    no_key(kms.call, "UpdateKeyDescription", KeyId=UNKNOWN, Description="x")
    invalid("Description", kms.call, "UpdateKeyDescription", KeyId=key, Description="x" * 8193)


def key_versions(kms):
    created = kms.call("CreateKey")["KeyMetadata"]
    key, version = created["KeyId"], created["PrimaryKeyVersion"]
    kms.call("CreateAlias", AliasName="alias/keys/versions", KeyId=key)
    one = {"KeyId": key, "KeyVersionId": version, "CreationDate": created["CreationDate"]}
    for name in (key, "alias/keys/versions"):
        listed = kms.call("ListKeyVersions", KeyId=name)
        same(listed["KeyVersions"]["KeyVersion"], [one], "KeyVersion")
        for field, value in (("TotalCount", 1), ("PageNumber", 1), ("PageSize", 10)):
            same(listed[field], value, field)
        same(kms.call("DescribeKeyVersion", KeyId=name, KeyVersionId=version)["KeyVersion"], one, "KeyVersion")
    beyond = kms.call("ListKeyVersions", KeyId=key, PageNumber=2, PageSize=1)
    same(beyond["KeyVersions"]["KeyVersion"], [], "KeyVersion past the last page")
    same((beyond["TotalCount"], beyond["PageNumber"], beyond["PageSize"]), (1, 2, 1), "paging")


def key_versions_refuse_what_is_not_there(kms):
    key = new_key(kms)
    other = kms.call("CreateKey")["KeyMetadata"]["PrimaryKeyVersion"]
    for version in (UNKNOWN, other):
        no_version(kms.call, "DescribeKeyVersion", KeyId=key, KeyVersionId=version)
    no_key(kms.call, "DescribeKeyVersion", KeyId=UNKNOWN, KeyVersionId=other)
    missing("KeyVersionId", kms.call, "DescribeKeyVersion", KeyId=key)
    missing("KeyId", kms.call, "ListKeyVersions")
    no_key(kms.call, "ListKeyVersions", KeyId=UNKNOWN)
    invalid("PageNumber", kms.call, "ListKeyVersions", KeyId=key, PageNumber=0)


CHECKS = [
    create_key_by_default,
    create_key_with_every_parameter,
    create_key_in_an_instance,
    create_key_of_every_symmetric_spec,
    create_key_refuses_wrong_values,
    describe_key_by_id_alias_and_arn,
    describe_key_refuses_what_is_not_there,
    update_key_description,
    key_versions,
    key_versions_refuse_what_is_not_there,
]
