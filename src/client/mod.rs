//! The other end of the wire: finds a running server and asks it something, as its users do. It knows no cloud by name.

mod call;
mod endpoint;
mod http;
mod trust;

pub(crate) use call::{Call, CallError, call};
pub(crate) use endpoint::Endpoint;
pub(crate) use http::{Unanswered, send};
pub(crate) use trust::Trust;
