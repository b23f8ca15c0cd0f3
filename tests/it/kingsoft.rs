//! Kingsoft Cloud KKMS over HTTP.

mod coverage;
mod errors;
mod hostile;
mod keys;
mod lifecycle;
mod lists;
mod logs;
mod parameters;
mod realms;
mod rehearsals;
mod replies;
mod signatures;
mod time;
pub mod wire;
