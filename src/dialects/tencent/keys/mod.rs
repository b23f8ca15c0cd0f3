//! Keys, and operations with them: the document's sections on keys and on asymmetric keys.

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
pub(super) use metadata::resource_id;
