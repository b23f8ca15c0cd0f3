//! The library: a server in the test's process. It has its own threads, so that tests with and
//! without an async runtime can use it, and a test that blocks in an SDK does not keep it from
//! answering.

mod builder;
mod clock;
mod server;

pub use builder::Builder;
pub use clock::Clock;
pub use server::{AccessKey, Answer, CallError, Server};
