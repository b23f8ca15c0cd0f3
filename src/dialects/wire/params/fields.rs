//! The deserializers: of a struct's fields, and of one parameter.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::de::value::{MapDeserializer, SeqDeserializer, StrDeserializer};
use serde::de::{DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserializer, forward_to_deserialize_any};

use crate::dialects::wire::form::{Form, Kind};
use crate::dialects::wire::param_error::{ParamError, WrongType};
use crate::dialects::wire::param_style::ParamStyle;
use crate::watch::truncate;

/// The maximum number of members of a flat list.
const LIST_MAX: usize = 1000;

/// A struct's fields: parameters whose names begin with the prefix.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    pub(super) params: &'a Form,
    pub(super) param_style: &'a ParamStyle,
    pub(super) prefix: &'a str,
    pub(super) wrong_type: &'a WrongType,
}

impl<'de> Deserializer<'de> for Fields<'_> {
    type Error = ParamError;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, ParamError> {
        Err(ParamError::Invalid(String::new()))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ParamError> {
        if self.param_style.json.is_some_and(|json| json.refuses_unknown) {
            self.refuse_unknown(fields)?;
        }
        visitor.visit_map(FieldAccess { of: self, fields: fields.iter(), next: None })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

impl Fields<'_> {
    /// Refuses a parameter that is none of these fields.
    fn refuse_unknown(&self, fields: &[&str]) -> Result<(), ParamError> {
        let names = self.params.names(self.prefix);
        let mut own = names.map(|name| name.split('.').next().unwrap_or_default());
        match own.find(|name| !fields.contains(name)) {
            Some(name) => Err(ParamError::Unknown(format!("{}{}", self.prefix, truncate(name)))),
            None => Ok(()),
        }
    }
}

struct FieldAccess<'a> {
    of: Fields<'a>,
    fields: std::slice::Iter<'static, &'static str>,
    next: Option<Slot<'a>>,
}

impl<'de> MapAccess<'de> for FieldAccess<'_> {
    type Error = ParamError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, ParamError> {
        for field in self.fields.by_ref() {
            let slot = Slot::of(&self.of, field);
            if slot.is_given(field) {
                self.next = Some(slot);
                let name: StrDeserializer<'_, ParamError> = (*field).into_deserializer();
                return seed.deserialize(name).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, ParamError> {
        match self.next.take() {
            Some(slot) => {
                let name = slot.name.clone();
                seed.deserialize(slot).map_err(|error| error.of(&name))
            }
            None => Err(ParamError::Invalid(String::new())),
        }
    }
}

/// One parameter: its text, or the members of its list.
struct Slot<'a> {
    params: &'a Form,
    param_style: &'a ParamStyle,
    wrong_type: &'a WrongType,
    name: Cow<'a, str>,
    text: Option<&'a str>,
}

impl<'a> Slot<'a> {
    fn of(fields: &Fields<'a>, field: &'static str) -> Self {
        let name: Cow<'a, str> = match fields.prefix {
            "" => field.into(),
            prefix => format!("{prefix}{field}").into(),
        };
        let Fields { params, param_style, wrong_type, .. } = *fields;
        Self { params, param_style, wrong_type, text: params.get(&name), name }
    }

    /// A member of this list.
    fn member(&self, name: String) -> Self {
        Self { text: self.params.get(&name), name: name.into(), ..*self }
    }

    fn is_given(&self, field: &str) -> bool {
        if self.param_style.is_typed() {
            return self.kind().is_some() || self.params.members(&self.name).next().is_some();
        }
        match self.text {
            Some("") => {
                self.param_style.allow_empty.contains(&field)
                    || self.param_style.repeated_lists && self.repeated().next().is_some()
            }
            Some(_) => true,
            None if self.param_style.maps.contains(&field) => self.members().next().is_some(),
            None => self.members().any(|member| member_number(member).is_some()),
        }
    }

    /// What the value was in JSON.
    fn kind(&self) -> Option<Kind> {
        self.params.kind(&self.name)
    }

    /// Checks that the value is one of these in JSON, if the cloud is strict. A form has texts
    /// only, and a text has no members.
    fn expect(&self, kinds: &[Kind]) -> Result<(), ParamError> {
        let has_members = || self.members().next().is_some();
        if self.param_style.is_typed() && self.text.is_some() && has_members() {
            return Err(ParamError::Invalid(String::new()));
        }
        let kind = self.kind().filter(|_| self.param_style.is_typed());
        let kind = kind.map(|kind| match kind {
            Kind::Any | Kind::Raw => Kind::String,
            Kind::Number if self.param_style.json.is_some_and(|it| it.numbers_are_texts) => {
                Kind::String
            }
            kind => kind,
        });
        if kind.is_none_or(|kind| kinds.contains(&kind)) {
            Ok(())
        } else {
            Err(ParamError::Invalid(String::new()))
        }
    }

    /// Notes that the value has a wrong type, so that reading can go on.
    ///
    /// # Errors
    /// The error itself, if the cloud does not check types.
    fn note(&self, error: ParamError) -> Result<(), ParamError> {
        if !self.param_style.is_typed() {
            return Err(error);
        }
        self.wrong_type.note(error.of(&self.name));
        Ok(())
    }

    /// The parameters `name.…` that have a value, without that prefix.
    fn members(&self) -> impl Iterator<Item = &str> {
        let keeps_empty = self.param_style.is_typed();
        let members = self.params.members(&self.name);
        members.filter(move |(_, value)| keeps_empty || !value.is_empty()).map(|(name, _)| name)
    }

    /// The values of a list that repeats its name.
    fn repeated(&self) -> impl Iterator<Item = &str> {
        self.params.all(&self.name).filter(|text| !text.is_empty())
    }

    /// The numbers of the list's members, sorted.
    fn numbers(&self) -> Result<BTreeSet<u32>, ParamError> {
        if self.param_style.is_typed() && !self.members().all(is_numbered) {
            return Err(ParamError::Invalid(String::new()));
        }
        let numbers: BTreeSet<u32> = if self.param_style.is_typed() {
            // An empty list or object counts too. It has no pair.
            self.params.names(&format!("{}.", self.name)).filter_map(member_number).collect()
        } else {
            self.members().filter_map(member_number).collect()
        };
        if numbers.len() > LIST_MAX { Err(ParamError::Invalid(String::new())) } else { Ok(numbers) }
    }

    /// Parses a number: digits, with or without a minus. A plus sign is refused.
    fn number<T: std::str::FromStr>(&self) -> Result<T, ParamError> {
        self.expect(&[Kind::Number, Kind::String])?;
        let text = self.text.filter(|text| !text.starts_with('+'));
        text.and_then(|text| text.parse().ok()).ok_or(ParamError::Invalid(String::new()))
    }
}

/// The leading number of a list member's name: 2 of `2` and of `2.Key`.
fn member_number(member: &str) -> Option<u32> {
    member.split('.').next()?.parse().ok()
}

/// Whether a list member's name begins with a number in its only form: `2` and `2.Key`, but not
/// `02`.
fn is_numbered(member: &str) -> bool {
    let first = member.split('.').next().unwrap_or_default();
    let is_digits = !first.is_empty() && first.bytes().all(|b| b.is_ascii_digit());
    is_digits && (first == "0" || !first.starts_with('0')) && first.parse::<u32>().is_ok()
}

macro_rules! numbers {
    ($($method:ident $visit:ident),* $(,)?) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ParamError> {
            match self.number() {
                Ok(number) => visitor.$visit(number),
                Err(error) => self.note(error).and_then(|()| visitor.$visit(0)),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Slot<'_> {
    type Error = ParamError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ParamError> {
        if let Err(error) = self.expect(&[Kind::String]) {
            return self.note(error).and_then(|()| visitor.visit_str(""));
        }
        match self.text {
            Some(text) => visitor.visit_str(text),
            None if self.param_style.maps.contains(&&*self.name) => {
                let behind = format!("{}.", self.name);
                let named = self
                    .params
                    .iter()
                    .filter_map(|(name, text)| Some((name.strip_prefix(&behind)?, text)));
                visitor.visit_map(MapDeserializer::new(named))
            }
            None => Err(ParamError::Invalid(String::new())),
        }
    }

    /// Case is ignored: one SDK writes `True`.
    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ParamError> {
        match self.text {
            Some(text) if text.eq_ignore_ascii_case("true") => visitor.visit_bool(true),
            Some(text) if text.eq_ignore_ascii_case("false") => visitor.visit_bool(false),
            _ => Err(ParamError::Invalid(String::new())),
        }
    }

    numbers! { deserialize_i64 visit_i64, deserialize_u32 visit_u32, deserialize_u64 visit_u64 }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ParamError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, ParamError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ParamError> {
        let text: StrDeserializer<'_, ParamError> =
            self.text.unwrap_or_default().into_deserializer();
        visitor.visit_enum(text)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ParamError> {
        let numbers = match self.expect(&[Kind::List]).and_then(|()| self.numbers()) {
            Ok(numbers) => numbers,
            Err(error) => {
                self.note(error)?;
                BTreeSet::new()
            }
        };
        if self.param_style.repeated_lists && numbers.is_empty() {
            if self.repeated().count() > LIST_MAX {
                return Err(ParamError::Invalid(String::new()));
            }
            return visitor.visit_seq(SeqDeserializer::new(self.repeated()));
        }
        visitor.visit_seq(Members { of: self, numbers: numbers.into_iter() })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ParamError> {
        if let Err(error) = self.expect(&[Kind::Object]) {
            self.note(error)?;
            let empty = MapDeserializer::<_, ParamError>::new(std::iter::empty::<(&str, &str)>());
            // An error only means that it has members that are required.
            return visitor.visit_map(empty).or(Err(ParamError::Invalid(String::new())));
        }
        let prefix = format!("{}.", self.name);
        let Self { params, param_style, wrong_type, .. } = self;
        let own = Fields { params, param_style, prefix: &prefix, wrong_type };
        own.deserialize_struct(name, fields, visitor)
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        tuple tuple_struct map identifier ignored_any
    }
}

struct Members<'a> {
    of: Slot<'a>,
    numbers: std::collections::btree_set::IntoIter<u32>,
}

impl<'de> SeqAccess<'de> for Members<'_> {
    type Error = ParamError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ParamError> {
        let Some(number) = self.numbers.next() else { return Ok(None) };
        let name = format!("{}.{number}", self.of.name);
        seed.deserialize(self.of.member(name.clone())).map(Some).map_err(|error| error.of(&name))
    }
}
