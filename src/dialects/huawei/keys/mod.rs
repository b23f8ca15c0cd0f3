//! Keys.

pub(super) mod agreement;
pub(super) mod aliases;
pub(super) mod capsules;
pub(super) mod cipher;
pub(super) mod data_keys;
pub(super) mod datakey_pairs;
pub(super) mod import;
pub(super) mod lifecycle;
pub(super) mod listing;
pub(super) mod mac;
pub(super) mod metadata;
mod pair_cipher;
pub(super) mod reencrypt;
pub(super) mod rotation;
mod scheme;
mod sealing;
pub(super) mod sign;
