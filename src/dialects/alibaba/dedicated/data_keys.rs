//! Data keys and data-key pairs. The service keeps neither.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::blocks;
use super::cipher::{SealedHere, advance_method, bytes};
use super::used::{InUse, Usual};
use super::words::{KeyFormat, Method, MethodWord, method_word};
use crate::algorithms::asymmetric::{PairSpec, PublicKey};
use crate::algorithms::block_modes::Padding;
use crate::algorithms::{base64_text, pem};
use crate::dialects::alibaba::codes;
use crate::dialects::alibaba::keys::cipher::DataKeyLen;
use crate::dialects::alibaba::names::KeyName;
use crate::dialects::alibaba::values::{Blob, OpenText};
use crate::dialects::alibaba::words::SpecWord;
use crate::dialects::{Cx, Error};
use crate::engine::{self, Operation};
use crate::model::KeySpec;

/// The length of a data key, if the request says none, in bytes.
const LENGTH: usize = 32;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GenerateDataKey {
    key_id: KeyName,
    algorithm: Option<MethodWord>,
    number_of_bytes: Option<DataKeyLen>,
    aad: Option<Blob>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DataKey {
    key_id: String,
    key_version_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    iv: Option<String>,
    plaintext: Zeroizing<String>,
    ciphertext_blob: String,
    algorithm: Option<&'static str>,
}

/// The ciphertext is without the key's version.
pub(crate) fn generate(cx: &Cx, request: GenerateDataKey) -> Result<DataKey, Error> {
    generate_with(cx, request, Usual::Initial)
}

/// The ciphertext is that of `AdvanceEncrypt`.
pub(crate) fn advance_generate(cx: &Cx, request: GenerateDataKey) -> Result<DataKey, Error> {
    generate_with(cx, request, Usual::Primary)
}

fn generate_with(cx: &Cx, request: GenerateDataKey, usual: Usual) -> Result<DataKey, Error> {
    let wrapping = Wrapping::of(cx, request.key_id, request.algorithm, usual)?;
    let length = request.number_of_bytes.map_or(LENGTH, |length| length.0);
    let plaintext = cx.engine.random_bytes(length);
    let (iv, ciphertext_blob) = wrapping.wrap(cx, request.aad.as_ref(), &plaintext)?;
    let InUse { key, version } = wrapping.used;
    Ok(DataKey {
        key_id: key.id.to_string(),
        key_version_id: version.to_string(),
        iv,
        plaintext: Zeroizing::new(base64_text::encode(&*plaintext)),
        ciphertext_blob,
        algorithm: method_word(wrapping.method),
    })
}

/// The initialisation vector, where the mode has one, and the ciphertext, in base64.
type Wrapped = (Option<String>, String);

/// The key that encrypts data keys, and how.
struct Wrapping {
    used: InUse,
    method: Method,
    /// Whether the ciphertext holds version and initialisation vector too.
    is_contained: bool,
}

impl Wrapping {
    fn of(
        cx: &Cx,
        key: KeyName,
        algorithm: Option<MethodWord>,
        usual: Usual,
    ) -> Result<Self, Error> {
        let used = InUse::of(cx, (Some(key), None), usual, Operation::GenerateDataKey)?;
        let is_contained = usual == Usual::Primary;
        let method = if is_contained {
            advance_method(cx, &used, algorithm)?
        } else {
            match used.method(cx, algorithm)? {
                Method::Pair(_) => return Err(codes::UNSUPPORTED_OPERATION.into()),
                method => method,
            }
        };
        Ok(Self { used, method, is_contained })
    }

    /// The initialisation vector and the ciphertext of a data key, in base64.
    fn wrap(&self, cx: &Cx, aad: Option<&Blob>, text: &[u8]) -> Result<Wrapped, Error> {
        let operation = Operation::GenerateDataKey;
        if let Method::Cbc(_) | Method::Ecb(_) = self.method {
            let (how, parts) = ((&self.used, self.method, operation), (None, aad));
            let (mode, sealed) = blocks::encrypt(cx, how, parts, Padding::default(), text)?;
            let iv = blocks::iv_of(&mode).map(base64_text::encode);
            return Ok((iv, base64_text::encode(sealed.value)));
        }
        let parts = (None, bytes(aad));
        let sealed = SealedHere::of(cx, &self.used, operation, parts, text)?;
        let blob =
            if self.is_contained { sealed.contained(self.used.version) } else { sealed.value };
        Ok((Some(base64_text::encode(sealed.iv)), base64_text::encode(blob)))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GenerateDataKeyPair {
    key_id: KeyName,
    algorithm: Option<MethodWord>,
    key_pair_spec: OpenText,
    #[serde(default)]
    key_format: KeyFormat,
    aad: Option<Blob>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DataKeyPair {
    key_id: String,
    key_version_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    iv: Option<String>,
    key_pair_spec: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_key_plaintext: Option<Zeroizing<String>>,
    private_key_ciphertext_blob: String,
    public_key: String,
    algorithm: Option<&'static str>,
}

impl DataKeyPair {
    fn without_plaintext(self) -> Self {
        Self { private_key_plaintext: None, ..self }
    }
}

pub(crate) async fn generate_pair(
    cx: Cx,
    request: GenerateDataKeyPair,
) -> Result<DataKeyPair, Error> {
    generate_pair_with(cx, request, Usual::Initial).await
}

pub(crate) async fn generate_pair_without_plaintext(
    cx: Cx,
    request: GenerateDataKeyPair,
) -> Result<DataKeyPair, Error> {
    Ok(generate_pair(cx, request).await?.without_plaintext())
}

pub(crate) async fn advance_generate_pair(
    cx: Cx,
    request: GenerateDataKeyPair,
) -> Result<DataKeyPair, Error> {
    generate_pair_with(cx, request, Usual::Primary).await
}

pub(crate) async fn advance_generate_pair_without_plaintext(
    cx: Cx,
    request: GenerateDataKeyPair,
) -> Result<DataKeyPair, Error> {
    Ok(advance_generate_pair(cx, request).await?.without_plaintext())
}

async fn generate_pair_with(
    cx: Cx,
    request: GenerateDataKeyPair,
    usual: Usual,
) -> Result<DataKeyPair, Error> {
    // Checked first, so that no pair is generated in vain.
    let wrapping = Wrapping::of(&cx, request.key_id, request.algorithm, usual)?;
    let spec = pair_spec(&request.key_pair_spec)?;
    let (pkcs8, public) = cx.engine.new_pair(spec).await?;
    let private = private_key(request.key_format, pkcs8)?;
    let (iv, private_key_ciphertext_blob) = wrapping.wrap(&cx, request.aad.as_ref(), &private)?;
    let InUse { key, version } = wrapping.used;
    Ok(DataKeyPair {
        key_id: key.id.to_string(),
        key_version_id: version.to_string(),
        iv,
        key_pair_spec: request.key_pair_spec.0,
        private_key_plaintext: Some(Zeroizing::new(base64_text::encode(&*private))),
        private_key_ciphertext_blob,
        public_key: base64_text::encode(public_key(request.key_format, &public)?),
        algorithm: method_word(wrapping.method),
    })
}

fn pair_spec(word: &str) -> Result<PairSpec, Error> {
    match SpecWord::try_from(word.to_owned()) {
        Ok(SpecWord(KeySpec::Pair(spec))) => Ok(spec),
        _ => Err(Error::Invalid("KeyPairSpec".into())),
    }
}

/// A private key in this format: PKCS #8.
fn private_key(
    format: KeyFormat,
    pkcs8: Zeroizing<Vec<u8>>,
) -> Result<Zeroizing<Vec<u8>>, engine::Error> {
    match format {
        KeyFormat::Der => Ok(pkcs8),
        KeyFormat::Pem => Ok(Zeroizing::new(pem::write_private_key(&pkcs8)?.as_bytes().to_vec())),
    }
}

/// A public key in this format: `SubjectPublicKeyInfo`.
fn public_key(format: KeyFormat, key: &PublicKey) -> Result<Vec<u8>, engine::Error> {
    match format {
        KeyFormat::Der => Ok(key.der()?),
        KeyFormat::Pem => Ok(key.pem()?.into_bytes()),
    }
}
