//! What a ciphertext is bound to besides its key: an encryption context and additional data. SDKs
//! of one generation send the former, and those of the next the latter; both count.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{Error as _, MapAccess, Visitor};

use super::codes;
use crate::dialects::Error;
use crate::dialects::wire::classes::classed;

/// The longest context, in bytes of compact JSON (document, `encryption_context`).
const CONTEXT_MAX: usize = 8192;
/// The longest additional data, in bytes (SDK, `additional_authenticated_data`).
const ADDITIONAL_MAX: usize = 128;

/// An encryption context: the JSON text of an object.
pub(super) struct ContextText(String);

classed!(ContextText: Context);

impl From<String> for ContextText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// Additional authenticated data: any text.
pub(super) struct AdditionalData(String);

classed!(AdditionalData: Context);

impl From<String> for AdditionalData {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// A context's pairs, by name.
struct Pairs(BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Pairs;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object of texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Pairs, A::Error> {
                let mut pairs = BTreeMap::new();
                while let Some((name, value)) = members.next_entry()? {
                    if pairs.insert(name, value).is_some() {
                        return Err(A::Error::custom("a repeated name"));
                    }
                }
                Ok(Pairs(pairs))
            }
        }
        from.deserialize_map(Object)
    }
}

/// The canonical form of a context: compact JSON, sorted by name. Empty for an empty context.
/// `None` if the text is no object of texts, or too long.
pub(super) fn canonical(text: &str) -> Option<Vec<u8>> {
    let Pairs(pairs) = serde_json::from_str(text).ok()?;
    if pairs.is_empty() {
        return Some(Vec::new());
    }
    serde_json::to_vec(&pairs).ok().filter(|text| text.len() <= CONTEXT_MAX)
}

/// The bytes to which a ciphertext is bound.
///
/// # Errors
/// `KMS.0208` for a malformed context, `KMS.0308` for additional data that are too long.
pub(super) fn associated(
    context: Option<&ContextText>,
    additional: Option<&AdditionalData>,
) -> Result<Vec<u8>, Error> {
    let context = match context {
        Some(ContextText(text)) => {
            let refused = || codes::INVALID_ENCRYPTION_CONTEXT.with(&["encryption_context"]);
            canonical(text).ok_or_else(refused)?
        }
        None => Vec::new(),
    };
    let additional = additional.map_or(&b""[..], |text| text.0.as_bytes());
    if additional.len() > ADDITIONAL_MAX {
        return Err(Error::Invalid("additional_authenticated_data".into()));
    }
    if additional.is_empty() {
        return Ok(context);
    }
    // A context is JSON, so no context has this form.
    Ok([additional, &b"\0"[..], &context].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contexts_are_objects_of_texts() {
        let canonical = |text: &str| canonical(text).map(|it| String::from_utf8(it).unwrap());
        assert_eq!(canonical("{}").as_deref(), Some(""));
        let sorted = canonical(r#" {"b.c": "2", "a": "\u5bc6"} "#);
        assert_eq!(sorted.as_deref(), Some(r#"{"a":"密","b.c":"2"}"#));
        for bad in ["", "1", "\"{}\"", "[]", r#"{"a":1}"#, r#"{"a":{}}"#, r#"{"a":"1","a":"2"}"#] {
            assert_eq!(canonical(bad), None, "{bad}");
        }
        let of_len = |len: usize| canonical(&format!(r#"{{"a":"{}"}}"#, "x".repeat(len - 8)));
        assert!(of_len(8192).is_some() && of_len(8193).is_none());
    }

    #[test]
    fn context_and_additional_data_are_both_bound() {
        let bound = |context: Option<&str>, additional: Option<&str>| {
            let context = context.map(|text| ContextText(text.to_owned()));
            let additional = additional.map(|text| AdditionalData(text.to_owned()));
            associated(context.as_ref(), additional.as_ref()).ok()
        };
        let all = [
            bound(None, None),
            bound(Some(r#"{"a":"b"}"#), None),
            bound(None, Some(r#"{"a":"b"}"#)),
            bound(Some(r#"{"a":"b"}"#), Some("x")),
            bound(None, Some("x")),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(one.is_some() && !all[at + 1..].contains(one));
        }
        assert_eq!(bound(Some("{}"), Some("")), bound(None, None));
        assert!(bound(None, Some(&"x".repeat(128))).is_some());
        assert!(bound(None, Some(&"x".repeat(129))).is_none());
    }
}
