"""Data keys, and pairs of data keys."""

import base64
import hashlib

from checks import matches, same, true
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_der_public_key

from . import new_key, refused, text


def makes(kms):
    key = new_key(kms)
    for params, bits in (({}, 256), ({"datakey_length": "512"}, 512), ({"key_spec": "AES_128"}, 128)):
        told = kms.call("CreateDatakey", key_id=key, **params)
        same(told["key_id"], key, "key_id")
        matches(rf"[0-9A-F]{{{bits // 4}}}", told["plain_text"], "plain_text")
        matches(r"[0-9A-F]+", told["cipher_text"], "cipher_text")
        opens(kms, key, told["cipher_text"], told["plain_text"])
        sealed = kms.call("CreateDatakeyWithoutPlaintext", key_id=key, **params)
        same(sorted(sealed), ["cipher_text", "key_id"], "members")
    for action in ("CreateDatakey", "CreateDatakeyWithoutPlaintext"):
        for code, params in (
            ("KMS.1901", {"datakey_length": "0"}),
            ("KMS.1901", {"datakey_length": "8200"}),
            ("KMS.1903", {"datakey_length": "9"}),
            ("KMS.1902", {"key_spec": "AES_512"}),
            ("KMS.0340", {"pin": "pin"}),
        ):
            refused(code, kms.call, action, key_id=key, **params)


def opens(kms, key, sealed, plain, **params):
    size = len(plain) // 2
    told = kms.call("DecryptDatakey", key_id=key, cipher_text=sealed, datakey_cipher_length=str(size), **params)
    same((told["data_key"], told["datakey_length"]), (plain, str(size)), "data key")
    digest = hashlib.sha256(bytes.fromhex(plain)).hexdigest().upper()
    same(told["datakey_dgst"], digest, "datakey_dgst")


def seals(kms):
    key, data_key = new_key(kms), "ab" * 32
    digest = hashlib.sha256(bytes.fromhex(data_key)).hexdigest()
    told = kms.call("EncryptDatakey", key_id=key, plain_text=data_key + digest, datakey_plain_length="32")
    same((told["key_id"], told["datakey_length"]), (key, "32"), "answer")
    opens(kms, key, told["cipher_text"], data_key.upper())
    for code, params in (
        ("KMS.2103", {"plain_text": data_key + "00" * 32, "datakey_plain_length": "32"}),
        ("KMS.2101", {"plain_text": "text", "datakey_plain_length": "32"}),
        ("KMS.2102", {"plain_text": data_key + digest, "datakey_plain_length": "1025"}),
        ("KMS.2104", {"plain_text": data_key + digest, "datakey_plain_length": "16"}),
    ):
        refused(code, kms.call, "EncryptDatakey", key_id=key, **params)


def opens_badly(kms):
    key = new_key(kms)
    sealed = kms.call("CreateDatakey", key_id=key, additional_authenticated_data="a")["cipher_text"]
    for code, params in (
        ("KMS.2201", {"key_id": key}),
        ("KMS.2201", {"key_id": new_key(kms), "additional_authenticated_data": "a"}),
        ("KMS.2204", {"key_id": key, "additional_authenticated_data": "a", "datakey_cipher_length": "16"}),
        ("KMS.2202", {"key_id": key, "additional_authenticated_data": "a", "datakey_cipher_length": "0"}),
    ):
        params = {"datakey_cipher_length": "32", **params}
        refused(code, kms.call, "DecryptDatakey", cipher_text=sealed, **params)
    refused("KMS.2201", kms.call, "DecryptDatakey", key_id=key, cipher_text="!", datakey_cipher_length="32")


def re_encrypts(kms):
    old, new = new_key(kms), new_key(kms)
    made = kms.call("CreateDatakey", key_id=old)
    length = {"datakey_cipher_length": "32"}
    told = kms.call(
        "ReEncrypt", source_key_id=old, cipher_text=made["cipher_text"], destination_key_id=new, **length
    )
    opens(kms, new, told["cipher_text"], made["plain_text"])


def pairs(kms):
    key = new_key(kms)
    for action, spec, kind in (
        ("CreateRsaDatakeyPair", "RSA_2048", rsa.RSAPrivateKey),
        ("CreateRsaDatakeyPair", "RSA_3072", rsa.RSAPrivateKey),
        ("CreateEcDatakeyPair", "ECC_NIST_P256", ec.EllipticCurvePrivateKey),
        ("CreateEcDatakeyPair", "ECC_NIST_P384", ec.EllipticCurvePrivateKey),
        ("CreateEcDatakeyPair", "ECC_SECG_P256K1", ec.EllipticCurvePrivateKey),
    ):
        told = kms.call(action, key_id=key, key_spec=spec)
        same((told["key_id"], told["key_spec"]), (key, spec), "answer")
        private = load_der_private_key(base64.b64decode(told["private_key_plain_text"]), None)
        true(isinstance(private, kind), f"the key of {spec} is {private}")
        public = load_der_public_key(base64.b64decode(told["public_key"]))
        same(private.public_key().public_numbers() == public.public_numbers(), True, "pair")
        opened = kms.call("DecryptData", cipher_text=told["private_key_cipher_text"])
        same(opened["plain_text_base64"], told["private_key_plain_text"], "private key")
        told = kms.call(action, key_id=key, key_spec=spec, with_plain_text=False)
        same(told.get("private_key_plain_text"), None, "private_key_plain_text")
        refused("KMS.0308", kms.call, action, key_id=key, key_spec="AES_256")


def capsules(kms):
    """Making one is served. Opening one needs an enclave's attestation, and there are no enclaves."""
    key = new_key(kms)
    made = kms.call("CreateDatakeyCapsule", key_id=key, datakey_length="256")
    same(made["key_id"], key, "key_id")
    given = {"key_id": key, "datakey_capsule": made["datakey_capsule"]}
    for code, document in (("KMS.3804", {}), ("KMS.3806", {"ecs_signature": text(b"signature")})):
        refused(code, kms.call, "DecryptDatakeyCapsule", **given, attestation_document=document)
    refused("KMS.0340", kms.call, "CreatePin")


CHECKS = [makes, seals, opens_badly, re_encrypts, pairs, capsules]
