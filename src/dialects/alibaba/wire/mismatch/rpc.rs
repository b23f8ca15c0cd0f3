//! The mistakes of clients that sign their parameters.

use std::borrow::Borrow;

use super::deviation::{Deviation, Keys, is_too_long, nearest, of_rsa};
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
pub(crate) fn explain<K: Borrow<Secret>>(
    call: &Call,
    classes: &Classes,
    keys: Keys<'_, impl Iterator<Item = K>>,
) -> Option<Mismatch> {
    let given = call.param("Signature")?;
    let method = Method::named(call.param("SignatureMethod")?)?;
    // A client that does not encode plus signs does not encode those of the signature either. A
    // signature has no spaces of its own.
    let mended = given.replace(' ', "+");
    let genuine = |text: &str, secret: &Secret| method.made(secret, text, &mended);
    let base = string_to_sign(call);
    let is_right = genuine(&base, keys.own);
    if is_right && mended == given {
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
    let why = if is_right {
        Some("the signature itself was sent without percent-encoding: its + arrives as a space")
    } else {
        method.mistake(keys.own, &base, &mended)
    };
    if let Some(why) = why {
        return Some(Mismatch::new(server.clone(), Some(Nearest { text: server, why })));
    }
    let deviations = MISTAKES.iter().map(|variant| Deviation {
        why: variant.why,
        signed: variant.text(call, &sent, |_, value| value.to_owned()),
        shown: || variant.text(call, &sent, open),
    });
    Some(nearest(server, keys, deviations, genuine, &base))
}

/// How a signature is made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Mac(Hash),
    Rsa,
}

impl Method {
    const ALL: [(&'static str, Self); 3] = [
        ("HMAC-SHA1", Self::Mac(Hash::Sha1)),
        ("HMAC-SHA256", Self::Mac(Hash::Sha256)),
        ("SHA256withRSA", Self::Rsa),
    ];

    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(it, _)| *it == name).map(|(_, method)| *method)
    }

    /// Whether this secret made a signature over a text.
    fn made(self, secret: &Secret, text: &str, signature: &str) -> bool {
        match (self, secret) {
            (Self::Mac(hash), Secret::Shared(secret)) => {
                is_mac(hash, &[secret.as_bytes(), b"&"], text, signature)
            }
            (Self::Rsa, Secret::Rsa(key)) => base64_text::decode(signature)
                .is_some_and(|signature| key.verifies(text.as_bytes(), &signature)),
            (Self::Mac(_), Secret::Rsa(_)) | (Self::Rsa, Secret::Shared(_)) => false,
        }
    }

    /// The mistake of a client that knows the right text and has the right secret.
    fn mistake(self, secret: &Secret, text: &str, signature: &str) -> Option<&'static str> {
        let mut others = Self::ALL.iter().map(|(_, method)| method).filter(|it| **it != self);
        if others.any(|other| other.made(secret, text, signature)) {
            return Some("SignatureMethod names another algorithm");
        }
        match (self, secret) {
            (Self::Mac(hash), Secret::Shared(secret)) => {
                let is_bare = is_mac(hash, &[secret.as_bytes()], text, signature);
                is_bare.then_some("the key lacks the & behind the secret")
            }
            (Self::Rsa, Secret::Rsa(key)) => of_rsa(key, text, &base64_text::decode(signature)?),
            _ => None,
        }
    }
}

fn is_mac(hash: Hash, key: &[&[u8]], text: &str, given: &str) -> bool {
    let mac = base64_text::encode(hmac(hash, key, text.as_bytes()));
    equal(mac.as_bytes(), given.as_bytes())
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
