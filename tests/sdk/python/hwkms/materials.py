"""Key material that users bring along."""

import base64
import os
import time

import sm2
from checks import same, true
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from . import described, new_key, refused, state, text

OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)


def wrapped(kms, key, material, algorithm="RSAES_OAEP_SHA_256", **params):
    told = kms.call("CreateParametersForImport", key_id=key, wrapping_algorithm=algorithm)
    same(told["key_id"], key, "key_id")
    same(type(told["expiration_time"]), int, "type of expiration_time")
    true(abs(told["expiration_time"] - time.time() - 86400) < 60, "expiration_time is not a day from now in seconds")
    public = base64.b64decode(told["public_key"])
    if algorithm == "SM2_ENCRYPT":
        sealed = sm2.encrypt(public, material)
    else:
        sealed = serialization.load_der_public_key(public).encrypt(material, OAEP)
    return {"key_id": key, "encrypted_key_material": text(sealed), "import_token": told["import_token"], **params}


def imports(kms):
    for algorithm in ("RSAES_OAEP_SHA_256", "SM2_ENCRYPT"):
        key = new_key(kms, origin="external")
        shown = described(kms, key)
        same((shown["key_state"], shown["origin"]), ("5", "external"), "key")
        refused("KMS.1301", kms.call, "EncryptData", key_id=key, plain_text="a")
        material = os.urandom(32)
        kms.call("ImportKeyMaterial", **wrapped(kms, key, material, algorithm))
        same(state(kms, key), "2", "state")
        blob = kms.call("EncryptData", key_id=key, plain_text="a")["cipher_text"]
        refused("KMS.0310", kms.call, "CreateParametersForImport", key_id=key, wrapping_algorithm=algorithm)
        kms.call("DeleteImportedKeyMaterial", key_id=key)
        same(state(kms, key), "5", "state")
        refused("KMS.2606", kms.call, "ImportKeyMaterial", **wrapped(kms, key, os.urandom(32), algorithm))
        kms.call("ImportKeyMaterial", **wrapped(kms, key, material, algorithm))
        same(kms.call("DecryptData", cipher_text=blob)["plain_text"], "a", "plain_text")


def ends(kms):
    """The end of the material is a number or a text in seconds; the key shows it in milliseconds."""
    for convert in (int, str):
        key, until = new_key(kms, origin="external"), int(time.time()) + 3600
        kms.call("ImportKeyMaterial", **wrapped(kms, key, os.urandom(32), expiration_time=convert(until)))
        same(described(kms, key)["expiration_time"], str(until * 1000), "expiration_time")
    key = new_key(kms, origin="external")
    refused("KMS.2602", kms.call, "ImportKeyMaterial", **wrapped(kms, key, os.urandom(32), expiration_time=1))


def badly(kms):
    key, other = new_key(kms, origin="external"), new_key(kms, origin="external")
    good = wrapped(kms, key, os.urandom(32))
    for code, params in (
        ("KMS.2603", {"key_id": other}),
        ("KMS.2605", {"import_token": text(os.urandom(200))}),
        ("KMS.0311", {"encrypted_key_material": text(os.urandom(256))}),
    ):
        refused(code, kms.call, "ImportKeyMaterial", **{**good, **params})
    refused("KMS.2604", kms.call, "ImportKeyMaterial", **wrapped(kms, key, os.urandom(16)))
    own = new_key(kms)
    refused("KMS.0309", kms.call, "CreateParametersForImport", key_id=own, wrapping_algorithm="RSAES_OAEP_SHA_256")
    refused("KMS.0309", kms.call, "ImportKeyMaterial", **{**good, "key_id": own})
    refused("KMS.0309", kms.call, "DeleteImportedKeyMaterial", key_id=own)
    refused("KMS.2701", kms.call, "DeleteImportedKeyMaterial", key_id=key)
    refused("KMS.0312", kms.call, "EnableKeyRotation", key_id=key)


CHECKS = [imports, ends, badly]
