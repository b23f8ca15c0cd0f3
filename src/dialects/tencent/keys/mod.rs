//! Keys: the document's sections on keys and on asymmetric keys, a file for each of its subjects.

pub(super) mod bindings;
pub(super) mod cipher;
pub(super) mod import;
pub(super) mod lifecycle;
pub(super) mod listing;
mod metadata;
pub(super) mod pairs;
pub(super) mod quantum;
pub(super) mod rotation;
mod wrapping;

