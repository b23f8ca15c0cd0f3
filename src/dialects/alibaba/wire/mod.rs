//! Parsing, authenticating and answering requests, and signing as a client.

pub(crate) mod acs;
pub(crate) mod call;
pub(crate) mod client_key;
pub(crate) mod mismatch;
pub(crate) mod reply;
pub(crate) mod rpc;
pub(crate) mod sign;
pub(crate) mod verify;
