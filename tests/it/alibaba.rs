//! Alibaba Cloud KMS over HTTP: its signatures, every action, every error, every state.

mod aliases;
mod applications;
mod auth_modes;
pub mod certificates;
mod cipher;
pub mod coverage;
pub mod errors;
mod export;
mod gateway;
pub mod import;
mod keys;
mod lifecycle;
pub mod managed;
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
