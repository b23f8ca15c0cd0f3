//! Importing key material: document sections 8.2, 8.3 and 8.9.

use serde::{Deserialize, Serialize};

use super::lifecycle::OneKey;
use crate::algorithms::asymmetric::{Encryption, PairSpec};
use crate::algorithms::base64_text;
use crate::dialects::alibaba::names::KeyName;
use crate::dialects::alibaba::words::{WrappingSpecWord, WrappingWord};
use crate::dialects::wire::answer::{Done, done};
use crate::dialects::{Cx, Error};
use crate::engine::{self, Operation, Wrapped, Wrapping};
use crate::model::{Key, Origin, ProtectionLevel};
use crate::world::Instant;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetParametersForImport {
    key_id: KeyName,
    wrapping_algorithm: WrappingWord,
    wrapping_key_spec: WrappingSpecWord,
}

fn wrapping(
    WrappingSpecWord(spec): WrappingSpecWord,
    WrappingWord(algorithm): WrappingWord,
) -> Result<Wrapping, Error> {
    match (spec, algorithm) {
        (PairSpec::Rsa2048, Encryption::RsaPkcs1) => Ok(Wrapping::Rsa2048Pkcs1),
        (PairSpec::Rsa2048, Encryption::RsaOaepSha1) => Ok(Wrapping::Rsa2048OaepSha1),
        (PairSpec::Rsa2048, Encryption::RsaOaepSha256) => Ok(Wrapping::Rsa2048OaepSha256),
        (PairSpec::EcSm2, Encryption::Sm2(_)) => Ok(Wrapping::Sm2),
        _ => Err(Error::Invalid("WrappingAlgorithm".into())),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ImportParameters {
    key_id: String,
    public_key: String,
    import_token: String,
    token_expire_time: String,
}

/// Refuses a wrapping that does not fit the key. SM2 wraps only for keys in hardware, and dedicated
/// instances do not support OAEP with SHA-1.
fn wraps_for(key: &Key, wrapping: Wrapping) -> Result<(), Error> {
    match wrapping {
        // The engine refuses these with any wrapping.
        _ if key.origin == Origin::Service => Ok(()),
        Wrapping::Sm2 if key.protection == ProtectionLevel::Software => {
            Err(Error::Invalid("WrappingKeySpec".into()))
        }
        Wrapping::Rsa2048OaepSha1 if key.instance.is_some() => {
            Err(Error::Invalid("WrappingAlgorithm".into()))
        }
        _ => Ok(()),
    }
}

pub(crate) async fn get_parameters(
    cx: Cx,
    request: GetParametersForImport,
) -> Result<ImportParameters, Error> {
    let wrapping = wrapping(request.wrapping_key_spec, request.wrapping_algorithm)?;
    let key = request.key_id.without_alias(&cx)?;
    {
        let snapshot = cx.engine.snapshot(&cx.caller);
        let key = snapshot.view(&cx.caller).admit(&key, Operation::PrepareImport)?.key();
        wraps_for(key, wrapping)?;
    }
    let given = cx.engine.import_parameters(cx.caller, key, wrapping).await?;
    Ok(ImportParameters {
        key_id: given.key.to_string(),
        public_key: base64_text::encode(given.public.der().map_err(engine::Error::from)?),
        import_token: base64_text::encode(given.token),
        token_expire_time: given.expires.to_string(),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ImportKeyMaterial {
    key_id: KeyName,
    encrypted_key_material: String,
    import_token: String,
    #[serde(default)]
    key_material_expire_unix: i64,
}

pub(crate) async fn import(cx: Cx, request: ImportKeyMaterial) -> Result<Done, Error> {
    let key = request.key_id.without_alias(&cx)?;
    let expires = match request.key_material_expire_unix {
        0 => None,
        seconds => {
            let at = seconds.checked_mul(1000).map(Instant::from_millis);
            let at = at.filter(|at| *at >= cx.engine.now(&cx.caller.realm));
            Some(at.ok_or(Error::Invalid("KeyMaterialExpireUnix".into()))?)
        }
    };
    // Malformed base64 is treated as empty: no token, and no material.
    let bytes = |text: String| {
        let mut bytes = base64_text::decode(&text).unwrap_or_default();
        std::mem::take(&mut *bytes)
    };
    let wrapped = Wrapped {
        token: bytes(request.import_token),
        material: bytes(request.encrypted_key_material),
        expires,
    };
    done(cx.engine.import_material(cx.caller, key, wrapped).await)
}

pub(crate) async fn delete(cx: Cx, request: OneKey) -> Result<Done, Error> {
    let key = request.key_id.without_alias(&cx)?;
    done(cx.engine.delete_material(cx.caller, key).await)
}
