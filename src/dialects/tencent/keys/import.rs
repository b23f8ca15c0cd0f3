//! Importing key material.

use serde::{Deserialize, Serialize};

use super::lifecycle::OneKey;
use crate::dialects::tencent::values::{Base64, KeyName, OpenText, base64, seconds};
use crate::dialects::tencent::{codes, rules};
use crate::dialects::wire::answer::{Done, done};
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
    let issued = cx.engine.import_parameters(cx.caller, request.key_id.key()?, wrapping).await?;
    Ok(Parameters {
        key_id: issued.key.to_string(),
        import_token: base64(&issued.token),
        public_key: base64(&issued.public.der().map_err(engine::Error::from)?),
        parameters_valid_to: seconds(issued.expires),
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

/// The longest wrapped key material and the longest token, in bytes. Genuine ones are much shorter.
const INPUT_MAX: usize = 16 * 1024;

pub(crate) async fn import_material(cx: Cx, request: ImportKeyMaterial) -> Result<Done, Error> {
    let material = request.encrypted_key_material.bytes(INPUT_MAX);
    let material = material.ok_or(codes::INVALID_PARAMETER_DECRYPT_MATERIAL_ERROR)?;
    let token = request.import_token.checked(INPUT_MAX, "ImportToken")?;
    let expires = match request.valid_to.unwrap_or_default() {
        0 => None,
        seconds => {
            let at = Instant::from_millis(seconds.saturating_mul(1000));
            let is_in_range = (1..=rules::VALID_TO_MAX).contains(&seconds);
            if !is_in_range || at <= cx.engine.now(&cx.caller.realm) {
                return Err(Error::Invalid("ValidTo".into()));
            }
            Some(at)
        }
    };
    let wrapped = Wrapped { token: token.to_vec(), material: material.to_vec(), expires };
    done(cx.engine.import_material(cx.caller, request.key_id.key()?, wrapped).await)
}

pub(crate) async fn delete_material(cx: Cx, request: OneKey) -> Result<Done, Error> {
    done(cx.engine.delete_material(cx.caller, request.id()?.into()).await)
}
