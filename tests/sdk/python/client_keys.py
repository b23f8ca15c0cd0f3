"""Client keys of applications: the clients that cache secrets, configured by variables alone. They
read at the shared gateway, with `credentials_type=client_key`, and at the gateway of an instance,
which `cache_client_dkms_config_info` names.

client_keys.py python|go
"""

import json
import logging
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from alibaba_cloud_secretsmanager_client.secret_manager_cache_client_builder import (
    SecretManagerCacheClientBuilder,
)
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest

from checks import Refused, run, same, snake, true

CLIENT = sys.argv[1]
OWN_KEY = f"{CLIENT}-client-keys"
REGION = "cn-hangzhou"
URL = os.environ["KMSIM_URL"]
ENDPOINT = f"localhost:{urlsplit(URL).port}"
PASSWORD = "password-of-1"
INSTANCE = "kst-client-keys"
QUIET = logging.getLogger("quiet")
QUIET.setLevel(logging.CRITICAL)
logging.getLogger("aliyunsdkcore").setLevel(logging.CRITICAL)
SECRET_USER = "RbacPermission/Template/SecretUser"
OF_INSTANCES = ["RbacPermission/Template/CryptoServiceKeyUser", "RbacPermission/Template/CryptoServiceSecretUser"]
# What is read, in the names of the client for Go.
FIELDS = [
    "secretName",
    "secretValue",
    "secretDataType",
    "secretType",
    "versionId",
    "extendedConfig",
    "automaticRotation",
    "rotationInterval",
]


class Kms:
    """The account's own access key, and a folder for files of the clients."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.client = AcsClient(OWN_KEY, f"secret-of-{OWN_KEY}", REGION)
        instance = {"id": INSTANCE, "status": "Connected"}
        body = json.dumps(instance).encode()
        urlopen(Request(f"{URL}/_kmsim/instances?access_key={OWN_KEY}&region={REGION}", body, method="POST")).read()
        # Its gateway is reached by HTTPS, with the authority that it tells.
        told = self.call("GetKmsInstance", KmsInstanceId=INSTANCE)["KmsInstance"]
        self.authority = self.file("PrivateKmsCA.pem", told["CaCertificateChainPem"])
        self.password = self.file("password.txt", PASSWORD)

    def call(self, action, **params):
        request = CommonRequest(domain=urlsplit(URL).netloc, version="2016-01-20", action_name=action)
        request.set_method("POST")
        request.set_protocol_type("http")
        for name, value in params.items():
            request.add_query_param(name, value)
        return json.loads(self.client.do_action_with_exception(request))

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return str(path)


def application(kms, name, resources, permissions=(SECRET_USER,), rules=None, instance="shared"):
    """Creates an application with a policy, and returns the file of a client key."""
    more = {"AccessControlRules": json.dumps({"NetworkRules": [rules]})} if rules else {}
    kms.call(
        "CreatePolicy",
        Name=name,
        KmsInstance=instance,
        Permissions=json.dumps(permissions),
        Resources=json.dumps(resources),
        **more,
    )
    kms.call("CreateApplicationAccessPoint", Name=name, Policies=json.dumps([name]))
    made = kms.call("CreateClientKey", AapName=name, Password=PASSWORD)
    content = {"KeyId": made["ClientKeyId"], "PrivateKeyData": made["PrivateKeyData"]}
    return kms.file(f"clientKey-{name}.json", json.dumps(content))


def forget(kms, key_file):
    kms.call("DeleteClientKey", ClientKeyId=json.loads(Path(key_file).read_text())["KeyId"])


def at_the_shared_gateway(key_file):
    # The client for Go encrypts, and trusts every authority.
    endpoint = ENDPOINT if CLIENT == "go" else URL
    return {
        "credentials_type": "client_key",
        "client_key_private_key_path": key_file,
        "client_key_password_from_env_variable": "the_password",
        "the_password": PASSWORD,
        "cache_client_region_id": json.dumps([{"regionId": REGION, "endpoint": endpoint}]),
    }


def at_the_instance(kms, key_file, **more):
    config = {
        "regionId": REGION,
        "endpoint": ENDPOINT,
        "clientKeyFile": key_file,
        "passwordFromFilePath": kms.password,
        "caFilePath": kms.authority,
    }
    return {"cache_client_dkms_config_info": json.dumps([{**config, **more}])}


def read(variables, secret):
    """Reads a secret through a client that has only these variables."""
    return (read_by_go if CLIENT == "go" else read_by_python)(variables, secret)


def read_by_python(variables, secret):
    os.environ.update(variables)
    try:
        client = SecretManagerCacheClientBuilder().with_logger(QUIET).build()
        try:
            found = client.get_secret_info(secret)
        finally:
            client.close()
    except ServerException as problem:
        told = problem.get_http_status(), problem.get_error_code(), problem.get_error_msg()
        raise Refused(*told, problem.get_request_id()) from None
    finally:
        for name in variables:
            del os.environ[name]
    return {name: getattr(found, snake(name)) for name in FIELDS}


def read_by_go(variables, secret):
    command = ["target/sdk/go/secrets", secret]
    ended = subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise RuntimeError(ended.stderr)
    told = json.loads(ended.stdout)
    if "broken" in told:
        raise RuntimeError(told["broken"])
    if "code" in told:
        raise Refused(told["status"], told["code"], told["message"], told["request_id"])
    return {name: told["answer"][name] for name in FIELDS}


def value(variables, secret):
    return read(variables, secret)["secretValue"]


def refused(status, code, variables, secret):
    try:
        answer = read(variables, secret)
    except Refused as problem:
        same((problem.status, problem.code), (status, code), f"refusal ({problem.message})")
        return
    raise AssertionError(f"answered {answer!r}, wanted {code}")


def a_permitted_secret_is_read(kms):
    kms.call("CreateSecret", SecretName="client-keys/a", SecretData="its value", VersionId="v1")
    kms.call("CreateSecret", SecretName="other", SecretData="another value", VersionId="v1")
    variables = at_the_shared_gateway(application(kms, "reads", ["secret/client-keys/*"]))
    same(value(variables, "client-keys/a"), "its value", "value")
    refused(403, "Forbidden.NoPermission", variables, "other")
    refused(404, "Forbidden.ResourceNotFound", variables, "client-keys/none")


def a_network_rule_limits_addresses(kms):
    kms.call("CreateNetworkRule", Name="elsewhere", Type="Public", SourcePrivateIp='["203.0.113.0/24"]')
    variables = at_the_shared_gateway(application(kms, "far", ["secret/*"], rules="elsewhere"))
    refused(403, "Forbidden.NoPermission", variables, "client-keys/a")
    kms.call("UpdateNetworkRule", Name="elsewhere", SourcePrivateIp='["127.0.0.0/8","::1"]')
    same(value(variables, "client-keys/a"), "its value", "value")


def a_deleted_key_is_unknown(kms):
    key = application(kms, "gone", ["secret/*"])
    forget(kms, key)
    refused(404, "InvalidAccessKeyId.NotFound", at_the_shared_gateway(key), "client-keys/a")


def new_secret(kms, name, data, **params):
    kms.call("CreateSecret", SecretName=name, SecretData=data, VersionId="v1", DKMSInstanceId=INSTANCE, **params)


def secrets_of_an_instance_are_read(kms):
    keys = [kms.call("CreateKey", DKMSInstanceId=INSTANCE)["KeyMetadata"]["KeyId"] for _ in range(2)]
    for name, key in (("dedicated/a", keys[0]), ("dedicated/b", keys[1]), ("other/a", keys[0])):
        new_secret(kms, name, f"value of {name}", EncryptionKeyId=key)
    resources = ["secret/dedicated/*", f"key/{keys[0]}"]
    key_file = application(kms, "dedicated", resources, OF_INSTANCES, instance=INSTANCE)
    variables = at_the_instance(kms, key_file)
    wanted = {
        "secretName": "dedicated/a",
        "secretValue": "value of dedicated/a",
        "secretDataType": "text",
        "secretType": "Generic",
        "versionId": "v1",
    }
    found = read(variables, "dedicated/a")
    same({name: found[name] for name in wanted}, wanted, "secret")
    refused(403, "Forbidden.NoPermission", variables, "other/a")
    # The value needs the right to the secret's key too.
    refused(403, "Forbidden.NoPermission", variables, "dedicated/b")
    refused(404, "Forbidden.ResourceNotFound", variables, "dedicated/none")
    kms.call("PutSecretValue", SecretName="dedicated/a", SecretData="newer", VersionId="v2")
    found = read(at_the_instance(kms, key_file, protocol="http"), "dedicated/a")
    same((found["secretValue"], found["versionId"]), ("newer", "v2"), "secret after a change")
    managed_secrets(kms, variables, keys[0])
    forget(kms, key_file)
    # In the words of the shared gateway, with the status of the instance's.
    refused(401, "InvalidAccessKeyId.NotFound", variables, "dedicated/a")


def managed_secrets(kms, variables, key):
    config = {"SecretSubType": "SingleUser", "DBInstanceId": "rm-1", "CustomData": {}}
    data = json.dumps({"Accounts": [{"AccountName": "app", "AccountPassword": "p"}]})
    more = {"EnableAutomaticRotation": "true", "RotationInterval": "7d", "EncryptionKeyId": key}
    new_secret(kms, "dedicated/database", data, SecretType="Rds", ExtendedConfig=json.dumps(config), **more)
    found = read(variables, "dedicated/database")
    told = found["secretType"], found["automaticRotation"], found["rotationInterval"]
    same(told, ("Rds", "Enabled", "604800s"), "secret")
    same(json.loads(found["extendedConfig"]), config, "extendedConfig")
    same(json.loads(found["secretValue"])["AccountName"], "app", "AccountName")


def authorities_are_checked(kms):
    kms.call("CreateSecret", SecretName="unread", SecretData="value", VersionId="v1")
    key_file = application(kms, "distrusting", ["secret/*", "key/*"], OF_INSTANCES, instance=INSTANCE)
    # At another name of the server: clients remember what they trust at a name.
    variables = at_the_instance(kms, key_file, endpoint=urlsplit(URL).netloc, caFilePath=None)
    try:
        value(variables, "unread")
    except Exception as problem:  # each client has its own
        true("certificate" in str(problem).lower(), f"failed by {problem!r}")
        return
    raise AssertionError("the client trusts an unknown authority")


CHECKS = [
    a_permitted_secret_is_read,
    a_network_rule_limits_addresses,
    a_deleted_key_is_unknown,
    secrets_of_an_instance_are_read,
    authorities_are_checked,
]

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        status = run(Kms(folder), CHECKS)
    sys.exit(status)
