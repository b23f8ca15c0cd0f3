//! Signing and verifying with key pairs.

use serde::{Deserialize, Serialize};

use super::used::{InUse, Usual};
use super::words::{MessageType, SigningMethodWord, signing_word, usual_signing};
use crate::algorithms::asymmetric::Signing;
use crate::algorithms::base64_text;
use crate::dialects::alibaba::codes;
use crate::dialects::alibaba::names::{KeyName, VersionName};
use crate::dialects::alibaba::values::Blob;
use crate::dialects::wire::values::parsed;
use crate::dialects::{Cx, Error};
use crate::engine::{self, Message, Operation};
use crate::model::KeySpec;

/// A signature as a parameter. Another wire has a parameter of the same name for the signature of
/// the request.
struct SignatureBlob(Vec<u8>);

parsed!(SignatureBlob, Credential, |text: String| Blob::try_from(text).ok().map(|it| Self(it.0)));

/// What is signed.
struct Text {
    message: Message,
    kind: MessageType,
}

impl Text {
    /// From `Message` with `MessageType`, or from `Digest`, which is the older way.
    fn of(
        message: Option<Blob>,
        digest: Option<Blob>,
        kind: Option<MessageType>,
    ) -> Result<Self, Error> {
        let (kind, Blob(bytes)) = match (message, digest) {
            (Some(message), None) => (kind.unwrap_or(MessageType::Raw), message),
            (None, Some(digest)) if kind != Some(MessageType::Raw) => (MessageType::Digest, digest),
            (None, None) => return Err(Error::Missing("Message".into())),
            (_, Some(_)) => return Err(Error::Invalid("Digest".into())),
        };
        let message = match kind {
            MessageType::Raw => Message::Raw(bytes),
            MessageType::Digest if bytes.len() == 32 => Message::Digest(bytes),
            MessageType::Digest => return Err(Error::Invalid("Message".into())),
        };
        Ok(Self { message, kind })
    }

    fn word(&self) -> &'static str {
        match self.kind {
            MessageType::Raw => "RAW",
            MessageType::Digest => "DIGEST",
        }
    }
}

/// How the key in use signs in this request.
fn signing(used: &InUse, named: Option<SigningMethodWord>) -> Result<Signing, Error> {
    let KeySpec::Pair(spec) = used.key.spec else {
        return Err(codes::UNSUPPORTED_OPERATION.into());
    };
    let usual = || usual_signing(spec).ok_or_else(|| codes::UNSUPPORTED_OPERATION.into());
    named.map_or_else(usual, |named| Ok(named.0))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Sign {
    key_id: KeyName,
    algorithm: Option<SigningMethodWord>,
    message: Option<Blob>,
    digest: Option<Blob>,
    message_type: Option<MessageType>,
    #[serde(rename = "x-kms-migrationkeyversionid")]
    version: Option<VersionName>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Signed {
    key_id: String,
    key_version_id: String,
    signature: String,
    algorithm: Option<&'static str>,
    message_type: &'static str,
}

pub(crate) fn sign(cx: &Cx, request: Sign) -> Result<Signed, Error> {
    let text = Text::of(request.message, request.digest, request.message_type)?;
    let named = (Some(request.key_id), request.version);
    let used = InUse::of(cx, named, Usual::Initial, Operation::Sign)?;
    let algorithm = signing(&used, request.algorithm)?;
    let signed = cx.engine.sign_message(&cx.caller, &used.pair(), algorithm, &text.message)?;
    Ok(Signed {
        key_id: used.key.id.to_string(),
        key_version_id: used.version.to_string(),
        signature: base64_text::encode(signed.value),
        algorithm: signing_word(algorithm),
        message_type: text.word(),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Verify {
    key_id: KeyName,
    signature: SignatureBlob,
    algorithm: Option<SigningMethodWord>,
    message: Option<Blob>,
    digest: Option<Blob>,
    message_type: Option<MessageType>,
    #[serde(rename = "x-kms-migrationkeyversionid")]
    version: Option<VersionName>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Verified {
    key_id: String,
    key_version_id: String,
    value: bool,
    algorithm: Option<&'static str>,
    message_type: &'static str,
}

pub(crate) fn verify(cx: &Cx, request: Verify) -> Result<Verified, Error> {
    let text = Text::of(request.message, request.digest, request.message_type)?;
    let named = (Some(request.key_id), request.version);
    let used = InUse::of(cx, named, Usual::Initial, Operation::Verify)?;
    let algorithm = signing(&used, request.algorithm)?;
    let (pair, given) = (used.pair(), &request.signature.0);
    let found = cx.engine.verify_message(&cx.caller, &pair, algorithm, &text.message, given)?;
    Ok(Verified {
        key_id: used.key.id.to_string(),
        key_version_id: used.version.to_string(),
        value: found.value,
        algorithm: signing_word(algorithm),
        message_type: text.word(),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetPublicKey {
    key_id: KeyName,
    #[serde(rename = "x-kms-migrationkeyversionid")]
    version: Option<VersionName>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PublicKey {
    key_id: String,
    key_version_id: String,
    public_key: String,
}

pub(crate) fn public_key(cx: &Cx, request: GetPublicKey) -> Result<PublicKey, Error> {
    let named = (Some(request.key_id), request.version);
    let used = InUse::of(cx, named, Usual::Initial, Operation::ReadPublicKey)?;
    if !matches!(used.key.spec, KeySpec::Pair(_)) {
        return Err(codes::UNSUPPORTED_OPERATION.into());
    }
    let found = cx.engine.public_key(&cx.caller, &used.pair())?;
    Ok(PublicKey {
        key_id: used.key.id.to_string(),
        key_version_id: used.version.to_string(),
        public_key: found.value.pem().map_err(engine::Error::from)?,
    })
}
