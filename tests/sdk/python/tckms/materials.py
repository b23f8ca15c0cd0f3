"""Key material that users bring along."""

import base64
import os
import time

from checks import same, true
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from . import described, new_key, refused, text

WRAPPINGS = {
    "RSAES_PKCS1_V1_5": padding.PKCS1v15(),
    "RSAES_OAEP_SHA_1": padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None),
    "RSAES_OAEP_SHA_256": padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None),
}


def length_of(kms, key):
    """The material of the region's cipher: 16 bytes for SM4, 32 for AES-256."""
    return {2: 32, 4: 16}[described(kms, key)["Type"]]


def wrapped(kms, key, material, algorithm="RSAES_OAEP_SHA_256", **params):
    told = kms.call("GetParametersForImport", KeyId=key, WrappingAlgorithm=algorithm, WrappingKeySpec="RSA_2048")
    same(told["KeyId"], key, "KeyId")
    true(abs(told["ParametersValidTo"] - time.time() - 86400) < 60, "ParametersValidTo")
    public = serialization.load_der_public_key(base64.b64decode(told["PublicKey"]))
    sealed = text(public.encrypt(material, WRAPPINGS[algorithm]))
    return {"KeyId": key, "EncryptedKeyMaterial": sealed, "ImportToken": told["ImportToken"], **params}


def imports(kms):
    for algorithm in WRAPPINGS:
        key = new_key(kms, Type=2)
        same((described(kms, key)["KeyState"], described(kms, key)["Origin"]), ("PendingImport", "EXTERNAL"), "key")
        refused("ResourceUnavailable.CmkDisabled", kms.call, "Encrypt", KeyId=key, Plaintext=text(b"a"))
        material = os.urandom(length_of(kms, key))
        kms.call("ImportKeyMaterial", **wrapped(kms, key, material, algorithm))
        same(described(kms, key)["KeyState"], "Enabled", "state")
        blob = kms.call("Encrypt", KeyId=key, Plaintext=text(b"a"))["CiphertextBlob"]
        kms.call("DeleteImportedKeyMaterial", KeyId=key)
        same(described(kms, key)["KeyState"], "PendingImport", "state")
        other = wrapped(kms, key, os.urandom(len(material)))
        refused("InvalidParameterValue.MaterialNotMatch", kms.call, "ImportKeyMaterial", **other)
        kms.call("ImportKeyMaterial", **wrapped(kms, key, material))
        same(kms.call("Decrypt", CiphertextBlob=blob)["Plaintext"], text(b"a"), "Plaintext")


def ends(kms):
    key = new_key(kms, Type=2)
    material, until = os.urandom(length_of(kms, key)), int(time.time()) + 3600
    kms.call("ImportKeyMaterial", **wrapped(kms, key, material, ValidTo=until))
    same(described(kms, key)["ValidTo"], until, "ValidTo")
    kms.call("BindCloudResource", KeyId=key, ProductId="ssm", ResourceId="a")
    same(described(kms, key)["ValidTo"], 0, "ValidTo of a bound key")
    used = "FailedOperation.CmkUsedByCloudProduct"
    refused(used, kms.call, "DeleteImportedKeyMaterial", KeyId=key)


def of_the_regions_length(kms):
    """Mainland regions have SM4, the others AES-256, unless the accounts file says otherwise."""
    usual = (("ap-beijing", 4, 16), ("ap-singapore", 2, 32))
    for region, kind, length in (*usual, ("ap-hongkong", 4, 16), ("ap-chengdu", 2, 32)):
        there = kms.elsewhere(region)
        key = new_key(there, Type=2)
        same(described(there, key)["Type"], kind, f"Type in {region}")
        wrong = wrapped(there, key, os.urandom(48 - length))
        refused("InvalidParameter.DecryptMaterialError", there.call, "ImportKeyMaterial", **wrong)
        there.call("ImportKeyMaterial", **wrapped(there, key, os.urandom(length)))
        blob = there.call("Encrypt", KeyId=key, Plaintext=text(b"a"))["CiphertextBlob"]
        same(there.call("Decrypt", CiphertextBlob=blob)["Plaintext"], text(b"a"), "Plaintext")


def badly(kms):
    key, other = new_key(kms, Type=2), new_key(kms, Type=2)
    length = length_of(kms, key)
    good = wrapped(kms, key, os.urandom(length))
    refused("InvalidParameter", kms.call, "ImportKeyMaterial", **{**good, "KeyId": other})
    refused("InvalidParameter", kms.call, "ImportKeyMaterial", **{**good, "ValidTo": int(time.time()) - 1})
    wrong = wrapped(kms, key, os.urandom(length + 1))
    refused("InvalidParameter.DecryptMaterialError", kms.call, "ImportKeyMaterial", **wrong)
    junk = {**good, "EncryptedKeyMaterial": text(b"x" * 256)}
    refused("InvalidParameter.DecryptMaterialError", kms.call, "ImportKeyMaterial", **junk)
    own = {"KeyId": new_key(kms), "WrappingAlgorithm": "RSAES_OAEP_SHA_1", "WrappingKeySpec": "RSA_2048"}
    refused("UnsupportedOperation.NotExternalCmk", kms.call, "GetParametersForImport", **own)
    refused("UnsupportedOperation.ExternalCmkCanNotRotate", kms.call, "EnableKeyRotation", KeyId=key)
    refused("UnsupportedOperation.RotateNotSupported", kms.call, "RotateKey", KeyId=imported(kms))


def imported(kms):
    key = new_key(kms, Type=2)
    kms.call("ImportKeyMaterial", **wrapped(kms, key, os.urandom(length_of(kms, key))))
    return key


CHECKS = [imports, of_the_regions_length, ends, badly]
