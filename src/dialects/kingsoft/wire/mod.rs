//! Parsing, authenticating and answering requests, and signing as a client.

pub(crate) mod aws4;
pub(crate) mod call;
pub(crate) mod mismatch;
pub(crate) mod reply;
pub(crate) mod sign;
pub(crate) mod simplified;
pub(crate) mod verify;
pub(crate) mod xml;
