"""Keys: making, finding, changing, archiving and deleting them."""

import time

from checks import UUID, matches, same, true

from . import NOBODY, described, fresh, new_key, refused


def create_and_describe(kms):
    name = fresh()
    made = kms.call("CreateKey", Alias=name, Description="测试 a+b/c=d&e%f~*", Type=1, KeyUsage="ENCRYPT_DECRYPT")
    matches(UUID, made["KeyId"], "KeyId")
    same((made["Alias"], made["KeyState"], made["TagCode"]), (name, "Enabled", 0), "answer")
    key = described(kms, made["KeyId"])
    for member, wanted in {
        "Alias": name,
        "Description": "测试 a+b/c=d&e%f~*",
        "KeyState": "Enabled",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyRotationEnabled": False,
        "Owner": "user",
        "DeletionDate": 0,
        "Origin": "TENCENT_KMS",
        "ValidTo": 0,
    }.items():
        same(key[member], wanted, member)
    true(abs(key["CreateTime"] - time.time()) < 60, "CreateTime is not now")
    same(key["NextRotateTime"], key["CreateTime"] + 31536000, "NextRotateTime")
    same(key["ResourceId"], f"creatorUin/{key['CreatorUin']}/{made['KeyId']}", "ResourceId")
    true(key["Type"] in (2, 4), "Type")


def create_badly(kms):
    taken = fresh()
    new_key(kms, Alias=taken)
    for code, params in (
        ("InvalidParameterValue.AliasAlreadyExists", {"Alias": taken}),
        ("InvalidParameterValue.InvalidAlias", {"Alias": "kms-mine"}),
        ("InvalidParameterValue.InvalidAlias", {"Alias": "-a"}),
        ("InvalidParameterValue.InvalidAlias", {"Alias": "a" * 61}),
        ("InvalidParameterValue.InvalidKeyUsage", {"Alias": fresh(), "KeyUsage": "ANY"}),
        ("InvalidParameterValue.InvalidType", {"Alias": fresh(), "Type": 3}),
        ("InvalidParameterValue.InvalidHsmClusterId", {"Alias": fresh(), "HsmClusterId": "cls-hsm-1"}),
        ("InvalidParameter", {"Alias": fresh(), "Description": "d" * 1025}),
    ):
        refused(code, kms.call, "CreateKey", **params)


def tags(kms):
    tag = {"TagKey": "team", "TagValue": fresh("tag")}
    key = new_key(kms, Tags=[tag])
    filters = [{"TagKey": "team", "TagValue": [tag["TagValue"], "none"]}]
    found = kms.call("ListKeyDetail", TagFilters=filters)
    same([it["KeyId"] for it in found["KeyMetadatas"]], [key], "keys")
    twice = [tag, {**tag, "TagValue": "b"}]
    refused("InvalidParameterValue.TagKeysDuplicated", kms.call, "CreateKey", Alias=fresh(), Tags=twice)


def batches(kms):
    keys = [new_key(kms) for _ in range(3)]
    several = kms.call("DescribeKeys", KeyIds=keys)["KeyMetadatas"]
    same([key["KeyId"] for key in several], keys, "keys")
    kms.call("DisableKeys", KeyIds=keys)
    same({described(kms, key)["KeyState"] for key in keys}, {"Disabled"}, "states")
    kms.call("EnableKeys", KeyIds=keys[:2])
    same([described(kms, key)["KeyState"] for key in keys], ["Enabled", "Enabled", "Disabled"], "states")
    refused("InvalidParameterValue.DuplicatedKeyId", kms.call, "EnableKeys", KeyIds=[keys[0], keys[0]])
    refused("ResourceUnavailable.CmkNotFound", kms.call, "DisableKeys", KeyIds=[keys[0], NOBODY])
    same(described(kms, keys[0])["KeyState"], "Enabled", "state after a batch that was refused")


def lists(kms):
    keys = [new_key(kms) for _ in range(3)]
    kms.call("ArchiveKey", KeyId=keys[1])
    listed = kms.call("ListKeys", Limit=2, Offset=0)
    same([key["KeyId"] for key in listed["Keys"]], [keys[2], keys[0]], "keys, newest first")
    true(listed["TotalCount"] >= 2, "TotalCount")
    detail = kms.call("ListKeyDetail", OrderType=0, Limit=3, KeyUsage="ALL")["KeyMetadatas"]
    same([key["KeyId"] for key in detail], keys[::-1], "keys in detail")
    archived = kms.call("ListKeyDetail", KeyState=5)["KeyMetadatas"]
    true(keys[1] in [key["KeyId"] for key in archived], "the archived key is not listed")
    found = kms.call("ListKeyDetail", SearchKeyAlias=keys[0][:13])["KeyMetadatas"]
    true(keys[0] in [key["KeyId"] for key in found], "a key is not found by its id")
    refused("InvalidParameter", kms.call, "ListKeys", Limit=201)
    refused("InvalidParameter", kms.call, "ListKeyDetail", KeyState=6)


def names(kms):
    key, name = new_key(kms), fresh("renamed")
    kms.call("UpdateAlias", KeyId=key, Alias=name)
    kms.call("UpdateKeyDescription", KeyId=key, Description="新的")
    same((described(kms, key)["Alias"], described(kms, key)["Description"]), (name, "新的"), "texts")
    kms.call("UpdateKeyDescription", KeyId=key, Description="")
    same(described(kms, key)["Description"], "", "Description")
    refused("InvalidParameterValue.AliasAlreadyExists", kms.call, "UpdateAlias", KeyId=new_key(kms), Alias=name)


def states(kms):
    key = new_key(kms)
    for action, state in (
        ("DisableKey", "Disabled"),
        ("DisableKey", "Disabled"),
        ("EnableKey", "Enabled"),
        ("EnableKey", "Enabled"),
        ("ArchiveKey", "Archived"),
        ("ArchiveKey", "Archived"),
        ("CancelKeyArchive", "Enabled"),
    ):
        kms.call(action, KeyId=key)
        same(described(kms, key)["KeyState"], state, f"state after {action}")
    refused("ResourceUnavailable.CmkStateNotSupport", kms.call, "CancelKeyArchive", KeyId=key)


def deletion(kms):
    key = new_key(kms)
    refused("ResourceUnavailable.CmkShouldBeDisabled", kms.call, "ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    kms.call("DisableKey", KeyId=key)
    days = "InvalidParameter.InvalidPendingWindowInDays"
    refused(days, kms.call, "ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=6)
    refused(days, kms.call, "ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=31)
    date = kms.call("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)["DeletionDate"]
    true(abs(date - time.time() - 7 * 86400) < 60, "DeletionDate")
    same((described(kms, key)["KeyState"], described(kms, key)["DeletionDate"]), ("PendingDelete", date), "key")
    refused("ResourceUnavailable.CmkStateNotSupport", kms.call, "EnableKey", KeyId=key)
    same(kms.call("CancelKeyDeletion", KeyId=key)["KeyId"], key, "KeyId")
    same(described(kms, key)["KeyState"], "Disabled", "state after CancelKeyDeletion")
    refused("ResourceUnavailable.CmkNotPendingDelete", kms.call, "CancelKeyDeletion", KeyId=key)


def rotation(kms):
    key = new_key(kms)
    kms.call("EnableKeyRotation", KeyId=key, RotateDays=30)
    same(kms.call("GetKeyRotationStatus", KeyId=key)["KeyRotationEnabled"], True, "KeyRotationEnabled")
    shown = described(kms, key)
    same(shown["NextRotateTime"], shown["CreateTime"] + 30 * 86400, "NextRotateTime")
    kms.call("DisableKeyRotation", KeyId=key)
    same(kms.call("GetKeyRotationStatus", KeyId=key)["KeyRotationEnabled"], False, "KeyRotationEnabled")
    refused("InvalidParameterValue", kms.call, "EnableKeyRotation", KeyId=key, RotateDays=6)
    kms.call("RotateKey", KeyId=key)
    refused("RequestLimitExceeded.RotateRateLimited", kms.call, "RotateKey", KeyId=key)


def bindings(kms):
    key = new_key(kms)
    bound = {"KeyId": key, "ProductId": "ssm", "ResourceId": "a/b"}
    kms.call("BindCloudResource", **bound)
    kms.call("BindCloudResource", **bound)
    used = "FailedOperation.CmkUsedByCloudProduct"
    refused(used, kms.call, "DisableKey", KeyId=key)
    refused(used, kms.call, "DisableKeys", KeyIds=[key])
    refused(used, kms.call, "ArchiveKey", KeyId=key)
    refused(used, kms.call, "ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    kms.call("UnbindCloudResource", **bound)
    refused("ResourceUnavailable.CloudResourceBindingNotFound", kms.call, "UnbindCloudResource", **bound)
    kms.call("DisableKey", KeyId=key)


def service(kms):
    true("ap-guangzhou" in kms.call("GetRegions")["Regions"], "Regions")
    status = kms.call("GetServiceStatus")
    same((status["ServiceEnabled"], status["InvalidType"]), (True, 1), "status")
    algorithms = kms.call("ListAlgorithms")
    same(algorithms["SymmetricAlgorithms"][0]["KeyUsage"], "ENCRYPT_DECRYPT", "KeyUsage")
    true(len(algorithms["AsymmetricSignVerifyAlgorithms"]) >= 3, "AsymmetricSignVerifyAlgorithms")


CHECKS = [create_and_describe, create_badly, tags, batches, lists, names, states, deletion, rotation, bindings, service]
