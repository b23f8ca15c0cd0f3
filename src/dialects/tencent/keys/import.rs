//! Key material that users bring along.

use serde::{Deserialize, Serialize};

use super::lifecycle::OneKey;
use crate::dialects::tencent::values::{Base64, KeyName, OpenText, base64, seconds};
use crate::dialects::tencent::{codes, rules};
use crate::dialects::wire::answer::Done;
use crate::dialects::{Cx, Error};
use crate::engine::{self, Wrapped, Wrapping};
use crate::world::Instant;
use zeroize::Zeroizing;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetParametersForImport {
    key_id: KeyName,
    wrapping_algorithm: OpenText,
    wrapping_key_spec: OpenText,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Parameters {
    key_id: String,
    import_token: Zeroizing<String>,
    public_key: Zeroizing<String>,
    parameters_valid_to: u64,
}

pub(crate) async fn parameters(
    cx: Cx,
    request: GetParametersForImport,
) -> Result<Parameters, Error> {
    let wrapping = match &*request.wrapping_algorithm {
        "RSAES_PKCS1_V1_5" => Wrapping::Rsa2048Pkcs1,
        "RSAES_OAEP_SHA_1" => Wrapping::Rsa2048OaepSha1,
        "RSAES_OAEP_SHA_256" => Wrapping::Rsa2048OaepSha256,
        _ => return Err(Error::Invalid("WrappingAlgorithm".into())),
    };
    if &*request.wrapping_key_spec != "RSA_2048" {
        return Err(Error::Invalid("WrappingKeySpec".into()));
    }
    let made = cx.engine.import_parameters(cx.caller, request.key_id.key()?, wrapping).await?;
    Ok(Parameters {
        key_id: made.key.to_string(),
        import_token: base64(&made.token),
        public_key: base64(&made.public.der().map_err(engine::Error::from)?),
        parameters_valid_to: seconds(made.expires),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ImportKeyMaterial {
    encrypted_key_material: Base64,
    import_token: Base64,
    key_id: KeyName,
    valid_to: Option<i64>,
}

/// How long a wrapped material or a token may be, in bytes: far longer than any is.
const LONGEST: usize = 16 * 1024;

pub(crate) async fn import(cx: Cx, request: ImportKeyMaterial) -> Result<Done, Error> {
    let material = request
        .encrypted_key_material
        .bytes(LONGEST, codes::INVALID_PARAMETER_DECRYPT_MATERIAL_ERROR)?;
    let token = request.import_token.of(LONGEST, "ImportToken")?;
    let invalid = || Error::Invalid("ValidTo".into());
    let expires = match request.valid_to.unwrap_or_default() {
        0 => None,
        at => {
            let at = u64::try_from(at).ok().filter(|at| *at <= rules::VALID_TO_MAX);
            let at = at.and_then(|at| i64::try_from(at * 1000).ok()).ok_or_else(invalid)?;
            let at = Instant::from_millis(at);
            (at > cx.engine.now(&cx.caller.realm)).then_some(Some(at)).ok_or_else(invalid)?
        }
    };
    let wrapped = Wrapped { token: token.to_vec(), material: material.to_vec(), expires };
    cx.engine.import_material(cx.caller, request.key_id.key()?, wrapped).await?;
    Ok(Done {})
}

pub(crate) async fn delete(cx: Cx, request: OneKey) -> Result<Done, Error> {
    cx.engine.delete_material(cx.caller, request.id()?.into()).await?;
    Ok(Done {})
}
