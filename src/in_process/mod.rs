//! The library: a server within a test's own process. It has threads of its own, so that tests with and
//! without a runtime can use it alike, and a test that blocks in an SDK does not keep it from answering.

mod builder;
mod clock;
mod server;

pub use builder::Builder;
pub use clock::Clock;
pub use server::{AccessKey, Answer, Server, Unanswered};
