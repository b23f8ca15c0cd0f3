//! A client for running servers, as the commands and the library use it. It knows no cloud by name.

mod call;
mod endpoint;
mod http;
mod trust;

pub(crate) use call::{Call, CallError, call};
pub(crate) use endpoint::Endpoint;
pub(crate) use http::{SendError, send};
pub(crate) use trust::Trust;
