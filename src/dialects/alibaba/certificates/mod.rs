//! Certificates.

pub(crate) mod lifecycle;
pub(crate) mod metadata;
pub(crate) mod usage;
