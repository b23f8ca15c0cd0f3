//! Data-key pairs. The service does not store them: it returns the public key, and the private key
//! encrypted with a symmetric key, in the layout of encrypted data. Private keys are PKCS #8,
//! public keys `SubjectPublicKeyInfo`, both DER in base64.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::data_keys::refuse_pin;
use super::sealing::{seal, symmetric};
use crate::algorithms::asymmetric::PairSpec;
use crate::algorithms::base64_text;
use crate::dialects::huawei::ciphertext::Content;
use crate::dialects::huawei::context::{AdditionalData, associated};
use crate::dialects::huawei::values::{KeyName, SecretText};
use crate::dialects::huawei::words;
use crate::dialects::wire::values::OpenText;
use crate::dialects::{Cx, Error};
use crate::engine::{self, Operation};

#[derive(Deserialize)]
pub(crate) struct CreateDatakeyPair {
    key_id: KeyName,
    key_spec: OpenText,
    with_plain_text: Option<bool>,
    additional_authenticated_data: Option<AdditionalData>,
    pin: Option<SecretText>,
    pin_type: Option<OpenText>,
}

#[derive(Serialize)]
pub(crate) struct Created {
    key_id: String,
    key_spec: String,
    public_key: String,
    private_key_cipher_text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_key_plain_text: Option<Zeroizing<String>>,
}

pub(crate) async fn create_rsa(cx: Cx, request: CreateDatakeyPair) -> Result<Created, Error> {
    create(&cx, request, words::rsa_pair).await
}

pub(crate) async fn create_ec(cx: Cx, request: CreateDatakeyPair) -> Result<Created, Error> {
    refuse_pin(request.pin.as_ref(), request.pin_type.as_ref())?;
    create(&cx, request, words::ec_pair).await
}

async fn create(
    cx: &Cx,
    request: CreateDatakeyPair,
    spec: fn(&str) -> Option<PairSpec>,
) -> Result<Created, Error> {
    let key = request.key_id.key()?;
    let spec = spec(&request.key_spec).ok_or_else(|| Error::Invalid("key_spec".into()))?;
    let bound = associated(None, request.additional_authenticated_data.as_ref())?;
    // Checked first, so that no pair is generated in vain.
    let cipher = symmetric(cx, &key, Operation::GenerateDataKey)?;
    let (private, public) = cx.engine.new_pair(spec).await?;
    let text = Content::Data.to_text(cipher, &private);
    let (key_id, sealed) = seal(cx, &key, Operation::GenerateDataKey, &bound, &text)?;
    let with_plain_text = request.with_plain_text.unwrap_or(true);
    Ok(Created {
        key_id,
        key_spec: request.key_spec.0,
        public_key: base64_text::encode(public.der().map_err(engine::Error::from)?),
        private_key_cipher_text: base64_text::encode(sealed),
        private_key_plain_text: with_plain_text
            .then(|| Zeroizing::new(base64_text::encode(&*private))),
    })
}
