"""Tencent's SDKs against kmsim: every check of tckms, through one client and one of its signatures.

tencent.py python|node|go tc3-post|tc3-get|sha1-get|sha256-post
tencent.py tccli tc3-post
"""

import sys

from checks import run

import tckms
from lines import sender
from tckms.client import Kms
from tckms.programs import COMMANDS

CLIENT, MODE = sys.argv[1:]


if __name__ == "__main__":
    with sender(COMMANDS.get(CLIENT), "tckms") as send:
        # The command line has a package for each service; the tag service's is not installed.
        checks = tckms.scenario(has_tag_service=CLIENT != "tccli")
        status = run(Kms(send, f"{CLIENT}-tencent-{MODE}", MODE), checks)
    sys.exit(status)
