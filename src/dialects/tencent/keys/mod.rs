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
pub(super) mod wrapping;

pub(super) use lifecycle::window;
pub(super) use listing::by_user;
pub(super) use metadata::resource_id;
