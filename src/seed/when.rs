//! Times in a seed file: RFC 3339, or relative to the time at which the seed is applied.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_saphyr::Spanned;

use super::words::{Word, placed};
use crate::world::{Instant, parse_duration};

/// A time in a seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// An absolute time.
    At(Instant),
    /// This long before the seed is applied.
    Before(Duration),
    /// This long after the seed is applied.
    After(Duration),
}

impl When {
    /// The absolute time, if the seed is applied at `now`.
    pub(super) fn from(self, now: Instant) -> Instant {
        match self {
            Self::At(at) => at,
            Self::Before(by) => now.minus(by),
            Self::After(by) => now.plus(by),
        }
    }

    /// Parses the text within the braces: `now`, `now - 3d`, `now + 1h`.
    fn relative(text: &str) -> Option<Self> {
        let rest = text.trim().strip_prefix("now")?.trim_start();
        if rest.is_empty() {
            return Some(Self::After(Duration::ZERO));
        }
        let (sign, length) = rest.split_at_checked(1)?;
        match sign {
            "-" => parse_duration(length).map(Self::Before),
            "+" => parse_duration(length).map(Self::After),
            _ => None,
        }
    }
}

impl Word for When {
    const WHAT: &'static str = "a time, such as 2030-01-01T00:00:00Z or {{now - 3d}}";

    fn read(text: &str) -> Option<Self> {
        match text.trim().strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")) {
            Some(inside) => Self::relative(inside),
            None => Instant::parse(text).map(Self::At),
        }
    }

    fn write(&self) -> Cow<'_, str> {
        self.from(Instant::from_millis(0)).precise().into()
    }
}

/// A time to be written.
pub(super) fn time(instant: Instant) -> Spanned<Time> {
    placed(Time(When::At(instant)))
}

/// A time in a file. YAML parses braces without quotes as a map whose key is a map. They are
/// accepted too.
#[derive(Clone)]
pub(super) struct Time(pub(super) When);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Either)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.write())
    }
}

struct Either;

impl Either {
    fn bad<E: serde::de::Error>() -> E {
        E::custom(format_args!("not {}", When::WHAT))
    }
}

impl<'de> Visitor<'de> for Either {
    type Value = Time;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(When::WHAT)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Time, E> {
        When::read(text).map(Time).ok_or_else(Self::bad)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut outer: A) -> Result<Time, A::Error> {
        let Inner(time) = outer.next_key()?.ok_or_else(Self::bad)?;
        outer.next_value::<IgnoredAny>()?;
        match outer.next_key::<IgnoredAny>()? {
            None => Ok(Time(time)),
            Some(_) => Err(Self::bad()),
        }
    }
}

/// The inner pair of braces.
struct Inner(When);

impl<'de> Deserialize<'de> for Inner {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Braces;
        impl<'de> Visitor<'de> for Braces {
            type Value = Inner;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(When::WHAT)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut inner: A) -> Result<Inner, A::Error> {
                let text: String = inner.next_key()?.ok_or_else(Either::bad)?;
                inner.next_value::<IgnoredAny>()?;
                When::relative(&text).map(Inner).ok_or_else(Either::bad)
            }
        }
        deserializer.deserialize_map(Braces)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_and_without_quotes() {
        let hour = Duration::from_hours(1);
        for (yaml, when) in [
            ("2030-01-01T00:00:00Z", When::At(Instant::parse("2030-01-01T00:00:00Z").unwrap())),
            ("'{{now - 3d}}'", When::Before(72 * hour)),
            ("{{now - 3d}}", When::Before(72 * hour)),
            ("{{ now + 1h }}", When::After(hour)),
            ("{{now}}", When::After(Duration::ZERO)),
            ("'{{now+1h 30m}}'", When::After(Duration::from_mins(90))),
        ] {
            assert_eq!(serde_saphyr::from_str::<Time>(yaml).unwrap().0, when, "{yaml}");
        }
        for yaml in [
            "tomorrow",
            "{{later}}",
            "'{{now * 2}}'",
            "{now}",
            "{{now}: 1, b: 2}",
            "'{{now - x}}'",
            "7",
        ] {
            assert!(serde_saphyr::from_str::<Time>(yaml).is_err(), "{yaml}");
        }
    }
}
