"""Symmetric cryptography, data keys, random bytes."""

import base64

from checks import same, true
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from . import NOBODY, new_key, refused, text


def round_trip(kms):
    key = new_key(kms)
    for data in (b"\0", b"hello", bytes(range(256)), "密 + / = &".encode(), b"x" * 4096):
        sealed = kms.call("Encrypt", KeyId=key, Plaintext=text(data))
        same(sealed["KeyId"], key, "KeyId")
        same(len(sealed["CiphertextBlob"].split("-k-")), 3, "parts of the blob")
        opened = kms.call("Decrypt", CiphertextBlob=sealed["CiphertextBlob"])
        same((opened["KeyId"], opened["Plaintext"]), (key, text(data)), "opened")


def contexts(kms):
    key, context = new_key(kms), '{"key1":"value1"}'
    blob = kms.call("Encrypt", KeyId=key, Plaintext=text(b"a"), EncryptionContext=context)["CiphertextBlob"]
    same(kms.call("Decrypt", CiphertextBlob=blob, EncryptionContext=context)["Plaintext"], text(b"a"), "Plaintext")
    for other in ('{"key1":"value2"}', '{"key1": "value1"}', None):
        params = {} if other is None else {"EncryptionContext": other}
        refused("InvalidParameterValue.InvalidCiphertext", kms.call, "Decrypt", CiphertextBlob=blob, **params)
    for bad in ("[]", "text", '{"a":"' + "b" * 1020 + '"}'):
        refused("InvalidParameter", kms.call, "Encrypt", KeyId=key, Plaintext=text(b"a"), EncryptionContext=bad)


def badly(kms):
    key = new_key(kms)
    plain = "InvalidParameterValue.InvalidPlaintext"
    refused(plain, kms.call, "Encrypt", KeyId=key, Plaintext="%")
    refused(plain, kms.call, "Encrypt", KeyId=key, Plaintext=text(b"x" * 4097))
    refused("InvalidParameterValue.InvalidKeyId", kms.call, "Encrypt", KeyId="alias/a", Plaintext=text(b"a"))
    refused("ResourceUnavailable.CmkNotFound", kms.call, "Encrypt", KeyId=NOBODY, Plaintext=text(b"a"))
    blob = kms.call("Encrypt", KeyId=key, Plaintext=text(b"a"))["CiphertextBlob"]
    first, second, third = blob.split("-k-")
    for bad in ("", "a", first, f"{first}-k-{third}", f"{first}-k-{second}-k-AAAA", f"{blob}-k-{third}"):
        refused("InvalidParameterValue.InvalidCiphertext", kms.call, "Decrypt", CiphertextBlob=bad)
    kms.call("DisableKey", KeyId=key)
    refused("ResourceUnavailable.CmkDisabled", kms.call, "Encrypt", KeyId=key, Plaintext=text(b"a"))
    refused("ResourceUnavailable.CmkDisabled", kms.call, "Decrypt", CiphertextBlob=blob)
    kms.call("ArchiveKey", KeyId=key)
    refused("ResourceUnavailable.CmkArchived", kms.call, "Encrypt", KeyId=key, Plaintext=text(b"a"))
    same(kms.call("Decrypt", CiphertextBlob=blob)["Plaintext"], text(b"a"), "Plaintext under an archived key")


def re_encrypt(kms):
    one, other = new_key(kms), new_key(kms)
    blob = kms.call("Encrypt", KeyId=one, Plaintext=text(b"a"))["CiphertextBlob"]
    same_again = kms.call("ReEncrypt", CiphertextBlob=blob)
    same((same_again["ReEncrypted"], same_again["CiphertextBlob"]), (False, blob), "unchanged")
    moved = kms.call("ReEncrypt", CiphertextBlob=blob, DestinationKeyId=other, DestinationEncryptionContext='{"a":"b"}')
    same((moved["ReEncrypted"], moved["KeyId"], moved["SourceKeyId"]), (True, other, one), "moved")
    opened = kms.call("Decrypt", CiphertextBlob=moved["CiphertextBlob"], EncryptionContext='{"a":"b"}')
    same((opened["KeyId"], opened["Plaintext"]), (other, text(b"a")), "opened")


def data_keys(kms):
    key = new_key(kms)
    for params, length in (({"KeySpec": "AES_128"}, 16), ({"KeySpec": "AES_256"}, 32), ({"NumberOfBytes": 100}, 100)):
        made = kms.call("GenerateDataKey", KeyId=key, **params)
        same(len(base64.b64decode(made["Plaintext"])), length, "length")
        opened = kms.call("Decrypt", CiphertextBlob=made["CiphertextBlob"])
        same(opened["Plaintext"], made["Plaintext"], "Plaintext")
    refused("InvalidParameter", kms.call, "GenerateDataKey", KeyId=key)
    refused("InvalidParameter", kms.call, "GenerateDataKey", KeyId=key, NumberOfBytes=1025)
    refused("InvalidParameter", kms.call, "GenerateDataKey", KeyId=key, KeySpec="AES_512")


def wrapped_for_the_caller(kms):
    key, mine = new_key(kms), rsa.generate_private_key(65537, 2048)
    pem = mine.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()
    blob = kms.call("Encrypt", KeyId=key, Plaintext=text(b"secret"))["CiphertextBlob"]
    for name, how in (
        ("RSAES_PKCS1_V1_5", padding.PKCS1v15()),
        ("RSAES_OAEP_SHA_1", padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)),
        ("RSAES_OAEP_SHA_256", padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)),
    ):
        told = kms.call("Decrypt", CiphertextBlob=blob, EncryptionPublicKey=pem, EncryptionAlgorithm=name)["Plaintext"]
        same(mine.decrypt(base64.b64decode(told), how), b"secret", name)
    params = {"CiphertextBlob": blob, "EncryptionPublicKey": pem}
    refused("FailedOperation.EncryptionError", kms.call, "Decrypt", **params)
    refused("FailedOperation.EncryptionError", kms.call, "Decrypt", **{**params, "EncryptionPublicKey": "none"})


def random(kms):
    drawn = {kms.call("GenerateRandom", NumberOfBytes=16)["Plaintext"] for _ in range(3)}
    same((len(drawn), {len(base64.b64decode(it)) for it in drawn}), (3, {16}), "draws")
    true(kms.call("GenerateRandom", NumberOfBytes=1024)["Plaintext"], "Plaintext")
    refused("InvalidParameter", kms.call, "GenerateRandom", NumberOfBytes=0)
    refused("InvalidParameter", kms.call, "GenerateRandom", NumberOfBytes=1025)


CHECKS = [round_trip, contexts, badly, re_encrypt, data_keys, wrapped_for_the_caller, random]
