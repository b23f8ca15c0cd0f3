"""Clients with a cloud's own names: in namespaces of their own, a private hosts file gives the names
kmsim's address, where it has port 443. Clients that cannot be pointed elsewhere work in the same
way."""

import contextlib
import os
import subprocess
import sys
import tempfile
from urllib.request import urlopen

from checks import run, same

sys.path.append("tests/image")
from namespaces import loopback_up, run_apart  # noqa: E402

INSIDE = "--inside"


def run_with_names(file, names, checks, prepare=lambda authority: None):
    """Runs the checks of a program whose argument is kmsim's program. `prepare` is told the file of
    the server's authority."""
    program, *inside = sys.argv[1:]
    if inside != [INSIDE]:
        return run_apart([file, program, INSIDE])
    loopback_up()
    mount("--make-rprivate", "/")
    with tempfile.TemporaryDirectory() as folder, serving(program, folder) as authority:
        hosts = os.path.join(folder, "hosts")
        with open(hosts, "w", encoding="utf-8") as file:
            file.writelines(f"127.0.0.1 {name}\n" for name in ["localhost", *names])
        mount("--bind", hosts, "/etc/hosts")
        prepare(authority)
        return run(None, checks)


def mount(*arguments):
    subprocess.run(["mount", *arguments], check=True)


@contextlib.contextmanager
def serving(program, folder):
    """Serves on port 443, and has the authority in the variables that most clients read."""
    options = ["--listen", "127.0.0.1:443", "--data", ":memory:", "--accounts", "tests/sdk/accounts.yaml"]
    server = subprocess.Popen([program, *options], stdout=subprocess.PIPE, text=True)
    try:
        same(server.stdout.readline(), "kmsim ready on http://127.0.0.1:443\n", "the server's line")
        authority = os.path.join(folder, "ca.pem")
        with urlopen("http://127.0.0.1:443/_kmsim/ca.pem") as told, open(authority, "wb") as file:
            file.write(told.read())
        os.environ.update({"SSL_CERT_FILE": authority, "NODE_EXTRA_CA_CERTS": authority})
        yield authority
    finally:
        server.terminate()
        server.wait()
