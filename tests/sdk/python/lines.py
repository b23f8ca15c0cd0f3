"""Clients in other programs: each line of their input is a call in JSON, each line of their output
is what became of it."""

import contextlib
import importlib
import json
import subprocess


@contextlib.contextmanager
def started(command):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "encoding": "utf-8"}
    with subprocess.Popen(command, **pipes) as client:

        def send(call):
            print(json.dumps(call), file=client.stdin, flush=True)
            line = client.stdout.readline()
            if not line:
                raise RuntimeError(f"{command[-1]} ended")
            told = json.loads(line)
            if "broken" in told:
                raise RuntimeError(told["broken"])
            return told

        yield send
        client.stdin.close()


@contextlib.contextmanager
def sender(command, package):
    """The function that sends a call through a client: the one of this command or, without one, that
    of the package's module `sdk`."""
    if command:
        with started(command) as send:
            yield send
    else:
        yield importlib.import_module(f"{package}.sdk").send
