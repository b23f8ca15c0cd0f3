"""sops encrypts and decrypts files with a key of Huawei's, configured by environment variables alone.

huawei_sops.py SOPS
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
from urllib.parse import urlsplit
from urllib.request import urlopen

from checks import run, same, true

import hwkms
from hwkms.client import ELSEWHERE, REGION, URL, Kms, project
from hwkms.sdk import send

NAME, SOPS = "huawei-sops", sys.argv[1]
AUTHORITY = tempfile.NamedTemporaryFile(suffix=".pem")
PLAIN = {"password": "geheim é 密", "list": [1, 2]}


def sops(*arguments, **variables):
    """What it prints, or None if it fails."""
    known = {
        "AK": NAME,
        "SK": f"secret-of-{NAME}",
        "REGION_KMS_CN_NORTH_4": URL,
        "REGION_KMS_CN_EAST_3": URL,
        # It asks the identity service by https only.
        "IAM_ENDPOINT": f"https://localhost:{urlsplit(URL).port}",
        **variables,
    }
    environment = {**os.environ, **{f"HUAWEICLOUD_SDK_{name}": value for name, value in known.items()}}
    environment["SSL_CERT_FILE"] = AUTHORITY.name
    told = subprocess.run([SOPS, *arguments], env=environment, capture_output=True, text=True)
    print(told.stderr, file=sys.stderr)
    return told.stdout if told.returncode == 0 else None


def encrypted(folder, *keys):
    path = pathlib.Path(folder, "secrets.json")
    path.write_text(json.dumps(PLAIN), encoding="utf-8")
    out = sops("encrypt", "--hckms", ",".join(keys), str(path))
    true(out is not None, "sops did not encrypt")
    true("geheim" not in out, "a secret can be read")
    path.write_text(out, encoding="utf-8")
    return path


def files(kms):
    key = hwkms.new_key(kms)
    with tempfile.TemporaryDirectory() as folder:
        path = encrypted(folder, f"{REGION}:{key}")
        kept = json.loads(path.read_text(encoding="utf-8"))["sops"]["hckms"][0]
        same(kept["key_id"], f"{REGION}:{key}", "key_id")
        same(json.loads(sops("decrypt", str(path))), PLAIN, "file")
        given = {"PROJECT_ID": project(NAME, REGION), "IAM_ENDPOINT": "http://127.0.0.1:1"}
        same(json.loads(sops("decrypt", str(path), **given)), PLAIN, "file, with the project's id")


def two_keys(kms):
    """A file for keys of two regions can be opened with either."""
    keys = [hwkms.new_key(kms), hwkms.new_key(kms.elsewhere())]
    with tempfile.TemporaryDirectory() as folder:
        path = encrypted(folder, f"{REGION}:{keys[0]}", f"{ELSEWHERE}:{keys[1]}")
        kms.call("DisableKey", key_id=keys[0])
        same(json.loads(sops("decrypt", str(path))), PLAIN, "file")


def rotates(kms):
    """The data key of a file is made anew."""
    key = hwkms.new_key(kms)
    with tempfile.TemporaryDirectory() as folder:
        path = encrypted(folder, f"{REGION}:{key}")
        kms.call("RotateOnDemand", key_id=key)
        true(sops("rotate", "--in-place", str(path)) is not None, "sops did not rotate")
        same(json.loads(sops("decrypt", str(path))), PLAIN, "file")


def refusals(kms):
    key = hwkms.new_key(kms)
    with tempfile.TemporaryDirectory() as folder:
        path = encrypted(folder, f"{REGION}:{key}")
        same(sops("decrypt", str(path), SK="wrong"), None, "output with a wrong secret")
        kms.call("DisableKey", key_id=key)
        same(sops("decrypt", str(path)), None, "output with a disabled key")
        kms.call("EnableKey", key_id=key)
        same(json.loads(sops("decrypt", str(path))), PLAIN, "file")


CHECKS = [files, two_keys, rotates, refusals]

if __name__ == "__main__":
    with urlopen(f"{URL}/_kmsim/ca.pem") as told:
        AUTHORITY.write(told.read())
    AUTHORITY.flush()
    sys.exit(run(Kms(send, "python", "hmac-sha256", NAME), CHECKS))
