"""The states of a key: enabled, disabled, pending deletion, pending import."""

import json

from checks import invalid, missing, near, no_key, not_modified, refused, rejected, same
from scenario.keys import UNKNOWN, described, new_key

DAY = 24 * 3600


def uses(key, blob=None):
    """Every use of the key material, which the state table refuses."""
    return [
        ("Encrypt", {"KeyId": key, "Plaintext": "eA=="}),
        ("GenerateDataKey", {"KeyId": key}),
        ("GenerateDataKeyWithoutPlaintext", {"KeyId": key}),
    ] + ([("Decrypt", {"CiphertextBlob": blob})] if blob else [])


def disable_and_enable(kms):
    key = new_key(kms)
    blob = kms.call("Encrypt", KeyId=key, Plaintext="aGVsbG8=")["CiphertextBlob"]
    for _ in range(2):  # disabling a disabled key succeeds, says the state table
        kms.call("DisableKey", KeyId=key)
        same(described(kms, key)["KeyState"], "Disabled", "KeyState")
    for action, params in uses(key, blob):
        rejected("Disabled", kms.call, action, **params)
    kms.call("UpdateKeyDescription", KeyId=key, Description="still mine")
    kms.call("TagResource", KeyId=key, Tags=json.dumps([{"TagKey": "a", "TagValue": "b"}]))
    kms.call("CreateAlias", AliasName="alias/lifecycle/disabled", KeyId=key)
    not_modified(kms.call, "CancelKeyDeletion", KeyId=key)
    for _ in range(2):
        kms.call("EnableKey", KeyId=key)
        same(described(kms, key)["KeyState"], "Enabled", "KeyState")
    same(kms.call("Decrypt", CiphertextBlob=blob)["Plaintext"], "aGVsbG8=", "Plaintext")


def schedule_and_cancel_deletion(kms):
    key = new_key(kms)
    blob = kms.call("Encrypt", KeyId=key, Plaintext="aGVsbG8=")["CiphertextBlob"]
    kms.call("CreateAlias", AliasName="alias/lifecycle/leaving", KeyId=key)
    other = new_key(kms)
    kms.call("CreateAlias", AliasName="alias/lifecycle/other", KeyId=other)
    tags = json.dumps([{"TagKey": "a", "TagValue": "b"}])
    kms.call("TagResource", KeyId=key, Tags=tags)

    kms.call("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    shown = described(kms, key)
    same(shown["KeyState"], "PendingDeletion", "KeyState")
    near(shown["DeleteDate"], 7 * DAY, "DeleteDate")
    for action, params in uses(key, blob) + [
        ("UpdateKeyDescription", {"KeyId": key, "Description": "x"}),
        ("TagResource", {"KeyId": key, "Tags": tags}),
        ("UntagResource", {"KeyId": key, "TagKeys": '["a"]'}),
        ("UpdateAlias", {"AliasName": "alias/lifecycle/other", "KeyId": key}),
    ]:
        rejected("PendingDeletion", kms.call, action, **params)
    for action, params in (
        ("EnableKey", {}),
        ("DisableKey", {}),
        ("ScheduleKeyDeletion", {"PendingWindowInDays": 7}),
        ("CreateAlias", {"AliasName": "alias/lifecycle/late"}),
    ):
        not_modified(kms.call, action, KeyId=key, **params)
    # The operations that the state table still allows.
    same(kms.call("ListKeyVersions", KeyId=key)["TotalCount"], 1, "TotalCount of ListKeyVersions")
    same(len(kms.call("ListResourceTags", KeyId=key)["Tags"]["Tag"]), 1, "number of tags")
    kms.call("DeleteAlias", AliasName="alias/lifecycle/leaving")

    kms.call("CancelKeyDeletion", KeyId=key)
    shown = described(kms, key)
    same(shown["KeyState"], "Enabled", "KeyState")
    same(shown["DeleteDate"], "", "DeleteDate")
    same(kms.call("Decrypt", CiphertextBlob=blob)["Plaintext"], "aGVsbG8=", "Plaintext")
    not_modified(kms.call, "CancelKeyDeletion", KeyId=key)


def deletion_windows(kms):
    key = new_key(kms)
    for days in (6, 367, 0, -1):
        invalid("PendingWindowInDays", kms.call, "ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=days)
    same(described(kms, key)["KeyState"], "Enabled", "KeyState after refused windows")
    for params, days in (({"PendingWindowInDays": 366}, 366), ({}, 30)):
        kms.call("ScheduleKeyDeletion", KeyId=key, **params)
        near(described(kms, key)["DeleteDate"], days * DAY, "DeleteDate")
        kms.call("CancelKeyDeletion", KeyId=key)


def external_key_waits_for_material(kms):
    created = kms.call("CreateKey", Origin="EXTERNAL")["KeyMetadata"]
    key = created["KeyId"]
    same(created["KeyState"], "PendingImport", "KeyState")
    same(created["Origin"], "EXTERNAL", "Origin")
    same(created["MaterialExpireTime"], "", "MaterialExpireTime")
    for action, params in uses(key):
        rejected("PendingImport", kms.call, action, **params)
    for action in ("EnableKey", "DisableKey", "CancelKeyDeletion"):
        not_modified(kms.call, action, KeyId=key)
    kms.call("UpdateKeyDescription", KeyId=key, Description="waiting")
    kms.call("CreateAlias", AliasName="alias/lifecycle/external", KeyId=key)
    kms.call("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    same(described(kms, key)["KeyState"], "PendingDeletion", "KeyState")
    # Without material the key cannot become Enabled.
    kms.call("CancelKeyDeletion", KeyId=key)
    same(described(kms, key)["KeyState"], "PendingImport", "KeyState after CancelKeyDeletion")


def lifecycle_refuses_what_is_not_there(kms):
    for action in ("EnableKey", "DisableKey", "ScheduleKeyDeletion", "CancelKeyDeletion"):
        no_key(kms.call, action, KeyId=UNKNOWN)
        missing("KeyId", kms.call, action)


def lifecycle_takes_no_alias(kms):
    key = new_key(kms)
    kms.call("CreateAlias", AliasName="alias/lifecycle/named", KeyId=key)
    message = "Alias is not valid for this api."
    for action in ("DisableKey", "EnableKey", "ScheduleKeyDeletion", "CancelKeyDeletion"):
        refused(400, "Unsupported.Alias", message, kms.call, action, KeyId="alias/lifecycle/named")
    same(described(kms, key)["KeyState"], "Enabled", "KeyState after refusals")


CHECKS = [
    disable_and_enable,
    schedule_and_cancel_deletion,
    deletion_windows,
    external_key_waits_for_material,
    lifecycle_refuses_what_is_not_there,
    lifecycle_takes_no_alias,
]
