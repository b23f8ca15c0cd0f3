"""Huawei's SDKs with the service's own names: a private hosts file gives them kmsim's address, where
it has port 443.

huawei_hosts.py PROGRAM
"""

import os
import sys

from checks import Refused, same
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkkms.v2 import KmsClient, ShowUserInstancesRequest
from huaweicloudsdkkms.v2.region.kms_region import KmsRegion

import hwkms
from hosts import run_with_names
from hwkms.client import ELSEWHERE, REGION, Kms
from hwkms.programs import COMMANDS
from hwkms.sdk import send
from lines import started

NAME = "huawei-hosts"
SERVICE = "https://kms.{}.myhuaweicloud.com"
HOSTS = [SERVICE.format(region).removeprefix("https://") for region in (REGION, ELSEWHERE)]
HOSTS += ["iam.myhuaweicloud.com", f"iam.{REGION}.myhuaweicloud.com"]


def calls(send, client):
    kms = Kms(send, client, "hmac-sha256", NAME).but(url=SERVICE.format(REGION))
    for there in (kms, kms.elsewhere().but(url=SERVICE.format(ELSEWHERE))):
        key = hwkms.new_key(there)
        same(hwkms.described(there, key)["realm"], there.settings["region"], "realm")
        blob = there.call("EncryptData", key_id=key, plain_text="secret")["cipher_text"]
        same(there.call("DecryptData", cipher_text=blob)["plain_text"], "secret", "plain_text")
    try:
        kms.but(secret="wrong").call("ShowUserInstances")
    except Refused as refusal:
        same(refusal.code, "APIGW.0301", "code")
    else:
        raise AssertionError("a wrong secret was accepted")


def python(_):
    calls(send, "python")


def node(_):
    with started(COMMANDS["node"]) as send:
        calls(send, "node")


def go(_):
    with started(COMMANDS["go"]) as send:
        calls(send, "go")


def python_by_region(_):
    """By a region alone: it asks the identity service for the project, by its own name."""
    config = HttpConfig(ssl_ca_cert=os.environ["SSL_CERT_FILE"])
    credentials = BasicCredentials(NAME, f"secret-of-{NAME}")
    builder = KmsClient.new_builder().with_region(KmsRegion.value_of(REGION))
    kms = builder.with_credentials(credentials).with_http_config(config).build()
    same(kms.show_user_instances(ShowUserInstancesRequest()).instance_num, 3, "instance_num")


CHECKS = [python, node, go, python_by_region]

if __name__ == "__main__":
    sys.exit(run_with_names(__file__, HOSTS, CHECKS))
