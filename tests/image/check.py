"""Builds the image's root as the Dockerfile's last stage says, and runs the program in it as a
container engine would: without other files, /dev and /proc; with a read-only root; with /data as a
volume. Run it after build.py.

It creates its own namespaces, in a user namespace unless root runs it."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import urllib.request

from build import CONTEXT, ROOT
from dockerfile import stages
from namespaces import loopback_up, run_apart

IMAGE = ROOT / "target/image/root"
VOLUME = ROOT / "target/image/volume"
# 20 MB for the program with Alibaba Cloud and Kingsoft Cloud. 3.6 MB for what is planned beside them:
# 0.6 MB for each further cloud or service, and twice that for the largest. Another 3 MB, because
# Huawei Cloud and the newer part of Alibaba Cloud took more: each kind of noun, entry of seed files
# and action brings generated code.
SIZE_LIMIT = 26_600_000
INSIDE = "--inside"

counts = {True: 0, False: 0}


def main():
    if INSIDE not in sys.argv:
        sys.exit(run_apart([__file__, INSIDE, str(os.getuid())]))
    is_root = sys.argv[-1] == "0"
    stage = stages(ROOT / "Dockerfile")[-1]
    owner = make_root(stage, is_root)
    check_root(stage)
    with mounted():
        loopback_up()
        run(stage, owner)
    print(f"{counts[True]} passed, {counts[False]} failed")
    sys.exit(1 if counts[False] else 0)


def check(name, good, what=""):
    counts[bool(good)] += 1
    print(f"ok {name}" if good else f"FAIL {name}: {what}", flush=True)


def make_root(stage, is_root):
    """Performs COPY, and returns the user that runs the program. A user namespace has only one."""
    shutil.rmtree(IMAGE, ignore_errors=True)
    shutil.rmtree(VOLUME, ignore_errors=True)
    IMAGE.mkdir(parents=True)
    user, group = map(int, stage.one("USER").split(":"))
    check("the user is a number that is not root's", user > 0 and group > 0, stage.one("USER"))
    ids = (user, group) if is_root else (0, 0)
    for text in stage.all("COPY"):
        *options, source, target = text.split()
        options = dict(option.split("=") for option in options)
        assert options.pop("--from") == "build" and set(options) <= {"--chown"}, text
        source = CONTEXT / pathlib.PurePath(source).relative_to("/build")
        copy = IMAGE / target.lstrip("/")
        if source.is_dir():
            # COPY copies the content of a folder, and creates an empty folder.
            shutil.copytree(source, copy)
        else:
            shutil.copy2(source, copy)
        owner = options.get("--chown", "0:0")
        if target == stage.one("VOLUME"):
            check(f"{target} is the user's", owner == stage.one("USER"), text)
        if owner == stage.one("USER"):
            os.chown(copy, *ids)
    # A new volume starts with the image's content at its path, and with the same owner.
    place = IMAGE / stage.one("VOLUME").lstrip("/")
    shutil.copytree(place, VOLUME)
    os.chown(VOLUME, place.stat().st_uid, place.stat().st_gid)
    return ids


def check_root(stage):
    check("the last stage is empty", stage.base == "scratch", stage.base)
    found = sorted(str(path.relative_to(IMAGE)) for path in IMAGE.rglob("*"))
    check("it holds the program and an empty folder", found == ["data", "kmsim"], found)
    size = (IMAGE / "kmsim").stat().st_size
    check(f"it is small: {size / 1e6:.1f} MB", size < SIZE_LIMIT, size)
    check("the program is static", is_static(IMAGE / "kmsim"), "it names an interpreter")
    entry = json.loads(stage.one("ENTRYPOINT"))
    check("the entry point needs no shell", entry == ["/kmsim"], entry)


def is_static(path):
    """Whether an ELF file is static: it names no interpreter."""
    data = path.read_bytes()
    assert data[:6] == b"\x7fELF\x02\x01", "64 bits, little-endian"
    (start,) = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    kinds = [struct.unpack_from("<I", data, start + size * index)[0] for index in range(count)]
    return 3 not in kinds


@contextlib.contextmanager
def mounted():
    """Mounts the root read-only, with the volume in it."""
    mount = lambda *arguments: subprocess.run(["mount", *map(str, arguments)], check=True)
    mount("--make-rprivate", "/")
    mount("--bind", IMAGE, IMAGE)
    mount("--bind", VOLUME, IMAGE / "data")
    mount("-o", "remount,bind,ro", IMAGE)
    try:
        yield
    finally:
        subprocess.run(["umount", IMAGE / "data", IMAGE], check=True)


class Container:
    """The command that a container engine would start."""

    def __init__(self, stage, ids):
        self.stage, self.ids = stage, ids

    def start(self, command, **options):
        def enter():
            os.chroot(IMAGE)
            os.chdir(self.stage.one("WORKDIR"))
            os.umask(0o022)
            if self.ids != (0, 0):
                os.setgroups([])
                os.setgid(self.ids[1])
                os.setuid(self.ids[0])

        return subprocess.Popen(
            command, env=self.stage.environment(), preexec_fn=enter, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, **options,
        )

    def serve(self, *options):
        server = self.start([*json.loads(self.stage.one("ENTRYPOINT")), *options])
        return server, server.stdout.readline()

    def say(self, *command):
        """Runs a command, and returns its exit code, its output and its errors."""
        it = self.start(list(command), stderr=subprocess.PIPE)
        out, err = it.communicate(timeout=60)
        return it.returncode, out, err


def run(stage, ids):
    container = Container(stage, ids)
    user = "its user" if ids != (0, 0) else "the only user of a user namespace"
    health = stage.health_command()
    code, _, err = container.say(*health)
    check("before the start it is not healthy", code == 1 and "Connection refused" in err, (code, err))

    server, line = container.serve()
    port = int(stage.one("EXPOSE"))
    check(f"it serves as {user}", line == f"kmsim ready on http://0.0.0.0:{port}\n", line)
    code, out, err = container.say(*health)
    check("it is healthy", code == 0 and json.loads(out)["status"] == "ok", (code, out, err))
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/_kmsim/health", timeout=60) as answer:
        check("the exposed port answers", answer.status == 200, answer.status)
    made = {}
    for kind in ["Aliyun_AES_256", "RSA_2048", "EC_SM2"]:
        usage = [] if kind.startswith("Aliyun") else ["KeyUsage=SIGN/VERIFY"]
        code, out, err = container.say("/kmsim", "call", "CreateKey", f"KeySpec={kind}", *usage)
        made[kind] = code
    check("it creates keys", set(made.values()) == {0}, made)
    code, out, err = container.say("/kmsim", "call", "Encrypt", "KeyId=alias/acs/oss", "Plaintext=hello")
    blob = json.loads(out)["CiphertextBlob"] if code == 0 else ""
    check("it encrypts", blob, (out, err))
    authority = trusted(port)
    code, out, err = container.say("/kmsim", "ca")
    check("it prints its authority", code == 0 and out == authority, (out, err))
    check("it stops on SIGTERM", stopped(server), server.returncode)

    again, _ = container.serve()
    code, out, err = container.say("/kmsim", "call", "Decrypt", f"CiphertextBlob={blob}")
    check("the volume keeps its keys", code == 0 and json.loads(out)["Plaintext"] == "hello", (out, err))
    check("the volume keeps its authority", trusted(port) == authority, authority)
    owners = {(path.stat().st_uid, path.stat().st_gid) for path in VOLUME.rglob("*")}
    check("its user owns all files that it wrote", owners == {ids}, owners)
    check("it stops on SIGTERM, again", stopped(again), again.returncode)
    for options in [["--listen", "0.0.0.0:9000"], ["--listen", "0.0.0.0:9001", "--data", ":memory:"]]:
        elsewhere, line = container.serve(*options)
        code, out, err = container.say(*health)
        check(f"it is healthy with {' '.join(options)}", code == 0 and json.loads(out)["status"] == "ok", (line, out, err))
        check(f"it stops on SIGTERM, with {' '.join(options)}", stopped(elsewhere), elsewhere.returncode)
    left = [str(path) for path in VOLUME.rglob("*.address*")]
    check("no server leaves an address file behind", not left, left)


def trusted(port):
    """Trusts the server's authority, for HTTPS on the same port."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/_kmsim/ca.pem", timeout=60) as answer:
        authority = answer.read().decode()
    context = ssl.create_default_context(cadata=authority)
    with urllib.request.urlopen(f"https://127.0.0.1:{port}/_kmsim/health", timeout=60, context=context) as answer:
        check("it speaks HTTPS", answer.status == 200, answer.status)
    return authority


def stopped(server):
    server.send_signal(signal.SIGTERM)
    # A container engine would wait ten seconds.
    return server.wait(timeout=10) == 0


if __name__ == "__main__":
    main()
