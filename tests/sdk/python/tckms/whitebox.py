"""White-box keys."""

import base64
import os

from checks import UUID, matches, same, true

from . import NOBODY, fresh, refused, text

FINGERPRINT = {"Identity": "8cfc4d31-2fa4e1a7c0b3d9-0123456789abcd-fedcba98765432-0011223344556677"}


def new_key(kms, **params):
    return kms.call("CreateWhiteBoxKey", **{"Alias": fresh("box"), "Algorithm": "SM4", **params})


def create_and_describe(kms):
    name = fresh("box")
    made = new_key(kms, Alias=name, Description="a")
    matches(UUID, made["KeyId"], "KeyId")
    true(made["EncryptKey"] != made["DecryptKey"], "the two keys are the same")
    info = kms.call("DescribeWhiteBoxKey", KeyId=made["KeyId"])["KeyInfo"]
    for member in ("KeyId", "EncryptKey", "DecryptKey"):
        same(info[member], made[member], member)
    same((info["Alias"], info["Status"], info["Algorithm"]), (name, "Enabled", "SM4"), "info")
    told = kms.call("DescribeWhiteBoxDecryptKey", KeyId=made["KeyId"])
    same(told["DecryptKey"], made["DecryptKey"], "DecryptKey")
    same(kms.call("DescribeWhiteBoxServiceStatus")["ServiceEnabled"], True, "ServiceEnabled")
    listed = kms.call("DescribeWhiteBoxKeyDetails")
    true(made["KeyId"] in [key["KeyId"] for key in listed["KeyInfos"]], "the key is not listed")
    same(listed["TotalCount"], len(listed["KeyInfos"]), "TotalCount")
    refused("InvalidParameterValue.AliasAlreadyExists", kms.call, "CreateWhiteBoxKey", Alias=name, Algorithm="SM4")
    refused("InvalidParameterValue", kms.call, "CreateWhiteBoxKey", Alias=fresh("box"), Algorithm="DES")


def encrypts(kms):
    for algorithm in ("AES_256", "SM4"):
        key = new_key(kms, Algorithm=algorithm)["KeyId"]
        vector = text(os.urandom(16))
        for length, sealed_length in ((5, 16), (16, 32), (4096, 4112)):
            params = {"KeyId": key, "PlainText": text(b"x" * length), "InitializationVector": vector}
            sealed = kms.call("EncryptByWhiteBox", **params)
            same(sealed["InitializationVector"], vector, "InitializationVector")
            same(len(base64.b64decode(sealed["CipherText"])), sealed_length, "length")
            same(kms.call("EncryptByWhiteBox", **params)["CipherText"], sealed["CipherText"], "the same again")
        drawn = kms.call("EncryptByWhiteBox", KeyId=key, PlainText=text(b"a"))["InitializationVector"]
        same(len(base64.b64decode(drawn)), 16, "length of a vector that was drawn")
    bad = {"KeyId": key, "PlainText": text(b"a"), "InitializationVector": text(b"short")}
    refused("InvalidParameterValue", kms.call, "EncryptByWhiteBox", **bad)


def states(kms):
    keys = [new_key(kms)["KeyId"] for _ in range(2)]
    kms.call("DisableWhiteBoxKeys", KeyIds=keys)
    refused(
        "ResourceUnavailable.KeyDisabled", kms.call, "EncryptByWhiteBox", KeyId=keys[0], PlainText=text(b"a")
    )
    disabled = kms.call("DescribeWhiteBoxKeyDetails", KeyStatus=0)["KeyInfos"]
    true({*keys} <= {key["KeyId"] for key in disabled}, "disabled keys are not listed")
    kms.call("EnableWhiteBoxKeys", KeyIds=keys)
    kms.call("DisableWhiteBoxKey", KeyId=keys[0])
    kms.call("EnableWhiteBoxKey", KeyId=keys[0])
    refused("FailedOperation", kms.call, "DeleteWhiteBoxKey", KeyId=keys[0])
    kms.call("DisableWhiteBoxKey", KeyId=keys[0])
    kms.call("DeleteWhiteBoxKey", KeyId=keys[0])
    refused("ResourceNotFound", kms.call, "DescribeWhiteBoxKey", KeyId=keys[0])
    refused("ResourceNotFound", kms.call, "DescribeWhiteBoxKey", KeyId=NOBODY)
    refused("InvalidParameterValue.DuplicatedKeyId", kms.call, "EnableWhiteBoxKeys", KeyIds=[keys[1]] * 2)
    refused("ResourceNotFound", kms.call, "DisableWhiteBoxKeys", KeyIds=[keys[1], NOBODY])


def fingerprints(kms):
    key = new_key(kms)["KeyId"]
    kms.call("OverwriteWhiteBoxDeviceFingerprints", KeyId=key, DeviceFingerprints=[{**FINGERPRINT, "Description": "a"}])
    listed = kms.call("DescribeWhiteBoxDeviceFingerprints", KeyId=key)["DeviceFingerprints"]
    same(listed, [{**FINGERPRINT, "Description": "a"}], "DeviceFingerprints")
    same(kms.call("DescribeWhiteBoxKey", KeyId=key)["KeyInfo"]["DeviceFingerprintBind"], True, "DeviceFingerprintBind")
    many = [{"Identity": f"{number:08x}" + FINGERPRINT["Identity"][8:]} for number in range(201)]
    limit = "LimitExceeded.FingerprintsLimitExceeded"
    refused(limit, kms.call, "OverwriteWhiteBoxDeviceFingerprints", KeyId=key, DeviceFingerprints=many)
    bad = [{"Identity": "8cfc4d31"}]
    refused("InvalidParameterValue", kms.call, "OverwriteWhiteBoxDeviceFingerprints", KeyId=key, DeviceFingerprints=bad)
    kms.call("OverwriteWhiteBoxDeviceFingerprints", KeyId=key, DeviceFingerprints=[])
    # The types of one SDK leave empty lists out.
    listed = kms.call("DescribeWhiteBoxDeviceFingerprints", KeyId=key)
    same(listed.get("DeviceFingerprints", []), [], "DeviceFingerprints")


CHECKS = [create_and_describe, encrypts, states, fingerprints]
