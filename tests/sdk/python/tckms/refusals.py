"""What is refused before any action looks at it."""

from checks import Refused, same, true

from . import NOBODY, new_key, refused, text


def strangers(kms):
    refused("AuthFailure.SignatureFailure", kms.stranger().call, "GetRegions")
    refused("AuthFailure.SecretIdNotFound", kms.stranger("nobody").call, "GetRegions")


def tokens(kms):
    """Temporary credentials: an access key that is good with its token only."""
    worker = {"access_key": "STS.worker", "secret": "secret-of-STS.worker"}
    valid = "CAIS-token+of/the=worker"
    kms.but(**worker, token=valid).call("GetRegions")
    expired = {"access_key": "STS.expired", "secret": "secret-of-STS.expired", "token": "CAIS-token+of/the=past"}
    for who in ({**worker, "token": None}, {**worker, "token": valid + "a"}, {"token": valid}, expired):
        refused("AuthFailure.TokenFailure", kms.but(**who).call, "GetRegions")


def regions(kms):
    refused("UnsupportedRegion", kms.elsewhere("ap-nowhere").call, "GetRegions")


def messages(kms):
    """Each language has the service's own words."""
    english = refused("AuthFailure.SignatureFailure", kms.stranger(language="en-US").call, "GetRegions").message
    same(
        english,
        "The provided credentials could not be validated. Please check your signature is correct.",
        "message",
    )
    chinese = refused("AuthFailure.SignatureFailure", kms.stranger(language="zh-CN").call, "GetRegions").message
    same(chinese, "请求签名验证失败，请检查您的签名计算是否正确。", "message")


def parameters(kms):
    refused("MissingParameter", kms.call, "DescribeKey")
    refused("UnknownParameter", kms.call, "DescribeKey", KeyId=NOBODY, Other="a")
    refused("InvalidParameterValue.InvalidKeyId", kms.call, "DescribeKey", KeyId="b")
    refused("ResourceUnavailable.CmkNotFound", kms.call, "DescribeKey", KeyId=NOBODY)
    member = {"MemberUin": 1}
    refused("UnsupportedOperation.NotRoleOperation", kms.call, "DescribeKey", KeyId=NOBODY, MemberAccount=member)
    refused("InvalidAction", kms.call, "NoSuchAction")


def numbers_as_texts(kms):
    """The document's own samples send numbers as texts."""
    key = new_key(kms)
    kms.call("DisableKey", KeyId=key)
    kms.call("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays="7")
    refused("InvalidParameter", kms.call, "GenerateRandom", NumberOfBytes="many")


def regions_are_apart(kms):
    key = new_key(kms)
    elsewhere = kms.elsewhere("ap-singapore")
    try:
        elsewhere.call("Encrypt", KeyId=key, Plaintext=text(b"a"))
    except Refused as refusal:
        same(refusal.code, "ResourceUnavailable.CmkNotFound", "code")
    else:
        true(False, "a key is seen in another region")


CHECKS = [strangers, tokens, regions, messages, parameters, numbers_as_texts, regions_are_apart]
