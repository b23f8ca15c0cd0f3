//! The signature in the header `Authorization`: who signed what, and with which algorithm.

use base16ct::lower::encode_string as hex;

use super::call::Call;
use super::canonical::{self, Canonical, PathForm};
use super::derived::Pair;
use super::scoped;
use crate::algorithms::mac::{Hash, digest, equal, hmac};
use crate::dialects::gate::accounts::Secret;
use crate::watch::classes::Classes;

/// The most headers that a signature may cover.
const HEADERS_MAX: usize = 64;

/// How a request is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    /// HMAC with the secret itself.
    Hmac(Hash),
    /// HMAC with a key that is derived from the secret.
    Scoped,
    /// A signature by a key pair that is derived from the secret.
    Pair(Pair),
}

/// The algorithms by their names.
const SCHEMES: &[(&str, Scheme)] = &[
    ("SDK-HMAC-SHA256", Scheme::Hmac(Hash::Sha256)),
    ("SDK-HMAC-SM3", Scheme::Hmac(Hash::Sm3)),
    ("SDK-ECDSA-P256-SHA256", Scheme::Pair(Pair::P256)),
    ("SDK-SM2-SM3", Scheme::Pair(Pair::Sm2)),
];

impl Scheme {
    /// The hash of the canonical request and of the body.
    const fn hash(self) -> Hash {
        match self {
            Self::Hmac(hash) => hash,
            Self::Scoped => Hash::Sha256,
            Self::Pair(pair) => pair.hash(),
        }
    }
}

/// A parsed signature, not verified yet.
#[derive(Clone, Copy)]
pub(crate) struct Claim<'a> {
    algorithm: &'a str,
    scheme: Scheme,
    /// The access key's id.
    pub(crate) access_key: &'a str,
    /// The scope of a scoped signature.
    scope: &'a str,
    /// Names, separated by `;`, as the client wrote them.
    signed_headers: &'a str,
    signature: &'a str,
    date: &'a str,
    path: PathForm,
}

/// The part `name=…` of the header's parts.
fn part<'a>(parts: &'a str, name: &str) -> Option<&'a str> {
    let mut parts = parts.split(',').map(str::trim);
    parts.find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
}

/// The access key's id among the header's parts, and the scope behind it if there is one.
fn credential(parts: &str) -> Option<(&str, Option<&str>)> {
    let scoped = || part(parts, "Credential")?.split_once('/').map(|(id, it)| (id, Some(it)));
    let found = part(parts, "Access").map(|id| (id, None)).or_else(scoped);
    found.filter(|(id, _)| !id.is_empty())
}

/// The access key's id in the header, even if the rest cannot be parsed.
pub(crate) fn access_key(authorization: &str) -> Option<&str> {
    let (algorithm, parts) = authorization.split_once(' ')?;
    algorithm.starts_with("SDK-").then(|| credential(parts))?.map(|(id, _)| id)
}

impl<'a> Claim<'a> {
    /// Parses the header `Authorization`. `date` is the request's time as it was sent.
    ///
    /// # Errors
    /// Why it cannot be parsed.
    pub(crate) fn parse(authorization: &'a str, date: &'a str) -> Result<Self, &'static str> {
        let (algorithm, parts) =
            authorization.split_once(' ').ok_or("Authorization is malformed")?;
        let scheme = SCHEMES.iter().find(|(name, _)| *name == algorithm);
        let (_, scheme) = *scheme.ok_or("the algorithm is not supported")?;
        let (access_key, scope) = credential(parts).ok_or("Access is missing")?;
        let (scheme, scope) = match (scheme, scope) {
            (scheme, None) => (scheme, ""),
            (Scheme::Hmac(Hash::Sha256), Some(scope)) if scoped::is_scope(scope, date) => {
                (Scheme::Scoped, scope)
            }
            (_, Some(_)) => return Err("Credential is malformed"),
        };
        let signed_headers = part(parts, "SignedHeaders").ok_or("SignedHeaders is missing")?;
        let signature = part(parts, "Signature").ok_or("Signature is missing")?;
        let mut names: Vec<_> = signed_headers.split(';').map(str::to_ascii_lowercase).collect();
        if names.len() > HEADERS_MAX {
            return Err("SignedHeaders has too many names");
        }
        // Otherwise a long header could be hashed many times.
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err("SignedHeaders names a header twice");
        }
        let path = canonical::path;
        Ok(Self { algorithm, scheme, access_key, scope, signed_headers, signature, date, path })
    }

    /// The same signature, if the client wrote the path in another form.
    pub(crate) fn with_path(self, path: PathForm) -> Self {
        Self { path, ..self }
    }

    /// Whether the signature is genuine: made with this secret.
    pub(crate) fn is_genuine(&self, call: &Call, secret: &Secret) -> bool {
        let Secret::Shared(secret) = secret else { return false };
        let Some(text) = self.text_to_sign(call) else { return false };
        match self.scheme {
            Scheme::Pair(pair) => {
                let key = (self.algorithm, self.access_key, secret.as_str());
                pair.verifies(key, &text, self.signature)
            }
            Scheme::Hmac(_) | Scheme::Scoped => {
                let signature = self.hmac(secret, &text);
                equal(signature.as_bytes(), self.signature.as_bytes())
            }
        }
    }

    /// The signature of `call` by HMAC. `None` if a signed header is missing.
    pub(crate) fn sign(&self, call: &Call, secret: &str) -> Option<String> {
        Some(self.hmac(secret, &self.text_to_sign(call)?))
    }

    fn hmac(&self, secret: &str, text: &str) -> String {
        let hash = self.scheme.hash();
        hex(&match self.scheme {
            Scheme::Scoped => hmac(hash, &[&scoped::key(secret, self.scope)], text.as_bytes()),
            Scheme::Hmac(_) | Scheme::Pair(_) => hmac(hash, &[secret.as_bytes()], text.as_bytes()),
        })
    }

    /// What the server signs, for logs: the canonical request with possible secrets redacted.
    pub(crate) fn redacted_text(&self, call: &Call, classes: &Classes) -> String {
        let request = self.canonical().request(call, Some(classes));
        String::from_utf8_lossy(&request.unwrap_or_default()).into_owned()
    }

    fn canonical(&self) -> Canonical<'a> {
        Canonical {
            hash: self.scheme.hash(),
            signed_headers: self.signed_headers,
            is_scoped: self.scheme == Scheme::Scoped,
            path: self.path,
        }
    }

    fn text_to_sign(&self, call: &Call) -> Option<String> {
        let Self { algorithm, date, scope, scheme, .. } = self;
        let digest = hex(&digest(scheme.hash(), &self.canonical().request(call, None)?));
        Some(match scheme {
            Scheme::Scoped => format!("{algorithm}\n{date}\n{scope}\n{digest}"),
            Scheme::Hmac(_) | Scheme::Pair(_) => format!("{algorithm}\n{date}\n{digest}"),
        })
    }
}
