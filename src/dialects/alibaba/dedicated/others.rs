//! Random numbers, digests and message authentication codes.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::used::{InUse, Usual};
use super::words::HashWord;
use crate::algorithms::base64_text;
use crate::algorithms::mac::{Hash, digest};
use crate::dialects::alibaba::codes;
use crate::dialects::alibaba::keys::cipher::DataKeyLen;
use crate::dialects::alibaba::names::KeyName;
use crate::dialects::alibaba::values::Blob;
use crate::dialects::{Cx, Error};
use crate::engine::Operation;
use crate::model::KeySpec;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GenerateRandom {
    length: DataKeyLen,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Random {
    random: Zeroizing<String>,
}

pub(crate) fn random(cx: &Cx, request: GenerateRandom) -> Result<Random, Error> {
    let bytes = cx.engine.random_bytes(request.length.0);
    Ok(Random { random: Zeroizing::new(base64_text::encode(&*bytes)) })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct HashRequest {
    message: Blob,
    algorithm: Option<HashWord>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Digest {
    digest: String,
}

pub(crate) fn hash(_: &Cx, request: HashRequest) -> Result<Digest, Error> {
    let hash = request.algorithm.map_or(Hash::Sha256, |it| it.0);
    Ok(Digest { digest: base64_text::encode(digest(hash, &request.message.0)) })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Hmac {
    key_id: KeyName,
    message: Blob,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Code {
    key_id: String,
    key_version_id: String,
    signature: String,
}

/// The digest is that of the key.
pub(crate) fn hmac(cx: &Cx, request: Hmac) -> Result<Code, Error> {
    let named = (Some(request.key_id), None);
    let used = InUse::of(cx, named, Usual::Primary, Operation::GenerateMac)?;
    let KeySpec::Mac(spec) = used.key.spec else {
        return Err(codes::UNSUPPORTED_OPERATION.into());
    };
    let key = used.key.id.clone().into();
    let code = cx.engine.generate_mac(&cx.caller, &key, spec.hash(), &request.message.0)?;
    Ok(Code {
        key_id: code.key.to_string(),
        key_version_id: code.version.to_string(),
        signature: base64_text::encode(code.value),
    })
}
