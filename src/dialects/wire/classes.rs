//! The classes of an action's parameters, read off the type of its request: the names, and for each
//! what it means to logs and journal. There is no separate list that could lack a new parameter.
//!
//! Numbers, booleans and enums may be logged. A text is hidden, unless its type declares another
//! class with [`classed!`].

use std::marker::PhantomData;

use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess,
    Visitor,
};
use serde::{Deserialize, forward_to_deserialize_any};

use crate::watch::classes::Class;

/// Implements `Deserialize` for a type that is parsed from a text, and declares its class.
macro_rules! classed {
    ($type:ty: $class:ident) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(text: D) -> Result<Self, D::Error> {
                $crate::dialects::wire::classes::read(concat!("class ", stringify!($class)), text)
            }
        }
    };
}
pub(crate) use classed;

/// Deserializes a text of a class. The name of the newtype tells [`Probe`] the class; other
/// deserializers ignore it.
pub(crate) fn read<'de, T: TryFrom<String>, D: Deserializer<'de>>(
    class: &'static str,
    text: D,
) -> Result<T, D::Error> {
    text.deserialize_newtype_struct(class, Text(PhantomData))
}

struct Text<T>(PhantomData<T>);

impl<'de, T: TryFrom<String>> Visitor<'de> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, text: D) -> Result<T, D::Error> {
        T::try_from(String::deserialize(text)?).map_err(|_| de::Error::custom("malformed"))
    }

    /// Some deserializers of texts do not know newtypes.
    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        T::try_from(text.to_owned()).map_err(|_| E::custom("malformed"))
    }
}

/// The names of the parameters of a request type.
pub(crate) fn names<T: DeserializeOwned>() -> &'static [&'static str] {
    match T::deserialize(Request(None)) {
        Err(Found::Names(names)) => names,
        _ => &[],
    }
}

/// The class of the parameter `name` of a request type.
pub(crate) fn class<T: DeserializeOwned>(name: &'static str) -> Class {
    match T::deserialize(Request(Some(name))) {
        Err(Found::Class(class)) => class,
        _ => Class::Hidden,
    }
}

/// The result of a search, as the error of a deserializer that has no values.
#[derive(Debug)]
enum Found {
    Names(&'static [&'static str]),
    Class(Class),
}

impl std::fmt::Display for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Found {}

impl de::Error for Found {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Self::Class(Class::Hidden)
    }
}

/// Returns the names of a request's fields or, for one field, its class.
struct Request(Option<&'static str>);

impl<'de> Deserializer<'de> for Request {
    type Error = Found;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Found> {
        Err(Found::Names(&[]))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Found> {
        if self.0.is_none() { Err(Found::Names(fields)) } else { visitor.visit_map(self) }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for Request {
    type Error = Found;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Found> {
        let Some(name) = self.0 else { return Ok(None) };
        let name: de::value::StrDeserializer<'_, Found> = name.into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Found> {
        seed.deserialize(Probe)
    }
}

/// Returns the class of the type that is deserialized from it.
struct Probe;

macro_rules! open {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Found> {
            Err(Found::Class(Class::Open))
        }
    )*};
}

impl<'de> Deserializer<'de> for Probe {
    type Error = Found;

    open! {
        deserialize_bool deserialize_i64 deserialize_u32 deserialize_u64
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Found> {
        Err(Found::Class(Class::Hidden))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Found> {
        Err(Found::Class(Class::Open))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Found> {
        visitor.visit_some(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Found> {
        visitor.visit_seq(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Found> {
        Err(Found::Class(match name {
            "class Key" => Class::Key,
            "class Version" => Class::Version,
            "class Secret" => Class::Secret,
            "class Certificate" => Class::Certificate,
            "class Context" => Class::Context,
            "class Ciphertext" => Class::Ciphertext,
            "class Credential" => Class::Credential,
            "class Open" => Class::Open,
            _ => return visitor.visit_newtype_struct(self),
        }))
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u128 f32 f64 char str string bytes byte_buf unit unit_struct tuple
        tuple_struct map struct identifier ignored_any
    }
}

/// The members of a list have one class.
impl<'de> SeqAccess<'de> for Probe {
    type Error = Found;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Found> {
        seed.deserialize(Probe).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Name;

    impl TryFrom<String> for Name {
        type Error = ();

        fn try_from(_: String) -> Result<Self, ()> {
            Ok(Self)
        }
    }

    classed!(Name: Key);

    #[derive(Deserialize)]
    struct Plain(#[expect(dead_code, reason = "only its type is looked at")] String);

    #[derive(Deserialize)]
    enum Word {
        A,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    #[expect(dead_code, reason = "only the types are looked at")]
    struct TestRequest {
        key_id: Name,
        others: Vec<Name>,
        #[serde(default)]
        size: Option<u32>,
        word: Word,
        text: String,
        plain: Option<Plain>,
        #[serde(rename = "Nested.List")]
        nested: Vec<Part>,
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only the types are looked at")]
    struct Part {
        size: u32,
    }

    #[test]
    fn classes_are_read_off_the_request_type() {
        let expected = [
            ("KeyId", Class::Key),
            ("Others", Class::Key),
            ("Size", Class::Open),
            ("Word", Class::Open),
            ("Text", Class::Hidden),
            ("Plain", Class::Hidden),
            ("Nested.List", Class::Hidden),
        ];
        assert_eq!(names::<TestRequest>(), expected.map(|(name, _)| name));
        for (name, class) in expected {
            assert_eq!(crate::dialects::wire::classes::class::<TestRequest>(name), class, "{name}");
        }
        assert_eq!(names::<String>(), [""; 0]);
    }
}
