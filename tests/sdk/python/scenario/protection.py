"""Deletion protection."""

from checks import Refused, no_key, refused, same, true
from scenario.keys import UNKNOWN, described, new_key


def arn_of(kms, key):
    return f"acs:kms:{kms.region}:{kms.account}:key/{key}"


def protect_by_arn(kms):
    key = new_key(kms)
    kms.call(
        "SetDeletionProtection",
        ProtectedResourceArn=arn_of(kms, key),
        EnableDeletionProtection=True,
        DeletionProtectionDescription="in use by billing",
    )
    shown = described(kms, key)
    same(shown["DeletionProtection"], "Enabled", "DeletionProtection")
    same(shown.get("DeletionProtectionDescription"), "in use by billing", "DeletionProtectionDescription")
    refused(409, "Rejected.StateModifiedFailed", None, kms.call, "ScheduleKeyDeletion", KeyId=key)
    same(described(kms, key)["KeyState"], "Enabled", "KeyState")
    kms.call("SetDeletionProtection", ProtectedResourceArn=arn_of(kms, key), EnableDeletionProtection=False)
    same(described(kms, key)["DeletionProtection"], "Disabled", "DeletionProtection")
    kms.call("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    same(described(kms, key)["KeyState"], "PendingDeletion", "KeyState")


def protect_by_key_id(kms):
    key = new_key(kms)
    kms.call("SetDeletionProtection", KeyId=key, EnableDeletionProtection=True)
    same(described(kms, key)["DeletionProtection"], "Enabled", "DeletionProtection")
    kms.call("SetDeletionProtection", KeyId=key, EnableDeletionProtection=False)
    same(described(kms, key)["DeletionProtection"], "Disabled", "DeletionProtection")


def protection_refuses(kms):
    key = new_key(kms)
    no_key(kms.call, "SetDeletionProtection", ProtectedResourceArn=arn_of(kms, UNKNOWN), EnableDeletionProtection=True)
    refused(400, "MissingParameter", None, kms.call, "SetDeletionProtection", ProtectedResourceArn=arn_of(kms, key))
    refused(400, "MissingParameter", None, kms.call, "SetDeletionProtection", EnableDeletionProtection=True)
    kms.call("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    try:
        kms.call("SetDeletionProtection", ProtectedResourceArn=arn_of(kms, key), EnableDeletionProtection=True)
    except Refused as refusal:
        same(refusal.status, 409, "status for a key in PendingDeletion")
        true(refusal.code.startswith("Rejected."), f"code for a key in PendingDeletion is {refusal.code}")
    else:
        raise AssertionError("a key in PendingDeletion was protected")


CHECKS = [protect_by_arn, protect_by_key_id, protection_refuses]
