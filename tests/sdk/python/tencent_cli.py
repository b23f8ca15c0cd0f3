"""Tencent's command line tccli: each line of the input is a call in JSON, each line of the output
is what became of it. It runs in tccli's own environment; tencent.py has the checks."""

import contextlib
import io
import json
import os
import sys
import tempfile

from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException


def options(call):
    """The command's words. It sends by POST and TC3 only."""
    yield from ("kms", call["action"], "--secretId", call["access_key"], "--secretKey", call["secret"])
    yield from ("--region", call["region"], "--language", call["language"])
    if call["endpoint"]:
        yield from ("--endpoint", f"{call['scheme']}://{call['endpoint']}")
    if call["token"]:
        yield from ("--token", call["token"])
    for name, value in call["params"].items():
        # In one word, because a value may begin with a dash.
        yield f"--{name}={value if isinstance(value, str) else json.dumps(value)}"


class Kept(io.BytesIO):
    """The console. tccli wraps it and closes it after each output."""

    def close(self):
        pass


def send(command, call):
    sys.argv = ["tccli", *options(call)]
    output = Kept()
    try:
        # It ends the process when a required option is absent.
        with contextlib.redirect_stdout(io.TextIOWrapper(output, "utf-8")), contextlib.redirect_stderr(io.StringIO()):
            command()
    except TencentCloudSDKException as problem:
        if problem.requestId is None:
            return {"unsent": str(problem)}
        return {"code": problem.code, "message": problem.message, "request_id": problem.requestId}
    except (Exception, SystemExit) as problem:  # it has an exception for each kind of bad option
        return {"unsent": f"{type(problem).__name__}: {problem}"}
    return {"answer": json.loads(output.getvalue())}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        # tccli keeps its log and its settings there, from its import on.
        os.environ["HOME"] = home
        from tccli.command import CLICommand

        # One command for all calls: it takes a second to read the descriptions of all services.
        command = CLICommand()
        for line in sys.stdin:
            print(json.dumps(send(command, json.loads(line))), flush=True)
