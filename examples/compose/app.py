"""A small app that uses envelope encryption: it authenticates a text with a data key that only the
KMS can decrypt."""

import base64
import hashlib
import hmac
import os

from alibabacloud_kms20160120 import models
from alibabacloud_kms20160120.client import Client
from alibabacloud_tea_openapi.utils_models import Config

kms = Client(Config(
    access_key_id=os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"],
    access_key_secret=os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
    endpoint=os.environ["KMS_ENDPOINT"],
    protocol="http",
))
ALIAS = "alias/orders"
CONTEXT = {"order": "42"}


def main():
    drawn = kms.generate_data_key(models.GenerateDataKeyRequest(key_id=ALIAS, encryption_context=CONTEXT)).body
    tag = sign(drawn.plaintext, "two teapots")

    # Later, only the encrypted data key and the tag are left.
    opened = kms.decrypt(models.DecryptRequest(ciphertext_blob=drawn.ciphertext_blob, encryption_context=CONTEXT))
    assert hmac.compare_digest(sign(opened.body.plaintext, "two teapots"), tag)
    print("the order is genuine")


def sign(data_key, text):
    return hmac.digest(base64.b64decode(data_key), text.encode(), hashlib.sha256)


if __name__ == "__main__":
    main()
