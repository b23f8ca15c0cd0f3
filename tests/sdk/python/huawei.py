"""Huawei's SDKs against kmsim: every check of hwkms, through one client and one of its signatures.

huawei.py python|go hmac-sha256|hmac-sm3|ecdsa-p256|sm2|token
huawei.py node hmac-sha256|token
huawei.py golangsdk scope|token
"""

import sys

from checks import run

import hwkms
from hwkms.client import Kms, sign_in
from hwkms.programs import COMMANDS
from lines import sender

CLIENT, MODE = sys.argv[1:]


if __name__ == "__main__":
    with sender(COMMANDS.get(CLIENT), "hwkms") as send:
        kms = Kms(send, CLIENT, MODE)
        if MODE == "token":
            kms = kms.but(token=sign_in(kms, "alice"))
        status = run(kms, hwkms.scenario())
    sys.exit(status)
