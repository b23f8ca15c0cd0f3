//! Huawei Cloud KMS over HTTP.

mod aliases;
pub mod cipher;
pub mod client;
mod iam;
mod imports;
mod keys;
mod lifecycle;
mod lists;
mod logs;
mod mismatch;
mod parameters;
mod rotation;
mod signatures;
mod tags;
mod typing;
mod users;
