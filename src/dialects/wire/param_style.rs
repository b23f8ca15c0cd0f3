//! How a cloud encodes parameters.

use crate::watch::classes::Class;

/// How a cloud encodes parameters.
#[derive(Debug)]
pub(crate) struct ParamStyle {
    /// The parameters that any request may have: for signature, time and format.
    pub(crate) common: &'static [(&'static str, Class)],
    /// The parameters that may be empty.
    pub(crate) allow_empty: &'static [&'static str],
    /// The parameters that are maps of texts: one JSON text, or flat, with names after a dot.
    pub(crate) maps: &'static [&'static str],
    /// Whether a list may repeat one name without numbers, once for each member.
    pub(crate) repeated_lists: bool,
    /// Whether values must have their JSON types, where a number may also be a text. Any text may
    /// be empty then. `None` if every value is a text, as in forms.
    pub(crate) json: Option<JsonStyle>,
}

/// How strictly the parameters of JSON bodies are checked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct JsonStyle {
    /// Whether parameters that an action does not have are refused.
    pub(crate) refuses_unknown: bool,
    /// Whether a number is accepted where a text is expected.
    pub(crate) numbers_are_texts: bool,
}

impl ParamStyle {
    /// Whether values have types.
    pub(super) fn is_typed(&self) -> bool {
        self.json.is_some()
    }
}
