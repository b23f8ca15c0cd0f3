//! Huawei Cloud KMS over HTTP.

mod access_points;
pub mod cipher;
mod client;
mod grants;
mod key_policies;
mod key_stores;
mod keys;
mod logs;
mod parameters;
mod regions;
