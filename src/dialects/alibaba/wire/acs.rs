//! Signatures in the Authorization header (ACS3 and ACS4): wire reference sections 1.4 and 1.5.

use axum::http::HeaderMap;
use base16ct::lower::encode_string as hex;

use crate::algorithms::mac::{Hash, digest, equal, hmac};
use crate::dialects::Error;
use crate::dialects::alibaba::codes;
use crate::dialects::gate::accounts::Secret;

/// The algorithms, by the first word of the header.
const ALGORITHMS: &[(&str, Algorithm)] = &[
    ("ACS3-HMAC-SHA256", Algorithm { hash: Hash::Sha256, key: Key::Plain }),
    ("ACS3-HMAC-SM3", Algorithm { hash: Hash::Sm3, key: Key::Plain }),
    ("ACS3-RSA-SHA256", Algorithm { hash: Hash::Sha256, key: Key::Rsa }),
    ("ACS4-HMAC-SHA256", Algorithm { hash: Hash::Sha256, key: Key::Derived }),
    ("ACS4-HMAC-SM3", Algorithm { hash: Hash::Sm3, key: Key::Derived }),
];

#[derive(Clone, Copy)]
struct Algorithm {
    hash: Hash,
    key: Key,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    /// The secret itself.
    Plain,
    /// A key derived from the secret for one day, region and product.
    Derived,
    /// The access key's RSA key pair.
    Rsa,
}

/// The headers that kmsim reads.
const READ: &[&str] = &[
    "x-acs-action",
    "x-acs-version",
    "x-acs-date",
    "x-acs-signature-nonce",
    "x-acs-security-token",
    "x-acs-accesskey-id",
];
/// The headers that it reads if they are signed.
const READ_IF_SIGNED: &[&str] = &["content-type", "host"];

/// The parsed header.
pub(crate) struct Authorization {
    name: &'static str,
    algorithm: Algorithm,
    /// The access key's id.
    pub(crate) access_key: String,
    scope: Option<Scope>,
    signed_headers: String,
    signature: String,
}

/// The parts of a request that are signed. The known mistakes of clients change some of them.
#[derive(Clone)]
pub(crate) struct Signed<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    /// The encoded query.
    pub(crate) query: String,
    pub(crate) headers: &'a HeaderMap,
    /// A header's value.
    pub(crate) header: fn(&HeaderMap, &str) -> String,
    pub(crate) body: &'a [u8],
    /// What is signed for an empty header.
    pub(crate) empty: &'static str,
}

/// The values of a header, as they are signed.
pub(crate) fn header(headers: &HeaderMap, name: &str) -> String {
    let mut values: Vec<_> =
        headers.get_all(name).iter().map(|v| v.as_bytes().trim_ascii()).collect();
    values.sort_unstable();
    String::from_utf8_lossy(&values.join(&b","[..])).into_owned()
}

/// The scope of an ACS4 key.
struct Scope {
    date: String,
    region: String,
    product: String,
}

impl Authorization {
    /// Parses the header. Its parts may have any order.
    pub(crate) fn parse(header: &str) -> Option<Self> {
        let (name, parts) = header.split_once(' ')?;
        let (name, algorithm) = *ALGORITHMS.iter().find(|(it, _)| *it == name)?;
        let part = |name: &str| {
            let found =
                parts.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
            found.map(str::to_owned)
        };
        let credential = part("Credential")?;
        let (access_key, scope) = if algorithm.key == Key::Derived {
            let (access_key, scope) = Scope::split(&credential)?;
            (access_key.to_owned(), Some(scope))
        } else {
            (credential, None)
        };
        let (signed_headers, signature) = (part("SignedHeaders")?, part("Signature")?);
        // If names could repeat, in the same or another case, the signed text could grow without
        // limit.
        let mut names: Vec<_> = signed_headers.split(';').collect();
        names.sort_unstable();
        let once = names.windows(2).all(|pair| pair[0] != pair[1])
            && !signed_headers.bytes().any(|byte| byte.is_ascii_uppercase());
        once.then_some(Self { name, algorithm, access_key, scope, signed_headers, signature })
    }

    /// The region of the signature's scope, if it has one.
    pub(crate) fn region(&self) -> Option<&str> {
        let region = self.scope.as_ref()?.region.as_str();
        (!region.is_empty() && region != "center").then_some(region)
    }

    /// Checks the signature.
    pub(crate) fn check(&self, signed: &Signed<'_>, secret: &Secret) -> Result<(), Error> {
        // One SDK signs the word `null` for an empty header.
        let canonical_request = self.canonical_request(signed);
        let string_to_sign = self.string_to_sign(&canonical_request);
        let genuine = |text: &str| self.is_genuine(text, secret);
        let as_null = || {
            self.string_to_sign(
                &self.canonical_request(&Signed { empty: "null", ..signed.clone() }),
            )
        };
        if self.covers(signed.headers) && (genuine(&string_to_sign) || genuine(&as_null())) {
            Ok(())
        } else {
            Err(codes::SIGNATURE_IN_HEADER.with(&[&string_to_sign, &canonical_request]).into())
        }
    }

    /// The signature, as a client makes it with a shared secret.
    pub(crate) fn sign(&self, signed: &Signed<'_>, secret: &str) -> String {
        let text = self.string_to_sign(&self.canonical_request(signed));
        let hash = self.algorithm.hash;
        let mac = match &self.scope {
            Some(scope) => hmac(hash, &[&scope.key(hash, secret)], text.as_bytes()),
            None => hmac(hash, &[secret.as_bytes()], text.as_bytes()),
        };
        hex(&mac)
    }

    /// Whether an ACS4 key is for the day of this RFC 3339 time. Other keys are for every day.
    pub(crate) fn is_of_day(&self, date: &str) -> bool {
        self.scope.as_ref().is_none_or(|scope| {
            date.get(..10).is_some_and(|day| day.replace('-', "") == scope.date)
        })
    }

    /// Whether the signature covers a header.
    pub(crate) fn signs(&self, name: &str) -> bool {
        self.signed_headers.split(';').any(|it| it == name)
    }

    /// Whether the signature covers what kmsim reads: every `x-acs-` header in `READ`. The order of
    /// a header's values is not signed, so these headers must have one value.
    fn covers(&self, headers: &HeaderMap) -> bool {
        let is_one = |name: &str| headers.get_all(name).iter().nth(1).is_none();
        let is_covered =
            |name: &str| !headers.contains_key(name) || self.signs(name) && is_one(name);
        let is_fixed = |name: &str| !self.signs(name) || is_one(name);
        READ.iter().all(|name| is_covered(name)) && READ_IF_SIGNED.iter().all(|name| is_fixed(name))
    }

    /// The canonical request, whose digest is signed.
    pub(crate) fn canonical_request(&self, signed: &Signed<'_>) -> String {
        let mut text = [signed.method, "\n", signed.path, "\n", &signed.query, "\n"].concat();
        for name in self.signed_headers.split(';') {
            let value = (signed.header)(signed.headers, name);
            text.push_str(name);
            text.push(':');
            text.push_str(if value.is_empty() { signed.empty } else { "" });
            text.push_str(&value);
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.signed_headers);
        text.push('\n');
        text.push_str(&hex(&digest(self.algorithm.hash, signed.body)));
        text
    }

    /// The string to sign.
    pub(crate) fn string_to_sign(&self, canonical_request: &str) -> String {
        let digest = digest(self.algorithm.hash, canonical_request.as_bytes());
        [self.name, "\n", &hex(&digest)].concat()
    }

    /// Whether the signature is right for a text.
    pub(crate) fn is_genuine(&self, text: &str, secret: &Secret) -> bool {
        let hash = self.algorithm.hash;
        let mac = match (self.algorithm.key, &self.scope, secret) {
            (Key::Plain, _, Secret::Shared(secret)) => {
                hmac(hash, &[secret.as_bytes()], text.as_bytes())
            }
            (Key::Derived, Some(scope), Secret::Shared(secret)) => {
                hmac(hash, &[&scope.key(hash, secret)], text.as_bytes())
            }
            (Key::Rsa, _, Secret::Rsa(key)) => {
                // Signers write lower case only.
                return base16ct::lower::decode_vec(&self.signature)
                    .is_ok_and(|given| key.verifies(text.as_bytes(), &given));
            }
            (Key::Plain | Key::Derived, _, _) | (Key::Rsa, _, Secret::Shared(_)) => return false,
        };
        equal(hex(&mac).as_bytes(), self.signature.as_bytes())
    }
}

impl Scope {
    /// Parses `<access key>/<yyyymmdd>/<region>/<product>/aliyun_v4_request`.
    fn split(credential: &str) -> Option<(&str, Self)> {
        let rest = credential.strip_suffix("/aliyun_v4_request")?;
        let mut parts = rest.rsplitn(4, '/');
        let (product, region, date) = (parts.next()?, parts.next()?, parts.next()?);
        let access_key = parts.next()?;
        Some((
            access_key,
            Self { date: date.into(), region: region.into(), product: product.into() },
        ))
    }

    fn key(&self, hash: Hash, secret: &str) -> zeroize::Zeroizing<Vec<u8>> {
        let day = hmac(hash, &[b"aliyun_v4", secret.as_bytes()], self.date.as_bytes());
        let region = hmac(hash, &[&day], self.region.as_bytes());
        let product = hmac(hash, &[&region], self.product.as_bytes());
        hmac(hash, &[&product], b"aliyun_v4_request").into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_the_header_have_any_order() {
        let it =
            Authorization::parse("ACS3-HMAC-SHA256 Credential=ak,Signature=ff,SignedHeaders=a;b")
                .unwrap();
        assert_eq!(
            (it.access_key.as_str(), it.signed_headers.as_str(), it.signature.as_str()),
            ("ak", "a;b", "ff")
        );
        let header = "ACS4-HMAC-SM3 Credential=ak/20260102/center/Kms/aliyun_v4_request,SignedHeaders=a,Signature=f";
        let it = Authorization::parse(header).unwrap();
        assert_eq!((it.access_key.as_str(), it.region()), ("ak", None));
        assert!(it.is_of_day("2026-01-02T03:04:05Z") && !it.is_of_day("2026-01-03T03:04:05Z"));
        for bad in [
            "ACS3-HMAC-MD5 Credential=ak,SignedHeaders=a,Signature=f",
            "ACS3-HMAC-SHA256",
            "ACS3-HMAC-SHA256 Credential=ak,SignedHeaders=a;b;a,Signature=f",
            "ACS3-HMAC-SHA256 Credential=ak,SignedHeaders=a;A,Signature=f",
            "ACS3-HMAC-SHA256 Credential=ak,SignedHeaders=a",
            "ACS4-HMAC-SHA256 Credential=ak,SignedHeaders=a,Signature=f",
        ] {
            assert!(Authorization::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn hexadecimal_is_lower_case_pairs_of_digits() {
        let unhex = |text| base16ct::lower::decode_vec(text).ok();
        assert_eq!(hex(&[0, 0x0f, 0xa0, 0xff]), "000fa0ff");
        assert_eq!(unhex("00ff"), Some(vec![0, 255]));
        assert_eq!(unhex("00fF"), None);
        assert_eq!(unhex("0"), None);
        assert_eq!(unhex("zz"), None);
    }
}
