"""Credentials, signatures, and the encoding of parameters."""

from concurrent.futures import ThreadPoolExecutor

from checks import invalid, refused, same
from scenario.keys import described, new_key


def temporary_credentials(kms):
    good = kms.as_other("STS.worker", "secret-of-STS.worker", "CAIS-token+of/the=worker")
    key = new_key(good)
    sealed = good.call("Encrypt", KeyId=key, Plaintext="aGVsbG8=", EncryptionContext={"a": "b"})
    back = good.call("Decrypt", CiphertextBlob=sealed["CiphertextBlob"], EncryptionContext={"a": "b"})
    same((back["Plaintext"], back["KeyId"]), ("aGVsbG8=", key), "round trip with an STS token")
    same(described(good, key)["Creator"], "1000000000000021", "Creator")


def temporary_credentials_refused(kms):
    without = kms.as_other("STS.worker", "secret-of-STS.worker")
    refused(400, "MissingSecurityToken", None, without.call, "ListKeys")
    late = kms.as_other("STS.expired", "secret-of-STS.expired", "CAIS-token+of/the=past")
    refused(400, "InvalidSecurityToken.Expired", None, late.call, "ListKeys")
    other = kms.as_other("STS.worker", "secret-of-STS.worker", "CAIS-token+of/the=past")
    refused(400, "InvalidSecurityToken.MismatchWithAccessKey", None, other.call, "ListKeys")
    garbled = kms.as_other("STS.worker", "secret-of-STS.worker", "no such token")
    refused(400, "InvalidSecurityToken.Malformed", None, garbled.call, "ListKeys")
    wrong = kms.as_other("STS.worker", "a wrong secret", "CAIS-token+of/the=worker")
    refused(400, kms.signature_code, None, wrong.call, "ListKeys")


def access_keys_refused(kms):
    unknown = kms.as_other("nobody", "secret-of-nobody")
    refused(404, "InvalidAccessKeyId.NotFound", None, unknown.call, "ListKeys")
    switched_off = kms.as_other("disabled", "secret-of-disabled")
    refused(403, "Forbidden.AccessKey", "This AccessKey is not enabled.", switched_off.call, "ListKeys")


def wrong_secret(kms):
    for action, params in (
        ("ListKeys", {}),
        ("CreateKey", {"Description": "a b+c*d~é/&="}),
    ):
        wrong = kms.as_other(kms.access_key, "a wrong secret")
        refused(400, kms.signature_code, kms.signature_message, wrong.call, action, **params)


def unknown_action_and_version(kms):
    message = "Specified api is not found, please check your url and method."
    refused(404, "InvalidAction.NotFound", message, kms.raw, "MakeCoffee")
    message = "Specified parameter Version is not valid."
    refused(400, "InvalidVersion", message, kms.raw, "ListKeys", version="2016-01-21")


def unknown_parameters_are_ignored(kms):
    answer = kms.raw("ListKeys", query={"PageSize": "1", "Colour": "blue", "OwnerId": "7"})
    same(answer["PageSize"], 1, "PageSize")


def parameters_in_the_body(kms):
    key = kms.raw("CreateKey", query={"ProtectionLevel": "HSM"}, body={"Description": "x y+z*~é&="})["KeyMetadata"]
    same((key["ProtectionLevel"], key["Description"]), ("HSM", "x y+z*~é&="), "what query and body said")


def booleans_in_any_case(kms):
    key = new_key(kms)
    arn = f"acs:kms:{kms.region}:{kms.account}:key/{key}"
    for text, wanted in (("TRUE", "Enabled"), ("False", "Disabled"), ("true", "Enabled"), ("false", "Disabled")):
        kms.raw("SetDeletionProtection", query={"ProtectedResourceArn": arn, "EnableDeletionProtection": text})
        same(described(kms, key)["DeletionProtection"], wanted, f"DeletionProtection after {text}")
    query = {"ProtectedResourceArn": arn, "EnableDeletionProtection": "yes please"}
    invalid("EnableDeletionProtection", kms.raw, "SetDeletionProtection", query=query)


def many_at_once(kms):
    key = new_key(kms)

    def round_trip(number):
        text = f"text {number}"
        blob = kms.call("Encrypt", KeyId=key, Plaintext=text)["CiphertextBlob"]
        return kms.call("Decrypt", CiphertextBlob=blob)["Plaintext"] == text

    with ThreadPoolExecutor(8) as pool:
        same(sum(pool.map(round_trip, range(64))), 64, "round trips that came back")


CHECKS = [
    temporary_credentials,
    temporary_credentials_refused,
    access_keys_refused,
    wrong_secret,
    unknown_action_and_version,
    unknown_parameters_are_ignored,
    parameters_in_the_body,
    booleans_in_any_case,
    many_at_once,
]
