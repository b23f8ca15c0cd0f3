//! The signature in the header `Authorization`: who signed what, and with which algorithm.

use base16ct::lower::encode_string as hex;

use super::call::Call;
use super::canonical;
use crate::algorithms::mac::{Hash, digest, equal, hmac};
use crate::dialects::gate::accounts::Secret;
use crate::watch::classes::Classes;

/// The most headers that a signature may cover.
const HEADERS_MAX: usize = 64;

/// How a request is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// HMAC with the secret itself.
    Hmac(Hash),
}

/// The algorithms by their names.
const SCHEMES: &[(&str, Scheme)] =
    &[("SDK-HMAC-SHA256", Scheme::Hmac(Hash::Sha256)), ("SDK-HMAC-SM3", Scheme::Hmac(Hash::Sm3))];

impl Scheme {
    /// The hash of the canonical request and of the body.
    const fn hash(self) -> Hash {
        match self {
            Self::Hmac(hash) => hash,
        }
    }
}

/// A parsed signature, not verified yet.
pub(crate) struct Claim<'a> {
    algorithm: &'a str,
    scheme: Scheme,
    /// The access key's id.
    pub(crate) access_key: &'a str,
    /// Names, separated by `;`, as the client wrote them.
    signed_headers: &'a str,
    signature: &'a str,
    date: &'a str,
}

/// The part `name=…` of the header's parts.
fn part<'a>(parts: &'a str, name: &str) -> Option<&'a str> {
    let mut parts = parts.split(',').map(str::trim);
    parts.find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
}

/// The access key's id in the header, even if the rest cannot be parsed.
pub(crate) fn access_key(authorization: &str) -> Option<&str> {
    let (algorithm, parts) = authorization.split_once(' ')?;
    let id = algorithm.starts_with("SDK-").then(|| part(parts, "Access"))??;
    Some(id).filter(|id| !id.is_empty())
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
        let access_key = access_key(authorization).ok_or("Access is missing")?;
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
        Ok(Self { algorithm, scheme, access_key, signed_headers, signature, date })
    }

    /// Whether the signature is genuine: made with this secret.
    pub(crate) fn is_genuine(&self, call: &Call, secret: &Secret) -> bool {
        let Secret::Shared(secret) = secret else { return false };
        let signature = self.sign(call, secret);
        signature.is_some_and(|it| equal(it.as_bytes(), self.signature.as_bytes()))
    }

    /// The signature of `call`. `None` if a signed header is missing.
    pub(crate) fn sign(&self, call: &Call, secret: &str) -> Option<String> {
        let hash = self.scheme.hash();
        let request = canonical::request(call, hash, self.signed_headers, None)?;
        let text = self.text_to_sign(&request);
        match self.scheme {
            Scheme::Hmac(hash) => Some(hex(&hmac(hash, &[secret.as_bytes()], text.as_bytes()))),
        }
    }

    /// What the server signs, for logs: the canonical request with possible secrets redacted.
    pub(crate) fn redacted_text(&self, call: &Call, classes: &Classes) -> String {
        let hash = self.scheme.hash();
        let request = canonical::request(call, hash, self.signed_headers, Some(classes));
        String::from_utf8_lossy(&request.unwrap_or_default()).into_owned()
    }

    fn text_to_sign(&self, canonical_request: &[u8]) -> String {
        let Self { algorithm, date, scheme, .. } = self;
        format!("{algorithm}\n{date}\n{}", hex(&digest(scheme.hash(), canonical_request)))
    }
}
