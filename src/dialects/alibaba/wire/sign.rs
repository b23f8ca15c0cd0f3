//! Signing as the newest SDKs do: ACS3-HMAC-SHA256, or ACS4 if a region is named (wire reference
//! sections 1.4 and 1.5). The parameters are in a form body, which may be long.

use axum::http::{HeaderValue, Request};
use base16ct::lower::encode_string as hex;
use bytes::Bytes;

use super::acs::Authorization;
use super::call::{Call, VERSION};
use crate::algorithms::mac::{Hash, digest};
use crate::dialects::peers::{OutgoingCall, Unsignable, header_names, post_root, signed};
use crate::dialects::wire::canonical::encode_pairs;

/// The name of the service, as its SDKs write it in scopes.
const PRODUCT: &str = "Kms";

/// A signed request.
pub(crate) fn sign(outgoing: &OutgoingCall<'_>) -> Result<Request<Bytes>, Unsignable> {
    let region = outgoing.region.map(|region| ("RegionId", region));
    let params = outgoing.params.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let body = Bytes::from(encode_pairs(params.chain(region)));
    let time = outgoing.time.to_string();
    let mut headers = outgoing.headers("x-acs-security-token")?;
    headers.insert("x-acs-version", HeaderValue::from_static(VERSION));
    for (name, value) in [
        ("x-acs-action", outgoing.action),
        ("x-acs-date", &time),
        ("x-acs-signature-nonce", outgoing.nonce),
        ("x-acs-content-sha256", &hex(&digest(Hash::Sha256, &body))),
    ] {
        headers.insert(name, HeaderValue::from_str(value)?);
    }
    let (id, names) = (&outgoing.credentials.id, header_names(&headers));
    // The region of a scope wins, even if the server has another `--region`.
    let unsigned = if let Some(region) = outgoing.region {
        let day = time.get(..10).ok_or(Unsignable::Header)?.replace('-', "");
        let scope = format!("{day}/{region}/{PRODUCT}/aliyun_v4_request");
        format!("ACS4-HMAC-SHA256 Credential={id}/{scope},SignedHeaders={names},Signature=")
    } else {
        format!("ACS3-HMAC-SHA256 Credential={id},SignedHeaders={names},Signature=")
    };
    let authorization = Authorization::parse(&unsigned).ok_or(Unsignable::Header)?;
    signed(post_root(), headers, body, &unsigned, |inbound| {
        Ok(authorization.sign(&Call::parse(inbound).signed(), &outgoing.credentials.secret))
    })
}
