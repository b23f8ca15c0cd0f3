//! Types of values. Each is parsed once, here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::rules;
use crate::dialects::wire::values::{SecretBlob, parsed};
use crate::engine::KeyRef;
use crate::model::KeyId;

/// A key's id: lower-case letters and digits in the groups of a UUID. The document's samples use
/// the letters up to v.
#[derive(Debug)]
pub(super) struct Id(pub(super) KeyId);

parsed!(Id, Key, |text: String| {
    let legal = |(at, b): (usize, u8)| match at {
        8 | 13 | 18 | 23 => b == b'-',
        _ => b.is_ascii_lowercase() || b.is_ascii_digit(),
    };
    let formed = text.len() == 36 && text.bytes().enumerate().all(legal);
    KeyId::parse(&text).filter(|_| formed).map(Self)
});

impl From<Id> for KeyRef {
    fn from(id: Id) -> Self {
        Self::Id(id.0)
    }
}

/// The plaintext of Encrypt: base64 of up to 4096 bytes.
pub(super) struct Plaintext(pub(super) Zeroizing<Vec<u8>>);

parsed!(Plaintext, |blob: SecretBlob| {
    (blob.0.len() <= rules::PLAINTEXT_MAX).then_some(Self(blob.0))
});

/// Encodes bytes for an answer.
pub(super) fn base64(bytes: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(STANDARD.encode(bytes))
}

/// The length of a data key, in bytes.
#[derive(Clone, Copy)]
pub(super) struct DataKeyLen(pub(super) usize);

parsed!(DataKeyLen, |len: u32| {
    let len = len as usize;
    rules::DATA_KEY_BYTES.contains(&len).then_some(Self(len))
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_ids_have_the_form_of_the_samples() {
        let id = |text: &str| Id::try_from(text.to_owned()).is_ok();
        for good in ["0kes2r8k-vbse-87pj-icck-qu9cao8vubi7", "zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz"]
        {
            assert!(id(good), "{good}");
        }
        for bad in [
            "",
            "b",
            "0kes2r8k-vbse-87pj-icck-qu9cao8vubi",
            "0kes2r8k-vbse-87pj-icck-qu9cao8vubi77",
            "0KES2R8K-VBSE-87PJ-ICCK-QU9CAO8VUBI7",
            "0kes2r8k0vbse-87pj-icck-qu9cao8vubi7",
            "0kes2r8k-vbse-87pj-icck-qu9cao8-ubi7",
        ] {
            assert!(!id(bad), "{bad}");
        }
    }
}
