//! Huawei Cloud KMS over HTTP.

pub mod client;
mod keys;
