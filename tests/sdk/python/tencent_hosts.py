"""Tencent's SDKs with the service's own names: a private hosts file gives them kmsim's address, where
it has port 443. So do clients that cannot be pointed elsewhere.

tencent_hosts.py PROGRAM
"""

import subprocess
import sys

from checks import same

import tckms
from hosts import mount, run_with_names
from lines import started
from tckms import described, new_key, provider, text
from tckms.client import Kms
from tckms.programs import COMMANDS
from tckms.sdk import send

NAME = "tencent-hosts"
AUTHORITIES_OF_TCCLI = [COMMANDS["tccli"][0], "-c", "import certifi; print(certifi.where())"]
HOSTS = ["kms.tencentcloudapi.com", "kms.ap-singapore.tencentcloudapi.com", "tag.tencentcloudapi.com"]


def trust(authority):
    """The command line trusts the authorities of a package, and no others."""
    told = subprocess.run(AUTHORITIES_OF_TCCLI, stdout=subprocess.PIPE, text=True, check=True)
    mount("--bind", authority, told.stdout.strip())


def calls(send, has_tag_service=True):
    """In the global endpoint and in a region's, the calls of a wrapper for go-kms-wrapping: it looks
    at the key before it uses it."""
    kms = Kms(send, NAME, "tc3-post").but(scheme="https", endpoint=None)
    region = {"endpoint": "kms.ap-singapore.tencentcloudapi.com", "region": "ap-singapore"}
    for there, kind in ((kms, 4), (kms.but(**region), 2)):
        key = new_key(there)
        shown = described(there, key)
        same((shown["KeyState"], shown["KeyUsage"]), ("Enabled", "ENCRYPT_DECRYPT"), "key")
        same(shown["Type"], kind, "Type")
        blob = there.call("Encrypt", KeyId=key, Plaintext=text(b"secret"))["CiphertextBlob"]
        same(there.call("Decrypt", CiphertextBlob=blob)["Plaintext"], text(b"secret"), "Plaintext")
    if has_tag_service:
        tagged = new_key(kms, Tags=[{"TagKey": "a", "TagValue": "b"}])
        same(provider.read_tags(kms, described(kms, tagged)["ResourceId"]), {"a": "b"}, "tags")
    tckms.refused("AuthFailure.SignatureFailure", kms.but(secret="wrong").call, "GetRegions")


def python(_):
    calls(send)


def node(_):
    with started(COMMANDS["node"]) as send:
        calls(send)


def go(_):
    with started(COMMANDS["go"]) as send:
        calls(send)


def tccli(_):
    with started(COMMANDS["tccli"]) as send:
        calls(send, has_tag_service=False)


CHECKS = [python, node, go, tccli]

if __name__ == "__main__":
    sys.exit(run_with_names(__file__, HOSTS, CHECKS, trust))
