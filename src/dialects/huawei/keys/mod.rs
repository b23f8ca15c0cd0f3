//! Keys.

pub(super) mod cipher;
pub(super) mod data_keys;
pub(super) mod lifecycle;
pub(super) mod metadata;
