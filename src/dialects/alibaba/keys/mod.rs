//! Keys, and operations with them.

pub(crate) mod aliases;
pub(crate) mod asymmetric;
pub(crate) mod cipher;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod lifecycle;
pub(crate) mod mac;
pub(crate) mod metadata;
pub(crate) mod versions;
