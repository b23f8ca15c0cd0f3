//! Huawei Cloud KMS over HTTP.

mod access_points;
mod aliases;
pub mod cipher;
pub mod client;
pub mod coverage;
mod errors;
mod grants;
mod iam;
mod imports;
mod key_policies;
mod key_stores;
mod keys;
mod lifecycle;
mod lists;
mod logs;
mod mac;
mod mismatch;
mod pair_ciphers;
mod pairs;
mod parameters;
mod regions;
mod rotation;
mod seeds;
mod signatures;
mod tags;
mod typing;
mod users;
