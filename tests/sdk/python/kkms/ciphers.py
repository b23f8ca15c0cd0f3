"""Using keys: Encrypt, Decrypt, GenerateDataKey."""

import base64

from checks import same, true

from . import NOBODY, disabled_key, invalid, missing, new_key


def text(data):
    return base64.b64encode(data).decode()


def round_trip(kms):
    key = new_key(kms)["KeyId"]
    for data in (b"\0", b"hello", bytes(range(256)), "密 + / = &".encode(), b"x" * 4096):
        sealed = kms.call("Encrypt", KeyId=key, Plaintext=text(data))
        same(set(sealed), {"RequestId", "CiphertextBlob", "KeyId"}, "fields")
        same(sealed["KeyId"], key, "KeyId")
        blob = sealed["CiphertextBlob"]
        true(data not in base64.b64decode(blob, validate=True) or len(data) < 8, "the ciphertext holds the plaintext")
        again = kms.call("Encrypt", KeyId=key, Plaintext=text(data))["CiphertextBlob"]
        true(again != blob, "two ciphertexts are the same")
        opened = kms.call("Decrypt", KeyId=key, CiphertextBlob=blob)
        same((opened["KeyId"], opened["Plaintext"]), (key, text(data)), "opened")


def encrypt_badly(kms):
    key = new_key(kms)["KeyId"]
    for bad in (text(b"x" * 4097), "not base64!", "aaa"):
        invalid("Plaintext", kms.call, "Encrypt", KeyId=key, Plaintext=bad)
    missing("Plaintext", kms.call, "Encrypt", KeyId=key)
    missing("KeyId", kms.call, "Encrypt", Plaintext="aaaa")
    invalid("KeyId", kms.call, "Encrypt", KeyId=NOBODY, Plaintext="aaaa")
    invalid("KeyId", kms.call, "Encrypt", KeyId="alias/a", Plaintext="aaaa")


def decrypt_badly(kms):
    key, other = new_key(kms)["KeyId"], new_key(kms)["KeyId"]
    blob = kms.call("Encrypt", KeyId=key, Plaintext="aaaa")["CiphertextBlob"]
    invalid("CiphertextBlob", kms.call, "Decrypt", KeyId=other, CiphertextBlob=blob)
    forged = bytearray(base64.b64decode(blob))
    forged[-1] ^= 1
    invalid("CiphertextBlob", kms.call, "Decrypt", KeyId=key, CiphertextBlob=text(bytes(forged)))
    # The document's own sample.
    invalid("CiphertextBlob", kms.call, "Decrypt", KeyId=key, CiphertextBlob="/KhaumND4qw/V/LAfk04aQ==")
    missing("CiphertextBlob", kms.call, "Decrypt", KeyId=key)
    missing("KeyId", kms.call, "Decrypt", CiphertextBlob=blob)


def data_keys(kms):
    key = new_key(kms)["KeyId"]
    for params, size in (
        ({"KeySpec": "AES128"}, 16),
        ({"KeySpec": "AES256"}, 32),
        ({"NumberOfBytes": 1024}, 1024),
        ({"KeySpec": "AES128", "NumberOfBytes": 64}, 16),
    ):
        made = kms.call("GenerateDataKey", KeyId=key, **params)
        same(set(made), {"RequestId", "KeyId", "Plaintext", "CiphertextBlob"}, "fields")
        same(len(base64.b64decode(made["Plaintext"], validate=True)), size, "size")
        opened = kms.call("Decrypt", KeyId=key, CiphertextBlob=made["CiphertextBlob"])
        same(opened["Plaintext"], made["Plaintext"], "opened")
    for size in (0, 1025, -1):
        invalid("NumberOfBytes", kms.call, "GenerateDataKey", KeyId=key, NumberOfBytes=size)
    invalid("KeySpec", kms.call, "GenerateDataKey", KeyId=key, KeySpec="AES_256")
    missing("KeySpec", kms.call, "GenerateDataKey", KeyId=key)


def disabled(kms):
    key = new_key(kms)["KeyId"]
    blob = kms.call("Encrypt", KeyId=key, Plaintext="aaaa")["CiphertextBlob"]
    kms.call("ModifyKeyState", KeyId=key, KeyState="Disabled")
    invalid("KeyId", kms.call, "Encrypt", KeyId=key, Plaintext="aaaa")
    invalid("KeyId", kms.call, "Decrypt", KeyId=key, CiphertextBlob=blob)
    invalid("KeyId", kms.call, "GenerateDataKey", KeyId=key, KeySpec="AES256")
    kms.call("ModifyKeyState", KeyId=key, KeyState="Enabled")
    same(kms.call("Decrypt", KeyId=key, CiphertextBlob=blob)["Plaintext"], "aaaa", "Plaintext")
    invalid("KeyId", kms.call, "Encrypt", KeyId=disabled_key(kms), Plaintext="aaaa")


CHECKS = [round_trip, encrypt_badly, decrypt_badly, data_keys, disabled]
