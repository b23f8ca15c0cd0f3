//! Tencent Cloud KMS over HTTP.

mod errors;
mod imports;
mod lifecycle;
mod pairs;
mod parameters;
mod signatures;
mod sizes;
mod state;
pub mod wire;
