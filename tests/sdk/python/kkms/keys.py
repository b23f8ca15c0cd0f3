"""The lifecycle of keys: CreateKey, ModifyKey, ModifyKeyState, DescribeKeys, DeleteKey."""

import time
from calendar import timegm

from checks import UUID, matches, same, true

from . import KEY_ID, NAME, NEW, NOBODY, disabled_key, invalid, missing, new_key, rehearsed


def create(kms):
    answer = kms.call("CreateKey", **NEW, Description="a+b/c=d&e")
    same(set(answer), {"RequestId", "Key"}, "fields")
    matches(UUID, answer["RequestId"], "RequestId")
    key = answer["Key"]
    matches(KEY_ID, key["KeyId"], "KeyId")
    matches(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", key["CreateTime"], "CreateTime")
    made = timegm(time.strptime(key["CreateTime"], "%Y-%m-%d %H:%M:%S")) - 8 * 3600
    true(abs(made - time.time()) < 60, f"CreateTime is {key['CreateTime']}")
    rest = {name: value for name, value in key.items() if name not in ("KeyId", "CreateTime")}
    wanted = {"KeyName": NAME, "Description": "a+b/c=d&e", "KeyState": "Enabled"}
    same(rest, {**wanted, "KeyUsage": "EncryptDecrypt", "Origin": "kms"}, "Key")
    same(new_key(kms)["Description"], "", "Description that was not given")


def create_badly(kms):
    for name in NEW:
        missing(name, kms.call, "CreateKey", **{it: value for it, value in NEW.items() if it != name})
    for name, value in {"KeyUsage": "SignVerify", "Origin": "external", "ChargeType": "Monthly"}.items():
        invalid(name, kms.call, "CreateKey", **{**NEW, name: value})


def modify(kms):
    key = new_key(kms, Description="first")["KeyId"]
    answer = kms.call("ModifyKey", KeyId=key, KeyName="second name")
    same((answer["Key"]["KeyName"], answer["Key"]["Description"]), ("second name", "first"), "Key")
    answer = kms.call("ModifyKey", KeyId=key, Description="second")
    same((answer["Key"]["KeyName"], answer["Key"]["Description"]), ("second name", "second"), "Key")
    invalid("KeyId", kms.call, "ModifyKey", KeyId=NOBODY, KeyName="n")
    missing("KeyId", kms.call, "ModifyKey", KeyName="n")


def modify_state(kms):
    key = new_key(kms)["KeyId"]
    for state in ("Disabled", "Disabled", "Enabled", "Enabled"):
        answer = kms.call("ModifyKeyState", KeyId=key, KeyState=state)
        same((answer["Key"]["KeyId"], answer["Key"]["KeyState"]), (key, state), "Key")
    for state in ("PendingDeletion", "enabled", "Off"):
        invalid("KeyState", kms.call, "ModifyKeyState", KeyId=key, KeyState=state)
    missing("KeyState", kms.call, "ModifyKeyState", KeyId=key)
    invalid("KeyId", kms.call, "ModifyKeyState", KeyId=NOBODY, KeyState="Enabled")


def describe(kms):
    keys = [new_key(kms)["KeyId"] for _ in range(3)]
    listed = [key["KeyId"] for key in kms.call("DescribeKeys")["KeySet"]]
    same(listed[-3:], keys, "the last three keys")
    same(len(set(listed)), len(listed), "keys")
    one = kms.call("DescribeKeys", **kms.list_of(keys[1:2]))["KeySet"]
    same([key["KeyId"] for key in one], keys[1:2], "one key")
    two = kms.call("DescribeKeys", **kms.list_of([keys[2], keys[0]]))["KeySet"]
    same([key["KeyId"] for key in two], [keys[0], keys[2]], "two keys")
    invalid("KeyId", kms.call, "DescribeKeys", **kms.list_of([keys[0], NOBODY]))


def delete(kms):
    key = new_key(kms, KeyName="doomed")["KeyId"]
    invalid("KeyState", kms.call, "DeleteKey", KeyId=key)
    kms.call("ModifyKeyState", KeyId=key, KeyState="Disabled")
    answer = kms.call("DeleteKey", KeyId=key)
    same(answer["Return"], True, "Return")
    told = answer["Key"]
    same((told["KeyId"], told["KeyName"], told["KeyState"]), (key, f"doomed_{key}", "Disabled"), "Key")
    listed = [key["KeyId"] for key in kms.call("DescribeKeys")["KeySet"]]
    true(key not in listed, "the deleted key is listed")
    invalid("KeyId", kms.call, "DeleteKey", KeyId=key)
    missing("KeyId", kms.call, "DeleteKey")


def dry_runs(kms):
    key, off = new_key(kms)["KeyId"], disabled_key(kms)
    before = kms.call("DescribeKeys")["KeySet"]
    for action, params in {
        "CreateKey": NEW,
        "DeleteKey": {"KeyId": off},
        "ModifyKey": {"KeyId": key, "KeyName": "other"},
        "ModifyKeyState": {"KeyId": key, "KeyState": "Disabled"},
        "DescribeKeys": {},
        "Encrypt": {"KeyId": key, "Plaintext": "aaaa"},
        "GenerateDataKey": {"KeyId": key, "KeySpec": "AES128"},
    }.items():
        rehearsed(kms.call, action, **params, DryRun=True)
    invalid("KeyState", kms.call, "DeleteKey", KeyId=key, DryRun=True)
    same(kms.call("DescribeKeys")["KeySet"], before, "keys")


CHECKS = [create, create_badly, modify, modify_state, describe, delete, dry_runs]
