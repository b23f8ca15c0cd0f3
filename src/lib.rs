//! kmsim: a local KMS. One binary that speaks the wire protocols of cloud key-management services.
//!
//! ARCHITECTURE.md shows the rooms and what each of them never does.

pub mod algorithms;
pub mod cli;
pub mod commands;
pub mod config;
mod control;
pub mod dialects;
pub mod engine;
pub mod model;
pub mod server;
pub mod store;
pub mod tls;
pub mod world;

pub use server::Server;
