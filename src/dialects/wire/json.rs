//! Parameters of JSON bodies, as flat as those of queries: the members of lists are numbered from 0
//! (`KeyIds.0`), the members of objects have their names after a dot (`Tags.0.TagKey`).

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::form::{Form, Kind, Pair};

impl Form {
    /// Parses the text of a JSON object. Members that are `null` are left out. The members of these
    /// `raw` names are kept as the JSON text of their value. `None` if the text is no object, if a
    /// name repeats, is empty or has a dot, or if the flat form is much longer than the text.
    pub(crate) fn of_json(body: &[u8], raw: &[&str]) -> Option<Self> {
        // Names repeat in those of their members, and each entry has a size of its own. So deep
        // objects grow, and long lists of short members.
        let room = body.len().saturating_mul(8).saturating_add(ROOM);
        let mut flat = Flat { form: Self::default(), path: String::new(), room, raw };
        flat.form.text.reserve(body.len());
        let mut reader = serde_json::Deserializer::from_slice(body);
        reader.deserialize_map(Value { flat: &mut flat }).ok()?;
        reader.end().ok()?;
        let Self { text, pairs, containers } = flat.form;
        let form = Self::sorted(text, pairs, containers);
        form.repeated().is_none().then_some(form)
    }
}

/// How many bytes a flat form may always have: more than the longest list that is accepted takes.
const ROOM: usize = 256 * 1024;

/// A form in the making.
struct Flat<'a> {
    form: Form,
    /// The name of the value that comes next.
    path: String,
    /// How many bytes may still be added.
    room: usize,
    /// The names of the members that are kept as JSON text.
    raw: &'a [&'a str],
}

impl Flat<'_> {
    /// Adds a name.
    fn name(&mut self) -> Option<std::ops::Range<usize>> {
        self.room = self.room.checked_sub(self.path.len() + size_of::<Pair>())?;
        let from = self.form.text.len();
        self.form.text.push_str(&self.path);
        Some(from..self.form.text.len())
    }

    fn pair<E: Error>(&mut self, value: &str, kind: Kind) -> Result<(), E> {
        let name = self.name().ok_or_else(too_long)?;
        self.room = self.room.checked_sub(value.len()).ok_or_else(too_long)?;
        let from = self.form.text.len();
        self.form.text.push_str(value);
        self.form.pairs.push(Pair { name, value: from..self.form.text.len(), kind });
        Ok(())
    }

    fn container<E: Error>(&mut self, kind: Kind) -> Result<(), E> {
        // The whole body has no name.
        if !self.path.is_empty() {
            let name = self.name().ok_or_else(too_long)?;
            self.form.containers.push((name, kind));
        }
        Ok(())
    }

    /// Runs a step with a name behind the present one.
    fn within<T>(&mut self, name: &str, step: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.path.len();
        if before > 0 {
            self.path.push('.');
        }
        self.path.push_str(name);
        let done = step(self);
        self.path.truncate(before);
        done
    }
}

fn too_long<E: Error>() -> E {
    E::custom("too long")
}

/// Adds the value that is read.
struct Value<'a, 'b> {
    flat: &'a mut Flat<'b>,
}

impl<'de> DeserializeSeed<'de> for Value<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.flat.pair(text, Kind::String)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.flat.pair(if value { "true" } else { "false" }, Kind::Boolean)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.flat.pair(&number.to_string(), Kind::Number)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.flat.pair(&number.to_string(), Kind::Number)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.flat.pair(&serde_json::Value::from(number).to_string(), Kind::Number)
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        self.flat.container(Kind::List)?;
        for number in 0usize.. {
            let member = self
                .flat
                .within(&number.to_string(), |flat| members.next_element_seed(Value { flat }))?;
            if member.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        self.flat.container(Kind::Object)?;
        while let Some(name) = members.next_key::<std::borrow::Cow<'_, str>>()? {
            // In the flat form it would be the name of another value.
            if name.is_empty() || name.contains('.') {
                return Err(A::Error::custom("ambiguous name"));
            }
            if self.flat.path.is_empty() && self.flat.raw.contains(&&*name) {
                let text: &RawValue = members.next_value()?;
                if text.get() != "null" {
                    self.flat.within(&name, |flat| flat.pair(text.get(), Kind::Raw))?;
                }
                continue;
            }
            self.flat.within(&name, |flat| members.next_value_seed(Value { flat }))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_become_flat() {
        let text = r#"{"K":["a",{"x":1}],"N":-64,"V":1.0,"T":true,"O":{"x":"\u5bc6"},"E":"","Z":null,"L":[]}"#;
        let form = Form::of_json(text.as_bytes(), &[]).unwrap();
        assert_eq!(
            form.iter().collect::<Vec<_>>(),
            [
                ("E", ""),
                ("K.0", "a"),
                ("K.1.x", "1"),
                ("N", "-64"),
                ("O.x", "密"),
                ("T", "true"),
                ("V", "1.0"),
            ]
        );
        for (name, kind) in [
            ("E", Some(Kind::String)),
            ("K", Some(Kind::List)),
            ("K.1", Some(Kind::Object)),
            ("L", Some(Kind::List)),
            ("N", Some(Kind::Number)),
            ("T", Some(Kind::Boolean)),
            ("Z", None),
            ("Y", None),
        ] {
            assert_eq!(form.kind(name), kind, "{name}");
        }
    }

    #[test]
    fn raw_members_stay_json() {
        let text = r#"{"C":{"a.b":"1","":[]},"D":{"C":"x"},"E":"t","F":null}"#;
        let form = Form::of_json(text.as_bytes(), &["C", "E", "F"]).unwrap();
        assert_eq!(
            form.iter().collect::<Vec<_>>(),
            [("C", r#"{"a.b":"1","":[]}"#), ("D.C", "x"), ("E", "\"t\"")]
        );
        assert_eq!(form.kind("C"), Some(Kind::Raw));
        assert!(Form::of_json(br#"{"C":{"a":}}"#, &["C"]).is_none());
        assert!(Form::of_json(br#"{"C":1,"C":2}"#, &["C"]).is_none());
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for bad in ["", "[]", "1", "\"a\"", "{", "{\"a\":1}x", "\u{1}", r#"{"a":1,"a":2}"#] {
            assert!(Form::of_json(bad.as_bytes(), &[]).is_none(), "{bad}");
        }
        for ambiguous in [r#"{"":1}"#, r#"{"":{"a":1}}"#, r#"{"a.b":1}"#, r#"{"a":{".":1}}"#] {
            assert!(Form::of_json(ambiguous.as_bytes(), &[]).is_none(), "{ambiguous}");
        }
        let deep = format!("{}1{}", r#"{"a":"#.repeat(200), "}".repeat(200));
        assert!(Form::of_json(deep.as_bytes(), &[]).is_none());
        let list = |name: usize, members: usize| {
            let text = format!(r#"{{"{}":[{}1]}}"#, "n".repeat(name), "1,".repeat(members));
            Form::of_json(text.as_bytes(), &[])
        };
        assert!(list(1000, 1000).is_none());
        // Each member takes far more memory than text.
        assert!(list(1, 100_000).is_none());
        assert_eq!(list(64, 1000).unwrap().iter().count(), 1001);
    }
}
