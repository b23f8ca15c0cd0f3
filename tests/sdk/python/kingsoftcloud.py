"""kingsoftcloud-sdk-python against kmsim: its typed client, and its generic one with JSON bodies.
It signs AWS4 in the header, over other headers than ksc-sdk-python.

kingsoftcloud.py GET|POST|JSON
"""

import json
import os
import sys
from urllib.parse import urlsplit

from ksyun.client.kkms.v20160304 import models
from ksyun.client.kkms.v20160304.client import KkmsClient
from ksyun.common.common_client import CommonClient
from ksyun.common.credential import Credential
from ksyun.common.exception.ksyun_sdk_exception import KsyunSDKException
from ksyun.common.profile.client_profile import ClientProfile
from ksyun.common.profile.http_profile import HttpProfile

import kkms
from checks import Refused, run, same

WAY = sys.argv[1]
OWN_KEY = f"python-kingsoftcloud-{WAY.lower()}"
ENDPOINT = urlsplit(os.environ["KMSIM_URL"]).netloc


class Kms:
    def __init__(self, access_key=OWN_KEY, secret=f"secret-of-{OWN_KEY}"):
        method = "GET" if WAY == "GET" else "POST"
        http = HttpProfile(protocol="http", endpoint=ENDPOINT, reqMethod=method)
        # The clients now use AWS4 under the name HMAC-SHA256.
        profile = ClientProfile(httpProfile=http)
        credential, region = Credential(access_key, secret), "cn-beijing-6"
        self.typed = KkmsClient(credential, region, profile)
        self.generic = CommonClient("kkms", "2016-03-04", credential, region, profile)

    def call(self, action, **params):
        try:
            return json.loads(self.send(action, params))
        except KsyunSDKException as problem:
            # The SDK has one code for every status except 200. The message is the body.
            same(problem.get_code(), "ServerNetworkError", "code")
            body = json.loads(problem.get_message())
            error = body["Error"]
            same(error["Type"], "Sender", "Type")
            raise Refused(None, error["Code"], error["Message"], body["RequestId"]) from None

    def send(self, action, params):
        if WAY == "JSON":
            return self.generic.call_json(action, dict(params))
        request = getattr(models, f"{action}Request")()
        if any(not hasattr(request, name) for name in params):
            # The models have no common parameters.
            return self.generic.call(action, dict(params))
        for name, value in params.items():
            setattr(request, name, value)
        return getattr(self.typed, action)(request)

    def list_of(self, ids):
        return {"KeyId": ids}

    def stranger(self, access_key=OWN_KEY, secret="wrong"):
        return Kms(access_key, secret)


if __name__ == "__main__":
    sys.exit(run(Kms(), kkms.scenario()))
