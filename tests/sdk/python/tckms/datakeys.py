"""Data keys that the service keeps."""

import base64
import os
import time

from checks import UUID, matches, same, true

from . import NOBODY, fresh, new_key, refused, text


def imported(kms, **params):
    return kms.call(
        "ImportDataKey",
        **{
            "DataKeyName": fresh("data"),
            "ImportType": 2,
            "ImportKeyMaterial": text(os.urandom(32)),
            "KeyId": params.pop("KeyId", None) or new_key(kms),
            **params,
        },
    )["DataKeyId"]


def shown(kms, data_key):
    return kms.call("DescribeDataKey", DataKeyId=data_key)["DataKeyMetadata"]


def hosted(kms):
    key, name = new_key(kms), fresh("data")
    made = kms.call("GenerateDataKey", KeyId=key, KeySpec="AES_256", IsHostedByKms=1, DataKeyName=name)
    matches(UUID, made["DataKeyId"], "DataKeyId")
    told = kms.call("GetDataKeyPlaintext", DataKeyId=made["DataKeyId"])
    same(told["Plaintext"], made["Plaintext"], "Plaintext")
    blob = kms.call("GetDataKeyCiphertextBlob", DataKeyId=made["DataKeyId"])["CiphertextBlob"]
    same(kms.call("Decrypt", CiphertextBlob=blob)["Plaintext"], made["Plaintext"], "Plaintext of the blob")
    data = shown(kms, made["DataKeyId"])
    for member, wanted in {"DataKeyName": name, "KeyId": key, "NumberOfBytes": 32, "KeyState": "Enabled"}.items():
        same(data[member], wanted, member)
    taken = {"KeyId": key, "KeySpec": "AES_256", "IsHostedByKms": 1, "DataKeyName": name}
    refused("InvalidParameterValue.DataKeyNameAlreadyExists", kms.call, "GenerateDataKey", **taken)


def imports(kms):
    key, material = new_key(kms), os.urandom(24)
    plain = imported(kms, KeyId=key, ImportKeyMaterial=text(material))
    same(kms.call("GetDataKeyPlaintext", DataKeyId=plain)["Plaintext"], text(material), "Plaintext")
    blob = kms.call("GenerateDataKey", KeyId=key, NumberOfBytes=16)
    sealed = imported(kms, KeyId=key, ImportType=1, ImportKeyMaterial=blob["CiphertextBlob"])
    same(kms.call("GetDataKeyPlaintext", DataKeyId=sealed)["Plaintext"], blob["Plaintext"], "Plaintext")
    same(len(base64.b64decode(blob["Plaintext"])), 16, "length")


def states(kms):
    keys = [imported(kms) for _ in range(2)]
    kms.call("DisableDataKeys", DataKeyIds=keys)
    refused("ResourceUnavailable.DataKeyDisabled", kms.call, "GetDataKeyPlaintext", DataKeyId=keys[0])
    kms.call("EnableDataKeys", DataKeyIds=keys)
    refused("ResourceUnavailable.DataKeyStateNotSupport", kms.call, "ScheduleDataKeyDeletion", DataKeyId=keys[0], PendingWindowInDays=7)
    kms.call("DisableDataKey", DataKeyId=keys[0])
    told = kms.call("ScheduleDataKeyDeletion", DataKeyId=keys[0], PendingWindowInDays=7)
    true(abs(told["DeletionDate"] - time.time() - 7 * 86400) < 60, "DeletionDate")
    refused("ResourceUnavailable.DataKeyPendingDelete", kms.call, "GetDataKeyPlaintext", DataKeyId=keys[0])
    same(kms.call("CancelDataKeyDeletion", DataKeyId=keys[0])["DataKeyId"], keys[0], "DataKeyId")
    kms.call("EnableDataKey", DataKeyId=keys[0])
    refused("ResourceUnavailable.DataKeyNotPendingDelete", kms.call, "CancelDataKeyDeletion", DataKeyId=keys[0])
    refused("InvalidParameterValue.DuplicatedDataKeyId", kms.call, "EnableDataKeys", DataKeyIds=[keys[0]] * 2)
    refused("ResourceUnavailable.DataKeyNotFound", kms.call, "DescribeDataKey", DataKeyId=NOBODY)
    refused("InvalidParameterValue.InvalidDataKeyId", kms.call, "DescribeDataKey", DataKeyId="b")


def texts(kms):
    data_key, name = imported(kms), fresh("data")
    kms.call("UpdateDataKeyName", DataKeyId=data_key, DataKeyName=name)
    kms.call("UpdateDataKeyDescription", DataKeyId=data_key, Description="说明")
    same((shown(kms, data_key)["DataKeyName"], shown(kms, data_key)["Description"]), (name, "说明"), "texts")


def lists(kms):
    keys = [imported(kms) for _ in range(3)]
    listed = kms.call("ListDataKeys", Limit=2)
    same([it["DataKeyId"] for it in listed["DataKeys"]], keys[:0:-1], "data keys, newest first")
    detail = kms.call("ListDataKeyDetail", OrderType=1, Limit=200)["DataKeyMetadatas"]
    same([it["DataKeyId"] for it in detail][-3:], keys, "data keys in detail")
    several = kms.call("DescribeDataKeys", DataKeyIds=keys)["DataKeyMetadatas"]
    same([it["DataKeyId"] for it in several], keys, "data keys by their ids")


CHECKS = [hosted, imports, states, texts, lists]
