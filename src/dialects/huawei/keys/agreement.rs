//! Agreeing on a secret with the owner of another key pair.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::sign::pair;
use crate::algorithms::base64_text;
use crate::dialects::huawei::rules;
use crate::dialects::huawei::values::{KeyName, SecretText, base64_bytes};
use crate::dialects::wire::values::OpenText;
use crate::dialects::{Cx, Error};
use crate::engine::{self, KeyError, Operation};

/// The only algorithm: elliptic-curve Diffie-Hellman.
const ECDH: &str = "ECDH";

#[derive(Deserialize)]
pub(crate) struct DeriveSharedSecret {
    key_id: KeyName,
    key_agreement_algorithm: OpenText,
    public_key: OpenText,
    recipient: Option<SecretText>,
}

#[derive(Serialize)]
pub(crate) struct Derived {
    key_id: String,
    key_agreement_algorithm: &'static str,
    shared_secret: Zeroizing<String>,
}

/// A recipient is an enclave with an attestation, which nothing here can check.
pub(crate) fn derive(cx: &Cx, request: DeriveSharedSecret) -> Result<Derived, Error> {
    let invalid = |name: &'static str| Error::Invalid(name.into());
    let key = request.key_id.key()?;
    if *request.key_agreement_algorithm != *ECDH {
        return Err(invalid("key_agreement_algorithm"));
    }
    if request.recipient.is_some() {
        return Err(invalid("recipient"));
    }
    let peer = base64_bytes(&request.public_key, rules::PUBLIC_KEY, "public_key")?;
    let pair = pair(cx, &key, Operation::DeriveSecret)?;
    let used = cx.engine.derive_secret(&cx.caller, &pair, &peer).map_err(|error| match error {
        engine::Error::Key(KeyError::PeerInvalid) => invalid("public_key"),
        error => error.into(),
    })?;
    Ok(Derived {
        key_id: used.key.to_string(),
        key_agreement_algorithm: ECDH,
        shared_secret: Zeroizing::new(base64_text::encode(&used.value)),
    })
}
