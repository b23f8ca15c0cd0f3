"""Checks the code in the documents: every block is parsed by its language's own parser, and the
executable ones run with the built program. The same holds for the output of `kmsim env` and the app
of compose.yaml.

In a document, a block that opens with ```python file=NAME is written to a folder. One that opens with
```sh run runs there, against its own server. tests/run runs this program in the Python
environment that has the SDK."""

import ast
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import traceback
import urllib.request

import tree_sitter
import tree_sitter_go
import tree_sitter_hcl
import tree_sitter_java
import tree_sitter_php
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
KMSIM = ROOT / "target/release/kmsim"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.M | re.S)

counts = {True: 0, False: 0}


def check(name, run, *arguments):
    """One check, which passes if it raises nothing."""
    try:
        run(*arguments)
    except Exception as error:
        traceback.print_exc()
        print(f"FAIL {name}: {error}".split("\n")[0])
        counts[False] += 1
    else:
        print(f"ok {name}")
        counts[True] += 1


def main():
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        document(path)
    for text in ["compose.yaml"]:
        check(text, yaml.safe_load, (ROOT / text).read_text())
    for (cloud, client), language in CLIENTS.items():
        for scheme in ["http", "https"]:
            text = kmsim("env", client, "--cloud", cloud, "--url", f"{scheme}://127.0.0.1:5690")
            check(f"env {client} {cloud} {scheme}", parse, language, text)
    for (cloud, client), run in RUNNABLE.items():
        url = os.environ["KMSIM_URL"]
        for it, how in [(url, run), (url.replace("http://", "https://"), trusting(run))]:
            text = kmsim("env", client, "--cloud", cloud, "--url", it, *ACCESS_KEY)
            check(f"env {client} {cloud} runs: {it}", how, text)
    check("compose.yaml runs", compose)
    print(f"{counts[True]} passed, {counts[False]} failed")
    sys.exit(1 if counts[False] else 0)


def document(path):
    """Parses a document's code blocks, and runs the executable ones in order, in one folder."""
    name = path.relative_to(ROOT)
    text = path.read_text()
    blocks = list(BLOCK.finditer(text))
    with tempfile.TemporaryDirectory() as folder:
        for block in blocks:
            language, mark, code = block.groups()
            line = text[: block.start()].count("\n") + 1
            check(f"{name}:{line} {language}", parse, language, code)
            if mark and mark.startswith("file="):
                (pathlib.Path(folder) / mark.removeprefix("file=")).write_text(code)
            elif mark == "run":
                check(f"{name}:{line} runs", run_in, folder, code)
            elif mark:
                check(f"{name}:{line} {mark}", fail, "no such mark")
    opened = len(re.findall(r"^```\w", text, re.M))
    check(f"{name}: every block is seen", equal, len(blocks), opened)


def fail(why):
    raise ValueError(why)


def equal(found, expected):
    if found != expected:
        raise ValueError(f"{found}, and not {expected}")


# The parser of each language.


def tree(language):
    parser = tree_sitter.Parser(tree_sitter.Language(language))

    def read(code):
        root = parser.parse(code.encode()).root_node
        if root.has_error:
            raise SyntaxError(str(root)[:500])

    return read


def read_by(*command):
    """A parser as a command, which reads standard input and exits with 0 if it succeeds."""

    def read(code):
        subprocess.run(command, input=code, text=True, check=True, capture_output=True)

    return read


def either(read, head, tail):
    """A whole file, or some statements."""

    def try_both(code):
        try:
            read(code)
        except (SyntaxError, subprocess.CalledProcessError):
            read(head + code + tail)

    return try_both


PARSERS = {
    "go": either(tree(tree_sitter_go.language()), "package it\nfunc it() {", "}"),
    "hcl": tree(tree_sitter_hcl.language()),
    "java": either(tree(tree_sitter_java.language()), "class It { void it() {", "} }"),
    "js": read_by("node", "--check", "-"),
    "json": json.loads,
    "php": tree(tree_sitter_php.language_php()),
    "python": ast.parse,
    "rust": either(read_by("rustfmt", "--edition", "2024", "--quiet"), "fn it() {", "}"),
    "sh": read_by("bash", "-n"),
    "toml": tomllib.loads,
    "yaml": yaml.safe_load,
}


def parse(language, code):
    if language not in PARSERS:
        fail(f"nobody here reads {language}")
    PARSERS[language](code)


# How to run the executable blocks.


def environment(**more):
    """A clean environment with the kmsim, python and pytest of this run."""
    path = os.pathsep.join([str(KMSIM.parent), str(pathlib.Path(sys.executable).parent), os.environ["PATH"]])
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KMSIM_", "ALIBABA_"))}
    return {**kept, "PATH": path, **more}


def kmsim(*arguments):
    command = [KMSIM, *arguments]
    return subprocess.run(command, env=environment(), check=True, capture_output=True, text=True).stdout


class Serving:
    """A separate server."""

    def __init__(self, **settings):
        settings = {"KMSIM_LISTEN": "127.0.0.1:0", "KMSIM_DATA": ":memory:", **settings}
        self.process = subprocess.Popen([KMSIM], env=environment(**settings), stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self.process.stdout.readline().strip().removeprefix("kmsim ready on http://")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.communicate()


def run_in(folder, code):
    with Serving(KMSIM_AUTH="off") as endpoint:
        more = {"KMS_ENDPOINT": endpoint, "KMSIM_URL": f"http://{endpoint}"}
        script = ["bash", "-euc", code]
        subprocess.run(script, cwd=folder, env=environment(**more), check=True, timeout=120)


ACCESS_KEY = ["--access-key", "docs:secret-of-docs"]
ALIBABA = {
    "python": "python", "python-classic": "python", "oss2": "python", "go": "go", "go-v4": "go", "go-classic": "go",
    "nacos": "go", "node": "js", "java": "java", "java-classic": "java", "php": "php", "terraform": "hcl",
    "aliyun-cli": "sh", "vault": "sh", "secrets-manager": "sh", "client-key": "sh",
}
KINGSOFT = {"python": "python", "go": "go", "node": "js", "java": "java"}
TENCENT = {"python": "python", "node": "js", "go": "go", "java": "java", "php": "php", "cli": "sh", "terraform": "hcl"}
HUAWEI = {
    "python": "python", "node": "js", "go": "go", "java": "java", "sops": "sh", "vault": "hcl", "terraform": "hcl",
}
CLIENTS = {
    (cloud, client): language
    for cloud, clients in {"alibaba": ALIBABA, "kingsoft": KINGSOFT, "tencent": TENCENT, "huawei": HUAWEI}.items()
    for client, language in clients.items()
}


def trusting(run):
    """The same over HTTPS, as the first lines of the text describe."""

    def run_over_https(text):
        with tempfile.TemporaryDirectory() as folder:
            first = re.search(r"First: (curl -so \S+ .*?)(?:$|; export (\w+)=)", text, re.M)
            if not first:
                # It accepts any certificate.
                return run(text, cwd=folder)
            fetched = re.search(r"""["'](http://[^"']+)["']""", first.group(1)).group(1)
            file = pathlib.Path(folder) / "kmsim-ca.pem"
            file.write_bytes(urllib.request.urlopen(fetched).read())
            run(text, cwd=folder, env={**os.environ, **({first.group(2): str(file)} if first.group(2) else {})})

    return run_over_https


def run_python(text, **how):
    use = "\nfrom alibabacloud_kms20160120 import models\nprint(kms.create_key(models.CreateKeyRequest()).body.key_metadata.key_id)\n"
    script = [sys.executable, "-c", text + use]
    equal(len(subprocess.run(script, check=True, capture_output=True, text=True, **how).stdout.strip()), 36)


def run_node(text, **how):
    use = "\nkms.request('CreateKey', {}).then((it) => console.log(it.KeyMetadata.KeyId));\n"
    it = subprocess.run(["node", "-"], input=text + use, check=True, capture_output=True, text=True, **how)
    equal(len(it.stdout.strip()), 36)


def run_classic(text, **how):
    use = "\nfrom aliyunsdkkms.request.v20160120.CreateKeyRequest import CreateKeyRequest\n"
    use += "import json\nprint(json.loads(kms.do_action_with_exception(CreateKeyRequest()))['KeyMetadata']['KeyId'])\n"
    script = [sys.executable, "-c", text + use]
    equal(len(subprocess.run(script, check=True, capture_output=True, text=True, **how).stdout.strip()), 36)


def run_secrets_manager(text, **how):
    """The client requests a missing secret, so the error must come from the server."""
    use = """
from alibaba_cloud_secretsmanager_client.secret_manager_cache_client_builder import SecretManagerCacheClientBuilder
client = SecretManagerCacheClientBuilder.new_client()
try:
    client.get_secret_info("none")
finally:
    client.close()
"""
    python = ROOT / "target/sdk/python-secrets-client/bin/python"
    script = ["bash", "-euc", text + 'exec "$0" -c "$1"', python, use]
    it = subprocess.run(script, capture_output=True, text=True, **how)
    if "Forbidden.ResourceNotFound" not in it.stderr:
        fail(it.stderr[-500:])


def run_kingsoft(text, **how):
    use = "\nprint(len(kms.describe_keys()['KeySet']))\n"
    # The SDK has a separate environment.
    python = ROOT / "target/sdk/python-kingsoft/bin/python"
    it = subprocess.run([python, "-c", text + use], check=True, capture_output=True, text=True, **how)
    equal(it.stdout, "0\n")


def run_tencent(text, **how):
    use = "\nfrom tencentcloud.kms.v20190118 import models\nprint(len(kms.ListKeys(models.ListKeysRequest()).Keys))\n"
    python = ROOT / "target/sdk/python-tencent/bin/python"
    it = subprocess.run([python, "-c", text + use], check=True, capture_output=True, text=True, **how)
    equal(it.stdout, "0\n")


def run_tencent_node(text, **how):
    use = "\nclient.ListKeys({}).then((it) => console.log(it.Keys.length));\n"
    it = subprocess.run(["node", "-"], input=text + use, check=True, capture_output=True, text=True, **how)
    equal(it.stdout, "0\n")


TENCENT_GO = """package main

import (
	"fmt"

	kms "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/kms/v20190118"
)

func main() {
	client, err := newClient()
	if err != nil {
		panic(err)
	}
	told, err := client.ListKeys(kms.NewListKeysRequest())
	if err != nil {
		panic(err)
	}
	fmt.Println(len(told.Response.Keys))
}
"""


def run_go(main):
    """A program of this main function and the text."""

    def run(text, cwd=None, **how):
        with tempfile.TemporaryDirectory() as folder:
            for file in ("go.mod", "go.sum"):
                shutil.copy(ROOT / "tests/sdk/go" / file, folder)
            (pathlib.Path(folder) / "client.go").write_text(text)
            (pathlib.Path(folder) / "main.go").write_text(main)
            it = subprocess.run(["go", "run", "."], cwd=folder, check=True, capture_output=True, text=True, **how)
        equal(it.stdout, "0\n")

    return run


def run_tccli(text, cwd=None, env=None):
    """The text adds an authority to a package of tccli's, so here is a copy of that package."""
    home = ROOT / "target/sdk/python-tccli"
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(next(home.glob("lib/python*/site-packages/certifi")), f"{folder}/certifi")
        path = os.pathsep.join([str(home / "bin"), os.environ["PATH"]])
        own = {**os.environ, "PATH": path, "PYTHONPATH": folder, "HOME": folder}
        script = ["bash", "-euc", text + "\nkms ListKeys --filter TotalCount\n"]
        it = subprocess.run(script, cwd=folder, env=own, check=True, capture_output=True, text=True)
    equal(it.stdout, "0\n")


def run_huawei(text, **how):
    use = "\nfrom huaweicloudsdkkms.v2 import ListKeysRequest, ListKeysRequestBody\n"
    use += "print(kms.list_keys(ListKeysRequest(ListKeysRequestBody())).total)\n"
    python = ROOT / "target/sdk/python-huawei/bin/python"
    it = subprocess.run([python, "-c", text + use], check=True, capture_output=True, text=True, **how)
    equal(it.stdout, "0\n")


def run_huawei_node(text, **how):
    """The example of a call stands in the text as a comment."""
    (head, call) = text.split("// client.sendRequest", 1)
    use = "client.sendRequest" + re.sub(r"^// ?", "", call, flags=re.M)
    use = use.replace("console.log", "(it) => console.log(it.total)")
    it = subprocess.run(["node", "-"], input=head + use, check=True, capture_output=True, text=True, **how)
    # The SDK logs to standard output too.
    equal(it.stdout.splitlines()[-1], "0")


HUAWEI_GO = """package main

import (
	"fmt"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/kms/v2/model"
)

func main() {
	client, err := newClient()
	if err != nil {
		panic(err)
	}
	told, err := client.ListKeys(&model.ListKeysRequest{Body: &model.ListKeysRequestBody{}})
	if err != nil {
		panic(err)
	}
	fmt.Println(*told.Total)
}
"""


def run_sops(text, cwd=None, env=None):
    """A key that does not exist, so the error must come from the server."""
    sops = ROOT / "target/sdk/sops/sops"
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "file.yaml").write_text("password: hush\n")
        use = '\n"$0" encrypt --hckms "$region:11111111-2222-4333-8444-555555555555" "$1/file.yaml"\n'
        script = ["bash", "-euc", text + use, sops, folder]
        it = subprocess.run(script, cwd=cwd, env=env, capture_output=True, text=True)
    if "KMS.0207" not in it.stderr:
        fail(it.stderr[-500:])


RUNNABLE = {
    ("alibaba", "python"): run_python,
    ("alibaba", "python-classic"): run_classic,
    ("alibaba", "secrets-manager"): run_secrets_manager,
    ("alibaba", "node"): run_node,
    ("kingsoft", "python"): run_kingsoft,
    ("tencent", "python"): run_tencent,
    ("tencent", "node"): run_tencent_node,
    ("tencent", "go"): run_go(TENCENT_GO),
    ("tencent", "cli"): run_tccli,
    ("huawei", "python"): run_huawei,
    ("huawei", "node"): run_huawei_node,
    ("huawei", "go"): run_go(HUAWEI_GO),
    ("huawei", "sops"): run_sops,
}


def compose():
    """Starts the services of compose.yaml in order, without containers."""
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    server, app = services["kmsim"], services["app"]
    equal(server["build"], ".")
    equal(server["ports"], ["127.0.0.1:5690:5690"])
    equal(app["depends_on"], {"kmsim": {"condition": "service_healthy"}})
    (source, target, _) = app["volumes"][0].split(":")
    command = app["command"].replace("pip install --quiet", ": installed:").replace(target, str(ROOT / source))
    pinned = re.search(r"alibabacloud_kms20160120==(\S+)", app["command"]).group(0)
    if pinned not in (ROOT / "tests/sdk/python/requirements.txt").read_text():
        fail(f"{pinned} is not what is installed here")
    mounted = {target: str(ROOT / source) for source, target, _ in (it.split(":") for it in server["volumes"] if it.endswith(":ro"))}
    settings = {name: mounted.get(value, value) for name, value in server["environment"].items()}
    equal(settings["KMSIM_SEED"], str(ROOT / "examples/compose/seed.yaml"))
    with tempfile.TemporaryDirectory() as data:
        for _ in range(2):
            # In the second run, the volume contains the data of the first.
            with Serving(**settings, KMSIM_DATA=f"{data}/kmsim.db") as endpoint:
                told = {name: value.replace("kmsim:5690", endpoint) for name, value in app["environment"].items()}
                health = [KMSIM, "healthcheck", "--url", f"http://{endpoint}"]
                subprocess.run(health, env=environment(), check=True, stdout=subprocess.DEVNULL)
                done = subprocess.run(
                    command, shell=True, env=environment(**told), check=True, capture_output=True, text=True,
                )
                equal(done.stdout, "the order is genuine\n")


if __name__ == "__main__":
    main()
