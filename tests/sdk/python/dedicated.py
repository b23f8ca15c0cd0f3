"""The gateway of an instance: alibabacloud-dkms-gcs, and alibabacloud-kms-python-sdk in its two modes.

The account's own access key makes an application with a client key, which signs everything else.
"""

import base64
import hashlib
import json
import os
import sys
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from alibabacloud_kms20160120 import models as shared
from alibabacloud_kms20160120.client import Client as SharedClient
from alibabacloud_kms_kms20160120.models import KmsConfig
from alibabacloud_kms_kms20160120.transfer_client import TransferClient
from alibabacloud_tea_openapi.models import Config as SharedConfig
from openapi.models import Config
from sdk import models
from sdk.client import Client
from Tea.exceptions import TeaException

from checks import run, same, true

OWN_KEY = "python-dedicated"
ACCOUNT = "1000000000000091"
URL = os.environ["KMSIM_URL"]
SCHEME, ENDPOINT = urlsplit(URL)[:2]
PASSWORD = "password-of-1"
INSTANCE = "kst-dedicated"
SEED = {
    "realms": [
        {
            "account": ACCOUNT,
            "region": "cn-hangzhou",
            "instances": [{"id": INSTANCE}],
            "keys": [
                {"id": "key-aes", "instance": INSTANCE},
                {"id": "key-ec", "spec": "EC_P256", "instance": INSTANCE},
                {"id": "key-rsa", "spec": "RSA_2048", "usage": "ENCRYPT/DECRYPT", "instance": INSTANCE},
                {"id": "forbidden", "instance": INSTANCE},
            ],
            "secrets": [{"name": "its-secret", "value": "its value", "encryption_key_id": "key-aes", "instance": INSTANCE}],
            "application_policies": [
                {
                    "name": "everything",
                    "instance": INSTANCE,
                    "permissions": [
                        "RbacPermission/Template/CryptoServiceKeyUser",
                        "RbacPermission/Template/CryptoServiceSecretUser",
                    ],
                    "resources": ["key/key-*", "secret/*"],
                }
            ],
            "applications": [{"name": "program", "policies": ["everything"]}],
        }
    ]
}


class Kms:
    """One client of each kind, with the same client key."""

    def __init__(self):
        request = Request(f"{URL}/_kmsim/state?access_key={OWN_KEY}", json.dumps(SEED).encode(), method="PUT")
        urlopen(request).read()
        own = SharedConfig(
            access_key_id=OWN_KEY, access_key_secret=f"secret-of-{OWN_KEY}", endpoint=ENDPOINT, protocol=SCHEME
        )
        made = SharedClient(own).create_client_key(shared.CreateClientKeyRequest(aap_name="program", password=PASSWORD))
        self.key_id = made.body.client_key_id
        content = json.dumps({"KeyId": self.key_id, "PrivateKeyData": made.body.private_key_data})
        settings = {"protocol": SCHEME, "endpoint": ENDPOINT, "client_key_content": content, "password": PASSWORD}
        self.client = Client(Config(**settings))
        self.transfer = TransferClient(kms_config=KmsConfig(**settings))
        low = KmsConfig(**settings, force_low_version_crypto_transfer=True)
        self.low_transfer = TransferClient(config=own, kms_config=low)


def refused(status, code, call, *args):
    try:
        answer = call(*args)
    except TeaException as problem:
        data = problem.data or {}
        same((data.get("httpCode", data.get("statusCode")), problem.code), (status, code), "refusal")
        return
    raise AssertionError(f"answered {answer!r}, wanted {code}")


def encrypts(kms):
    for aad in (None, b"for"):
        sealed = kms.client.encrypt(models.EncryptRequest(key_id="key-aes", plaintext=b"text", aad=aad))
        same(sealed.key_id, "key-aes", "key_id")
        opening = {"key_id": "key-aes", "ciphertext_blob": sealed.ciphertext_blob, "iv": sealed.iv}
        opened = kms.client.decrypt(models.DecryptRequest(**opening, aad=aad))
        same(opened.plaintext, b"text", "plaintext")
        other = models.DecryptRequest(**opening, aad=b"other")
        refused(400, "InvalidParameter", kms.client.decrypt, other)


def draws_data_keys(kms):
    made = kms.client.generate_data_key(models.GenerateDataKeyRequest(key_id="key-aes", number_of_bytes=24))
    same(len(made.plaintext), 24, "length of the data key")
    opening = models.DecryptRequest(key_id="key-aes", ciphertext_blob=made.ciphertext_blob, iv=made.iv)
    same(kms.client.decrypt(opening).plaintext, made.plaintext, "plaintext")
    same(len(kms.client.generate_random(models.GenerateRandomRequest(length=40)).random), 40, "length")


def encrypts_by_versions(kms):
    sealed = kms.client.advance_encrypt(models.AdvanceEncryptRequest(key_id="key-aes", plaintext=b"text"))
    opening = models.AdvanceDecryptRequest(key_id="key-aes", ciphertext_blob=sealed.ciphertext_blob, iv=sealed.iv)
    same(kms.client.advance_decrypt(opening).plaintext, b"text", "plaintext")


def signs(kms):
    message = {"key_id": "key-ec", "algorithm": "ECDSA_SHA_256", "message": b"text", "message_type": "RAW"}
    signature = kms.client.sign(models.SignRequest(**message)).signature
    same(kms.client.verify(models.VerifyRequest(**message, signature=signature)).value, True, "value")
    message["message"] = b"another text"
    same(kms.client.verify(models.VerifyRequest(**message, signature=signature)).value, False, "value")
    public = kms.client.get_public_key(models.GetPublicKeyRequest(key_id="key-ec")).public_key
    true(public.startswith("-----BEGIN PUBLIC KEY-----"), f"no public key in PEM: {public!r}")


def reads_secrets(kms):
    answer = kms.client.get_secret_value(models.GetSecretValueRequest(secret_name="its-secret"))
    same((answer.secret_name, answer.secret_data), ("its-secret", "its value"), "secret")


def keeps_to_its_policies(kms):
    sealing = models.EncryptRequest(key_id="forbidden", plaintext=b"text")
    refused(403, "Forbidden.NoPermission", kms.client.encrypt, sealing)


def transfers(kms):
    for client in (kms.transfer, kms.low_transfer):
        context = {"order": "42"}
        sealed = client.encrypt(
            shared.EncryptRequest(key_id="key-aes", plaintext="text", encryption_context=context)
        ).body
        opening = shared.DecryptRequest(ciphertext_blob=sealed.ciphertext_blob, encryption_context=context)
        opened = client.decrypt(opening).body
        same((opened.plaintext, opened.key_id), ("text", "key-aes"), "what was encrypted")
        made = client.generate_data_key(shared.GenerateDataKeyRequest(key_id="key-aes", key_spec="AES_256")).body
        opened = client.decrypt(shared.DecryptRequest(ciphertext_blob=made.ciphertext_blob)).body
        same(opened.plaintext, made.plaintext, "the data key")
        secret = client.get_secret_value(shared.GetSecretValueRequest(secret_name="its-secret")).body
        same(secret.secret_data, "its value", "secret_data")
        digest = base64.b64encode(hashlib.sha256(b"text").digest()).decode()
        asked = {"key_id": "key-ec", "key_version_id": "unused", "algorithm": "ECDSA_SHA_256", "digest": digest}
        value = client.asymmetric_sign(shared.AsymmetricSignRequest(**asked)).body.value
        told = client.asymmetric_verify(shared.AsymmetricVerifyRequest(**asked, value=value)).body
        same(told.value, True, "value")
        sealing = {"key_id": "key-rsa", "key_version_id": "unused", "algorithm": "RSAES_OAEP_SHA_256"}
        text = base64.b64encode(b"text").decode()
        sealed = client.asymmetric_encrypt(shared.AsymmetricEncryptRequest(**sealing, plaintext=text)).body
        asked = shared.AsymmetricDecryptRequest(**sealing, ciphertext_blob=sealed.ciphertext_blob)
        same(client.asymmetric_decrypt(asked).body.plaintext, text, "plaintext")


CHECKS = [
    encrypts,
    draws_data_keys,
    encrypts_by_versions,
    signs,
    reads_secrets,
    keeps_to_its_policies,
    transfers,
]

if __name__ == "__main__":
    sys.exit(run(Kms(), CHECKS))
