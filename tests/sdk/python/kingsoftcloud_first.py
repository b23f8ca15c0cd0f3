"""The first release of kingsoftcloud-sdk-python against kmsim. It uses the simplified signature.

kingsoftcloud_first.py HMAC-SHA256|HMAC-SHA1
"""

import json
import os
import sys
import time
from urllib.parse import urlsplit

from ksyun.common.common_client import CommonClient
from ksyun.common.credential import Credential
from ksyun.common.exception.ksyun_sdk_exception import KsyunSDKException
from ksyun.common.profile.client_profile import ClientProfile
from ksyun.common.profile.http_profile import HttpProfile

import kkms
from checks import Refused, run, same

HASH = sys.argv[1]
OWN_KEY = f"python-kingsoftcloud-{HASH.removeprefix('HMAC-').lower()}"
ENDPOINT = urlsplit(os.environ["KMSIM_URL"]).netloc


class Kms:
    def __init__(self, access_key=OWN_KEY, secret=f"secret-of-{OWN_KEY}", token=None, method="POST"):
        http = HttpProfile(protocol="http", endpoint=ENDPOINT, reqMethod=method)
        credential = Credential(access_key, secret, token)
        profile = ClientProfile(signMethod=HASH, httpProfile=http)
        self.client = CommonClient("kkms", "2016-03-04", credential, "cn-beijing-6", profile)

    def call(self, action, **params):
        try:
            return json.loads(self.client.call(action, params))
        except KsyunSDKException as problem:
            same(problem.get_code(), "ServerNetworkError", "code")
            body = json.loads(problem.get_message())
            error = body["Error"]
            raise Refused(None, error["Code"], error["Message"], body["RequestId"]) from None

    def list_of(self, ids):
        return {"KeyId": ids}

    def stranger(self, access_key=OWN_KEY, secret="wrong"):
        return Kms(access_key, secret)


def by_get(kms):
    key = kkms.new_key(Kms(method="GET"))
    same(key["KeyName"], kkms.NAME, "KeyName")
    same(kms.call("DescribeKeys", KeyId=[key["KeyId"]])["KeySet"], [key], "KeySet")


def in_any_time_zone(kms):
    """The SDK takes the local time for Beijing time, wherever it runs."""
    before = os.environ.get("TZ")
    try:
        for zone in ("Asia/Shanghai", "UTC", "America/Los_Angeles", "Pacific/Auckland"):
            os.environ["TZ"] = zone
            time.tzset()
            kms.call("DescribeKeys")
    finally:
        os.environ.pop("TZ")
        if before is not None:
            os.environ["TZ"] = before
        time.tzset()


def temporary_credentials(kms):
    worker = Kms("STS.worker", "secret-of-STS.worker", "CAIS-token+of/the=worker")
    same(worker.call("DescribeKeys")["KeySet"], [], "KeySet")
    message = "The security token included in the request is invalid."
    other = Kms("STS.worker", "secret-of-STS.worker", "none")
    kkms.refused(403, "InvalidClientTokenId", message, other.call, "DescribeKeys")


def json_bodies(kms):
    """The SDK's JSON bodies contain all parameters, including the signature."""
    key = kkms.new_key(kms)["KeyId"]
    answer = json.loads(kms.client.call_json("Encrypt", {"KeyId": key, "Plaintext": "aaaa"}))
    opened = json.loads(kms.client.call_json("Decrypt", {"KeyId": key, "CiphertextBlob": answer["CiphertextBlob"]}))
    same(opened["Plaintext"], "aaaa", "Plaintext")


OWN = [by_get, in_any_time_zone, temporary_credentials, json_bodies]

if __name__ == "__main__":
    sys.exit(run(Kms(), [*kkms.scenario(), *OWN]))
