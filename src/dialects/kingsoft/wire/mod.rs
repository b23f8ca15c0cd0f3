//! How requests are read, checked and answered, and how a client signs.

pub(crate) mod aws4;
pub(crate) mod call;
pub(crate) mod mismatch;
pub(crate) mod reply;
pub(crate) mod sign;
pub(crate) mod simplified;
pub(crate) mod verify;
pub(crate) mod xml;
