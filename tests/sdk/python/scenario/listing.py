"""ListKeys: paging and filters."""

import json

from checks import invalid, same, true
from scenario.keys import new_key


def listed(kms, *filters, **params):
    """Every key id that the filters select, read page by page."""
    if filters:
        params["Filters"] = json.dumps([{"Key": name, "Values": values} for name, values in filters])
    found, page = [], 1
    while True:
        answer = kms.call("ListKeys", PageNumber=page, PageSize=100, **params)
        found += [key["KeyId"] for key in answer["Keys"]["Key"]]
        if len(answer["Keys"]["Key"]) < 100:
            same(answer["TotalCount"], len(found), "TotalCount")
            return found
        page += 1


def list_keys_in_pages(kms):
    mine = {new_key(kms) for _ in range(5)}
    total = len(listed(kms))
    seen = []
    pages = (total + 2) // 3
    for page in range(1, pages + 1):
        answer = kms.call("ListKeys", PageNumber=page, PageSize=3)
        same((answer["TotalCount"], answer["PageNumber"], answer["PageSize"]), (total, page, 3), "paging")
        keys = answer["Keys"]["Key"]
        same(len(keys), 3 if page < pages else total - 3 * (pages - 1), f"keys on page {page}")
        for key in keys:
            same(key["KeyArn"], f"acs:kms:{kms.region}:{kms.account}:key/{key['KeyId']}", "KeyArn")
            same(set(key), {"KeyId", "KeyArn"}, "fields of a listed key")
        seen += [key["KeyId"] for key in keys]
    same(len(set(seen)), total, "different keys over all pages")
    true(mine <= set(seen), "a new key is missing from the list")
    beyond = kms.call("ListKeys", PageNumber=pages + 1, PageSize=3)
    same(beyond["Keys"]["Key"], [], "Key past the last page")
    same(beyond["TotalCount"], total, "TotalCount past the last page")
    default = kms.call("ListKeys")
    same((default["PageNumber"], default["PageSize"]), (1, 10), "default paging")
    same(len(default["Keys"]["Key"]), min(10, total), "keys on the default page")


def list_keys_refuses_wrong_pages(kms):
    for name, value in (("PageSize", 101), ("PageSize", 0), ("PageSize", -1), ("PageNumber", 0), ("PageNumber", -1)):
        invalid(name, kms.call, "ListKeys", **{name: value})


def list_keys_by_filters(kms):
    sm4 = new_key(kms, KeySpec="Aliyun_SM4", ProtectionLevel="HSM")
    plain = new_key(kms)
    disabled = new_key(kms)
    kms.call("DisableKey", KeyId=disabled)
    leaving = new_key(kms)
    kms.call("ScheduleKeyDeletion", KeyId=leaving, PendingWindowInDays=7)
    waiting = new_key(kms, Origin="EXTERNAL")
    mine = {sm4, plain, disabled, leaving, waiting}
    for filters, wanted in (
        ([("KeyState", ["Enabled"])], {sm4, plain}),
        ([("KeyState", ["Disabled"])], {disabled}),
        ([("KeyState", ["Disabled", "PendingDeletion"])], {disabled, leaving}),
        ([("KeyState", ["PendingImport"])], {waiting}),
        ([("KeySpec", ["Aliyun_SM4"])], {sm4}),
        ([("KeySpec", ["Aliyun_SM4", "Aliyun_AES_256"])], mine),
        ([("KeyUsage", ["ENCRYPT/DECRYPT"])], mine),
        ([("KeyUsage", ["SIGN/VERIFY"])], set()),
        ([("ProtectionLevel", ["HSM"])], {sm4}),
        ([("ProtectionLevel", ["SOFTWARE"])], mine - {sm4}),
        ([("CreatorType", ["User"])], mine),
        ([("CreatorType", ["Service"])], set()),
        # Different keys are joined by AND, the same key twice by OR.
        ([("KeyState", ["Enabled"]), ("KeySpec", ["Aliyun_SM4"])], {sm4}),
        ([("KeyState", ["Disabled"]), ("KeySpec", ["Aliyun_SM4"])], set()),
        ([("KeyState", ["Disabled"]), ("KeyState", ["PendingDeletion"])], {disabled, leaving}),
    ):
        same(set(listed(kms, *filters)) & mine, wanted, f"keys left by {filters}")


def list_keys_by_newer_filters(kms):
    tags = json.dumps([{"TagKey": "listing", "TagValue": "yes"}])
    tagged, named, plain = new_key(kms, Tags=tags), new_key(kms), new_key(kms)
    kms.call("CreateAlias", AliasName="alias/listing/named", KeyId=named)
    instance = new_key(kms, DKMSInstanceId="kst-listing")
    mine = {tagged, named, plain, instance}
    for filters, wanted in (
        ([("TagKey", ["listing"])], {tagged}),
        ([("TagKey", ["listing"]), ("TagValue", ["yes"])], {tagged}),
        ([("TagKey", ["listing"]), ("TagValue", ["no"])], set()),
        ([("AliasName", ["alias/listing/named"])], {named}),
        ([("Creator", [kms.account])], mine),
        ([("DKMSInstanceId", ["kst-listing"])], {instance}),
    ):
        same(set(listed(kms, *filters)) & mine, wanted, f"keys left by {filters}")


def list_keys_refuses_wrong_filters(kms):
    for filters in (
        "not json",
        '{"Key":"KeyState","Values":["Enabled"]}',
        '[{"Key":"Colour","Values":["blue"]}]',
        json.dumps([{"Key": "KeyState", "Values": ["Enabled"]}] * 11),
        json.dumps([{"Key": "KeySpec", "Values": ["Aliyun_SM4"] * 11}]),
    ):
        invalid("Filters", kms.call, "ListKeys", Filters=filters)


CHECKS = [
    list_keys_in_pages,
    list_keys_refuses_wrong_pages,
    list_keys_by_filters,
    list_keys_by_newer_filters,
    list_keys_refuses_wrong_filters,
]
