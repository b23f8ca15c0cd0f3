//! How requests are read, checked and answered, and how a client signs.

pub(crate) mod acs;
pub(crate) mod call;
pub(crate) mod mismatch;
pub(crate) mod reply;
pub(crate) mod rpc;
pub(crate) mod sign;
pub(crate) mod verify;
