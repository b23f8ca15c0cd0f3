//! Huawei Cloud KMS over HTTP.

pub mod cipher;
mod client;
mod keys;
mod mac;
mod pairs;
