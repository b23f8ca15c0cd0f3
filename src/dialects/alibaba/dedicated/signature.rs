//! The signature of a request: RSA by PKCS #1 v1.5 with SHA-256, made with a client key.

use axum::http::{HeaderMap, Method};
use base16ct::upper::encode_string as hex;
use zeroize::Zeroizing;

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
pub(crate) const VALUES: [&str; 3] = ["content-sha256", "content-type", "date"];
/// Every header whose name begins so is signed with its name.
pub(crate) const SIGNED: &str = "x-kms-";
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
        let given =
            given(self.headers).ok_or_else(|| codes::INVALID_PARAM.with(&["Authorization"]))?;
        let key = key.ok_or(codes::UNAUTHORIZED)?;
        if key.verifies(&self.string_to_sign(), &given) {
            Ok(())
        } else {
            Err(codes::SIGNATURE_NOT_MATCH.into())
        }
    }
}

/// The signature that a request has.
pub(crate) fn given(headers: &HeaderMap) -> Option<Zeroizing<Vec<u8>>> {
    let header = text(headers, "authorization")?;
    let signature = SCHEMES.iter().find_map(|scheme| header.strip_prefix(scheme))?;
    base64_text::decode(signature.trim())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};
    use serde::Deserialize;

    use super::*;
    use crate::dialects::alibaba::dedicated::messages;

    #[derive(Deserialize)]
    struct Vectors {
        client_key: Published,
        requests: Vec<Vector>,
    }

    #[derive(Deserialize)]
    struct Published {
        public_key: String,
    }

    #[derive(Deserialize)]
    struct Vector {
        name: String,
        api: String,
        headers: Vec<(String, String)>,
        body: String,
        params: std::collections::BTreeMap<String, String>,
        string_to_sign: String,
    }

    fn vectors() -> (SignatureKey, Vec<Vector>) {
        let text = include_str!("../../../../fixtures/vectors/alibaba-dedicated-gateway.json");
        let Vectors { client_key, requests } = serde_json::from_str(text).unwrap();
        assert_eq!(requests.len(), 17);
        (SignatureKey::from_pem(&client_key.public_key).unwrap(), requests)
    }

    impl Vector {
        fn headers(&self) -> HeaderMap {
            let header = |(name, value): &(String, String)| {
                (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap())
            };
            self.headers.iter().map(header).collect()
        }
    }

    fn refusal(
        (headers, body): (&HeaderMap, &[u8]),
        times: Times,
        key: Option<&SignatureKey>,
    ) -> Option<String> {
        let signed = Signed { method: &Method::POST, headers, body };
        match signed.check(times, key) {
            Ok(()) => None,
            Err(Error::Refused(refusal)) => Some(refusal.message.into_owned()),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn requests_of_real_clients_verify_and_changed_ones_do_not() {
        let (key, vectors) = vectors();
        for vector in vectors {
            let (name, headers) = (&vector.name, vector.headers());
            let body = base64_text::decode(&vector.body).unwrap();
            let params = messages::request(&vector.api).unwrap().to_params(&body).unwrap();
            let found = params.iter().map(|(name, value)| (name.into(), value.into())).collect();
            assert_eq!(vector.params, found, "{name}");
            let signed = Signed { method: &Method::POST, headers: &headers, body: &body };
            assert_eq!(signed.string_to_sign(), vector.string_to_sign.as_bytes(), "{name}");
            let date = text(&headers, "date").and_then(Instant::parse_rfc2822).unwrap();
            let times = Times::at(date);
            assert_eq!(refusal((&headers, &body), times, Some(&key)), None, "{name}");
            for at in 0..body.len() {
                let mut changed = body.to_vec();
                changed[at] ^= 1;
                let message = refusal((&headers, &changed), times, Some(&key));
                assert_eq!(message.as_deref(), Some("The Param Content-SHA256 is invalid."));
            }
            let is_signed = |name: &str| VALUES.contains(&name) || name.starts_with(SIGNED);
            for (header, value) in &headers {
                let is_checked = is_signed(header.as_str()) || header == "authorization";
                for at in 0..value.len() {
                    let mut changed = value.as_bytes().to_vec();
                    changed[at] ^= 1;
                    let Ok(changed) = HeaderValue::from_bytes(&changed) else { continue };
                    let mut headers = headers.clone();
                    headers.insert(header, changed);
                    let message = refusal((&headers, &body), times, Some(&key));
                    assert_eq!(message.is_some(), is_checked, "{name}: {header} {at}");
                }
                let mut less = headers.clone();
                less.remove(header);
                let message = refusal((&less, &body), times, Some(&key));
                assert_eq!(message.is_some(), is_checked, "{name}: no {header}");
            }
            let mut more = headers.clone();
            more.insert("x-kms-other", HeaderValue::from_static("x"));
            let message = refusal((&more, &body), times, Some(&key));
            assert_eq!(message.as_deref(), Some("Signature is not matched."), "{name}");
        }
    }

    #[test]
    fn the_checks_have_an_order() {
        let (key, vectors) = vectors();
        let headers = vectors[0].headers();
        let body = base64_text::decode(&vectors[0].body).unwrap();
        let date = text(&headers, "date").and_then(Instant::parse_rfc2822).unwrap();
        // Each mistake is told although all later ones are made too.
        let mut changed = headers.clone();
        changed.insert("authorization", HeaderValue::from_static("Bearer AAAA"));
        let expect = |headers: &HeaderMap, at: Instant, key: Option<&SignatureKey>, message| {
            assert_eq!(refusal((headers, &body), Times::at(at), key).as_deref(), Some(message));
        };
        expect(&changed, date, Some(&key), "Signature is not matched.");
        expect(&changed, date, None, "The client key is not known, or not valid now.");
        changed.insert("authorization", HeaderValue::from_static("Basic AAAA"));
        expect(&changed, date, None, "The Param Authorization is invalid.");
        changed.insert("content-sha256", HeaderValue::from_static("AA"));
        expect(&changed, date, None, "The Param Content-SHA256 is invalid.");
        let skewed = "Request time exceeds server time more than 15 minutes.";
        let late = date.plus(LEEWAY).plus(std::time::Duration::from_secs(1));
        expect(&changed, late, None, skewed);
        expect(&changed, date.minus(LEEWAY + std::time::Duration::from_secs(1)), None, skewed);
        changed.insert("date", HeaderValue::from_static("2026-11-28T02:02:10Z"));
        expect(&changed, late, None, "The Param Date is invalid.");
        changed.insert(METHOD, HeaderValue::from_static("HMAC"));
        let method = "The Param x-kms-signaturemethod is invalid. message:\"HMAC\".";
        expect(&changed, late, None, method);
        changed.remove(METHOD);
        expect(&changed, late, None, "The Param x-kms-signaturemethod is invalid.");
        changed.remove(ACCESS_KEY);
        let missing = "Parameter x-kms-acccesskeyid does not exist in http header or body.";
        expect(&changed, late, None, missing);
        // Both spellings of the scheme are accepted.
        let given = text(&headers, "authorization").unwrap().replace("Bearer ", "TOKEN ");
        let mut spelt = headers.clone();
        spelt.insert("authorization", HeaderValue::from_str(&given).unwrap());
        assert_eq!(refusal((&spelt, &body), Times::at(date.plus(LEEWAY)), Some(&key)), None);
    }
}
