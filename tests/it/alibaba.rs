//! Alibaba Cloud KMS over HTTP: its signatures, every action, every error, every state.

mod aliases;
mod applications;
mod auth_modes;
pub mod certificates;
mod challenges;
mod cipher;
pub mod coverage;
pub mod dedicated;
pub mod errors;
mod export;
pub mod import;
mod instances;
mod keys;
mod lifecycle;
mod macs;
pub mod managed;
mod managed_data_keys;
pub mod pairs;
mod parameters;
mod ram;
mod refusals;
pub mod replies;
mod rotation;
mod secrets;
pub mod signatures;
mod spaces;
mod tags;
