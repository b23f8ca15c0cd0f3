//! Seeds and exports: the contents of realms as YAML, which people write, and which a server writes
//! and reads again. This room turns such a text into accounts and states of realms, and back. It
//! decides nothing about keys and secrets, and stores nothing.
//!
//! Every state is built before anything is applied, so an error anywhere in a file changes nothing.
//! At a start, seeds only add what is missing. A reset builds the states from the seeds again, with
//! the same material. An export opens every value and writes all material.

mod accounts;
mod applications;
mod build;
mod callers;
mod certificates;
mod client_keys;
mod data_keys;
mod document;
mod error;
mod grants;
mod instances;
mod key_stores;
mod keys;
mod keyspaces;
mod managed_data_keys;
mod material;
mod reading;
mod realm_builder;
mod secrets;
mod user_policies;
mod when;
mod white_box_keys;
mod words;
mod writing;

pub use build::Seeds;
pub use error::SeedError;
pub use reading::{Seed, is_blank, read, read_path};
pub use words::is_account_id;
pub use writing::write;

/// The JSON Schema of a seed file, for editors.
pub const SCHEMA: &str = include_str!("../../docs/seed.schema.json");
