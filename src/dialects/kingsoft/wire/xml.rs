//! Answers in XML: converts the JSON of an answer to elements. A list's members are named `item`.

use std::fmt;

use quick_xml::escape::escape;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::dialects::wire::xml;

/// Converts JSON to an XML document. `None` if it is malformed, or XML cannot represent a character
/// of its texts.
pub(crate) fn document(root: &str, json: &[u8]) -> Option<Vec<u8>> {
    let mut text = String::with_capacity(json.len() * 2);
    let mut json = serde_json::Deserializer::from_slice(json);
    Element { name: root, text: &mut text }.deserialize(&mut json).ok()?;
    xml::complete(&text)
}

/// Writes an element around the value that is deserialized.
struct Element<'a> {
    name: &'a str,
    text: &'a mut String,
}

impl Element<'_> {
    fn write(self, inner: &str) {
        self.text.extend(["<", self.name, ">", &escape(inner), "</", self.name, ">"]);
    }

    fn around<E>(self, write: impl FnOnce(&mut String) -> Result<(), E>) -> Result<(), E> {
        self.text.extend(["<", self.name, ">"]);
        write(self.text)?;
        self.text.extend(["</", self.name, ">"]);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Element<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Element<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.write(text);
        Ok(())
    }

    fn visit_bool<E: Error>(self, it: bool) -> Result<(), E> {
        self.write(if it { "true" } else { "false" });
        Ok(())
    }

    fn visit_map<M: MapAccess<'de>>(self, mut fields: M) -> Result<(), M::Error> {
        self.around(|text| {
            while let Some(name) = fields.next_key::<String>()? {
                fields.next_value_seed(Element { name: &name, text })?;
            }
            Ok(())
        })
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut members: S) -> Result<(), S::Error> {
        self.around(|text| {
            while members.next_element_seed(Element { name: "item", text })?.is_some() {}
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_becomes_elements() {
        let document = |json: &str| {
            document("response", json.as_bytes()).map(|it| String::from_utf8(it).unwrap())
        };
        let json = r#"{"RequestId":"r","Return":true,"Set":[{"a":"<1> & \"2\"","b":""},{"a":"\r"}],"None":[]}"#;
        assert_eq!(
            document(json).unwrap(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><response><RequestId>r</RequestId><Return>true</Return><Set>\
             <item><a>&lt;1&gt; &amp; &quot;2&quot;</a><b></b></item><item><a>&#13;</a></item></Set><None></None></response>"
        );
        assert_eq!(document("{\"a\":\"\\u0000\"}"), None);
    }
}
