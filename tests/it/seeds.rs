//! Seeds: what a server holds from the start.

mod again;
mod fields;
mod files;
mod known;
mod mistakes;
mod schema;

use crate::kit::{Server, Setup};

/// A server with one seed.
fn seeded(text: &str) -> Server {
    Server::with(Setup { seeds: &[text], ..Setup::default() })
}

/// A seed with these keys and secrets in the default account's realm, indented as they are.
fn realm(contents: &str) -> String {
    format!("realms:\n  - account: '1000000000000001'\n{contents}")
}
