//! A local KMS for tests: an in-process server for the wire protocols of cloud key-management
//! services.
//!
//! [`Server`] is the whole interface. It listens on a free port of the loopback interface, keeps
//! everything in memory, and stops when it is dropped. The official SDKs take its
//! [`Server::endpoint`] and its access key:
//!
//! ```
//! let server = kmsim::Server::builder().start()?;
//! let key = server.access_key();
//! println!("endpoint {}, access key {}", server.endpoint(), key.id);
//!
//! // Or without any SDK:
//! let made = server.call("CreateKey", &[("Description", "demo")])?;
//! assert_eq!(made.status, 200, "{}", made.body);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The modules are public only for the program and its tests. They change without notice.

#[doc(hidden)]
pub mod algorithms;
#[doc(hidden)]
pub mod app;
mod client;
#[doc(hidden)]
pub mod commands;
mod control;
#[doc(hidden)]
pub mod dialects;
#[doc(hidden)]
pub mod engine;
mod in_process;
#[doc(hidden)]
pub mod model;
#[doc(hidden)]
pub mod seed;
#[doc(hidden)]
pub mod server;
#[doc(hidden)]
pub mod settings;
#[doc(hidden)]
pub mod store;
#[doc(hidden)]
pub mod tls;
#[doc(hidden)]
pub mod watch;
#[doc(hidden)]
pub mod world;

pub use dialects::AuthMode;
pub use in_process::{AccessKey, Answer, Builder, CallError, Clock, Server};
pub use settings::StartError;

/// Runs the example of the document.
#[cfg(doctest)]
#[doc = include_str!("../docs/rust.md")]
struct Example;
