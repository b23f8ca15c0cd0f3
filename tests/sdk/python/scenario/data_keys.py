"""GenerateDataKey, GenerateDataKeyWithoutPlaintext, and the keys of cloud services."""

import base64
import json

from checks import invalid, missing, no_key, same, true
from scenario.keys import UNKNOWN, described, new_key

BOTH = ("GenerateDataKey", "GenerateDataKeyWithoutPlaintext")


def blob_length(size):
    """The length of a data key's blob, which encrypts the base64 text of the key."""
    text = (size + 2) // 3 * 4
    return (36 + 12 + text + 16 + 2) // 3 * 4


def data_keys_of_every_size(kms):
    created = kms.call("CreateKey")["KeyMetadata"]
    key = created["KeyId"]
    same(blob_length(32), 144, "length of the blob of a 256-bit data key")
    for params, size in (
        ({}, 32),
        ({"KeySpec": "AES_256"}, 32),
        ({"KeySpec": "AES_128"}, 16),
        ({"NumberOfBytes": 1}, 1),
        ({"NumberOfBytes": 64}, 64),
        ({"NumberOfBytes": 1024}, 1024),
        # If both are given, the number of bytes applies.
        ({"KeySpec": "AES_128", "NumberOfBytes": 24}, 24),
        ({"KeySpec": "AES_256", "NumberOfBytes": 32}, 32),
    ):
        for action in BOTH:
            answer = kms.call(action, KeyId=key, **params)
            same(answer["KeyId"], key, f"KeyId of {action}")
            same(answer["KeyVersionId"], created["PrimaryKeyVersion"], f"KeyVersionId of {action}")
            same(len(answer["CiphertextBlob"]), blob_length(size), f"length of CiphertextBlob of {action} {params}")
            plaintext = kms.call("Decrypt", CiphertextBlob=answer["CiphertextBlob"])["Plaintext"]
            same(len(base64.b64decode(plaintext, validate=True)), size, f"bytes of the data key of {action} {params}")
            if action == "GenerateDataKey":
                same(answer["Plaintext"], plaintext, "Plaintext of GenerateDataKey")
            else:
                true("Plaintext" not in answer, "GenerateDataKeyWithoutPlaintext returned the plaintext")


def data_keys_differ_and_bind_the_context(kms):
    key = new_key(kms)
    kms.call("CreateAlias", AliasName="alias/data-keys/named", KeyId=key)
    for action in BOTH:
        answers = [
            kms.call(action, KeyId="alias/data-keys/named", EncryptionContext={"a": "1", "b": "2"}) for _ in range(2)
        ]
        plain = []
        for answer in answers:
            same(answer["KeyId"], key, f"KeyId of {action} by alias")
            blob = answer["CiphertextBlob"]
            back = kms.call("Decrypt", CiphertextBlob=blob, EncryptionContext={"b": "2", "a": "1"})
            plain.append(back["Plaintext"])
            invalid("CiphertextBlob", kms.call, "Decrypt", CiphertextBlob=blob, EncryptionContext={"a": "1"})
        true(plain[0] != plain[1], f"{action} made the same data key twice")


def data_keys_refuse(kms):
    key = new_key(kms)
    for action in BOTH:
        for size in (0, 1025, -1):
            invalid("NumberOfBytes", kms.call, action, KeyId=key, NumberOfBytes=size)
        invalid("KeySpec", kms.call, action, KeyId=key, KeySpec="AES_512")
        missing("KeyId", kms.call, action)
        no_key(kms.call, action, KeyId=UNKNOWN)
        invalid("EncryptionContext", kms.call, action, KeyId=key, EncryptionContext={"a": 1})


def service_keys_appear_on_first_use(kms):
    answer = kms.call("GenerateDataKey", KeyId="alias/acs/mse")
    key = answer["KeyId"]
    true(not key.startswith("alias/"), f"KeyId of a service key is {key}")
    shown = described(kms, "alias/acs/mse")
    same((shown["KeyId"], shown["KeyState"]), (key, "Enabled"), "the service key")
    same(kms.call("Encrypt", KeyId="alias/acs/mse", Plaintext="eA==")["KeyId"], key, "KeyId at the second use")
    back = kms.call("Decrypt", CiphertextBlob=answer["CiphertextBlob"])
    same((back["Plaintext"], back["KeyId"]), (answer["Plaintext"], key), "what the service key opens")
    # ListKeys distinguishes them from the keys of users.
    for creator, wanted in (("Service", True), ("User", False)):
        filters = json.dumps([{"Key": "CreatorType", "Values": [creator]}])
        listed = kms.call("ListKeys", Filters=filters, PageSize=100)["Keys"]["Key"]
        same(key in [one["KeyId"] for one in listed], wanted, f"whether it is a key of CreatorType {creator}")
    # Their names are reserved.
    mine = new_key(kms)
    invalid("AliasName", kms.call, "CreateAlias", AliasName="alias/acs/mine", KeyId=mine)
    invalid("AliasName", kms.call, "UpdateAlias", AliasName="alias/acs/mse", KeyId=mine)


CHECKS = [
    data_keys_of_every_size,
    data_keys_differ_and_bind_the_context,
    data_keys_refuse,
    service_keys_appear_on_first_use,
]
