//! Seeds and exports: what realms hold, as YAML that people write and that a server writes and
//! reads again. This room turns such a text into accounts and states of realms, and back. It
//! decides nothing about keys and secrets, and keeps nothing.
//!
//! Every state is built before anything is applied, so a mistake anywhere in a file changes
//! nothing. At a start, seeds only add what is missing. A reset builds the states from the seeds
//! again; their material was read and drawn once. An export opens every value and writes down all
//! material.

mod accounts;
mod build;
mod callers;
mod certificates;
mod document;
mod error;
mod keys;
mod material;
mod reading;
mod realm_builder;
mod secrets;
mod when;
mod words;
mod writing;

pub use build::Seeds;
pub use error::SeedError;
pub use reading::{Seed, read, read_path, says_nothing};
pub use words::is_account_id;
pub use writing::write;

/// The JSON Schema of a seed file, for editors.
pub const SCHEMA: &str = include_str!("../../docs/seed.schema.json");
