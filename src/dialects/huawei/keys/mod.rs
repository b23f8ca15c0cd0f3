//! Keys.

pub(super) mod aliases;
pub(super) mod cipher;
pub(super) mod data_keys;
pub(super) mod import;
pub(super) mod lifecycle;
pub(super) mod listing;
pub(super) mod metadata;
pub(super) mod rotation;
