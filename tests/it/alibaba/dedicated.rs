//! The dedicated gateway, and requests that are signed with client keys on either gateway.

pub mod client;
mod mismatch;
mod operations;
mod rights;
mod vectors;
mod wire;
