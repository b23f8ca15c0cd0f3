//! The dedicated gateway, and requests that are signed with client keys on either gateway.

mod blocks;
pub mod client;
mod decisions;
mod mismatch;
mod operations;
mod rights;
mod vectors;
mod wire;
