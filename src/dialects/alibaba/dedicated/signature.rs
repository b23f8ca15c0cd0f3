//! The signature of a request: RSA by PKCS #1 v1.5 with SHA-256, made with a client key.

use axum::http::{HeaderMap, Method};
use base16ct::upper::encode_string as hex;

use super::request::{ACCESS_KEY, text};
use crate::algorithms::base64_text;
use crate::algorithms::mac::{Hash, digest};
use crate::algorithms::rsa::SignatureKey;
use crate::dialects::Error;
use crate::dialects::alibaba::codes;
use crate::dialects::gate::LEEWAY;
use crate::dialects::gate::times::Times;
use crate::dialects::wire::inbound::find_header;
use crate::world::Instant;

const METHOD: &str = "x-kms-signaturemethod";
/// The only value of that header.
const RSA_SHA_256: &str = "RSA_PKCS1_SHA_256";
/// The headers whose values are signed without their names, in this order.
const VALUES: [&str; 3] = ["content-sha256", "content-type", "date"];
/// Every header whose name begins so is signed with its name.
const SIGNED: &str = "x-kms-";
/// What `Authorization` begins with: as SDKs write it, and as the document does.
const SCHEMES: [&str; 2] = ["Bearer ", "TOKEN "];

/// The parts of a request that its signature covers.
pub(crate) struct Signed<'a> {
    pub(crate) method: &'a Method,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

impl Signed<'_> {
    /// The string to sign. Header values need not be text.
    fn string_to_sign(&self) -> Vec<u8> {
        let mut text = Vec::with_capacity(512);
        let mut add = |parts: &[&[u8]]| parts.iter().for_each(|part| text.extend_from_slice(part));
        add(&[self.method.as_str().as_bytes(), b"\n"]);
        for name in VALUES {
            let value = find_header(self.headers, name).map_or(&b""[..], |it| it.as_bytes());
            add(&[value.trim_ascii(), b"\n"]);
        }
        let signed = |name: &str| name.starts_with(SIGNED);
        let mut signed: Vec<_> =
            self.headers.iter().filter(|(name, _)| signed(name.as_str())).collect();
        signed.sort_by_key(|(name, _)| name.as_str());
        for (name, value) in signed {
            add(&[name.as_str().as_bytes(), b":", value.as_bytes().trim_ascii(), b"\n"]);
        }
        add(&[b"/"]);
        text
    }

    /// Checks the signature, with the key if the sender's is known and valid. Without one, the
    /// errors that come before that are told first.
    pub(crate) fn check(&self, times: Times, key: Option<&SignatureKey>) -> Result<(), Error> {
        let header = |name: &str| text(self.headers, name);
        if header(ACCESS_KEY).is_none() {
            return Err(codes::HEADER_MISSING.with(&[ACCESS_KEY]).into());
        }
        match header(METHOD) {
            Some(RSA_SHA_256) => {}
            None => return Err(codes::INVALID_PARAM.with(&[METHOD]).into()),
            Some(other) => {
                let refusal = codes::INVALID_PARAM.with(&[METHOD]);
                return Err(refusal.and(&format!("message:\"{other}\".")).into());
            }
        }
        let date = header("date").and_then(Instant::parse_rfc2822);
        let date = date.ok_or_else(|| codes::INVALID_PARAM.with(&["Date"]))?;
        if !times.either(|now| date.distance(now) <= LEEWAY) {
            return Err(codes::REQUEST_TIME_TOO_SKEWED.into());
        }
        let is_digest = |given: &str| given == hex(&digest(Hash::Sha256, self.body));
        if !header("content-sha256").map_or(self.body.is_empty(), is_digest) {
            return Err(codes::INVALID_PARAM.with(&["Content-SHA256"]).into());
        }
        let given = header("authorization")
            .and_then(|header| SCHEMES.iter().find_map(|scheme| header.strip_prefix(scheme)))
            .and_then(|signature| base64_text::decode(signature.trim()))
            .ok_or_else(|| codes::INVALID_PARAM.with(&["Authorization"]))?;
        let key = key.ok_or(codes::UNAUTHORIZED)?;
        if key.verifies(&self.string_to_sign(), &given) {
            Ok(())
        } else {
            Err(codes::SIGNATURE_NOT_MATCH.into())
        }
    }
}
