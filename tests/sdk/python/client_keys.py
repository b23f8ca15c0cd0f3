"""Client keys of applications: aliyun_secret_manager_client with credentials_type=client_key.

It reads a secret on the shared gateway, signed by the client key.
"""

import json
import logging
import os
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from alibaba_cloud_secretsmanager_client.secret_manager_cache_client_builder import (
    SecretManagerCacheClientBuilder,
)
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest

from checks import run, same

OWN_KEY = "python-client-keys"
REGION = "cn-hangzhou"
URL = os.environ["KMSIM_URL"]
PASSWORD = "password-of-1"
QUIET = logging.getLogger("quiet")
QUIET.setLevel(logging.CRITICAL)
logging.getLogger("aliyunsdkcore").setLevel(logging.CRITICAL)
SECRET_USER = "RbacPermission/Template/SecretUser"


class Kms:
    """The account's own access key."""

    def __init__(self):
        self.client = AcsClient(OWN_KEY, f"secret-of-{OWN_KEY}", REGION)

    def call(self, action, **params):
        request = CommonRequest(domain=urlsplit(URL).netloc, version="2016-01-20", action_name=action)
        request.set_method("POST")
        request.set_protocol_type("http")
        for name, value in params.items():
            request.add_query_param(name, value)
        return json.loads(self.client.do_action_with_exception(request))


def application(kms, name, resources, permissions=(SECRET_USER,), rules=None):
    """Creates an application with a policy, and returns the text of a client key's file."""
    more = {"AccessControlRules": json.dumps({"NetworkRules": [rules]})} if rules else {}
    kms.call(
        "CreatePolicy",
        Name=name,
        KmsInstance="shared",
        Permissions=json.dumps(permissions),
        Resources=json.dumps(resources),
        **more,
    )
    kms.call("CreateApplicationAccessPoint", Name=name, Policies=json.dumps([name]))
    made = kms.call("CreateClientKey", AapName=name, Password=PASSWORD)
    return json.dumps({"KeyId": made["ClientKeyId"], "PrivateKeyData": made["PrivateKeyData"]})


def read(key_file, secret):
    """Reads a secret through a client that has only the client key."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clientKey.json"
        path.write_text(key_file)
        os.environ.update(
            {
                "credentials_type": "client_key",
                "client_key_private_key_path": str(path),
                "client_key_password_from_env_variable": "the_password",
                "the_password": PASSWORD,
                "cache_client_region_id": json.dumps([{"regionId": REGION, "endpoint": URL}]),
            }
        )
        client = SecretManagerCacheClientBuilder().with_logger(QUIET).build()
        try:
            return client.get_secret_value(secret)
        finally:
            client.close()


def refused(code, call, *args):
    try:
        answer = call(*args)
    except ServerException as problem:
        same(problem.get_error_code(), code, "code")
        return
    raise AssertionError(f"answered {answer!r}, wanted {code}")


def a_permitted_secret_is_read(kms):
    kms.call("CreateSecret", SecretName="client-keys/a", SecretData="its value", VersionId="v1")
    kms.call("CreateSecret", SecretName="other", SecretData="another value", VersionId="v1")
    key = application(kms, "reads", ["secret/client-keys/*"])
    same(read(key, "client-keys/a"), "its value", "value")
    refused("Forbidden.NoPermission", read, key, "other")


def a_network_rule_limits_addresses(kms):
    kms.call("CreateNetworkRule", Name="elsewhere", Type="Public", SourcePrivateIp='["203.0.113.0/24"]')
    key = application(kms, "far", ["secret/*"], rules="elsewhere")
    refused("Forbidden.NoPermission", read, key, "client-keys/a")
    kms.call("UpdateNetworkRule", Name="elsewhere", SourcePrivateIp='["127.0.0.0/8","::1"]')
    same(read(key, "client-keys/a"), "its value", "value")


def a_deleted_key_is_unknown(kms):
    key = application(kms, "gone", ["secret/*"])
    kms.call("DeleteClientKey", ClientKeyId=json.loads(key)["KeyId"])
    refused("InvalidAccessKeyId.NotFound", read, key, "client-keys/a")


CHECKS = [a_permitted_secret_is_read, a_network_rule_limits_addresses, a_deleted_key_is_unknown]

if __name__ == "__main__":
    sys.exit(run(Kms(), CHECKS))
