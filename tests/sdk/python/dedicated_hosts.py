"""The SDKs for the gateway of an instance with the names of instances: a private hosts file gives
them kmsim's address, where it has port 443.

dedicated_hosts.py PROGRAM
"""

import os
import sys

os.environ["KMSIM_URL"] = "https://localhost:443"

import dkms.sdk  # noqa: E402
from dkms.caller import HOST, hosts_name_instances, trusts_nobody  # noqa: E402
from dkms.client import INSTANCE, OTHER_INSTANCE, Kms  # noqa: E402
from dkms.programs import COMMANDS  # noqa: E402
from hosts import run_with_names  # noqa: E402
from lines import started  # noqa: E402

NAME = "dedicated-hosts"
# One to which no client connects before it has to check the authority.
UNTRUSTED = HOST.format("kst-untrusted")
NAMES = [HOST.format(INSTANCE), HOST.format(OTHER_INSTANCE), UNTRUSTED]


def through(send):
    # Without a protocol, clients take HTTPS.
    kms = Kms(send, NAME).but(protocol=None)
    hosts_name_instances(kms)
    trusts_nobody(kms.but(endpoint=UNTRUSTED))


def forget(_authority):
    """The clients are told the authority by their configuration alone."""
    del os.environ["SSL_CERT_FILE"]


def python(_):
    through(dkms.sdk.send)


def go(_):
    with started(COMMANDS["go"]) as send:
        through(send)


if __name__ == "__main__":
    sys.exit(run_with_names(__file__, NAMES, [python, go], forget))
