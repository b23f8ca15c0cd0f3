//! Signatures and public keys of key pairs.

use serde::{Deserialize, Serialize};

use super::lifecycle::OneKey;
use crate::algorithms::asymmetric::Signing;
use crate::algorithms::base64_text;
use crate::dialects::huawei::values::{KeyName, SecretText, base64_bytes};
use crate::dialects::huawei::{codes, rules, words};
use crate::dialects::wire::values::OpenText;
use crate::dialects::{Cx, Error};
use crate::engine::{self, KeyRef, Message, Operation, PairRef};

/// The only version of a key pair. The operation itself checks that the key is a pair.
///
/// # Errors
/// The key does not exist, or its state does not allow the operation.
pub(super) fn pair(cx: &Cx, key: &KeyRef, operation: Operation) -> Result<PairRef, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let key = snapshot.view(&cx.caller).admit(key, operation)?.key();
    let version = key.primary().map(|version| version.id);
    Ok(PairRef { key: key.id.clone().into(), version })
}

#[derive(Serialize)]
pub(crate) struct Public {
    key_id: String,
    /// In PEM.
    public_key: String,
}

pub(crate) fn public_key(cx: &Cx, request: OneKey) -> Result<Public, Error> {
    let pair = pair(cx, &request.key_id.key()?, Operation::ReadPublicKey)?;
    let used = cx.engine.public_key(&cx.caller, &pair)?;
    let public_key = used.value.pem().map_err(engine::Error::from)?;
    Ok(Public { key_id: used.key.to_string(), public_key })
}

/// What is signed, and how.
struct Input {
    key: KeyRef,
    algorithm: Signing,
    message: Message,
}

impl Input {
    /// Parses the parameters that signing and verifying have in common. `message_type` says whether
    /// the message is a digest, which it is by default.
    ///
    /// # Errors
    /// `KMS.0308` for a parameter, `KMS.0332` for an algorithm that no key has.
    fn of(
        key: &KeyName,
        message: &SecretText,
        algorithm: &OpenText,
        message_type: Option<&OpenText>,
    ) -> Result<Self, Error> {
        let invalid = |name: &'static str| Error::Invalid(name.into());
        let key = key.key()?;
        let bytes = base64_bytes(&message.0, rules::MESSAGE, "message")?.to_vec();
        let algorithm = match words::signing(algorithm) {
            Some(algorithm) => algorithm,
            None if **algorithm == *words::NO_SIGNING => {
                return Err(codes::WRONG_SIGNING_ALGORITHM.with(&["signing_algorithm"]).into());
            }
            None => return Err(invalid("signing_algorithm")),
        };
        let message = match message_type.map_or("DIGEST", |it| &**it) {
            "RAW" => Message::Raw(bytes),
            // It has no digest to be given.
            "DIGEST" if algorithm == Signing::Ed25519 => return Err(invalid("message_type")),
            "DIGEST" => Message::Digest(bytes),
            _ => return Err(invalid("message_type")),
        };
        Ok(Self { key, algorithm, message })
    }
}

#[derive(Deserialize)]
pub(crate) struct Sign {
    key_id: KeyName,
    message: SecretText,
    signing_algorithm: OpenText,
    message_type: Option<OpenText>,
}

#[derive(Serialize)]
pub(crate) struct Signed {
    key_id: String,
    signature: String,
}

pub(crate) fn sign(cx: &Cx, request: Sign) -> Result<Signed, Error> {
    let Sign { key_id, message, signing_algorithm, message_type } = request;
    let input = Input::of(&key_id, &message, &signing_algorithm, message_type.as_ref())?;
    let pair = pair(cx, &input.key, Operation::Sign)?;
    let used = cx.engine.sign_message(&cx.caller, &pair, input.algorithm, &input.message)?;
    Ok(Signed { key_id: used.key.to_string(), signature: base64_text::encode(&used.value) })
}

#[derive(Deserialize)]
pub(crate) struct Verify {
    key_id: KeyName,
    message: SecretText,
    signature: OpenText,
    signing_algorithm: OpenText,
    message_type: Option<OpenText>,
}

#[derive(Serialize)]
pub(crate) struct Verified {
    key_id: String,
    /// A text.
    signature_valid: &'static str,
}

pub(crate) fn verify(cx: &Cx, request: Verify) -> Result<Verified, Error> {
    let Verify { key_id, message, signature, signing_algorithm, message_type } = request;
    let input = Input::of(&key_id, &message, &signing_algorithm, message_type.as_ref())?;
    let signature = base64_bytes(&signature, rules::PROOF, "signature")?;
    let pair = pair(cx, &input.key, Operation::Verify)?;
    let Input { algorithm, message, .. } = input;
    let used = cx.engine.verify_message(&cx.caller, &pair, algorithm, &message, &signature)?;
    let signature_valid = if used.value { "true" } else { "false" };
    Ok(Verified { key_id: used.key.to_string(), signature_valid })
}
