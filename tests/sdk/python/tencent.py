"""tencentcloud-sdk-python-kms against kmsim, by one of its signatures: TC3 POST, TC3 GET, v1 SHA-1 GET, v1 SHA-256 POST."""

import json
import os
import sys
from urllib.parse import urlsplit

from checks import Refused, run
from tencentcloud.common import credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.kms.v20190118 import kms_client, models

import tckms

URL = urlsplit(os.environ["KMSIM_URL"])
MODES = {
    "tc3-post": ("POST", "TC3-HMAC-SHA256"),
    "tc3-get": ("GET", "TC3-HMAC-SHA256"),
    "sha1-get": ("GET", "HmacSHA1"),
    "sha256-post": ("POST", "HmacSHA256"),
}
MODE = sys.argv[1]
OWN_KEY = f"python-tencent-{MODE}"


class Kms:
    def __init__(self, access_key=OWN_KEY, secret=f"secret-of-{OWN_KEY}", region="ap-guangzhou", language="zh-CN"):
        method, signature = MODES[MODE]
        http = HttpProfile(protocol=URL.scheme, endpoint=URL.netloc, reqMethod=method)
        profile = ClientProfile(signMethod=signature, httpProfile=http, language=language)
        self.client = kms_client.KmsClient(credential.Credential(access_key, secret), region, profile)

    def call(self, action, **params):
        try:
            # The generic call sends whatever it is given; the typed one reads the answer into the SDK's own classes.
            answer = self.client.call_json(action, params)["Response"]
            if hasattr(models, f"{action}Response"):
                getattr(models, f"{action}Response")()._deserialize(dict(answer))
            return answer
        except TencentCloudSDKException as problem:
            if problem.requestId is None:
                raise
            raise Refused(200, problem.code, problem.message, problem.requestId) from None

    def stranger(self, access_key=OWN_KEY, language="zh-CN"):
        return Kms(access_key, "wrong", language=language)

    def elsewhere(self, region):
        return Kms(region=region)


def typed(kms):
    """The SDK's own classes, both ways."""
    key = tckms.new_key(kms)
    request = models.EncryptRequest()
    request.from_json_string(json.dumps({"KeyId": key, "Plaintext": "aGVsbG8="}))
    blob = kms.client.Encrypt(request).CiphertextBlob
    request = models.DecryptRequest()
    request.CiphertextBlob = blob
    assert kms.client.Decrypt(request).Plaintext == "aGVsbG8="


if __name__ == "__main__":
    sys.exit(run(Kms(), [*tckms.scenario(), typed]))
