"""Encrypting and decrypting data."""

import base64

from checks import matches, same

from . import NOBODY, new_key, refused


def round_trips(kms):
    for spec in ("AES_256", "SM4"):
        key = new_key(kms, key_spec=spec)
        for plain in ("a", "明文 é\n", "12345678" * 512):
            told = kms.call("EncryptData", key_id=key, plain_text=plain)
            same(told["key_id"], key, "key_id")
            matches(r"[0-9a-zA-Z+/=]{188,5648}", told["cipher_text"], "cipher_text")
            opened = kms.call("DecryptData", cipher_text=told["cipher_text"])
            same((opened["key_id"], opened["plain_text"]), (key, plain), "opened")
            same(base64.b64decode(opened["plain_text_base64"]).decode(), plain, "plain_text_base64")


def by_the_algorithm(kms):
    """As sops asks."""
    key, algorithm = new_key(kms), "SYMMETRIC_DEFAULT"
    blob = kms.call("EncryptData", key_id=key, plain_text="a", encryption_algorithm=algorithm)["cipher_text"]
    told = kms.call("DecryptData", key_id=key, cipher_text=blob, encryption_algorithm=algorithm)
    same(told["plain_text"], "a", "plain_text")
    refused("KMS.2105", kms.call, "EncryptData", key_id=key, plain_text="a", encryption_algorithm="RSAES_OAEP_SHA_256")


def contexts(kms):
    key, context = new_key(kms), {"tenant": "é", "b": "2"}
    blob = kms.call("EncryptData", key_id=key, plain_text="a", encryption_context=context)["cipher_text"]
    other_order = dict(reversed(context.items()))
    same(kms.call("DecryptData", cipher_text=blob, encryption_context=other_order)["plain_text"], "a", "plain_text")
    for wrong in ({"encryption_context": {"tenant": "x"}}, {}, {"additional_authenticated_data": "a"}):
        refused("KMS.2201", kms.call, "DecryptData", cipher_text=blob, **wrong)
    refused("KMS.0208", kms.call, "EncryptData", key_id=key, plain_text="a", encryption_context="text")
    aad = {"additional_authenticated_data": "é" * 64}
    blob = kms.call("EncryptData", key_id=key, plain_text="a", **aad)["cipher_text"]
    same(kms.call("DecryptData", cipher_text=blob, **aad)["plain_text"], "a", "plain_text")
    refused("KMS.2201", kms.call, "DecryptData", cipher_text=blob)
    too_long = {"additional_authenticated_data": "a" * 129}
    refused("KMS.0308", kms.call, "EncryptData", key_id=key, plain_text="a", **too_long)


def badly(kms):
    key = new_key(kms)
    refused("KMS.2101", kms.call, "EncryptData", key_id=key, plain_text="p" * 4097)
    refused("KMS.0207", kms.call, "EncryptData", key_id=NOBODY, plain_text="a")
    blob = kms.call("EncryptData", key_id=key, plain_text="a")["cipher_text"]
    middle = len(blob) // 2
    changed = blob[:middle] + ("A" if blob[middle] != "A" else "B") + blob[middle + 1 :]
    for wrong in (changed, "A" * 188, "!", blob[:-4]):
        refused("KMS.2201", kms.call, "DecryptData", cipher_text=wrong)


def re_encrypts(kms):
    old, new = new_key(kms), new_key(kms, key_spec="SM4")
    blob = kms.call("EncryptData", key_id=old, plain_text="a")["cipher_text"]
    told = kms.call("ReEncrypt", cipher_text=blob, destination_key_id=new)
    same((told["key_id"], told["source_key_id"]), (new, old), "keys")
    same(kms.call("DecryptData", cipher_text=told["cipher_text"])["plain_text"], "a", "plain_text")
    refused("KMS.2201", kms.call, "ReEncrypt", cipher_text="A" * 188, destination_key_id=new)


CHECKS = [round_trips, by_the_algorithm, contexts, badly, re_encrypts]
