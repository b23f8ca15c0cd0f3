//! Huawei Cloud KMS over HTTP.

pub mod cipher;
mod client;
mod iam;
mod keys;
mod logs;
mod parameters;
mod signatures;
mod users;
