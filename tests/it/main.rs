//! The integration tests: one binary, a file per area. Each test has a server of its own.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    unreachable_pub,
    reason = "a test that cannot go on has failed"
)]

mod aliases;
mod at_rest;
mod auth_modes;
mod certificates;
mod cipher;
mod clock;
mod commands;
mod connections;
mod control;
mod corpus;
mod coverage;
mod dependencies;
mod disk;
mod docs;
mod durability;
mod environment;
mod errors;
mod export;
mod gateway;
mod held;
mod hostile;
mod import;
mod in_process;
mod keys;
mod kingsoft;
mod kit;
mod lifecycle;
mod load;
mod logs;
mod loss;
mod makers;
mod managed;
mod openssl;
mod pairs;
mod parameters;
mod program;
mod refusals;
mod regions;
mod replies;
mod restart;
mod rotation;
mod secrets;
mod seeds;
mod signatures;
mod spaces;
mod state;
mod tags;
mod tls;
mod unsigned;
mod upgrade;
mod vectors;
mod walls;
mod workers;
