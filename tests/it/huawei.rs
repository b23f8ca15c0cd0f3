//! Huawei Cloud KMS over HTTP.

pub mod cipher;
mod client;
mod access_points;
mod grants;
mod key_policies;
mod key_stores;
mod keys;
mod regions;
