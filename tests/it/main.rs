//! The integration tests: one binary, a file per area. Each test has a server of its own.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    unreachable_pub,
    reason = "a test that cannot go on has failed"
)]

mod alibaba;
mod aws_lc;
mod clock;
mod commands;
mod connections;
mod control;
mod corpus;
mod dependencies;
mod docs;
mod engine;
mod environment;
mod hostile;
mod huawei;
mod in_process;
mod kingsoft;
mod kit;
mod load;
mod logs;
mod makers;
mod openssl;
mod program;
mod project;
mod recorded;
mod regions;
mod seeds;
mod state;
mod store;
mod tencent;
mod tls;
mod unsigned;
mod vectors;
mod walls;
mod workers;
