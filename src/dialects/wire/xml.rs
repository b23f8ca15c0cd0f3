//! XML documents.

use serde::Serialize;

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;

/// Serialises a body as an XML document. `None` if XML cannot represent a character of its texts,
/// or a name as an element.
pub(crate) fn document<T: Serialize>(root: &str, body: &T) -> Option<Vec<u8>> {
    complete(&quick_xml::se::to_string_with_root(root, body).ok()?)
}

/// Completes an element to an XML document. `None` if XML cannot represent a character of it.
pub(crate) fn complete(text: &str) -> Option<Vec<u8>> {
    // XML parsers turn a bare carriage return into a line feed, but plaintexts must keep theirs.
    let fit = text.chars().all(is_xml) && !has_prefix(text);
    fit.then(|| [HEAD, &text.replace('\r', "&#13;")].concat().into_bytes())
}

/// Whether an element's name has a colon. Parsers would look for a namespace, which is not
/// declared. In texts, `<` is escaped.
fn has_prefix(text: &str) -> bool {
    text.split('<').skip(1).any(|tag| tag.split('>').next().is_some_and(|name| name.contains(':')))
}

/// The characters of XML 1.0, section 2.2.
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn element_names_are_xml_names_without_a_prefix() {
        let written = |name: &str| document("Tags", &BTreeMap::from([(name, "a:b <c:d>")]));
        let text = String::from_utf8(written("team").unwrap()).unwrap();
        assert!(text.ends_with("<Tags><team>a:b &lt;c:d&gt;</team></Tags>"), "{text}");
        for name in ["a:b", ":", "a b", "1a", "a/b", "a@b", "-a", "a+b", "a=b"] {
            assert_eq!(written(name), None, "{name}");
        }
    }
}
