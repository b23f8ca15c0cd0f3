//! Parsing, authenticating and answering requests, and signing as a client.

pub(super) mod call;
pub(super) mod mismatch;
mod reply;
pub(super) mod sign;
mod tc3;
mod v1;
pub(super) mod verify;
