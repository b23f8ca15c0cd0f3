//! Answers in XML.

use serde::Serialize;

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;

/// A body as an XML document. `None` where XML cannot carry a character of its texts, or
/// a name as an element's.
pub(super) fn document<T: Serialize>(root: &str, body: &T) -> Option<Vec<u8>> {
    complete(&quick_xml::se::to_string_with_root(root, body).ok()?)
}

/// An element as an XML document. `None` where XML cannot carry a character of it.
pub(super) fn complete(text: &str) -> Option<Vec<u8>> {
    // A reader of XML turns a bare carriage return into a line feed; plaintexts must keep theirs.
    text.chars().all(is_xml).then(|| [HEAD, &text.replace('\r', "&#13;")].concat().into_bytes())
}

/// The characters of XML 1.0, section 2.2.
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}
