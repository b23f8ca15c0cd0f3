"""The programs of clients in other languages."""

COMMANDS = {
    "node": ["node", "tests/sdk/node/tencent.js"],
    "go": ["target/sdk/go/tencent"],
    "tccli": ["target/sdk/python-tccli/bin/python", "tests/sdk/python/tencent_cli.py"],
}
