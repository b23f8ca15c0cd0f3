//! Importing key material.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::lifecycle::{OneKey, of_user};
use crate::algorithms::base64_text;
use crate::dialects::huawei::values::{KeyName, SecretText};
use crate::dialects::huawei::{codes, rules};
use crate::dialects::wire::answer::{Done, done};
use crate::dialects::wire::values::OpenText;
use crate::dialects::{Cx, Error};
use crate::engine::{self, KeyRef, Wrapped, Wrapping};
use crate::model::Origin;
use crate::world::Instant;

/// A key with imported material, in its primary region. That is checked before the key's state.
///
/// # Errors
/// The key does not exist, `KMS.0211`, `KMS.0309`, or `KMS.1404`.
fn external(cx: &Cx, name: &KeyName) -> Result<KeyRef, Error> {
    let key = of_user(cx, name)?;
    match key.origin {
        Origin::External if key.primary_region.is_some() => Err(codes::NOT_ORIGINAL_REGION.into()),
        Origin::External => Ok(KeyRef::Id(key.id.clone())),
        Origin::Service => Err(codes::NOT_EXTERNAL.into()),
    }
}

#[derive(Deserialize)]
pub(crate) struct GetParametersForImport {
    key_id: KeyName,
    wrapping_algorithm: OpenText,
}

#[derive(Serialize)]
pub(crate) struct Parameters {
    key_id: String,
    import_token: Zeroizing<String>,
    /// Seconds of Unix time, unlike other dates.
    expiration_time: i64,
    public_key: String,
}

pub(crate) async fn parameters(
    cx: Cx,
    request: GetParametersForImport,
) -> Result<Parameters, Error> {
    let wrapping = match &*request.wrapping_algorithm {
        "RSAES_PKCS1_V1_5" => Wrapping::Rsa2048Pkcs1,
        "RSAES_OAEP_SHA_1" => Wrapping::Rsa2048OaepSha1,
        "RSAES_OAEP_SHA_256" => Wrapping::Rsa2048OaepSha256,
        "SM2_ENCRYPT" => Wrapping::Sm2,
        _ => return Err(Error::Invalid("wrapping_algorithm".into())),
    };
    let key = external(&cx, &request.key_id)?;
    let issued = cx.engine.import_parameters(cx.caller, key, wrapping).await?;
    Ok(Parameters {
        key_id: issued.key.to_string(),
        import_token: Zeroizing::new(base64_text::encode(&issued.token)),
        expiration_time: issued.expires.millis().div_euclid(1000),
        public_key: base64_text::encode(&issued.public.der().map_err(engine::Error::from)?),
    })
}

#[derive(Deserialize)]
pub(crate) struct ImportKeyMaterial {
    key_id: KeyName,
    import_token: SecretText,
    encrypted_key_material: SecretText,
    expiration_time: Option<OpenText>,
    encrypted_privatekey: Option<SecretText>,
}

pub(crate) async fn import_material(cx: Cx, request: ImportKeyMaterial) -> Result<Done, Error> {
    let token = request.import_token.bytes(rules::IMPORT_TOKEN);
    let token = token.ok_or_else(|| codes::IMPORT_TOKEN_INVALID.with(&["import_token"]))?;
    let material = request.encrypted_key_material.bytes(rules::WRAPPED_MATERIAL);
    let refused = || codes::UNWRAPPING_FAILED.with(&["encrypted_key_material"]);
    let material = material.ok_or_else(refused)?;
    if request.encrypted_privatekey.is_some() {
        return Err(Error::Invalid("encrypted_privatekey".into()));
    }
    let expires = request.expiration_time.map(|text| expiry(&cx, &text)).transpose()?;
    let key = external(&cx, &request.key_id)?;
    let wrapped = Wrapped { token: token.to_vec(), material: material.to_vec(), expires };
    done(cx.engine.import_material(cx.caller, key, wrapped).await)
}

/// When material expires: a number of seconds of Unix time, in the future.
fn expiry(cx: &Cx, text: &str) -> Result<Instant, Error> {
    let seconds: i64 = text.parse().map_err(|_| Error::Invalid("expiration_time".into()))?;
    let at = Instant::from_millis(seconds.saturating_mul(1000));
    if at > cx.engine.now(&cx.caller.realm) {
        Ok(at)
    } else {
        Err(codes::EXPIRATION_IN_PAST.with(&["expiration_time"]).into())
    }
}

pub(crate) async fn delete_material(cx: Cx, request: OneKey) -> Result<Done, Error> {
    let key = external(&cx, &request.key_id)?;
    done(cx.engine.delete_material(cx.caller, key).await)
}
