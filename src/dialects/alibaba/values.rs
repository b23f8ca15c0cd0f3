//! Types of values: contexts, base64, texts and periods with their limits. Each is parsed once,
//! here.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use zeroize::Zeroizing;

use super::{codes, limits};
use crate::dialects::Error;
use crate::dialects::wire::values::parsed;
pub(super) use crate::dialects::wire::values::{
    Blob, Ciphertext, Malformed, OpenText, SecretBlob, Text,
};

/// An enclave's attestation, for which the answer would be encrypted. It is not served: a request
/// with one is refused, so that the caller does not get the plaintext instead.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Recipient(Option<String>);

impl Recipient {
    /// Refuses a request that has one.
    pub(super) fn refuse(&self) -> Result<(), Error> {
        if self.0.is_some() { Err(codes::UNSUPPORTED_OPERATION.into()) } else { Ok(()) }
    }
}

/// The digest to sign, in base64. All of the algorithms take 32 bytes.
#[derive(Debug)]
pub(super) struct Digest(pub(super) [u8; 32]);

parsed!(Digest, |blob: Blob| blob.0.try_into().map(Self).ok());

/// The plaintext of Encrypt: any text of up to 6 KiB, which Decrypt returns byte for byte.
pub(super) struct Plaintext(pub(super) Zeroizing<String>);

parsed!(Plaintext, |text: String| {
    let text = Zeroizing::new(text);
    (text.len() <= limits::PLAINTEXT_MAX).then_some(Self(text))
});

/// An encryption context: a JSON object of texts. Only the set of its pairs matters. `{}`, `null`
/// and an absent context are the same.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Context(Vec<u8>);

impl Context {
    /// The bytes to authenticate with a ciphertext: each name and value after its length, sorted by
    /// name. No two contexts have the same bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

parsed!(Context, Context, |text: String| {
    if text.chars().count() > limits::CONTEXT_MAX {
        return None;
    }
    let pairs: Option<BTreeMap<String, String>> = serde_json::from_str(&text).ok()?;
    let mut bytes = Vec::new();
    for part in pairs.iter().flatten().flat_map(|(name, value)| [name, value]) {
        bytes.extend_from_slice(&u64::try_from(part.len()).ok()?.to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    Some(Self(bytes))
});

/// Parses a period: a number with one of the units `d`, `h`, `m`, `s`. `None` if it is out of the
/// range, which is in hours.
fn period(text: &str, hours: RangeInclusive<u64>) -> Option<Duration> {
    let units = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];
    let (number, unit) =
        units.iter().find_map(|(letter, unit)| Some((text.strip_suffix(*letter)?, unit)))?;
    let digits = Some(number).filter(|number| number.bytes().all(|b| b.is_ascii_digit()))?;
    let seconds = digits.parse::<u64>().ok()?.checked_mul(*unit)?;
    let legal = (hours.start() * 3_600..=hours.end() * 3_600).contains(&seconds);
    legal.then(|| Duration::from_secs(seconds))
}

/// The rotation period of a key, within the limits.
#[derive(Clone, Copy, Debug)]
pub(super) struct RotationInterval(pub(super) Duration);

parsed!(RotationInterval, Open, |text: String| period(&text, limits::ROTATION_HOURS).map(Self));

/// The rotation period of a secret, within the limits.
#[derive(Clone, Copy, Debug)]
pub(super) struct SecretInterval(pub(super) Duration);

parsed!(SecretInterval, Open, |text: String| {
    period(&text, limits::SECRET_ROTATION_HOURS).map(Self)
});

/// The time before a deletion: 7 to `MAX` days.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "u64")]
pub(super) struct Window<const MAX: u64>(pub(super) Duration);

impl<const MAX: u64> Default for Window<MAX> {
    fn default() -> Self {
        Self(Duration::from_hours(24 * limits::WINDOW_DEFAULT))
    }
}

impl<const MAX: u64> TryFrom<u64> for Window<MAX> {
    type Error = Malformed;

    fn try_from(days: u64) -> Result<Self, Malformed> {
        let is_legal = (limits::WINDOW_MIN..=MAX).contains(&days);
        is_legal.then(|| Self(Duration::from_hours(24 * days))).ok_or(Malformed)
    }
}

/// The period of a request that switches rotation on. Otherwise the parameter is ignored.
pub(super) fn interval<T: TryFrom<String>>(
    on: bool,
    text: Option<OpenText>,
) -> Result<Option<T>, Error> {
    const NAME: &str = "RotationInterval";
    if !on {
        return Ok(None);
    }
    let text = text.ok_or(Error::Missing(NAME.into()))?;
    T::try_from(text.0).map(Some).map_err(|_| Error::Invalid(NAME.into()))
}

/// The default of parameters that are on unless a request switches them off.
pub(super) const fn default_true() -> bool {
    true
}

/// The id of a secret's version: 1 to 64 characters without control characters.
#[derive(Clone, Debug)]
pub(super) struct VersionText(pub(super) Arc<str>);

parsed!(VersionText, Open, |text: String| is_label(&text, 64).then(|| Self(text.into())));

/// Whether a text has 1 to `most` characters, none of them a control character.
pub(super) fn is_label(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contexts_bind_only_their_pairs() {
        let context = |text: &str| Context::try_from(text.to_owned());
        for empty in ["{}", "null", " { } "] {
            assert_eq!(context(empty).unwrap(), Context::default(), "{empty}");
        }
        assert_eq!(
            context(r#"{"a":"1","b":"2"}"#).unwrap(),
            context(r#"{ "b":"2", "a":"1" }"#).unwrap()
        );
        assert_ne!(context(r#"{"a":"1&b=2"}"#).unwrap(), context(r#"{"a":"1","b":"2"}"#).unwrap());
        for bad in ["{'a': 'b'}", r#"{"a":1}"#, r#"["a"]"#, "a", r#"{"a":null}"#, r#""a""#] {
            assert!(context(bad).is_err(), "{bad}");
        }
        assert!(context(&format!("{{\"a\":\"{}\"}}", "x".repeat(8192))).is_err());
    }

    #[test]
    fn rotation_takes_7_to_730_days() {
        for (text, good) in
            [("7d", true), ("604800s", true), ("168h", true), ("730d", true), ("10080m", true)]
                .into_iter()
                .chain([
                    ("6d", false),
                    ("731d", false),
                    ("365x", false),
                    ("d", false),
                    ("99999999999999999999d", false),
                    ("+7d", false),
                ])
        {
            assert_eq!(RotationInterval::try_from(text.to_owned()).is_ok(), good, "{text}");
        }
    }
}
