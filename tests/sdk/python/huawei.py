"""Huawei's SDKs against kmsim: every check of hwkms, through one client and one of its signatures.

huawei.py python|go hmac-sha256|hmac-sm3|ecdsa-p256|sm2|token
huawei.py node hmac-sha256|token
huawei.py golangsdk scope|token
"""

import contextlib
import sys

from checks import run

import hwkms
from hwkms.client import Kms, sign_in
from hwkms.lines import COMMANDS, started

CLIENT, MODE = sys.argv[1:]


@contextlib.contextmanager
def sender():
    """The function that sends a call through the client."""
    if CLIENT in COMMANDS:
        with started(COMMANDS[CLIENT]) as send:
            yield send
    else:
        from hwkms.sdk import send

        yield send


if __name__ == "__main__":
    with sender() as send:
        kms = Kms(send, CLIENT, MODE)
        if MODE == "token":
            kms = kms.but(token=sign_in(kms, "alice"))
        status = run(kms, hwkms.scenario())
    sys.exit(status)
