//! Keys.

pub(super) mod lifecycle;
pub(super) mod metadata;
