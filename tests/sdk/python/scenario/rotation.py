"""Automatic rotation: EnableAutomaticRotation in CreateKey, and UpdateRotationPolicy."""

from checks import invalid, missing, near, no_key, refused, rejected, same, true, unfit
from scenario.keys import UNKNOWN, described, new_key
from scenario.pairs import SIGN, new_pair

DAY = 24 * 3600
# The notations of an interval, with its days.
INTERVALS = (("7d", 7), ("168h", 7), ("14400m", 10), ("604800s", 7), ("730d", 730))
WRONG = ("6d", "731d", "604799s", "7", "d", "-7d", "1w", "7 d")


def rotates(shown, days, word="Enabled"):
    same(shown["AutomaticRotation"], word, "AutomaticRotation")
    same(shown.get("RotationInterval"), f"{days * DAY}s", "RotationInterval")
    near(shown.get("NextRotationDate"), days * DAY, "NextRotationDate")
    near(shown["LastRotationDate"], 0, "LastRotationDate")


def does_not_rotate(shown):
    same(shown["AutomaticRotation"], "Disabled", "AutomaticRotation")
    for name in ("RotationInterval", "NextRotationDate"):
        true(name not in shown, f"{name} is returned while rotation is off")


def create_key_with_rotation(kms):
    for text, days in INTERVALS:
        made = kms.call("CreateKey", EnableAutomaticRotation=True, RotationInterval=text)["KeyMetadata"]
        rotates(made, days)
        rotates(described(kms, made["KeyId"]), days)
    rotates(described(kms, new_key(kms, KeySpec="Aliyun_SM4", EnableAutomaticRotation=True, RotationInterval="7d")), 7)
    does_not_rotate(described(kms, new_key(kms, EnableAutomaticRotation=False)))


def create_key_with_rotation_refuses(kms):
    missing("RotationInterval", kms.call, "CreateKey", EnableAutomaticRotation=True)
    for text in WRONG:
        invalid("RotationInterval", kms.call, "CreateKey", EnableAutomaticRotation=True, RotationInterval=text)
    for params in ({"Origin": "EXTERNAL"}, {"KeySpec": "EC_P256"}, {"KeySpec": "EC_SM2"}):
        on = {"EnableAutomaticRotation": True, "RotationInterval": "7d"}
        invalid("EnableAutomaticRotation", kms.call, "CreateKey", **params, **on)


def update_rotation_policy(kms):
    key = new_key(kms)
    does_not_rotate(described(kms, key))
    for text, days in INTERVALS:
        on = {"EnableAutomaticRotation": True, "RotationInterval": text}
        answer = kms.call("UpdateRotationPolicy", KeyId=key, **on)
        same(list(answer), ["RequestId"], "fields of UpdateRotationPolicy")
        rotates(described(kms, key), days)
    for _ in range(2):
        kms.call("UpdateRotationPolicy", KeyId=key, EnableAutomaticRotation=False)
        does_not_rotate(described(kms, key))
    same(kms.call("ListKeyVersions", KeyId=key)["TotalCount"], 1, "TotalCount of ListKeyVersions")


def update_rotation_policy_refuses(kms):
    key = new_key(kms)
    on = {"EnableAutomaticRotation": True, "RotationInterval": "7d"}
    missing("KeyId", kms.call, "UpdateRotationPolicy", **on)
    missing("EnableAutomaticRotation", kms.call, "UpdateRotationPolicy", KeyId=key)
    missing("RotationInterval", kms.call, "UpdateRotationPolicy", KeyId=key, EnableAutomaticRotation=True)
    for text in WRONG:
        wrong = {**on, "RotationInterval": text}
        invalid("RotationInterval", kms.call, "UpdateRotationPolicy", KeyId=key, **wrong)
    no_key(kms.call, "UpdateRotationPolicy", KeyId=UNKNOWN, **on)
    kms.call("CreateAlias", AliasName="alias/rotation/named", KeyId=key)
    message = "Alias is not valid for this api."
    refused(400, "Unsupported.Alias", message, kms.call, "UpdateRotationPolicy", KeyId="alias/rotation/named", **on)
    unfit(kms.call, "UpdateRotationPolicy", KeyId=new_pair(kms, "EC_P256", SIGN)["KeyId"], **on)
    rejected("PendingImport", kms.call, "UpdateRotationPolicy", KeyId=new_key(kms, Origin="EXTERNAL"), **on)
    service = kms.call("GenerateDataKey", KeyId="alias/acs/ecs")["KeyId"]
    unfit(kms.call, "UpdateRotationPolicy", KeyId=service, **on)
    does_not_rotate(described(kms, key))


def rotation_rests_while_the_key_does(kms):
    on = {"EnableAutomaticRotation": True, "RotationInterval": "7d"}
    key = new_key(kms, **on)
    kms.call("DisableKey", KeyId=key)
    rotates(described(kms, key), 7, "Suspended")
    rejected("Disabled", kms.call, "UpdateRotationPolicy", KeyId=key, **on)
    kms.call("EnableKey", KeyId=key)
    rotates(described(kms, key), 7)
    kms.call("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    rotates(described(kms, key), 7, "Suspended")
    rejected("PendingDeletion", kms.call, "UpdateRotationPolicy", KeyId=key, **on)
    kms.call("CancelKeyDeletion", KeyId=key)
    rotates(described(kms, key), 7)


CHECKS = [
    create_key_with_rotation,
    create_key_with_rotation_refuses,
    update_rotation_policy,
    update_rotation_policy_refuses,
    rotation_rests_while_the_key_does,
]
