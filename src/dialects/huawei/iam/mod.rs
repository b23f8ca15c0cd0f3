//! The calls of the identity service that clients of the key-management service make: tokens,
//! temporary access keys, and lists of projects, domains and services.

pub(super) mod listing;
pub(super) mod sealed;
pub(super) mod sign_in;
pub(super) mod temporary_keys;
pub(super) mod tokens;
