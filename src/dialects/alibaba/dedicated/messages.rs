//! The messages of the gateway. Their definition is the file beside this one; it is read once.
//!
//! A request's message becomes parameters and an answer's fields become a message, so that
//! handlers, journal and faults treat this wire like the other one. In between, bytes are base64
//! text.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use super::protobuf::{self, Value};
use crate::algorithms::base64_text;
use crate::dialects::Form;

const DEFINITION: &str = include_str!("dkms-gcs-0.2.proto");

static MESSAGES: LazyLock<HashMap<&str, Message>> = LazyLock::new(|| read(DEFINITION));

/// A message.
#[derive(Debug, Default)]
pub(super) struct Message {
    /// Its fields, by number.
    fields: Vec<Field>,
}

#[derive(Debug)]
struct Field {
    number: u64,
    name: &'static str,
    kind: Kind,
    repeated: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Bytes,
    /// 32 bits.
    Number,
    Flag,
}

/// The request of an API. `None` if there is no such API.
pub(super) fn request(api: &str) -> Option<&'static Message> {
    MESSAGES.get([api, "Request"].concat().as_str())
}

/// The response of an API.
pub(super) fn response(api: &str) -> Option<&'static Message> {
    MESSAGES.get([api, "Response"].concat().as_str())
}

/// What every refusal is answered with.
pub(super) fn error() -> Option<&'static Message> {
    MESSAGES.get("Error")
}

/// Reads a definition.
fn read(definition: &'static str) -> HashMap<&'static str, Message> {
    let mut messages: HashMap<_, Message> = HashMap::new();
    let mut current = None;
    for line in definition.lines() {
        let words: Vec<_> = line.trim_end_matches(';').split_whitespace().collect();
        match words[..] {
            ["message", name, "{"] => {
                messages.insert(name, Message::default());
                current = Some(name);
            }
            ["}"] => current = None,
            _ => {
                let field = current.and_then(|_| field(&words));
                let message = current.and_then(|name| messages.get_mut(name));
                if let (Some(message), Some(field)) = (message, field) {
                    message.fields.push(field);
                }
            }
        }
    }
    messages
}

/// Reads a field: `[repeated] TYPE NAME = NUMBER`.
fn field(words: &[&'static str]) -> Option<Field> {
    let (repeated, words) = match words {
        ["repeated", words @ ..] => (true, words),
        words => (false, words),
    };
    let [kind, name, "=", number] = *words else { return None };
    let kind = match kind {
        "string" => Kind::Text,
        "bytes" => Kind::Bytes,
        "int32" => Kind::Number,
        "bool" => Kind::Flag,
        _ => return None,
    };
    Some(Field { number: number.parse().ok()?, name, kind, repeated })
}

impl Message {
    /// The parameters in a message of this kind. A field that occurs twice has its last value, and
    /// one with its type's default value is absent, as protobuf has it.
    ///
    /// # Errors
    /// The field that is not what it should be; no name if that cannot be said.
    pub(super) fn to_params(&self, bytes: &[u8]) -> Result<Form, Option<&'static str>> {
        let mut params: HashMap<&'static str, Zeroizing<String>> = HashMap::new();
        for field in protobuf::fields(bytes) {
            let (number, value) = field.ok_or(None)?;
            let field = self.fields.iter().find(|it| it.number == number).ok_or(None)?;
            let text = field.text(value).ok_or(Some(field.name))?;
            if field.is_default(&text) {
                params.remove(field.name);
            } else {
                params.insert(field.name, Zeroizing::new(text));
            }
        }
        let params = params.iter().map(|(name, text)| (*name, text.as_str()));
        Ok(Form::default().with(params))
    }

    /// The message with these values. What the message has no field for is left out.
    pub(super) fn of(&self, values: &Map<String, Json>) -> Vec<u8> {
        let mut message = Vec::new();
        for field in &self.fields {
            match values.get(field.name) {
                Some(Json::Array(all)) => all.iter().for_each(|it| field.put(&mut message, it)),
                Some(value) => field.put(&mut message, value),
                None => {}
            }
        }
        message
    }
}

impl Field {
    /// The text of a value.
    fn text(&self, value: Value<'_>) -> Option<String> {
        match (self.kind, value) {
            (Kind::Text, Value::Bytes(bytes)) => Some(std::str::from_utf8(bytes).ok()?.to_owned()),
            (Kind::Bytes, Value::Bytes(bytes)) => Some(base64_text::encode(bytes)),
            (Kind::Number, Value::Varint(number)) => {
                // Only the lower half counts.
                let [a, b, c, d, ..] = number.to_le_bytes();
                Some(i32::from_le_bytes([a, b, c, d]).to_string())
            }
            (Kind::Flag, Value::Varint(number)) => Some((number != 0).to_string()),
            (Kind::Text | Kind::Bytes, Value::Varint(_))
            | (Kind::Number | Kind::Flag, Value::Bytes(_)) => None,
        }
    }

    /// Whether a text is the default value of the field's type.
    fn is_default(&self, text: &str) -> bool {
        match self.kind {
            Kind::Text | Kind::Bytes => text.is_empty(),
            Kind::Number => text == "0",
            Kind::Flag => text == "false",
        }
    }

    /// Appends a value. A list within an object is that list: answers in JSON wrap lists so.
    fn put(&self, message: &mut Vec<u8>, value: &Json) {
        let mut add = |value: Value<'_>| protobuf::put(message, self.number, value);
        match (self.kind, value) {
            (Kind::Text, Json::String(text)) if !text.is_empty() || self.repeated => {
                add(Value::Bytes(text.as_bytes()));
            }
            (Kind::Bytes, Json::String(text)) if !text.is_empty() => {
                if let Some(bytes) = base64_text::decode(text) {
                    add(Value::Bytes(&bytes));
                }
            }
            (Kind::Number, Json::Number(number)) => {
                if let Some(number) = number.as_u64().filter(|number| *number > 0) {
                    add(Value::Varint(number));
                }
            }
            (Kind::Flag, Json::Bool(true)) => add(Value::Varint(1)),
            (_, Json::Object(members)) if self.repeated => {
                let lists = members.values().filter_map(Json::as_array).flatten();
                lists.for_each(|it| self.put(message, it));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_line_of_the_definition_is_read() {
        let count = |word: &str| {
            let lines = DEFINITION.lines().map(str::trim);
            lines.filter(|line| !line.starts_with("//") && line.contains(word)).count()
        };
        assert_eq!(MESSAGES.len(), count("message "));
        let fields = MESSAGES.values().map(|message| message.fields.len()).sum::<usize>();
        // The first line says which version of the language it is.
        assert_eq!(fields, count(" = ") - 1);
        for (name, message) in MESSAGES.iter() {
            let in_order = message.fields.windows(2).all(|two| two[0].number < two[1].number);
            assert!(in_order && message.fields[0].number > 0, "{name}");
        }
    }

    #[test]
    fn messages_become_parameters() {
        let params = |api: &str, bytes: &[u8]| request(api).unwrap().to_params(bytes);
        let form = params("Encrypt", b"\x0a\x01k\x12\x02\xff\xfe\x0a\x02kk\x1a\x00").unwrap();
        let found: Vec<_> = form.iter().collect();
        assert_eq!(found, [("KeyId", "kk"), ("Plaintext", "//4=")], "the last one counts");
        assert_eq!(params("GenerateRandom", b"\x08\x08").unwrap().get("Length"), Some("8"));
        let negative = b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
        assert_eq!(params("GenerateRandom", negative).unwrap().get("Length"), Some("-1"));
        let flag = params("GetSecretValue", b"\x20\x01").unwrap();
        assert_eq!(flag.get("FetchExtendedConfig"), Some("true"));
        for (api, bytes, wrong) in [
            ("Encrypt", &b"\x0a\x01\xff"[..], Some("KeyId")),
            ("Encrypt", b"\x08\x01", Some("KeyId")),
            ("GenerateRandom", b"\x0a\x01\x08", Some("Length")),
            ("Encrypt", b"\x0a\x05k", None),
            ("Encrypt", b"\x7a\x01k", None),
        ] {
            assert_eq!(params(api, bytes).unwrap_err(), wrong, "{api} {bytes:?}");
        }
    }

    #[test]
    fn answers_become_messages() {
        let answer =
            |api: &str, values: Json| response(api).unwrap().of(values.as_object().unwrap());
        let values = json!({ "KeyId": "k", "Value": true, "RequestId": "r", "Other": 1 });
        assert_eq!(answer("Verify", values), b"\x0a\x01k\x10\x01\x1a\x01r");
        assert_eq!(answer("Verify", json!({ "KeyId": "", "Value": false })), b"");
        let stages = json!({ "VersionStages": { "VersionStage": ["a", "b"] } });
        assert_eq!(answer("GetSecretValue", stages), b"\x2a\x01a\x2a\x01b");
        assert_eq!(answer("GenerateRandom", json!({ "Random": "//4=" })), b"\x0a\x02\xff\xfe");
        let refused = json!({ "StatusCode": 404, "ErrorCode": "c" });
        assert_eq!(error().unwrap().of(refused.as_object().unwrap()), b"\x08\x94\x03\x12\x01c");
    }
}
