"""Requests with invalid credentials."""

from . import refused


def wrong_secret(kms):
    message = "The request signature we calculated does not match the signature you provided."
    refused(403, "SignatureDoesNotMatch", message, kms.stranger(secret="wrong").call, "DescribeKeys")


def unknown_access_key(kms):
    message = "The security token included in the request is invalid."
    refused(403, "InvalidClientTokenId", message, kms.stranger(access_key="nobody").call, "DescribeKeys")


def account_in_debt(kms):
    debtor = kms.stranger(access_key="in-debt", secret="secret-of-in-debt")
    message = "User: 1000000000000033 is not authorized to perform: DescribeKeys."
    refused(403, "AccessDenied", message, debtor.call, "DescribeKeys")


CHECKS = [wrong_secret, unknown_access_key, account_in_debt]
