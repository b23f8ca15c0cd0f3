"""Regions, the account, and its statuses."""

from checks import Refused, refused, same, true
from scenario.keys import described, new_key


def describe_regions(kms):
    regions = kms.call("DescribeRegions")["Regions"]["Region"]
    names = [region["RegionId"] for region in regions]
    same(len(set(names)), len(names), "number of different regions")
    for name in ("cn-hangzhou", "cn-shanghai", "ap-southeast-1", "eu-central-1", "us-west-1"):
        true(name in names, f"{name} is not among the regions {names}")


def open_account(kms):
    same(kms.call("DescribeAccountKmsStatus")["AccountStatus"], "Enabled", "AccountStatus")
    refused(400, "Forbidden.Opened", "Your kms service has been opened.", kms.call, "OpenKmsService")


def account_opens_the_service(kms):
    other = kms.as_other("not-opened", "secret-of-not-opened")
    same(other.call("DescribeAccountKmsStatus")["AccountStatus"], "NotEnabled", "AccountStatus")
    refused(
        403,
        "Forbidden.KmsServiceNotEnabled",
        "Kms service is not Enabled for current user. Please get access permission first.",
        other.call,
        "CreateKey",
    )
    other.call("OpenKmsService")
    same(other.call("DescribeAccountKmsStatus")["AccountStatus"], "Enabled", "AccountStatus")
    same(described(other, new_key(other))["KeyState"], "Enabled", "KeyState")


def accounts_in_trouble(kms):
    for status, shown, code, message in (
        ("in-debt", "InDebt", "Forbidden.InDebt", "Current user is indebted."),
        ("in-debt-overdue", "InDebt", "Forbidden.InDebtOverdue", "Current user is indebted Overdue."),
        (
            "risk-control",
            "Suspended",
            "Forbidden.ProhibitedByRiskControl",
            "Current user is Prohibited By Risk Control.",
        ),
    ):
        other = kms.as_other(status, f"secret-of-{status}")
        same(other.call("DescribeAccountKmsStatus")["AccountStatus"], shown, f"AccountStatus of {status}")
        refused(403, code, message, other.call, "CreateKey")
        refused(403, code, message, other.call, "ListKeys")
    other = kms.as_other("suspended", "secret-of-suspended")
    same(other.call("DescribeAccountKmsStatus")["AccountStatus"], "Suspended", "AccountStatus")
    try:
        other.call("CreateKey")
    except Refused as refusal:
        same(refusal.status, 403, f"status of {refusal}")
    else:
        raise AssertionError("a suspended account made a key")


def regions_are_apart(kms):
    far = kms.in_region("cn-shanghai")
    key = far.call("CreateKey")["KeyMetadata"]
    same(key["Arn"], f"acs:kms:cn-shanghai:{kms.account}:key/{key['KeyId']}", "Arn")
    same(described(far, key["KeyId"])["KeyId"], key["KeyId"], "KeyId in its own region")
    refused(404, "Forbidden.KeyNotFound", None, kms.call, "DescribeKey", KeyId=key["KeyId"])


CHECKS = [describe_regions, open_account, account_opens_the_service, accounts_in_trouble, regions_are_apart]
