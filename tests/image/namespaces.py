"""Namespaces of one's own: mounts, network and processes that the machine does not see."""

import array
import fcntl
import os
import socket
import struct
import subprocess
import sys


def run_apart(arguments):
    """Runs Python with these arguments in new namespaces, in a user namespace unless root runs it.
    Returns its exit status."""
    user = [] if os.getuid() == 0 else ["--map-root-user"]
    namespaces = ["unshare", *user, "--mount", "--net", "--pid", "--fork", "--kill-child"]
    return subprocess.run([*namespaces, sys.executable, *arguments]).returncode


def loopback_up():
    """Brings the loopback interface up, which is down in a new network namespace."""
    request = array.array("B", struct.pack("16sh14x", b"lo", 1))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as it:
        fcntl.ioctl(it, 0x8914, request)
