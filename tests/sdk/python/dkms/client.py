"""The caller: an application of an account, with a client key, through one client."""

import base64
import json
import os
import tempfile
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from alibabacloud_kms20160120 import models
from alibabacloud_kms20160120.client import Client
from alibabacloud_tea_openapi.models import Config

from checks import Refused

URL = os.environ["KMSIM_URL"]
# The clients are told the authority by their configuration alone.
os.environ.pop("SSL_CERT_FILE", None)
SCHEME, ENDPOINT = urlsplit(URL)[:2]
# Administration is not encrypted: it comes before anything is trusted.
PLAIN_URL = f"http://{ENDPOINT}"
REGION = "cn-hangzhou"
PASSWORD = "password-of-1"
ACCOUNTS = {
    "python-dedicated": "1000000000000091",
    "go-dedicated": "1000000000000093",
    "dedicated-hosts": "1000000000000095",
}
INSTANCE, OTHER_INSTANCE = "kst-dedicated", "kst-other"
PERMISSIONS = ["RbacPermission/Template/CryptoServiceKeyUser", "RbacPermission/Template/CryptoServiceSecretUser"]
POLICIES = [
    {"name": "here", "instance": INSTANCE, "permissions": PERMISSIONS, "resources": ["key/key-*", "secret/*"]},
    {"name": "there", "instance": OTHER_INSTANCE, "permissions": PERMISSIONS, "resources": ["key/*"]},
]
ENCRYPTS, SIGNS = "ENCRYPT/DECRYPT", "SIGN/VERIFY"
# The material of the key for message authentication codes.
MATERIAL = bytes(range(32))
KEYS = [
    {"id": "key-aes", "aliases": ["alias/of-aes"]},
    {"id": "key-sm4", "spec": "Aliyun_SM4"},
    {"id": "key-rsa", "spec": "RSA_2048", "usage": ENCRYPTS},
    {"id": "key-sm2", "spec": "EC_SM2", "usage": ENCRYPTS},
    {"id": "key-rsa-sign", "spec": "RSA_3072", "usage": SIGNS},
    {"id": "key-ec", "spec": "EC_P256", "usage": SIGNS},
    {"id": "key-ec-k", "spec": "EC_P256K", "usage": SIGNS},
    {"id": "key-sm2-sign", "spec": "EC_SM2", "usage": SIGNS},
    {
        "id": "key-mac",
        "spec": "HMAC_256",
        "usage": "GENERATE/VERIFY_MAC",
        "material": base64.b64encode(MATERIAL).decode(),
    },
    {"id": "key-disabled", "state": "Disabled"},
    {"id": "forbidden"},
]
SECRETS = [
    {
        "name": "its-secret",
        "encryption_key_id": "key-aes",
        "versions": [{"id": "v1", "value": "its old value"}, {"id": "v2", "value": "its value"}],
    },
    {"name": "forbidden-key", "value": "hidden", "encryption_key_id": "forbidden"},
]


class Kms:
    """`send` takes a call and returns what became of it."""

    def __init__(self, send, name):
        self.send, self.name = send, name
        seed(ACCOUNTS[name])
        self.shared = {
            "endpoint": ENDPOINT,
            "region": REGION,
            "access_key": name,
            "secret": f"secret-of-{name}",
        }
        config = {"protocol": "http", "endpoint": ENDPOINT}
        own = Config(access_key_id=name, access_key_secret=self.shared["secret"], **config)
        self.account = Client(own)
        self.config = {**config, "protocol": SCHEME, **self.new_client_key()}
        if SCHEME == "https":
            self.authority = self.authority_of(INSTANCE)
            self.config["caFilePath"] = self.authority.name

    def new_client_key(self, application="program", **dates):
        """A client key of an application, as the SDKs are told it."""
        request = models.CreateClientKeyRequest(aap_name=application, password=PASSWORD, **dates)
        made = self.account.create_client_key(request).body
        content = {"KeyId": made.client_key_id, "PrivateKeyData": made.private_key_data}
        return {"clientKeyContent": json.dumps(content), "password": PASSWORD}

    def authority_of(self, instance):
        """A file with the authority that the instance tells."""
        told = self.account.get_kms_instance(models.GetKmsInstanceRequest(kms_instance_id=instance))
        file = tempfile.NamedTemporaryFile("w", encoding="ascii", newline="", suffix=".pem")
        file.write(told.body.kms_instance.ca_certificate_chain_pem)
        file.flush()
        return file

    def ask(self, client, action, params, **more):
        call = {"client": client, "action": action, "params": params}
        told = self.send({**call, "config": self.config, "shared": self.shared, **more})
        if "code" in told:
            raise Refused(told["status"], told["code"], told["message"], told["request_id"])
        return told["answer"]

    def call(self, action, /, **params):
        return self.ask("dedicated", action, params)

    def but(self, **config):
        """The same caller with another configuration."""
        other = object.__new__(Kms)
        other.__dict__ = {**self.__dict__, "config": {**self.config, **config}}
        return other


def seed(account):
    realm = {
        "account": account,
        "region": REGION,
        "instances": [{"id": INSTANCE}, {"id": OTHER_INSTANCE}],
        "keys": [{**key, "instance": INSTANCE} for key in KEYS] + [{"id": "key-other", "instance": OTHER_INSTANCE}],
        "secrets": [{**secret, "instance": INSTANCE} for secret in SECRETS],
        "application_policies": POLICIES,
        "applications": [{"name": "program", "policies": [it["name"] for it in POLICIES]}],
    }
    document = json.dumps({"realms": [realm]}).encode()
    urlopen(Request(f"{PLAIN_URL}/_kmsim/state?account={account}", document, method="PUT")).read()
