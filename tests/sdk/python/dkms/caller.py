"""Who may call, what with, and where from."""

import json

from alibabacloud_kms20160120 import models

from checks import true

from . import refused, text
from .client import INSTANCE, OTHER_INSTANCE, PERMISSIONS, URL

TEXT = text(b"a text")
HOST = "{}.cryptoservice.kms.aliyuncs.com"


def may_use(kms, key):
    kms.call("Encrypt", KeyId=key, Plaintext=TEXT)


def forbidden(kms, key):
    refused(403, "Forbidden.NoPermission", "forbidden by permission system", may_use, kms, key)


def policies_decide(kms):
    may_use(kms, "key-aes")
    may_use(kms, "key-other")
    forbidden(kms, "forbidden")
    for api, more in (
        ("AdvanceEncrypt", {"Plaintext": TEXT}),
        ("GenerateDataKey", {}),
        ("AdvanceGenerateDataKey", {}),
        ("GenerateDataKeyPair", {"KeyPairSpec": "EC_P256"}),
        ("GetPublicKey", {}),
        ("Sign", {"Message": TEXT}),
        ("Verify", {"Message": TEXT, "Signature": TEXT}),
        ("Hmac", {"Message": TEXT}),
    ):
        refused(403, "Forbidden.NoPermission", "permission", kms.call, api, KeyId="forbidden", **more)


def unauthorized(kms):
    refused(401, "Unauthorized", "client key", may_use, kms, "key-aes")


def client_keys(kms):
    other = kms.new_client_key()
    may_use(kms.but(**other), "key-aes")
    content = json.loads(other["clientKeyContent"])
    mixed = {**json.loads(kms.config["clientKeyContent"]), "KeyId": content["KeyId"]}
    swapped = kms.but(clientKeyContent=json.dumps(mixed))
    refused(401, "SignatureNotMatch", "Signature is not matched.", may_use, swapped, "key-aes")
    mixed["KeyId"] = "KAAP.00000000-0000-4000-8000-000000000000"
    unauthorized(kms.but(clientKeyContent=json.dumps(mixed)))
    kms.account.delete_client_key(models.DeleteClientKeyRequest(client_key_id=content["KeyId"]))
    unauthorized(kms.but(**other))


def validity(kms):
    for begin, end in (("2020-01-01", "2021-01-01"), ("2090-01-01", "2091-01-01")):
        dates = {"not_before": f"{begin}T00:00:00Z", "not_after": f"{end}T00:00:00Z"}
        key = kms.new_client_key(**dates)
        unauthorized(kms.but(**key))
        content = json.loads(key["clientKeyContent"])
        kms.account.delete_client_key(models.DeleteClientKeyRequest(client_key_id=content["KeyId"]))


def network_rules_decide(kms):
    def restricted(addresses):
        return models.UpdateNetworkRuleRequest(name="place", source_private_ip=json.dumps(addresses))

    account = kms.account
    elsewhere = json.dumps(["203.0.113.0/24"])
    account.create_network_rule(
        models.CreateNetworkRuleRequest(name="place", type="Private", source_private_ip=elsewhere)
    )
    account.create_policy(
        models.CreatePolicyRequest(
            name="from-a-place",
            kms_instance=INSTANCE,
            permissions=json.dumps(PERMISSIONS),
            resources=json.dumps(["key/*"]),
            access_control_rules=json.dumps({"NetworkRules": ["place"]}),
        )
    )
    account.create_application_access_point(
        models.CreateApplicationAccessPointRequest(name="placed", policies=json.dumps(["from-a-place"]))
    )
    placed = kms.but(**kms.new_client_key("placed"))
    forbidden(placed, "key-aes")
    account.update_network_rule(restricted(["127.0.0.0/8", "::1"]))
    may_use(placed, "key-aes")
    forbidden(placed, "key-other")


CHECKS = [policies_decide, client_keys, validity, network_rules_decide]


def hosts_name_instances(kms):
    """By the instance's own name, as applications do."""
    here, there = (kms.but(endpoint=HOST.format(instance)) for instance in (INSTANCE, OTHER_INSTANCE))
    may_use(here, "key-aes")
    forbidden(here, "key-other")
    may_use(there, "key-other")
    forbidden(there, "key-aes")


def hosts_behind_a_proxy(kms):
    """The same, with kmsim as the HTTP proxy."""
    hosts_name_instances(kms.but(httpProxy=URL))


CHECKS_WITHOUT_TLS = [hosts_behind_a_proxy]


def trusts_nobody(kms):
    try:
        may_use(kms.but(caFilePath=None), "key-aes")
    except Exception as problem:  # each client has its own
        true("certificate" in str(problem).lower(), f"failed by {problem!r}")
        return
    raise AssertionError("the client trusts an unknown authority")


def authorities_are_checked(kms):
    # At another name of the server: clients remember what they trust at a name.
    trusts_nobody(kms.but(endpoint=kms.config["endpoint"].replace("localhost", "127.0.0.1")))


CHECKS_WITH_TLS = [authorities_are_checked]
