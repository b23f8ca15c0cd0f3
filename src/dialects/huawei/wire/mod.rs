//! Huawei Cloud's wire: requests by path, signatures and tokens, answers.

pub(crate) mod call;
mod canonical;
mod claim;
mod derived;
pub(crate) mod mismatch;
mod reply;
mod scoped;
pub(crate) mod sign;
pub(crate) mod verify;
