//! Secrets.

pub(crate) mod lifecycle;
pub(crate) mod metadata;
pub(crate) mod rotation;
pub(crate) mod types;
pub(crate) mod values;
