//! Tencent Cloud KMS over HTTP.

pub mod coverage;
mod due;
mod errors;
mod guards;
mod hostile;
mod imports;
mod keys;
mod lifecycle;
mod limits;
mod lists;
mod logs;
mod mismatch;
mod order;
mod pairs;
mod parameters;
mod realms;
mod replies;
mod sdks;
mod signatures;
mod sizes;
mod state;
mod tags;
pub mod wire;
