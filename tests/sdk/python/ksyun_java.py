"""Kingsoft's ksyun-java-sdk, with the simplified signature, against kmsim.
`tests/sdk/java/Ksyun.java` makes the calls.

ksyun_java.py GET|POST
"""

import json
import os
import subprocess
import sys
import tempfile
from urllib.request import urlopen

import kkms
from checks import Refused, run, same

METHOD = sys.argv[1]
OWN_KEY = f"java-ksyun-{METHOD.lower()}"
URL = os.environ["KMSIM_URL"]
# The SDK adds "http://" to every URL that does not begin with "https".
ADDRESS = URL.removeprefix("http://")
JAVA = [
    "java",
    # The SDK encodes in the platform's character set, and signs in UTF-8.
    "-Dfile.encoding=UTF-8",
    "-cp",
    "target/sdk/java/*",
]


def start(folder):
    trusting = []
    if URL.startswith("https://"):
        store = os.path.join(folder, "kmsim.p12")
        with urlopen(URL.replace("https://", "http://") + "/_kmsim/ca.p12") as told, open(store, "wb") as file:
            file.write(told.read())
        trusting = [f"-Djavax.net.ssl.trustStore={store}", "-Djavax.net.ssl.trustStorePassword=changeit"]
    command = [*JAVA, *trusting, "tests/sdk/java/Ksyun.java"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")


class Kms:
    def __init__(self, java, access_key=OWN_KEY, secret=f"secret-of-{OWN_KEY}", region="cn-beijing-6"):
        self.java = java
        self.who = {"url": ADDRESS, "method": METHOD, "access_key": access_key, "secret": secret, "region": region}

    def call(self, action, **params):
        print(json.dumps({**self.who, "action": action, "params": params}), file=self.java.stdin, flush=True)
        answer = json.loads(self.java.stdout.readline())
        error = answer.get("Error")
        if error is not None:
            same(error["Type"], "Sender", "Type")
            raise Refused(None, error["Code"], error["Message"], answer["RequestId"])
        return answer

    def list_of(self, ids):
        return {"KeyIds": ids}

    def stranger(self, access_key=OWN_KEY, secret="wrong"):
        return Kms(self.java, access_key, secret)


def regions_are_apart(kms):
    key = kkms.new_key(kms)["KeyId"]
    elsewhere = Kms(kms.java, region="cn-shanghai-2")
    same(elsewhere.call("DescribeKeys")["KeySet"], [], "KeySet")
    kkms.invalid("KeyId", elsewhere.call, "Encrypt", KeyId=key, Plaintext="aaaa")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, start(folder) as java:
        status = run(Kms(java), [*kkms.scenario(), regions_are_apart])
        java.stdin.close()
    sys.exit(status)
