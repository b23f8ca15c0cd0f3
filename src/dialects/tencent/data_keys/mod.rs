//! Data keys that the service keeps. Only the official SDKs have these actions, not the document.

pub(super) mod lifecycle;
pub(super) mod listing;
mod names;

pub(super) use lifecycle::{Hosted, host};
