//! The mistakes of clients that sign with a client key for the dedicated gateway.

use std::borrow::Borrow;

use super::deviation::{Deviation, Keys, nearest, of_rsa};
use crate::dialects::alibaba::dedicated::signature::{SIGNED, VALUES, given};
use crate::dialects::alibaba::wire::call::Call;
use crate::dialects::gate::accounts::Secret;
use crate::dialects::wire::canonical::signed_length;
use crate::watch::Fingerprint;
use crate::watch::journal::{EXPLAIN_LIMIT, Mismatch, Nearest};

/// The headers that clients sign with their names. Only their values may be displayed.
const USUAL: [&str; 5] = [
    "x-kms-acccesskeyid",
    "x-kms-apiname",
    "x-kms-apiversion",
    "x-kms-migrationkeyversionid",
    "x-kms-signaturemethod",
];

/// How a client builds the text that it signs.
#[derive(Clone, Copy)]
struct Variant {
    why: &'static str,
    method: &'static str,
    /// Whether the value of a header is signed.
    includes: fn(&str) -> bool,
    /// A header's name, as it is signed.
    name: fn(&str) -> String,
    /// A header's value, by its name.
    value: fn(&str, &str) -> String,
    is_sorted: bool,
    /// What stands between a header's name and its value.
    separator: &'static str,
    /// What stands behind the headers.
    end: &'static str,
}

const CORRECT: Variant = Variant {
    why: "",
    method: "POST",
    includes: |_| true,
    name: str::to_owned,
    value: |_, value| value.to_owned(),
    is_sorted: true,
    separator: ":",
    end: "/",
};

/// Known mistakes, one by one.
const MISTAKES: &[Variant] = &[
    Variant { why: "another HTTP method was signed than was used", method: "GET", ..CORRECT },
    Variant {
        why: "the body's digest was signed in lower case",
        value: |name, value| match name {
            "content-sha256" => value.to_ascii_lowercase(),
            _ => value.to_owned(),
        },
        ..CORRECT
    },
    Variant {
        why: "the body's digest was not signed",
        includes: |name| name != "content-sha256",
        ..CORRECT
    },
    Variant {
        why: "the content type was not signed",
        includes: |name| name != "content-type",
        ..CORRECT
    },
    Variant { why: "the date was not signed", includes: |name| name != "date", ..CORRECT },
    Variant {
        why: "the version of the key, x-kms-migrationkeyversionid, was not signed",
        includes: |name| name != "x-kms-migrationkeyversionid",
        ..CORRECT
    },
    Variant {
        why: "headers whose names begin with x-kms- were not signed: all of them must be",
        includes: |name| !name.starts_with(SIGNED) || USUAL.contains(&name),
        ..CORRECT
    },
    Variant {
        why: "no header whose name begins with x-kms- was signed",
        includes: |name| !name.starts_with(SIGNED),
        ..CORRECT
    },
    Variant {
        why: "the headers were signed in the order in which they were sent, and not by name",
        is_sorted: false,
        ..CORRECT
    },
    Variant {
        why: "the names of headers were signed with capitals",
        name: |name| {
            let capital = |part: &str| {
                let (first, rest) = part.split_at(part.len().min(1));
                first.to_ascii_uppercase() + rest
            };
            name.split('-').map(capital).collect::<Vec<_>>().join("-")
        },
        ..CORRECT
    },
    Variant {
        why: "x-kms-acccesskeyid was signed with two c",
        name: |name| name.replace("acccess", "access"),
        ..CORRECT
    },
    Variant {
        why: "a space was signed between the names of headers and their values",
        separator: ": ",
        ..CORRECT
    },
    Variant { why: "a line break was signed behind the path", end: "/\n", ..CORRECT },
    Variant { why: "the path was not signed", end: "", ..CORRECT },
];

/// Looks for the mistake.
pub(crate) fn explain<K: Borrow<Secret>>(
    call: &Call,
    keys: Keys<'_, impl Iterator<Item = K>>,
) -> Option<Mismatch> {
    let signature = given(&call.headers)?;
    let genuine = |text: &str, secret: &Secret| match secret {
        Secret::Rsa(key) => key.verifies(text.as_bytes(), &signature),
        Secret::Shared(_) => false,
    };
    let base = CORRECT.text(call, plain);
    if genuine(&base, keys.own) {
        return None;
    }
    // Of the body, only the digest is signed.
    if signed_length(&call.headers, &call.path, 0) > EXPLAIN_LIMIT {
        return Some(Mismatch::TooLong);
    }
    let server = shown(call);
    if let Secret::Rsa(key) = keys.own
        && let Some(why) = of_rsa(key, &base, &signature)
    {
        return Some(Mismatch::new(server.clone(), Some(Nearest { text: server, why })));
    }
    let deviations = MISTAKES.iter().map(|variant| Deviation {
        why: variant.why,
        signed: variant.text(call, plain),
        shown: || variant.text(call, redacted),
    });
    Some(nearest(server, keys, deviations, genuine, &base))
}

/// What the server signed, with possible secrets redacted.
pub(crate) fn shown(call: &Call) -> String {
    CORRECT.text(call, redacted)
}

impl Variant {
    fn text(&self, call: &Call, shown: fn(&str, &str) -> String) -> String {
        let method = if self.method == CORRECT.method { call.method.as_str() } else { self.method };
        let mut lines = vec![method.to_owned()];
        let value = |name: &str, value: &[u8]| {
            let text = String::from_utf8_lossy(value.trim_ascii());
            shown(name, &(self.value)(name, &text))
        };
        for name in VALUES {
            let header = call.headers.get(name).filter(|_| (self.includes)(name));
            lines.push(header.map_or_else(String::new, |it| value(name, it.as_bytes())));
        }
        let headers = call.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        let is_signed = |name: &str| name.starts_with(SIGNED) && (self.includes)(name);
        let mut signed: Vec<_> = headers.filter(|(name, _)| is_signed(name)).collect();
        if self.is_sorted {
            signed.sort_by_key(|(name, _)| *name);
        }
        let line = |(name, it): (&str, &[u8])| {
            [&(self.name)(name), self.separator, &value(name, it)].concat()
        };
        lines.extend(signed.into_iter().map(line));
        lines.join("\n") + "\n" + self.end
    }
}

fn plain(_: &str, value: &str) -> String {
    value.to_owned()
}

/// A header's value for people. Those of headers that no client is known to send may be secret.
fn redacted(name: &str, value: &str) -> String {
    if VALUES.contains(&name) || USUAL.contains(&name) {
        value.to_owned()
    } else {
        Fingerprint::of(value.as_bytes()).plain()
    }
}
