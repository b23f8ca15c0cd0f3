"""The programs of clients in other languages."""

COMMANDS = {"go": ["target/sdk/go/dedicated"]}
