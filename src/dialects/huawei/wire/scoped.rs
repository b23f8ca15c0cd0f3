//! The older form of SDK-HMAC-SHA256, whose header has `Credential=` with a scope (golangsdk): its
//! key is derived from the secret for a day, a region and a service, and its canonical request
//! differs.

use std::collections::HashSet;

use axum::http::Method;
use zeroize::Zeroizing;

use super::call::Call;
use crate::algorithms::mac::{Hash, hmac};
use crate::dialects::wire::canonical::encode_pairs;
use crate::dialects::wire::form::Form;

/// The last part of a scope.
const END: &str = "sdk_request";

/// Whether a scope has the form `<day>/<region>/<service>/sdk_request`, with the day of `date`.
/// Region and service may be empty.
pub(crate) fn is_scope(scope: &str, date: &str) -> bool {
    let mut parts = scope.split('/');
    let day = parts.next();
    let end = parts.nth(2);
    day == date.get(..8) && end == Some(END) && parts.next().is_none()
}

/// The key for a scope.
pub(crate) fn key(secret: &str, scope: &str) -> Zeroizing<Vec<u8>> {
    let first = Zeroizing::new(["SDK", secret].concat().into_bytes());
    let derived = |key: Zeroizing<Vec<u8>>, part: &str| {
        Zeroizing::new(hmac(Hash::Sha256, &[&key], part.as_bytes()))
    };
    scope.split('/').fold(first, derived)
}

/// A header's value with one space for each run of white space.
pub(crate) fn header_value(value: &[u8]) -> Vec<u8> {
    let words: Vec<_> =
        value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
    words.join(&b' ')
}

/// The query: the first value of each name, in the order of the encoded names without regard to
/// case.
pub(crate) fn query(form: &Form) -> String {
    let mut seen = HashSet::new();
    let mut pairs: Vec<String> = form
        .iter()
        .filter(|(name, _)| seen.insert(*name))
        .map(|pair| encode_pairs([pair].into_iter()))
        .collect();
    let lower_name =
        |pair: &String| pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
    pairs.sort_by_cached_key(lower_name);
    pairs.join("&")
}

/// Whether the query is signed in place of the body: in a POST without one.
pub(crate) fn query_is_payload(call: &Call) -> bool {
    call.method == Method::POST && call.body.is_empty()
}

/// The query in place of a body: sorted by name, and encoded as a form.
pub(crate) fn payload(call: &Call) -> Vec<u8> {
    let form = Form::read(&[call.uri.query().unwrap_or_default().as_bytes()]).unwrap_or_default();
    encode_pairs(form.iter()).replace("%20", "+").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_have_four_parts_and_the_day_of_the_date() {
        for (scope, is) in [
            ("20261128///sdk_request", true),
            ("20261128/cn-north-4/kms/sdk_request", true),
            ("20261127///sdk_request", false),
            ("20261128//sdk_request", false),
            ("20261128////sdk_request", false),
            ("20261128///aws4_request", false),
            ("", false),
        ] {
            assert_eq!(is_scope(scope, "20261128T201500Z"), is, "{scope}");
        }
        assert!(!is_scope("///sdk_request", ""));
    }

    #[test]
    fn runs_of_white_space_become_one_space() {
        assert_eq!(header_value(b"a  b\t c"), b"a b c");
        assert_eq!(header_value(b""), b"");
    }
}
