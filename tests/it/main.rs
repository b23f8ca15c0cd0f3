//! The integration tests: one binary, a file per area. Each test has a server of its own.

mod aliases;
mod cipher;
mod keys;
mod kit;
mod tags;
