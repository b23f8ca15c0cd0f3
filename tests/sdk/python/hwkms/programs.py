"""Clients in other programs: each line of their input is a call in JSON, each line of their output
is what became of it."""

import contextlib
import json
import subprocess

COMMANDS = {
    "node": ["node", "tests/sdk/node/huawei.js"],
    "go": ["target/sdk/go/huawei"],
    "golangsdk": ["target/sdk/go/golangsdk"],
}


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
