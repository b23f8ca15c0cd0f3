//! The integration tests: one binary, a file per area. Each test has a server of its own.

mod keys;
mod kit;
