//! Huawei Cloud's wire: requests by path, signatures and tokens, answers.

pub(crate) mod call;
mod canonical;
mod claim;
pub(crate) mod mismatch;
mod reply;
pub(crate) mod sign;
pub(crate) mod verify;
