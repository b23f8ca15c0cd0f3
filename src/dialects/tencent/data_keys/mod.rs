//! Hosted data keys: the service stores them. The actions are not in the document, only in the
//! official SDKs.

pub(super) mod lifecycle;
pub(super) mod listing;
mod names;

pub(super) use lifecycle::{Hosted, host};
