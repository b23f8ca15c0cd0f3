"""The SDKs for the gateway of an instance against kmsim: every check of dkms, through one client.

dedicated.py python|go
"""

import sys

from checks import run

import dkms
from dkms.client import SCHEME, Kms
from dkms.programs import COMMANDS
from lines import sender

CLIENT = sys.argv[1]
# What makes the shared gateway's calls: the instance in the client's ways, or the shared gateway.
MODES = {"python": ["transfer", "transfer-low", "shared"], "go": ["transfer", "shared"]}

if __name__ == "__main__":
    with sender(COMMANDS.get(CLIENT), "dkms") as send:
        checks = dkms.scenario(SCHEME == "https", MODES[CLIENT], has_more_messages=CLIENT == "python")
        status = run(Kms(send, f"{CLIENT}-dedicated"), checks)
    sys.exit(status)
