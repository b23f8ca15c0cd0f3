"""ksc-sdk-python (kscore) against kmsim: AWS4 in the header, all parameters in the query."""

import json
import os
import sys
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from kscore.exceptions import ClientError
from kscore.session import get_session

import kkms
from checks import Refused, run, same
from kkms import NEW, NOBODY, refused

URL = os.environ["KMSIM_URL"]
OWN_KEY = "python-ksc"
METHODS = {
    "CreateKey": "create_key",
    "DeleteKey": "delete_key",
    "ModifyKey": "modify_key",
    "ModifyKeyState": "modify_key_state",
    "DescribeKeys": "describe_keys",
    "Encrypt": "encrypt",
    "Decrypt": "decrypt",
    "GenerateDataKey": "generate_data_key",
}


class Kms:
    def __init__(self, access_key=OWN_KEY, secret=f"secret-of-{OWN_KEY}", token=None, region="cn-beijing-6"):
        self.client = get_session().create_client(
            "kkms",
            region,
            endpoint_url=URL,
            ks_access_key_id=access_key,
            ks_secret_access_key=secret,
            ks_session_token=token,
        )

    def call(self, action, **params):
        try:
            return getattr(self.client, METHODS[action])(**params)
        except ClientError as problem:
            told, error = problem.response, problem.response["Error"]
            same(error.get("Type"), "Sender", "Type")
            about = told["ResponseMetadata"]
            refusal = Refused(about["HTTPStatusCode"], error["Code"], error["Message"], about["RequestId"])
            raise refusal from None

    def list_of(self, ids):
        return {f"KeyId.{number}": key for number, key in enumerate(ids, 1)}

    def stranger(self, access_key=OWN_KEY, secret="wrong"):
        return Kms(access_key, secret)


def lists_of_one_name(kms):
    """The SDK sends a Python list as one repeated name."""
    keys = [kms.call("CreateKey", **NEW)["Key"]["KeyId"] for _ in range(2)]
    listed = kms.call("DescribeKeys", KeyId=keys)["KeySet"]
    same([key["KeyId"] for key in listed], keys, "keys")


def temporary_credentials(kms):
    token = "CAIS-token+of/the=worker"
    worker = Kms("STS.worker", "secret-of-STS.worker", token)
    same(worker.call("DescribeKeys")["KeySet"], [], "KeySet")
    message = "The security token included in the request is invalid."
    for other in (None, "none"):
        refused(
            403, "InvalidClientTokenId", message, Kms("STS.worker", "secret-of-STS.worker", other).call, "DescribeKeys"
        )
    refused(
        403,
        "InvalidClientTokenId",
        message,
        Kms("STS.expired", "secret-of-STS.expired", "CAIS-token+of/the=past").call,
        "DescribeKeys",
    )


def regions_are_apart(kms):
    key = kms.call("CreateKey", **NEW)["Key"]["KeyId"]
    elsewhere = Kms(region="cn-shanghai-2")
    same(elsewhere.call("DescribeKeys")["KeySet"], [], "KeySet")
    kkms.invalid("KeyId", elsewhere.call, "Encrypt", KeyId=key, Plaintext="aaaa")


def presigned(kms):
    key = kms.call("CreateKey", **NEW)["Key"]["KeyId"]
    params = {"KeyId": key, "Plaintext": "aGVsbG8="}
    url = kms.client.generate_presigned_url("encrypt", Params=params, ExpiresIn=60)
    # The headers that it signs besides Host.
    signed = {"Accept": "application/json", "X-Action": "Encrypt", "X-Version": "2016-03-04"}
    with urlopen(Request(url, headers=signed)) as answer:
        blob = json.load(answer)["CiphertextBlob"]
    same(kms.call("Decrypt", KeyId=key, CiphertextBlob=blob)["Plaintext"], "aGVsbG8=", "Plaintext")
    for changed, headers in ((url.replace("aGVsbG8", "aGVsbG9"), signed), (url, {**signed, "X-Action": "Decrypt"})):
        try:
            urlopen(Request(changed, headers=headers))
        except HTTPError as problem:
            same((problem.code, json.load(problem)["Error"]["Code"]), (403, "SignatureDoesNotMatch"), "refusal")
        else:
            raise AssertionError("a changed request was served")


def unknown_key(kms):
    kkms.invalid("KeyId", kms.call, "DescribeKeys", KeyId=NOBODY)


OWN = [lists_of_one_name, presigned, temporary_credentials, regions_are_apart, unknown_key]

if __name__ == "__main__":
    sys.exit(run(Kms(), [*kkms.scenario(), *OWN]))
