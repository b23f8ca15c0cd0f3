"""The programs of clients in other languages."""

COMMANDS = {
    "node": ["node", "tests/sdk/node/huawei.js"],
    "go": ["target/sdk/go/huawei"],
    "golangsdk": ["target/sdk/go/golangsdk"],
}
