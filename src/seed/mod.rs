//! Seeds: what realms hold, as texts that people write, and that a server writes down and reads again. Here such a text
//! becomes accounts and states of realms, and states become such a text. It decides nothing of what keys and secrets
//! do, and keeps nothing.

mod accounts;
mod bed;
mod callers;
mod certificates;
mod document;
mod growth;
mod keys;
mod material;
mod mistake;
mod reading;
mod secrets;
mod when;
mod words;
mod writing;

pub use growth::Seeds;
pub use mistake::Mistake;
pub use reading::{Seed, read, read_path, says_nothing};
pub use words::is_account_id;
pub use writing::write;

/// The JSON Schema of a seed file, for editors.
pub const SCHEMA: &str = include_str!("../../docs/seed.schema.json");
