//! The mistakes of clients that sign in the header `Authorization`.

use std::borrow::Borrow;

use axum::http::HeaderMap;

use super::deviation::{Deviation, Keys, is_too_long, nearest};
use crate::dialects::alibaba::wire::acs::{Authorization, Signed, header};
use crate::dialects::alibaba::wire::call::Call;
use crate::dialects::gate::accounts::Secret;
use crate::dialects::wire::canonical::encode_pairs;
use crate::dialects::wire::redact::redacted_query;
use crate::watch::Fingerprint;
use crate::watch::classes::Classes;
use crate::watch::journal::Mismatch;

/// The headers whose values may be displayed.
const OPEN: &[&str] = &[
    "accept",
    "content-type",
    "date",
    "host",
    "user-agent",
    "x-acs-accesskey-id",
    "x-acs-action",
    "x-acs-content-sha256",
    "x-acs-date",
    "x-acs-region-id",
    "x-acs-signature-nonce",
    "x-acs-version",
];

/// A known mistake, applied to the parts that are signed.
type Mistake = (&'static str, for<'a> fn(&'a Call, Signed<'a>) -> Signed<'a>);

const MISTAKES: &[Mistake] = &[
    ("another HTTP method was signed than was used", |call, signed| {
        let method = if call.method == "GET" { "POST" } else { "GET" };
        Signed { method, ..signed }
    }),
    ("the body was not signed: the digest is that of an empty one", |_, signed| Signed {
        body: b"",
        ..signed
    }),
    ("the body's parameters were signed as if they stood in the query", |call, signed| Signed {
        query: encode_pairs(call.params.iter()),
        ..signed
    }),
    (
        "the body's parameters were signed as if they stood in the query, and the body as empty",
        |call, signed| Signed { query: encode_pairs(call.params.iter()), body: b"", ..signed },
    ),
    ("the query was not signed", |_, signed| Signed { query: String::new(), ..signed }),
    ("the query was encoded for a form (a space as +) and not by RFC 3986", |call, signed| {
        Signed { query: encode_pairs(call.query.iter()).replace("%20", "+"), ..signed }
    }),
    ("the host was signed without its port", |_, signed| Signed { header: without_port, ..signed }),
];

fn without_port(headers: &HeaderMap, name: &str) -> String {
    let value = header(headers, name);
    match (name, value.rsplit_once(':')) {
        ("host", Some((host, _))) => host.to_owned(),
        _ => value,
    }
}

/// Looks for the mistake.
pub(crate) fn explain<K: Borrow<Secret>>(
    authorization: &Authorization,
    (call, classes): (&Call, &Classes),
    keys: Keys<'_, impl Iterator<Item = K>>,
) -> Option<Mismatch> {
    let text = |signed: &Signed<'_>| {
        authorization.string_to_sign(&authorization.canonical_request(signed))
    };
    let genuine = |text: &str, secret: &Secret| authorization.is_genuine(text, secret);
    let base = text(&call.signed());
    let with_null = || text(&Signed { empty: "null", ..call.signed() });
    if genuine(&base, keys.own) || genuine(&with_null(), keys.own) {
        return None;
    }
    if is_too_long(call) {
        return Some(Mismatch::TooLong);
    }
    let deviations = MISTAKES.iter().map(|(why, mistake)| {
        let canonical = authorization.canonical_request(&mistake(call, call.signed()));
        let signed = authorization.string_to_sign(&canonical);
        Deviation { why, signed, shown: move || displayed(classes, &canonical) }
    });
    let server = displayed(classes, &authorization.canonical_request(&call.signed()));
    Some(nearest(server, keys, deviations, genuine, &base))
}

/// A canonical request with possible secrets redacted. Its third line is the query, and the headers
/// follow.
fn displayed(classes: &Classes, canonical: &str) -> String {
    let mut headers = true;
    let lines = canonical.split('\n').enumerate().map(|(index, line)| match index {
        0 | 1 => line.to_owned(),
        2 => redacted_query(classes, line),
        _ => {
            headers &= !line.is_empty();
            match line.split_once(':') {
                Some((name, value)) if headers && !OPEN.contains(&name) => {
                    [name, ":", &Fingerprint::of(value.as_bytes()).plain()].concat()
                }
                _ => line.to_owned(),
            }
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::classes::Class;

    #[test]
    fn secrets_are_redacted_in_the_query_and_in_headers() {
        let canonical = "GET\n/\nKeyId=k&Plaintext=top%20secret\nhost:h\nx-acs-security-token:top%20secret\n\nhost\nab";
        let classes = [("KeyId", Class::Key)].into_iter().collect();
        assert_eq!(
            displayed(&classes, canonical),
            "GET\n/\nKeyId=k&Plaintext=~12-bytes-sha256-dc1d8e29~\nhost:h\n\
             x-acs-security-token:~12-bytes-sha256-dc1d8e29~\n\nhost\nab"
        );
    }
}
