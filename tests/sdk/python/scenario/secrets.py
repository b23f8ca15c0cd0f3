"""Secrets: their lifecycle, their tags and policies, and the policies of keys."""

import json

from checks import invalid, matches, missing, near, no_key, no_secret, refused, rejected, same, true, unfit, unsupported
from scenario.keys import AWKWARD, UNKNOWN, new_key
from scenario.pairs import SIGN, new_pair
from scenario.tags import tag_list

DAY = 24 * 3600
# The rotation fields of a secret that the service cannot rotate. With any other field, declarative
# clients would replace it.
DESCRIBED = {"RequestId", "Arn", "SecretName", "SecretType", "Description", "CreateTime", "UpdateTime"}
LISTED = {"SecretName", "SecretType", "CreateTime", "UpdateTime"}
POLICY = json.dumps({"Version": "1", "Statement": []})


def new_secret(kms, name, **params):
    wanted = {"SecretName": name, "SecretData": "first", "VersionId": "v1", **params}
    return kms.call("CreateSecret", **wanted)


def taken(call, *args, **params):
    return refused(409, "Rejected.ResourceExist", "The resource already exists.", call, *args, **params)


def to_be_deleted(call, *args, **params):
    message = "The secret is planned to be deleted."
    return refused(409, "Rejected.ResourceInDeleteWindow", message, call, *args, **params)


def create_secret(kms):
    made = new_secret(kms, "made/of_all+kinds=of.chars@here-1")
    arn = f"acs:kms:{kms.region}:{kms.account}:secret/made/of_all+kinds=of.chars@here-1"
    wanted = {"Arn": arn, "SecretName": arn.split("secret/")[1], "VersionId": "v1", "SecretType": "Generic"}
    same({name: made[name] for name in made if name != "RequestId"}, wanted, "answer of CreateSecret")
    shown = kms.call("DescribeSecret", SecretName=wanted["SecretName"])
    same(set(shown), DESCRIBED, "fields of DescribeSecret")
    same((shown["Arn"], shown["SecretType"], shown["Description"]), (arn, "Generic", ""), "secret")
    near(shown["CreateTime"], 0, "CreateTime")
    same(shown["UpdateTime"], shown["CreateTime"], "UpdateTime")


def create_secret_with_every_parameter(kms):
    key = new_key(kms)
    made = new_secret(
        kms,
        "secrets/full",
        SecretData=AWKWARD,
        SecretDataType="text",
        SecretType="Generic",
        Description=AWKWARD,
        EncryptionKeyId=key,
        Tags=tag_list(Team="blue moon"),
        DKMSInstanceId="kst-secrets",
        Policy=POLICY,
        # These are for managed secrets, and ignored for others.
        EnableAutomaticRotation=True,
        RotationInterval="7d",
    )
    same(made["DKMSInstanceId"], "kst-secrets", "DKMSInstanceId")
    shown = kms.call("DescribeSecret", SecretName="secrets/full", FetchTags="true")
    same(set(shown), DESCRIBED | {"EncryptionKeyId", "DKMSInstanceId", "Tags"}, "fields of DescribeSecret")
    same((shown["Description"], shown["EncryptionKeyId"]), (AWKWARD, key), "Description and EncryptionKeyId")
    same(shown["Tags"], {"Tag": [{"TagKey": "Team", "TagValue": "blue moon"}]}, "Tags")
    same(kms.call("GetSecretPolicy", SecretName="secrets/full")["Policy"], POLICY, "Policy")
    same(kms.call("GetSecretValue", SecretName="secrets/full")["SecretData"], AWKWARD, "SecretData")


def create_secret_by_alias(kms):
    key = new_key(kms)
    kms.call("CreateAlias", AliasName="alias/secrets/key", KeyId=key)
    new_secret(kms, "secrets/by-alias", EncryptionKeyId="alias/secrets/key")
    same(kms.call("DescribeSecret", SecretName="secrets/by-alias")["EncryptionKeyId"], key, "EncryptionKeyId")


def create_secret_refuses(kms):
    whole = {"SecretName": "secrets/wrong", "SecretData": "x", "VersionId": "v"}
    for name in whole:
        missing(name, kms.call, "CreateSecret", **{other: whole[other] for other in whole if other != name})
    for name, value in (
        ("SecretName", "a b"),
        ("SecretName", "acs/mine"),
        ("SecretName", "x" * 193),
        ("VersionId", "v" * 65),
        ("SecretData", "x" * 30721),
        ("SecretDataType", "Text"),
        ("SecretType", "Oracle"),
        ("Description", "x" * 8193),
        ("Tags", "not json"),
        ("Policy", "not json"),
    ):
        invalid(name, kms.call, "CreateSecret", **{**whole, name: value})
    new_secret(kms, "x" * 192, SecretData="x" * 30720, VersionId="v" * 64)
    no_key(new_secret, kms, "secrets/wrong", EncryptionKeyId=UNKNOWN)
    unsupported(new_secret, kms, "secrets/wrong", EncryptionKeyId=new_pair(kms, "EC_P256", SIGN)["KeyId"])
    no_secret(kms.call, "DescribeSecret", SecretName="secrets/wrong")
    new_secret(kms, "secrets/once")
    taken(new_secret, kms, "secrets/once")


def key_of_a_secret(kms):
    """A secret can be used only while its key can."""
    key = new_key(kms)
    new_secret(kms, "secrets/keyed", EncryptionKeyId=key)
    calls = (
        ("GetSecretValue", {}),
        ("PutSecretValue", {"SecretData": "second", "VersionId": "v2"}),
    )
    for out, back, state in (
        ("DisableKey", "EnableKey", "Disabled"),
        ("ScheduleKeyDeletion", "CancelKeyDeletion", "PendingDeletion"),
    ):
        kms.call(out, KeyId=key)
        for action, params in calls:
            rejected(state, kms.call, action, SecretName="secrets/keyed", **params)
        rejected(state, new_secret, kms, f"secrets/{state}", EncryptionKeyId=key)
        same(kms.call("DescribeSecret", SecretName="secrets/keyed")["EncryptionKeyId"], key, "EncryptionKeyId")
        kms.call(back, KeyId=key)
        same(kms.call("GetSecretValue", SecretName="secrets/keyed")["SecretData"], "first", "SecretData")


def listed(kms, *filters, **params):
    if filters:
        params["Filters"] = json.dumps([{"Key": name, "Values": values} for name, values in filters])
    answer = kms.call("ListSecrets", PageSize=100, **params)
    found = {secret["SecretName"]: secret for secret in answer["SecretList"]["Secret"]}
    same(answer["TotalCount"], len(found), "TotalCount")
    return found


def list_secrets(kms):
    for name, more in (
        ("listed/a", {"Description": "one of them"}),
        ("listed/b", {"Tags": tag_list(listed="yes", other="no")}),
        ("listed/c", {"DKMSInstanceId": "kst-listed"}),
    ):
        new_secret(kms, name, **more)
    for filters, wanted in (
        ([("SecretName", ["listed/a", "listed/c"])], {"listed/a", "listed/c"}),
        ([("SecretName", ["listed"])], set()),
        ([("Description", ["one of them"])], {"listed/a"}),
        ([("TagKey", ["listed"])], {"listed/b"}),
        ([("TagValue", ["yes"])], {"listed/b"}),
        ([("TagValue", ["maybe"])], set()),
        ([("DKMSInstanceId", ["kst-listed"])], {"listed/c"}),
        ([("SecretType", ["Rds"])], set()),
    ):
        same(set(listed(kms, *filters)), wanted, f"secrets left by {filters}")
    # The document allows one property.
    two = json.dumps([{"Key": key, "Values": ["listed"]} for key in ("TagKey", "TagValue")])
    invalid("Filters", kms.call, "ListSecrets", Filters=two)
    found = listed(kms)
    for name in ("listed/a", "listed/b", "listed/c"):
        same(set(found[name]), LISTED, "fields of a listed secret")
    found = listed(kms, FetchTags="true")
    tags = [{"TagKey": "listed", "TagValue": "yes"}, {"TagKey": "other", "TagValue": "no"}]
    same(found["listed/b"]["Tags"], {"Tag": tags}, "Tags")
    same(found["listed/a"]["Tags"], {"Tag": []}, "Tags of a secret without tags")
    page = kms.call("ListSecrets", PageNumber=2, PageSize=1)
    same((page["PageNumber"], page["PageSize"], page["TotalCount"]), (2, 1, len(found)), "paging")
    same(len(page["SecretList"]["Secret"]), 1, "secrets on a page")
    beyond = kms.call("ListSecrets", PageNumber=100, PageSize=100)
    same(beyond["SecretList"], {"Secret": []}, "SecretList past the last page")


def list_secrets_refuses(kms):
    for name, value in (("PageSize", 101), ("PageSize", 0), ("PageNumber", 0)):
        invalid(name, kms.call, "ListSecrets", **{name: value})
    for filters in ("not json", '[{"Key":"KeyState","Values":["Enabled"]}]'):
        invalid("Filters", kms.call, "ListSecrets", Filters=filters)


def update_secret(kms):
    new_secret(kms, "secrets/updated", Description="first")
    named = {"SecretName": "secrets/updated"}
    same(kms.call("UpdateSecret", **named, Description=AWKWARD)["SecretName"], "secrets/updated", "SecretName")
    same(kms.call("DescribeSecret", **named)["Description"], AWKWARD, "Description")
    # Fields that are not named stay.
    kms.call("UpdateSecret", **named)
    same(kms.call("DescribeSecret", **named)["Description"], AWKWARD, "Description")
    invalid("Description", kms.call, "UpdateSecret", **named, Description="x" * 8193)
    no_secret(kms.call, "UpdateSecret", SecretName="secrets/nowhere", Description="x")
    unfit(kms.call, "UpdateSecret", **named, **kms.custom_data({"a": "b"}))


def delete_and_restore(kms):
    new_secret(kms, "secrets/deleted")
    for days in (None, 7, 30):
        params = {} if days is None else {"RecoveryWindowInDays": str(days)}
        answer = kms.call("DeleteSecret", SecretName="secrets/deleted", **params)
        same(answer["SecretName"], "secrets/deleted", "SecretName")
        # This field alone is in Beijing time, with a fraction.
        told = answer["PlannedDeleteTime"]
        matches(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?\+08:00", told, "PlannedDeleteTime")
        near(told[:19] + "Z", (days or 30) * DAY + 8 * 3600, "PlannedDeleteTime")
        shown = kms.call("DescribeSecret", SecretName="secrets/deleted")
        for one in (shown, listed(kms, ("SecretName", ["secrets/deleted"]))["secrets/deleted"]):
            near(one["PlannedDeleteTime"], (days or 30) * DAY, "PlannedDeleteTime")
        kms.call("ListSecretVersionIds", SecretName="secrets/deleted")
        to_be_deleted(new_secret, kms, "secrets/deleted")
        for action, more in (
            ("GetSecretValue", {}),
            ("PutSecretValue", {"SecretData": "x", "VersionId": "v2"}),
            ("UpdateSecret", {"Description": "x"}),
            ("UpdateSecretVersionStage", {"VersionStage": "mine", "MoveToVersion": "v1"}),
            ("DeleteSecret", {}),
            ("GetSecretPolicy", {}),
            ("SetSecretPolicy", {"Policy": POLICY}),
            ("TagResource", {"Tags": tag_list(a="b")}),
        ):
            to_be_deleted(kms.call, action, SecretName="secrets/deleted", **more)
        same(kms.call("RestoreSecret", SecretName="secrets/deleted")["SecretName"], "secrets/deleted", "SecretName")
        true("PlannedDeleteTime" not in kms.call("DescribeSecret", SecretName="secrets/deleted"), "PlannedDeleteTime")
        same(kms.call("GetSecretValue", SecretName="secrets/deleted")["SecretData"], "first", "SecretData")
    alive = "restore normal secret"
    refused(409, "Rejected.ResourceInUse", alive, kms.call, "RestoreSecret", SecretName="secrets/deleted")


def delete_by_force(kms):
    # One client always sends both. Then force applies.
    for before in ({}, {"RecoveryWindowInDays": "7"}):
        for more in ({}, {"RecoveryWindowInDays": "30"}):
            new_secret(kms, "secrets/forced")
            if before:
                kms.call("DeleteSecret", SecretName="secrets/forced", **before)
            kms.call("DeleteSecret", SecretName="secrets/forced", ForceDeleteWithoutRecovery="true", **more)
            for action in ("DescribeSecret", "RestoreSecret", "DeleteSecret", "GetSecretValue"):
                no_secret(kms.call, action, SecretName="secrets/forced")
    new_secret(kms, "secrets/forced")
    named = {"SecretName": "secrets/forced"}
    for days in ("6", "31", "x"):
        invalid("RecoveryWindowInDays", kms.call, "DeleteSecret", **named, RecoveryWindowInDays=days)
    missing("SecretName", kms.call, "DeleteSecret")


def tags_of_secrets(kms):
    name, where = "secrets/tagged", kms.region_param("TagResources")
    new_secret(kms, name)
    kms.call("TagResource", SecretName=name, Tags=tag_list(Project="blue", Owner="me"))
    kms.call("UntagResource", SecretName=name, TagKeys='["Owner","NotThere"]')
    resources = {"ResourceType": "secret", **where}
    kms.call("TagResources", **resources, ResourceId=[name], Tag=[{"Key": "Stage", "Value": "test"}])
    tags = kms.call("DescribeSecret", SecretName=name, FetchTags="true")["Tags"]["Tag"]
    wanted = [{"TagKey": "Project", "TagValue": "blue"}, {"TagKey": "Stage", "TagValue": "test"}]
    same(sorted(tags, key=lambda tag: tag["TagKey"]), wanted, "Tags")
    found = kms.call("ListTagResources", **resources, ResourceId=[name])["TagResources"]["TagResource"]
    for tag in wanted:
        true({"ResourceId": name, "ResourceType": "secret", **tag} in found, f"{tag} is not in {found}")
    kms.call("UntagResources", **resources, ResourceId=[name], All=True)
    same(kms.call("ListTagResources", **resources, ResourceId=[name])["TagResources"], {"TagResource": []}, "tags")
    nobody = {"ResourceId": [name, "secrets/nowhere"], "Tag": [{"Key": "a", "Value": "b"}]}
    refused(404, "InvalidResourceId.NotFound", None, kms.call, "TagResources", **resources, **nobody)
    reserved = {"SecretName": name, "Tags": tag_list(**{"acs:": ""})}
    refused(400, "InvalidParameter.TagKey", None, kms.call, "TagResource", **reserved)
    no_secret(kms.call, "TagResource", SecretName="secrets/nowhere", Tags=tag_list(a="b"))
    no_secret(kms.call, "UntagResource", SecretName="secrets/nowhere", TagKeys='["a"]')


def policies(kms):
    key = new_key(kms)
    new_secret(kms, "secrets/policy")
    for setting, getting, of in (
        ("SetSecretPolicy", "GetSecretPolicy", {"SecretName": "secrets/policy"}),
        ("SetKeyPolicy", "GetKeyPolicy", {"KeyId": key}),
    ):
        default = json.loads(kms.call(getting, **of)["Policy"])
        same((default["Version"], len(default["Statement"])), ("1", 1), "the policy that nobody set")
        for name in ({}, {"PolicyName": "default"}):
            text = json.dumps({"Version": "1", "Statement": [], "Id": AWKWARD + str(name)})
            same(list(kms.call(setting, Policy=text, **of, **name)), ["RequestId"], f"fields of {setting}")
            same(kms.call(getting, **of, **name)["Policy"], text, "Policy")
        for wrong in ("not json", "[]", '"x"'):
            invalid("Policy", kms.call, setting, Policy=wrong, **of)
        missing("Policy", kms.call, setting, **of)
        other = {"PolicyName": "mine", **of}
        for action, more in ((setting, {"Policy": POLICY}), (getting, {})):
            refused(404, "Forbidden.ResourceNotFound", "Policy not found.", kms.call, action, **other, **more)
    no_secret(kms.call, "SetSecretPolicy", SecretName="secrets/nowhere", Policy=POLICY)
    no_secret(kms.call, "GetSecretPolicy", SecretName="secrets/nowhere")
    no_key(kms.call, "SetKeyPolicy", KeyId=UNKNOWN, Policy=POLICY)
    no_key(kms.call, "GetKeyPolicy", KeyId=UNKNOWN)
    kms.call("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    rejected("PendingDeletion", kms.call, "SetKeyPolicy", KeyId=key, Policy=POLICY)


def secrets_of_regions_are_apart(kms):
    new_secret(kms, "secrets/near")
    far = kms.in_region("cn-shanghai")
    no_secret(far.call, "DescribeSecret", SecretName="secrets/near")
    arn = new_secret(far, "secrets/near", SecretData="far")["Arn"]
    same(arn, f"acs:kms:cn-shanghai:{kms.account}:secret/secrets/near", "Arn")
    for where, wanted in ((kms, "first"), (far, "far")):
        same(where.call("GetSecretValue", SecretName="secrets/near")["SecretData"], wanted, "SecretData")


CHECKS = [
    create_secret,
    create_secret_with_every_parameter,
    create_secret_by_alias,
    create_secret_refuses,
    key_of_a_secret,
    list_secrets,
    list_secrets_refuses,
    update_secret,
    delete_and_restore,
    delete_by_force,
    tags_of_secrets,
    policies,
    secrets_of_regions_are_apart,
]
