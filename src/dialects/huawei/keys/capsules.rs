//! Capsules of data keys, and PINs. A capsule is for a program that proves to be in an enclave.
//! Nobody here can check such a proof, so capsules are made and never opened. PINs belong to the
//! hardware of dedicated key stores, which does not exist here.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::sealing::{seal, symmetric};
use crate::algorithms::asymmetric::{Encryption, PairSpec, PublicKey};
use crate::algorithms::base64_text;
use crate::dialects::huawei::ciphertext::Content;
use crate::dialects::huawei::codes;
use crate::dialects::huawei::values::{DataCipherText, Decimal, KeyName, uuid};
use crate::dialects::wire::values::OpenText;
use crate::dialects::{Cx, Error};
use crate::engine::Operation;
use crate::model::{KeyStoreId, KeyspacePolicyId};

#[derive(Deserialize)]
pub(crate) struct CreateCapsule {
    key_id: KeyName,
    datakey_length: Decimal,
    public_key: Option<OpenText>,
    policy_id: Option<OpenText>,
    key_policy: Option<String>,
}

#[derive(Serialize)]
pub(crate) struct Capsule {
    key_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    datakey: Option<Zeroizing<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    datakey_cipher: Option<String>,
    datakey_capsule: String,
}

/// An RSA public key: base64 of its DER form.
///
/// # Errors
/// `KMS.0308`.
fn public_key(text: &OpenText) -> Result<PublicKey, Error> {
    let der = base64_text::decode(text);
    let read = |spec| PublicKey::read(spec, der.as_ref()?).ok();
    PairSpec::RSA.into_iter().find_map(read).ok_or(Error::Invalid("public_key".into()))
}

/// Makes a data key with its capsule. With a public key, the data key is encrypted to it.
pub(crate) fn create(cx: &Cx, request: CreateCapsule) -> Result<Capsule, Error> {
    let key = request.key_id.key()?;
    let len = match request.datakey_length.number() {
        Some(128) => 16,
        Some(256) => 32,
        _ => return Err(codes::DATA_KEY_LENGTH.with(&["datakey_length"]).into()),
    };
    let to = request.public_key.as_ref().map(public_key).transpose()?;
    let policy = request.policy_id.as_ref();
    let policy = policy.map(|id| uuid(id, "policy_id", KeyspacePolicyId::parse)).transpose()?;
    if policy.is_some() && request.key_policy.is_some() {
        return Err(Error::Invalid("key_policy".into()));
    }
    if let Some(policy) = policy {
        cx.engine.snapshot(&cx.caller).view(&cx.caller).keyspace_policy(&policy)?;
    }
    let spec = symmetric(cx, &key, Operation::GenerateDataKey)?;
    let data_key = cx.engine.random_bytes(len);
    let text = Content::DataKey.to_text(spec, &data_key);
    let (key_id, capsule) = seal(cx, &key, Operation::GenerateDataKey, b"capsule", &text)?;
    let wrap = |to: &PublicKey| cx.engine.wrap(to, Encryption::RsaOaepSha256, &data_key);
    let wrapped = to.as_ref().map(wrap).transpose()?;
    let plain = || Zeroizing::new(base64_text::encode(&*data_key));
    Ok(Capsule {
        key_id,
        datakey: wrapped.is_none().then(plain),
        datakey_cipher: wrapped.map(base64_text::encode),
        datakey_capsule: base64_text::encode(capsule),
    })
}

/// What proves that a program is in an enclave, or belongs to an access point.
#[derive(Deserialize)]
struct Attestation {
    ecs_signature: Option<String>,
    service_token: Option<String>,
    custom_signature: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct OpenCapsule {
    key_id: KeyName,
    public_key: Option<OpenText>,
    datakey_capsule: DataCipherText,
    attestation_document: Attestation,
}

/// An action that never succeeds.
#[derive(Serialize)]
pub(crate) enum Never {}

/// Refuses to open a capsule: the proof cannot be checked.
pub(crate) fn open(_: &Cx, request: OpenCapsule) -> Result<Never, Error> {
    request.key_id.key()?;
    request.public_key.as_ref().map(public_key).transpose()?;
    if request.datakey_capsule.bytes(1..=usize::MAX).is_none() {
        return Err(codes::INVALID_CIPHER_TEXT.with(&["datakey_capsule"]).into());
    }
    let Attestation { ecs_signature, service_token, custom_signature } =
        request.attestation_document;
    let proof = ecs_signature.or(service_token).or(custom_signature);
    if proof.is_none_or(|proof| proof.is_empty()) {
        return Err(codes::ATTESTATION_UNPARSABLE.with(&["attestation_document"]).into());
    }
    Err(codes::NO_ENCLAVE_ROOT_CERTIFICATE.into())
}

#[derive(Deserialize)]
pub(crate) struct CreatePin {
    pin_type: Option<OpenText>,
    keystore_id: Option<OpenText>,
}

/// Refuses to make a PIN.
pub(crate) fn pin(_: &Cx, request: CreatePin) -> Result<Never, Error> {
    if !matches!(request.pin_type.as_deref(), None | Some("CipherText" | "PlainText")) {
        return Err(Error::Invalid("pin_type".into()));
    }
    // `1` and `2` are the shared clusters.
    if let Some(id) = request.keystore_id.as_ref().filter(|id| !matches!(&***id, "1" | "2")) {
        uuid(id, "keystore_id", KeyStoreId::parse)?;
    }
    Err(codes::KEY_STORE_UNSUPPORTED.into())
}
