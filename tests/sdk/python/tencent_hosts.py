"""Tencent's SDKs with the service's own names: a private hosts file gives them kmsim's address, where
it has port 443. So do clients that cannot be pointed elsewhere.

tencent_hosts.py PROGRAM
"""

import contextlib
import os
import subprocess
import sys
import tempfile
from urllib.request import urlopen

from checks import run, same

import tckms
from tckms import described, new_key, provider, text
from tckms.client import Kms
from tckms.lines import COMMANDS, started
from tckms.sdk import send

sys.path.append("tests/image")
from namespaces import loopback_up, run_apart  # noqa: E402

INSIDE = "--inside"
NAME = "tencent-hosts"
AUTHORITIES_OF_TCCLI = [COMMANDS["tccli"][0], "-c", "import certifi; print(certifi.where())"]
HOSTS = ["kms.tencentcloudapi.com", "kms.ap-singapore.tencentcloudapi.com", "tag.tencentcloudapi.com"]


def main():
    program, *inside = sys.argv[1:]
    if inside != [INSIDE]:
        return run_apart([__file__, program, INSIDE])
    loopback_up()
    mount("--make-rprivate", "/")
    with tempfile.TemporaryDirectory() as folder, serving(program, folder):
        name_the_address(folder)
        return run(None, CHECKS)


def name_the_address(folder):
    hosts = os.path.join(folder, "hosts")
    with open(hosts, "w", encoding="utf-8") as file:
        file.writelines(f"127.0.0.1 {name}\n" for name in ["localhost", *HOSTS])
    mount("--bind", hosts, "/etc/hosts")


def mount(*arguments):
    subprocess.run(["mount", *arguments], check=True)


@contextlib.contextmanager
def serving(program, folder):
    """Serves on port 443, and has the authority in the variables that the clients read."""
    options = ["--listen", "127.0.0.1:443", "--data", ":memory:", "--accounts", "tests/sdk/accounts.yaml"]
    server = subprocess.Popen([program, *options], stdout=subprocess.PIPE, text=True)
    try:
        same(server.stdout.readline(), "kmsim ready on http://127.0.0.1:443\n", "the server's line")
        authority = os.path.join(folder, "ca.pem")
        with urlopen("http://127.0.0.1:443/_kmsim/ca.pem") as told, open(authority, "wb") as file:
            file.write(told.read())
        os.environ.update({"SSL_CERT_FILE": authority, "NODE_EXTRA_CA_CERTS": authority})
        # The command line trusts the authorities of a package, and no others.
        told = subprocess.run(AUTHORITIES_OF_TCCLI, stdout=subprocess.PIPE, text=True, check=True)
        mount("--bind", authority, told.stdout.strip())
        yield
    finally:
        server.terminate()
        server.wait()


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
    sys.exit(main())
