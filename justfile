# The everyday commands. `just` lists them.

_list:
    @just --list --unsorted

# Start a server with its data in ./kmsim.db
serve *OPTIONS:
    cargo run --release -- {{OPTIONS}}

# Check that everything compiles
check:
    cargo check --all-targets --locked

# Format the sources
fmt:
    cargo fmt
    cargo fmt --manifest-path tests/sdk/rust/Cargo.toml

# Lint as the tests do
lint:
    cargo clippy --all-targets --locked -- -D warnings

# Run the Rust tests, or only those whose names contain FILTER, such as alibaba::keys
test FILTER="":
    cargo test --locked {{FILTER}}

# Run everything that must pass, or the named steps and SDK programs
verify *NAMES:
    tests/run {{NAMES}}

# Rewrite the generated tables and transcripts
bless:
    KMSIM_BLESS=1 cargo test --locked

# Measure the handlers below HTTP
bench-hot *OPTIONS:
    cargo bench --bench hot -- {{OPTIONS}}

# Measure a server over HTTP
bench-load *OPTIONS:
    cargo bench --bench load -- {{OPTIONS}}

# Build the documents as a book under target/book
book:
    tests/run book

# Build the container image
image:
    docker build --tag kmsim .
