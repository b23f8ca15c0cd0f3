//! Huawei Cloud KMS over HTTP.

pub mod cipher;
mod client;
mod iam;
mod keys;
mod logs;
mod mismatch;
mod parameters;
mod signatures;
mod users;
