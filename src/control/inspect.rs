//! Explains a ciphertext: which key made it, whether it would decrypt, and if not, why.

use std::collections::BTreeMap;

use axum::Json;
use serde::{Deserialize, Serialize};

use super::answer::{Answer, JsonBody, Refused};
use super::endpoints::Endpoints;
use super::scope::Scoped;
use crate::dialects::{PROFILES, profile};
use crate::engine::{CiphertextError, Error, Inspection, KeyError};
use crate::model::{KeySpec, KeyState, Realm, SymmetricSpec};

pub(super) fn endpoints() -> Endpoints {
    Endpoints::on_page(include_str!("openapi/inspect.json")).post("/_kmsim/inspect", inspect)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    ciphertext_blob: String,
    encryption_context: Option<BTreeMap<String, String>>,
}

#[derive(Serialize)]
struct Shown {
    would_decrypt: bool,
    /// Why not, as a code.
    why: Option<&'static str>,
    /// Why not, as a sentence.
    explanation: Option<&'static str>,
    #[serde(flatten)]
    found: Option<Found>,
}

#[derive(Serialize)]
struct Found {
    dialect: String,
    account: String,
    region: String,
    key: String,
    key_version: String,
    key_state: &'static str,
    algorithm: &'static str,
}

impl Shown {
    fn refused(why: Why, found: Option<Found>) -> Self {
        Self { would_decrypt: false, why: Some(why.0), explanation: Some(why.1), found }
    }
}

/// A code and a sentence.
#[derive(Clone, Copy)]
struct Why(&'static str, &'static str);

const MALFORMED: Why = Why(
    "not_a_ciphertext",
    "It is not a symmetric ciphertext of this server, in the form of its cloud.",
);
const UNKNOWN: Why = Why("unknown_key", "No key has the version that the ciphertext names.");
const ELSEWHERE: Why =
    Why("other_realm", "The key is outside the scope: in another account or region.");
const DISABLED: Why = Why("disabled", "The key is disabled.");
const DELETION: Why = Why("pending_deletion", "The key is pending deletion.");
const IMPORT: Why = Why("pending_import", "The key has no key material.");
const NO_CONTEXT: Why = Why(
    "context_missing_or_corrupted",
    "It does not decrypt without an encryption context: one was used to encrypt it, or it was \
     corrupted.",
);
const CONTEXT: Why = Why(
    "context_differs_or_corrupted",
    "It does not decrypt with this encryption context: it was encrypted with another, or it was \
     corrupted.",
);

/// `POST /_kmsim/inspect`: explains a ciphertext.
async fn inspect(Scoped(app, scope): Scoped, JsonBody(asked): JsonBody<Asked>) -> Answer<Shown> {
    let context = match &asked.encryption_context {
        None => "{}".to_owned(),
        Some(pairs) => serde_json::to_string(pairs).map_err(|_| bad_context())?,
    };
    if PROFILES.iter().all(|profile| (profile.names.context)(&context).is_none()) {
        return Err(bad_context());
    }
    let associated = |realm: &Realm| {
        let profile = profile(&realm.dialect);
        profile.and_then(|profile| (profile.names.context)(&context)).unwrap_or_default()
    };
    let mut blobs = PROFILES.iter().filter_map(|it| (it.names.blob)(&asked.ciphertext_blob));
    let found = blobs.find_map(|blob| app.engine.inspect(associated, &blob).ok());
    let Some(everywhere) = found else {
        return Ok(Json(Shown::refused(MALFORMED, None)));
    };
    let known = !everywhere.is_empty();
    let mut within: Vec<_> = everywhere.into_iter().filter(|it| scope.has(&it.realm)).collect();
    // If several realms have the key, one in which the ciphertext opens is preferred.
    within.sort_by_key(|it| it.opens.is_err());
    let shown = match within.into_iter().next() {
        Some(inspected) => {
            shown(inspected, asked.encryption_context.is_some_and(|pairs| !pairs.is_empty()))
        }
        None => Shown::refused(if known { ELSEWHERE } else { UNKNOWN }, None),
    };
    Ok(Json(shown))
}

fn bad_context() -> Refused {
    Refused::bad("encryption_context: longer than any cloud here accepts")
}

fn shown(it: Inspection, with_context: bool) -> Shown {
    let why = match it.opens {
        Ok(()) => None,
        Err(Error::Key(KeyError::State { state: KeyState::Disabled, .. })) => Some(DISABLED),
        Err(Error::Key(KeyError::State { state: KeyState::PendingDeletion, .. })) => Some(DELETION),
        Err(Error::Key(
            KeyError::State { state: KeyState::PendingImport, .. } | KeyError::MaterialMissing,
        )) => Some(IMPORT),
        Err(Error::Ciphertext(CiphertextError::DecryptionFailed)) => {
            Some(if with_context { CONTEXT } else { NO_CONTEXT })
        }
        Err(_) => Some(MALFORMED),
    };
    let found = Found {
        dialect: it.realm.dialect.to_string(),
        account: it.realm.account.to_string(),
        region: it.realm.region.to_string(),
        key: it.key.to_string(),
        key_version: it.version.to_string(),
        key_state: match it.state {
            KeyState::Enabled => "enabled",
            KeyState::Disabled => "disabled",
            KeyState::PendingDeletion => "pending_deletion",
            KeyState::PendingImport => "pending_import",
            KeyState::Archived => "archived",
        },
        algorithm: match it.spec {
            KeySpec::Symmetric(SymmetricSpec::Aes128) => "AES-128-GCM",
            KeySpec::Symmetric(SymmetricSpec::Aes192) => "AES-192-GCM",
            KeySpec::Symmetric(SymmetricSpec::Aes256) => "AES-256-GCM",
            KeySpec::Symmetric(SymmetricSpec::Sm4) => "SM4-GCM",
            KeySpec::Pair(_) => "asymmetric",
            KeySpec::Mac(_) => "HMAC",
        },
    };
    match why {
        None => Shown { would_decrypt: true, why: None, explanation: None, found: Some(found) },
        Some(why) => Shown::refused(why, Some(found)),
    }
}
