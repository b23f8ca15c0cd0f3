"""The newer actions of alibabacloud_kms20160120, which the API document does not have."""

import base64
import hashlib
import json
import sys
import time
from urllib.request import Request, urlopen

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates
from cryptography.x509 import load_pem_x509_certificate

from checks import UUID, invalid, matches, missing, near, no_key, no_secret, refused, run, same, true, unsupported
from scenario.keys import new_key
from tea import URL, Kms

OWN_KEY = "python-newer"
ACCOUNT = "1000000000000090"
INSTANCE = "kst-newer"
SEED = {
    "realms": [
        {
            "account": ACCOUNT,
            "region": "cn-hangzhou",
            "instances": [{"id": INSTANCE}],
            "managed_data_keys": [
                {
                    "name": "orders",
                    "versions": [
                        {"id": "xH6OPUmz", "plaintext": base64.b64encode(bytes(range(32))).decode()},
                        {"id": "newest22", "plaintext": base64.b64encode(bytes(32)).decode()},
                    ],
                }
            ],
        }
    ]
}


def control(method, path, body):
    """Calls the control plane for this program's account."""
    request = Request(f"{URL}/_kmsim/{path}?access_key={OWN_KEY}", json.dumps(body).encode(), method=method)
    return json.load(urlopen(request))


def encoded(data):
    return base64.b64encode(data).decode()


def without_id(answer):
    return {name: value for name, value in answer.items() if name != "RequestId"}


def not_found(call, *args, **params):
    return refused(404, "Forbidden.ResourceNotFound", None, call, *args, **params)


def codes_of_messages(kms):
    message = b"The quick brown fox jumps over the lazy dog."
    lengths = {"HMAC_224": 28, "HMAC_256": 32, "HMAC_384": 48, "HMAC_512": 64, "HMAC_SM3": 32}
    for spec, length in lengths.items():
        key = new_key(kms, KeySpec=spec, DKMSInstanceId=INSTANCE)
        algorithm = spec if spec == "HMAC_SM3" else spec.replace("HMAC_", "HMAC_SHA_")
        params = {"KeyId": key, "Algorithm": algorithm, "Message": encoded(message)}
        made = kms.call("GenerateMac", **params)
        same((made["KeyId"], made["Algorithm"]), (key, algorithm), "key and algorithm")
        mac = base64.b64decode(made["Mac"], validate=True)
        same(len(mac), length, "length of the code")
        for tried, valid in ((mac, True), (mac[1:], False), (bytes(length), False)):
            told = kms.call("VerifyMac", **params, Mac=encoded(tried))
            same(without_id(told), {"KeyId": key, "Algorithm": algorithm, "Value": valid}, "VerifyMac")
        invalid("Algorithm", kms.call, "GenerateMac", **{**params, "Algorithm": "HMAC_SHA_1"})
        refused(400, "DryRunOperationError", None, kms.call, "GenerateMac", **params, DryRun="true")
    unsupported(kms.call, "GenerateMac", KeyId=new_key(kms), Algorithm="HMAC_SHA_256", Message="AAAA")


def large_rsa_keys(kms):
    begun = time.monotonic()
    key = new_key(kms, KeySpec="RSA_4096")
    took = time.monotonic() - begun
    true(took < 10, f"an RSA_4096 key took {took:.1f} s, longer than the SDK waits")
    version = kms.call("ListKeyVersions", KeyId=key)["KeyVersions"]["KeyVersion"][0]["KeyVersionId"]
    digest = encoded(hashlib.sha256(b"text").digest())
    params = {"KeyId": key, "KeyVersionId": version, "Algorithm": "RSA_PSS_SHA_256", "Digest": digest}
    signed = kms.call("AsymmetricSign", **params)["Value"]
    same(len(base64.b64decode(signed)), 512, "length of the signature")
    same(kms.call("AsymmetricVerify", **params, Value=signed)["Value"], True, "Value")


def managed_data_keys(kms):
    first = kms.call("GetManagedDataKey", DataKeyName="orders")
    wanted = {
        "DataKeyName": "orders",
        "DataKeyVersionId": "xH6OPUmz",
        "DataKeyVersionName": "kms-datakeyversion!orders!xH6OPUmz",
        "Plaintext": encoded(bytes(range(32))),
    }
    same(without_id(first), wanted, "the first version")
    latest = kms.call("GetManagedDataKey", DataKeyName="orders", UseLatest=True)
    same(latest["DataKeyVersionId"], "newest22", "the newest version")
    chosen = kms.call("GetManagedDataKey", DataKeyName="orders", DataKeyVersionId="newest22")
    same(chosen["Plaintext"], encoded(bytes(32)), "Plaintext")
    added = control("POST", "managed-data-keys", {"name": "orders"})["version"]
    listed = kms.call("ListManagedDataKeyVersions", DataKeyName="orders", PageSize=2, PageNumber=2)
    versions = listed["ManagedDataKeyVersions"]["ManagedDataKeyVersion"]
    same([it["DataKeyVersionId"] for it in versions], [added], "the second page")
    same((listed["TotalCount"], listed["PageNumber"], listed["PageSize"]), (3, 2, 2), "the page")
    no_secret(kms.call, "GetManagedDataKey", DataKeyName="none")


def challenges(kms):
    answer = kms.call("GetChallenge")
    header, claims, _ = answer["ChallengeToken"].split(".")
    decoded = [json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in (header, claims)]
    same(decoded[0], {"alg": "RS384", "typ": "JWT"}, "header")
    same(decoded[1]["nonce"], answer["Nonce"], "nonce")
    same(len(base64.b64decode(answer["Nonce"], validate=True)), 32, "length of the nonce")
    true(240 < decoded[1]["exp"] - time.time() < 360, "the token does not expire in five minutes")


def network_rules(kms):
    name, addresses = "newer-rule", '["10.10.10.10/24","71.71.71.71"]'
    made = kms.call("CreateNetworkRule", Name=name, Type="Private", SourcePrivateIp=addresses, Description="规则")
    wanted = {"Type": "Private", "Description": "规则", "SourcePrivateIp": addresses}
    arn = f"acs:kms:cn-hangzhou:{ACCOUNT}:network/{name}"
    same(without_id(made), {"Arn": arn, "Name": name, **wanted}, "CreateNetworkRule")
    same(without_id(kms.call("DescribeNetworkRule", Name=name)), {"Arn": arn, **wanted}, "DescribeNetworkRule")
    refused(409, "Rejected.ResourceExist", None, kms.call, "CreateNetworkRule", Name=name, Type="Private")
    kms.call("UpdateNetworkRule", Name=name, SourcePrivateIp='["127.0.0.1"]', Description="new")
    told = kms.call("DescribeNetworkRule", Name=name)
    same((told["SourcePrivateIp"], told["Description"]), ('["127.0.0.1"]', "new"), "the rule after a change")
    listed = kms.call("ListNetworkRules", PageSize=100)
    same(listed["NetworkRules"]["NetworkRule"], [{"Name": name, "Type": "Private"}], "ListNetworkRules")
    kms.call("DeleteNetworkRule", Name=name)
    not_found(kms.call, "DescribeNetworkRule", Name=name)


def policies(kms):
    name = "newer-policy"
    permissions = ["RbacPermission/Template/CryptoServiceKeyUser", "RbacPermission/Template/CryptoServiceSecretUser"]
    resources, rules = ["secret/acs/ram/user/x", "key/a*"], '{"NetworkRules":["none"]}'
    texts = {
        "Name": name,
        "Description": "策略",
        "KmsInstance": "shared",
        "Permissions": json.dumps(permissions),
        "Resources": json.dumps(resources),
        "AccessControlRules": rules,
    }
    made = kms.call("CreatePolicy", **texts)
    arn = f"acs:kms:cn-hangzhou:{ACCOUNT}:policy/{name}"
    same((made["Arn"], made["Name"], made["AccessControlRules"]), (arn, name, rules), "CreatePolicy")
    same(json.loads(made["Permissions"]), permissions, "Permissions")
    told = kms.call("DescribePolicy", Name=name)
    same((told["Permissions"], told["Resources"]), (permissions, resources), "what it permits")
    same((told["AccessControlRules"], told["KmsInstance"]), (rules, "shared"), "where it permits")
    kms.call("UpdatePolicy", Name=name, Permissions="[]", Resources='["key/*"]')
    told = kms.call("DescribePolicy", Name=name)
    same((told["Permissions"], told["Resources"], told["Description"]), ([], ["key/*"], "策略"), "after a change")
    same(kms.call("ListPolicies")["Policies"]["Policy"], [{"Name": name}], "ListPolicies")
    kms.call("DeletePolicy", Name=name)
    not_found(kms.call, "DescribePolicy", Name=name)


def application_access_points(kms):
    name, method = "newer-application", "ClientKey"
    made = kms.call(
        "CreateApplicationAccessPoint", Name=name, Policies='["abc", "efg"]', AuthenticationMethod=method, Description="应用"
    )
    wanted = {
        "Arn": f"acs:kms:cn-hangzhou:{ACCOUNT}:applicationaccesspoint/{name}",
        "Name": name,
        "AuthenticationMethod": method,
        "Description": "应用",
        "Policies": '["abc","efg"]',
    }
    same(without_id(made), wanted, "CreateApplicationAccessPoint")
    same(without_id(kms.call("DescribeApplicationAccessPoint", Name=name)), wanted, "DescribeApplicationAccessPoint")
    refused(
        409, "Rejected.ResourceExist", None, kms.call, "CreateApplicationAccessPoint", Name=name, Policies='["abc"]'
    )
    kms.call("UpdateApplicationAccessPoint", Name=name, Policies='["aaa"]', Description="")
    told = kms.call("DescribeApplicationAccessPoint", Name=name)
    same(told["Policies"], '["aaa"]', "Policies after a change")
    listed = kms.call("ListApplicationAccessPoints")["ApplicationAccessPoints"]["ApplicationAccessPoint"]
    same(listed, [{"Name": name, "AuthenticationMethod": method}], "ListApplicationAccessPoints")
    client_keys(kms, name)
    kms.call("DeleteApplicationAccessPoint", Name=name)
    not_found(kms.call, "DescribeApplicationAccessPoint", Name=name)


def client_keys(kms, application):
    dates = {"NotBefore": "2023-09-01T14:11:22Z", "NotAfter": "2099-09-01T14:11:22Z"}
    made = kms.call("CreateClientKey", AapName=application, Password="password-1", **dates)
    key = made["ClientKeyId"]
    matches(r"KAAP\." + UUID.pattern, key, "ClientKeyId")
    same({name: made[name] for name in dates}, dates, "dates")
    same(made["KeyAlgorithm"], "RSA_2048", "KeyAlgorithm")
    container = base64.b64decode(made["PrivateKeyData"], validate=True)
    private, certificate, _ = load_key_and_certificates(container, b"password-1")
    told = kms.call("GetClientKey", ClientKeyId=key)
    same((told["AapName"], told["KeyOrigin"], told["NotAfter"]), (application, "KMS_PROVIDED", dates["NotAfter"]), "key")
    near(told["CreateTime"], 0, "CreateTime")
    public = load_pem_x509_certificate(told["PublicKeyData"].encode()).public_key()
    true(isinstance(public, RSAPublicKey) and public == private.public_key(), "the certificate has another key")
    same(certificate.public_key(), public, "the key of the container's certificate")
    default = kms.call("CreateClientKey", AapName=application, Password="password-2")
    near(default["NotBefore"], 0, "NotBefore")
    listed = kms.call("ListClientKeys", AapName=application)["ClientKeys"]
    same({it["ClientKeyId"] for it in listed}, {key, default["ClientKeyId"]}, "ListClientKeys")
    invalid("Password", kms.call, "CreateClientKey", AapName=application, Password="short")
    not_found(kms.call, "CreateClientKey", AapName="none", Password="password-1")
    for each in (key, default["ClientKeyId"]):
        kms.call("DeleteClientKey", ClientKeyId=each)
    not_found(kms.call, "GetClientKey", ClientKeyId=key)


def instances(kms):
    listed = kms.call("ListKmsInstances")
    arn = f"acs:kms:cn-hangzhou:{ACCOUNT}:keystore/{INSTANCE}"
    same(listed["KmsInstances"]["KmsInstance"], [{"KmsInstanceId": INSTANCE, "KmsInstanceArn": arn}], "ListKmsInstances")
    told = kms.call("GetKmsInstance", KmsInstanceId=INSTANCE)["KmsInstance"]
    same((told["InstanceId"], told["Status"]), (INSTANCE, "Connected"), "instance")
    true(told["CaCertificateChainPem"].startswith("-----BEGIN CERTIFICATE-----"), "the chain is no PEM")
    same(kms.call("GetDefaultKmsInstance")["DefaultKmsInstanceId"], INSTANCE, "DefaultKmsInstanceId")
    quotas = kms.call("GetKmsInstanceQuotaInfos", KmsInstanceId=INSTANCE, ResourceType="key")
    same([it["ResourceType"] for it in quotas["KmsInstanceQuotaInfos"]], ["key"], "quotas")
    bound = [{"VpcId": "vpc-2", "VSwitchId": "vsw-2", "RegionId": "cn-hangzhou", "VpcOwnerId": int(ACCOUNT)}]
    kms.call("UpdateKmsInstanceBindVpc", KmsInstanceId=INSTANCE, BindVpcs=json.dumps(bound))
    told = kms.call("GetKmsInstance", KmsInstanceId=INSTANCE)["KmsInstance"]["BindVpcs"]["BindVpc"]
    same([it["VpcOwnerId"] for it in told], [ACCOUNT], "owners of bound networks")


def an_instance_from_purchase_to_release(kms):
    """Accounts buy instances from another service: here, the control plane makes one."""
    instance = {"KmsInstanceId": "kst-bought"}

    def listed(**filters):
        told = kms.call("ListKmsInstances", **filters)["KmsInstances"]["KmsInstance"]
        return {it["KmsInstanceId"] for it in told}

    def told():
        return kms.call("GetKmsInstance", **instance)["KmsInstance"]

    not_there(kms, **instance)
    bought = {"id": "kst-bought", "status": "Uninitialized", "bound_networks": []}
    same(control("POST", "instances", bought)["id"], "kst-bought", "id")
    shown = told()
    same((shown["Status"], shown["ZoneIds"], shown["VswitchIds"]), ("Uninitialized", [], []), "a new instance")
    same(listed(), {INSTANCE, "kst-bought"}, "ListKmsInstances")
    state_invalid(kms.call, "CreateKey", DKMSInstanceId="kst-bought")

    networks = {"VpcId": "vpc-1", "ZoneIds": "cn-hangzhou-a,cn-hangzhou-b", "VSwitchIds": "vsw-1,vsw-2"}
    good = {**instance, **networks, "KMProvider": "Aliyun"}
    for name in good:
        missing(name, kms.call, "ConnectKmsInstance", **{it: good[it] for it in good if it != name})
    for name, value in (("KMProvider", "Other"), ("ZoneIds", "a,a"), ("VSwitchIds", "vsw-1,"), ("VpcId", "a b")):
        invalid(name, kms.call, "ConnectKmsInstance", **{**good, name: value})
    same(without_id(kms.call("ConnectKmsInstance", **good)), {}, "ConnectKmsInstance")
    shown = told()
    same((shown["Status"], shown["VpcId"]), ("Connected", "vpc-1"), "an instance with a network")
    same(shown["ZoneIds"], ["cn-hangzhou-a", "cn-hangzhou-b"], "ZoneIds")
    same(shown["VswitchIds"], ["vsw-1", "vsw-2"], "VswitchIds")
    state_invalid(kms.call, "ConnectKmsInstance", **good)
    key = new_key(kms, DKMSInstanceId="kst-bought")

    # The SDK has no method for this action, which Terraform calls.
    def renamed(**params):
        return kms.raw("UpdateKmsInstance", query={**instance, **params})

    same(without_id(renamed(InstanceName="mine")), {}, "UpdateKmsInstance")
    same(told()["InstanceName"], "mine", "InstanceName")
    for name, instances in (("mine", {"kst-bought"}), ("none", set())):
        filters = json.dumps([{"Key": "InstanceName", "Values": [name]}])
        same(listed(Filters=filters), instances, f"instances with the name {name}")
    missing("InstanceName", renamed)
    invalid("InstanceName", renamed, InstanceName="n" * 129)

    protecting = {**instance, "EnableDeletionProtection": True, "DeletionProtectionDescription": "in use"}
    kms.call("SetDeletionProtection", **protecting)
    shown = told()
    same((shown["DeletionProtection"], shown["DeletionProtectionDescription"]), (True, "in use"), "protection")
    forced = {**instance, "ForceDeleteWithoutBackup": "true"}
    is_protected = (400, "Rejected.UnsupportedOperation", "Unsupported operation.")
    refused(*is_protected, kms.call, "ReleaseKmsInstance", **forced)
    kms.call("SetDeletionProtection", **{**protecting, "EnableDeletionProtection": False})
    without_backup = (403, "Forbidden.NoBackup", "this kms instance no backup, forbidden delete.")
    refused(*without_backup, kms.call, "ReleaseKmsInstance", **instance)
    invalid("ForceDeleteWithoutBackup", kms.call, "ReleaseKmsInstance", **instance, ForceDeleteWithoutBackup="maybe")
    missing("KmsInstanceId", kms.call, "ReleaseKmsInstance")
    same(without_id(kms.call("ReleaseKmsInstance", **forced)), {}, "ReleaseKmsInstance")
    not_there(kms, **instance)
    same(listed(), {INSTANCE}, "ListKmsInstances")
    no_key(kms.call, "DescribeKey", KeyId=key)


def state_invalid(call, *args, **params):
    return refused(403, "Forbidden.DKMSInstanceStateInvalid", None, call, *args, **params)


def not_there(kms, **instance):
    """Every action refuses an instance that does not exist, except the one that tells."""
    same(kms.call("GetKmsInstance", **instance)["KmsInstance"], {"InstanceId": ""}, "no instance")
    networks = {"VpcId": "v", "ZoneIds": "a,b", "VSwitchIds": "s", "KMProvider": "Aliyun"}
    unknown = (403, "Forbidden.DKMSInstanceNotFound", "The specified DKMS Instance is not found.")
    for action, params in (
        ("GetKmsInstanceQuotaInfos", {}),
        ("ConnectKmsInstance", networks),
        ("UpdateKmsInstanceBindVpc", {"BindVpcs": "[]"}),
        ("ReleaseKmsInstance", {}),
        ("SetDeletionProtection", {"EnableDeletionProtection": True}),
    ):
        refused(*unknown, kms.call, action, **instance, **params)
    refused(*unknown, kms.raw, "UpdateKmsInstance", query={**instance, "InstanceName": "mine"})


CHECKS = [
    codes_of_messages,
    large_rsa_keys,
    managed_data_keys,
    challenges,
    network_rules,
    policies,
    application_access_points,
    instances,
    an_instance_from_purchase_to_release,
]


def main():
    control("PUT", "state", SEED)
    kms = Kms("acs3", OWN_KEY, f"secret-of-{OWN_KEY}")
    return run(kms, CHECKS)


if __name__ == "__main__":
    sys.exit(main())
