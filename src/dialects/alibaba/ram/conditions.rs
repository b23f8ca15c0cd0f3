//! Conditions of statements: their operators, and the keys whose values they compare.
//!
//! Several values of a key: one of them must match. Several keys or operators: all of them must.
//! A negated operator matches if none of its values does, also if the request has no value.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::net::IpAddr;

use serde_json::Value;

use super::pattern::Pattern;
use super::reading::{Flaw, each, shortened, texts};
use crate::model::IpRange;
use crate::world::Instant;

/// A condition of a statement: one operator, and one key.
#[derive(Debug)]
pub(super) struct Condition {
    pub(super) key: ConditionKey,
    is_negated: bool,
    values: Values,
}

/// A property of a request that conditions compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ConditionKey {
    /// `acs:CurrentTime`.
    CurrentTime,
    /// `acs:SecureTransport`: whether the request came over TLS.
    SecureTransport,
    /// `acs:SourceIp`: the address of the connection's other end.
    SourceIp,
    /// `acs:MFAPresent`: whether the user signed in with a second factor.
    MfaPresent,
    /// `acs:SourceVpc`, `acs:VpcSourceIp`.
    SourceVpc,
    VpcSourceIp,
    /// `acs:ResourceTag/…`: a tag of the key, secret or certificate.
    ResourceTag(String),
    /// `acs:RequestTag/…`: a tag that the request attaches.
    RequestTag(String),
    /// `kms:tag/…`: a tag of the key or secret, for the actions that evaluate it.
    KmsTag(String),
    /// `kms:EncryptionAlgorithm`.
    EncryptionAlgorithm,
    /// `kms:EncryptionContext:…`: a pair of the encryption context.
    EncryptionContext(String),
}

/// The type of a key's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Text,
    Number,
    Date,
    Bool,
    Address,
}

/// The properties of a request, as far as conditions ask for them.
pub(super) trait Properties {
    /// The value of a key, if the request has one.
    fn value(&self, key: &ConditionKey) -> Option<Cow<'_, str>>;
}

#[derive(Debug)]
enum Values {
    Texts(Vec<String>),
    /// Compared without regard to case.
    LowerCaseTexts(Vec<String>),
    Patterns(Vec<Pattern>),
    Numbers(Comparison, Vec<f64>),
    Dates(Comparison, Vec<Instant>),
    Bools(Vec<bool>),
    Ranges(Vec<IpRange>),
}

/// Whether an order of the request's value and the policy's is the wanted one.
type Comparison = fn(Ordering) -> bool;

impl ConditionKey {
    pub(super) fn read(name: &str) -> Option<Self> {
        let rest = |prefix: &str| {
            let rest = name.strip_prefix(prefix).filter(|rest| !rest.is_empty());
            rest.map(str::to_owned)
        };
        Some(match name {
            "acs:CurrentTime" => Self::CurrentTime,
            "acs:SecureTransport" => Self::SecureTransport,
            "acs:SourceIp" => Self::SourceIp,
            "acs:MFAPresent" => Self::MfaPresent,
            "acs:SourceVpc" => Self::SourceVpc,
            "acs:VpcSourceIp" => Self::VpcSourceIp,
            "kms:EncryptionAlgorithm" => Self::EncryptionAlgorithm,
            _ => {
                return (rest("acs:ResourceTag/").map(Self::ResourceTag))
                    .or_else(|| rest("acs:RequestTag/").map(Self::RequestTag))
                    .or_else(|| rest("kms:tag/").map(Self::KmsTag))
                    .or_else(|| rest("kms:EncryptionContext:").map(Self::EncryptionContext));
            }
        })
    }

    fn values_are(&self) -> Type {
        match self {
            Self::CurrentTime => Type::Date,
            Self::SecureTransport | Self::MfaPresent => Type::Bool,
            Self::SourceIp | Self::VpcSourceIp => Type::Address,
            Self::SourceVpc
            | Self::ResourceTag(_)
            | Self::RequestTag(_)
            | Self::KmsTag(_)
            | Self::EncryptionAlgorithm
            | Self::EncryptionContext(_) => Type::Text,
        }
    }
}

impl Condition {
    /// Reads the conditions of a statement: an object of operators, each with an object of keys.
    pub(super) fn read_all(value: &Value) -> Result<Vec<Self>, Flaw> {
        let object = |value: &Value| match value {
            Value::Object(members) => Ok(members.clone()),
            _ => Err(Flaw::new("expected an object")),
        };
        let mut all = Vec::new();
        for (operator, keys) in object(value)? {
            let of_operator = |flaw: Flaw| flaw.within(&shortened(&operator));
            let read = Operator::read(&operator);
            let read = read.ok_or_else(|| of_operator(Flaw::new("there is no such operator")))?;
            for (name, values) in object(&keys).map_err(of_operator)? {
                let condition = read.condition(&name, &values);
                all.push(condition.map_err(|it| of_operator(it.within(&shortened(&name))))?);
            }
        }
        Ok(all)
    }

    /// Its key, if that needs a statement about this product alone.
    pub(super) fn key_for_one_product(&self) -> Option<&'static str> {
        match self.key {
            ConditionKey::SourceVpc => Some("acs:SourceVpc"),
            ConditionKey::VpcSourceIp => Some("acs:VpcSourceIp"),
            _ => None,
        }
    }

    /// Whether a request has what the condition asks for.
    pub(super) fn is_met(&self, request: &impl Properties) -> bool {
        let value = request.value(&self.key);
        value.is_some_and(|value| self.values.have(&value)) != self.is_negated
    }
}

impl Values {
    /// Whether one of them matches the value.
    fn have(&self, value: &str) -> bool {
        match self {
            Self::Texts(texts) => texts.iter().any(|it| it == value),
            Self::LowerCaseTexts(texts) => {
                let value = value.to_lowercase();
                texts.contains(&value)
            }
            Self::Patterns(patterns) => patterns.iter().any(|it| it.matches(value)),
            Self::Numbers(is, numbers) => value
                .parse::<f64>()
                .is_ok_and(|value| numbers.iter().any(|it| value.partial_cmp(it).is_some_and(is))),
            Self::Dates(is, dates) => {
                Instant::parse(value).is_some_and(|value| dates.iter().any(|it| is(value.cmp(it))))
            }
            Self::Bools(bools) => {
                bools.iter().any(|it| value == if *it { "true" } else { "false" })
            }
            Self::Ranges(ranges) => value
                .parse::<IpAddr>()
                .is_ok_and(|value| ranges.iter().any(|it| it.contains(value))),
        }
    }
}

/// An operator of conditions.
struct Operator {
    takes: Type,
    is_negated: bool,
    /// Reads its values.
    values: fn(&[&str]) -> Result<Values, Flaw>,
}

impl Operator {
    fn read(name: &str) -> Option<Self> {
        let (takes, is_negated, values): (_, _, fn(&[&str]) -> _) = match name {
            "StringEquals" => (Type::Text, false, equal_texts),
            "StringNotEquals" => (Type::Text, true, equal_texts),
            "StringEqualsIgnoreCase" => (Type::Text, false, similar_texts),
            "StringNotEqualsIgnoreCase" => (Type::Text, true, similar_texts),
            "StringLike" => (Type::Text, false, patterns),
            "StringNotLike" => (Type::Text, true, patterns),
            "NumericEquals" => (Type::Number, false, |it| numbers(Ordering::is_eq, it)),
            "NumericNotEquals" => (Type::Number, true, |it| numbers(Ordering::is_eq, it)),
            "NumericLessThan" => (Type::Number, false, |it| numbers(Ordering::is_lt, it)),
            "NumericLessThanEquals" => (Type::Number, false, |it| numbers(Ordering::is_le, it)),
            "NumericGreaterThan" => (Type::Number, false, |it| numbers(Ordering::is_gt, it)),
            "NumericGreaterThanEquals" => (Type::Number, false, |it| numbers(Ordering::is_ge, it)),
            "DateEquals" => (Type::Date, false, |it| dates(Ordering::is_eq, it)),
            "DateNotEquals" => (Type::Date, true, |it| dates(Ordering::is_eq, it)),
            "DateLessThan" => (Type::Date, false, |it| dates(Ordering::is_lt, it)),
            "DateLessThanEquals" => (Type::Date, false, |it| dates(Ordering::is_le, it)),
            "DateGreaterThan" => (Type::Date, false, |it| dates(Ordering::is_gt, it)),
            "DateGreaterThanEquals" => (Type::Date, false, |it| dates(Ordering::is_ge, it)),
            "Bool" => (Type::Bool, false, bools),
            "IpAddress" => (Type::Address, false, ranges),
            "NotIpAddress" => (Type::Address, true, ranges),
            _ => return None,
        };
        Some(Self { takes, is_negated, values })
    }

    /// A condition with this operator. Texts may stand for any type; the values of other keys have
    /// one type.
    fn condition(&self, name: &str, values: &Value) -> Result<Condition, Flaw> {
        let key = ConditionKey::read(name);
        let key = key.ok_or_else(|| Flaw::new("there is no such condition key"))?;
        let of_key = key.values_are();
        if of_key != Type::Text && self.takes != Type::Text && self.takes != of_key {
            return Err(Flaw::new("the operator is for values of another type"));
        }
        let as_text = |value: &Value| match value {
            Value::Bool(it) => Value::String(it.to_string()),
            Value::Number(it) => Value::String(it.to_string()),
            other => other.clone(),
        };
        let values = match values {
            Value::Array(entries) => Value::Array(entries.iter().map(as_text).collect()),
            one => as_text(one),
        };
        let values = (self.values)(&texts(&values)?)?;
        Ok(Condition { key, is_negated: self.is_negated, values })
    }
}

fn equal_texts(given: &[&str]) -> Result<Values, Flaw> {
    Ok(Values::Texts(given.iter().map(ToString::to_string).collect()))
}

fn similar_texts(given: &[&str]) -> Result<Values, Flaw> {
    Ok(Values::LowerCaseTexts(given.iter().map(|it| it.to_lowercase()).collect()))
}

fn patterns(given: &[&str]) -> Result<Values, Flaw> {
    read(given, Pattern::read, "longer than 1024 characters").map(Values::Patterns)
}

fn numbers(is: Comparison, given: &[&str]) -> Result<Values, Flaw> {
    let numbers =
        read(given, |it| it.parse().ok().filter(|it: &f64| it.is_finite()), "not a number");
    Ok(Values::Numbers(is, numbers?))
}

fn dates(is: Comparison, given: &[&str]) -> Result<Values, Flaw> {
    let expected = "not a time such as 2030-01-01T00:00:00Z";
    Ok(Values::Dates(is, read(given, Instant::parse, expected)?))
}

fn bools(given: &[&str]) -> Result<Values, Flaw> {
    read(given, |it| it.parse().ok(), "expected true or false").map(Values::Bools)
}

fn ranges(given: &[&str]) -> Result<Values, Flaw> {
    read(given, |it| it.parse().ok(), "not an IP address, nor a range such as 10.0.0.0/8")
        .map(Values::Ranges)
}

fn read<T>(
    given: &[&str],
    read: impl Fn(&str) -> Option<T>,
    expected: &'static str,
) -> Result<Vec<T>, Flaw> {
    each(given, |text| read(text).ok_or_else(|| Flaw::new(expected)))
}
