//! How requests of this cloud are read, checked and answered.

pub(super) mod call;
pub(super) mod mismatch;
mod reply;
pub(super) mod sign;
mod tc3;
mod v1;
pub(super) mod verify;
