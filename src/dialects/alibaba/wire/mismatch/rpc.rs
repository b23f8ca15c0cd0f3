//! The mistakes of clients that sign their parameters.

use super::deviation::{Deviation, is_too_long, nearest};
use crate::algorithms::base64_text;
use crate::algorithms::mac::{Hash, equal, hmac};
use crate::dialects::alibaba::wire::call::Call;
use crate::dialects::alibaba::wire::rpc::string_to_sign;
use crate::dialects::gate::accounts::Secret;
use crate::dialects::wire::canonical::encode_into;
use crate::dialects::wire::form::{Form, is_form};
use crate::dialects::wire::redact::redacted;
use crate::watch::classes::Classes;
use crate::watch::journal::{Mismatch, Nearest};

/// Where a parameter was sent. One that is in both counts as the body's.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Query,
    Body,
}

/// How a client builds the text that it signs.
#[derive(Clone, Copy)]
struct Variant {
    why: &'static str,
    method: fn(&Call) -> &str,
    encode: fn(&str) -> String,
    /// Whether the joined parameters are encoded once more.
    twice: bool,
    includes: fn(Place, &str) -> bool,
    value: fn(&str) -> String,
    order: fn(&str) -> String,
}

const CORRECT: Variant = Variant {
    why: "",
    method: |call| call.method.as_str(),
    encode: percent,
    twice: true,
    includes: |_, _| true,
    value: str::to_owned,
    order: str::to_owned,
};

/// Known mistakes, one by one.
const MISTAKES: &[Variant] = &[
    Variant {
        why: "another HTTP method was signed than was used",
        method: |call| if call.method == "GET" { "POST" } else { "GET" },
        ..CORRECT
    },
    Variant {
        why: "a plus sign was signed, but sent without percent-encoding: it arrives as a space",
        value: |value| value.replace(' ', "+"),
        ..CORRECT
    },
    Variant {
        why: "values were encoded for a form (a space as +, ~ as %7E, * left as it is) and not by RFC 3986",
        encode: |text| percent(text).replace("%20", "+").replace("%2A", "*").replace('~', "%7E"),
        ..CORRECT
    },
    Variant {
        why: "the characters !'()* were left as they are: RFC 3986 has them percent-encoded",
        encode: |text| {
            let plain = [("%21", "!"), ("%27", "'"), ("%28", "("), ("%29", ")"), ("%2A", "*")];
            plain.iter().fold(percent(text), |text, (code, letter)| text.replace(code, letter))
        },
        ..CORRECT
    },
    Variant {
        why: "the joined parameters were not percent-encoded once more",
        twice: false,
        ..CORRECT
    },
    Variant {
        why: "parameters without a value were not signed",
        includes: |_, value| !value.is_empty(),
        ..CORRECT
    },
    Variant {
        why: "only the query's parameters were signed, and not those of the body",
        includes: |place, _| place == Place::Query,
        ..CORRECT
    },
    Variant {
        why: "only the body's parameters were signed, and not those of the query",
        includes: |place, _| place == Place::Body,
        ..CORRECT
    },
    Variant {
        why: "parameters were sorted without regard to case: capitals come first",
        order: str::to_lowercase,
        ..CORRECT
    },
];

/// Looks for the mistake.
pub(crate) fn explain<'a>(
    call: &Call,
    classes: &Classes,
    secret: &Secret,
    others: impl Iterator<Item = &'a Secret>,
) -> Option<Mismatch> {
    let given = call.param("Signature")?;
    let hash = match call.param("SignatureMethod") {
        Some("HMAC-SHA1") => Hash::Sha1,
        Some("HMAC-SHA256") => Hash::Sha256,
        _ => return None,
    };
    let is = |hash, key: &[&[u8]], text: &str, given: &str| {
        let mac = base64_text::encode(hmac(hash, key, text.as_bytes()));
        equal(mac.as_bytes(), given.as_bytes())
    };
    // A client that does not encode plus signs does not encode those of the signature either. A
    // signature has no spaces of its own.
    let mended = given.replace(' ', "+");
    let genuine = |text: &str, secret: &Secret| match secret {
        Secret::Shared(secret) => is(hash, &[secret.as_bytes(), b"&"], text, &mended),
        Secret::Rsa(_) => false,
    };
    let base = string_to_sign(call);
    if genuine(&base, secret) && mended == given {
        return None;
    }
    if is_too_long(call) {
        return Some(Mismatch::TooLong);
    }
    let body = Form::read(&[&call.body]).filter(|_| is_form(&call.headers)).unwrap_or_default();
    let of = |name: &str| if body.get(name).is_some() { Place::Body } else { Place::Query };
    let sent: Vec<_> = call.params.iter().map(|(name, value)| (of(name), name, value)).collect();
    let open = |name: &str, value: &str| redacted(classes, name, value);
    let server = CORRECT.text(call, &sent, open);
    if let Secret::Shared(text) = secret {
        let other_hash = if hash == Hash::Sha1 { Hash::Sha256 } else { Hash::Sha1 };
        let keyed: [(_, &[&[u8]], _); 3] = [
            (
                hash,
                &[text.as_bytes(), b"&"],
                "the signature itself was sent without percent-encoding: its + arrives as a space",
            ),
            (hash, &[text.as_bytes()], "the key lacks the & behind the secret"),
            (other_hash, &[text.as_bytes(), b"&"], "SignatureMethod names another algorithm"),
        ];
        for (hash, key, why) in keyed {
            if is(hash, key, &base, &mended) {
                return Some(Mismatch::new(server.clone(), Some(Nearest { text: server, why })));
            }
        }
    }
    let deviations = MISTAKES.iter().map(|variant| Deviation {
        why: variant.why,
        signed: variant.text(call, &sent, |_, value| value.to_owned()),
        shown: || variant.text(call, &sent, open),
    });
    Some(nearest(server, secret, others, deviations, genuine, &base))
}

impl Variant {
    fn text(
        &self,
        call: &Call,
        sent: &[(Place, &str, &str)],
        shown: impl Fn(&str, &str) -> String,
    ) -> String {
        let signed = sent
            .iter()
            .filter(|(place, name, value)| *name != "Signature" && (self.includes)(*place, value))
            .map(|(_, name, value)| (*name, *value));
        let mut signed: Vec<_> = signed.collect();
        signed.sort_by_cached_key(|(name, _)| (self.order)(name));
        let encode = self.encode;
        let pair = |(name, value): &(&str, &str)| {
            [&encode(name), "=", &shown(name, &encode(&(self.value)(value)))].concat()
        };
        let joined = signed.iter().map(pair).collect::<Vec<_>>().join("&");
        let joined = if self.twice { encode(&joined) } else { joined };
        [(self.method)(call), "&%2F&", &joined].concat()
    }
}

fn percent(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    encode_into(&mut encoded, text);
    encoded
}
