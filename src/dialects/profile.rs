//! The data about a cloud. What depends on a request is in [`super::Dialect`].

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};

use crate::dialects::peers::Peer;
use crate::dialects::refusal::{Code, Refusal};
use crate::dialects::wire::marks::Marks;
use crate::dialects::wire::param_style::ParamStyle;
use crate::dialects::{Error, Form, Kind, Outbound};
use crate::engine::{self, KeyRef, Rules};
use crate::model::{KeySpec, Origin, Realm, VersionId};

/// Everything about a cloud that no request changes.
pub struct Profile {
    /// The cloud's name, as it appears in realms.
    pub name: &'static str,
    /// Used when a request names no region and the server has no `--region`.
    pub default_region: &'static str,
    /// The regions that its document lists; empty if it lists none.
    pub regions: &'static [&'static str],
    /// Whether a request was made for this cloud. It is asked about the head first, and about the
    /// body if no cloud claims the head. No request matches two clouds.
    pub(super) marks: fn(&Marks<'_>) -> bool,
    /// Whether it gets the requests that no cloud claims. That is the one cloud some of whose
    /// clients cannot be recognised.
    pub(super) takes_unmarked: bool,
    /// The engine's rules for its realms, by region.
    pub rules: fn(&str) -> &'static Rules,
    /// Every error code of the cloud. Several rows may share a name; a fault answers the first of
    /// them.
    pub codes: &'static [&'static Code],
    /// The largest request body, in bytes, unless the head says that the request may have a larger
    /// one.
    pub body_limit: usize,
    /// The error for a missing parameter; its message has the parameter's name.
    pub(super) missing: &'static Code,
    /// The error for a parameter with a wrong value; its message has the parameter's name.
    pub(super) invalid: &'static Code,
    /// The error for a parameter that does not exist, in a cloud that refuses those.
    pub(super) unknown: &'static Code,
    /// The refusal for an error of the engine.
    pub(super) engine_refusal: fn(&engine::Error) -> Refusal,
    /// The error for throttled requests.
    pub throttling: &'static Code,
    /// The error for a replayed request.
    pub replayed: &'static Code,
    /// How it tells a client when to retry.
    pub(super) retry_after: RetryAfter,
    /// Which actions can be tried without effect, and what they answer then.
    pub(super) dry_run: DryRun,
    /// How its parameters are encoded.
    pub(super) param_style: &'static ParamStyle,
    /// How its requests name keys and secrets.
    pub names: Names,
    /// The policies of users that it reads, if users have policies there.
    pub user_policies: Option<UserPolicies>,
    /// What kmsim does not serve yet: one line for each action, or for a parameter's value (`Action
    /// Name=Value`).
    pub not_yet: &'static str,
    /// How clients sign, and how they are configured.
    pub peer: Peer,
}

/// The policies of users that a cloud reads. Users have policies of several clouds.
pub struct UserPolicies {
    /// Whether it has a policy of its own with this name.
    pub has: fn(&str) -> bool,
    /// The versions of its documents.
    pub versions: &'static [&'static str],
    /// Checks a document of one of these versions. An error says what is wrong in which place.
    pub check: fn(&serde_json::Value) -> Result<(), String>,
}

/// The header that tells a client when to retry, and its unit.
pub(super) struct RetryAfter {
    pub(super) header: HeaderName,
    /// Whole seconds, rounded up; otherwise milliseconds.
    pub(super) in_seconds: bool,
}

/// Requests that check whether they would succeed, and change nothing.
pub(super) struct DryRun {
    /// Whether an action of this kind with these parameters can be a dry run.
    pub(super) allowed: fn(Kind, &Form) -> bool,
    /// The answer, given how the request would have ended. It is always an error.
    pub(super) refusal: fn(Result<(), Refusal>) -> Refusal,
}

/// How a cloud's requests name keys, secrets and key types.
pub struct Names {
    /// Parses the name of a key in a realm: an id, an alias, or another form that the cloud has.
    pub key: fn(&Realm, &str) -> Option<KeyRef>,
    /// The name of the secret that a parameter refers to in a realm.
    pub secret: for<'a> fn(&Realm, &'a str) -> &'a str,
    /// The key type for a word of the cloud's document.
    pub spec: fn(&str) -> Option<KeySpec>,
    /// The origin of key material for a word of the cloud's document.
    pub origin: fn(&str) -> Option<Origin>,
    /// The bytes to which an encryption context binds a ciphertext. `None` if the text is no
    /// context.
    pub context: fn(&str) -> Option<Vec<u8>>,
    /// The engine's form of a ciphertext. `None` if the text does not have the cloud's form.
    pub blob: fn(&str) -> Option<Vec<u8>>,
    /// The version of the key that a ciphertext names.
    pub version: fn(&str) -> Option<VersionId>,
}

impl Profile {
    /// The cloud's refusal for an error.
    pub(super) fn refusal(&self, error: &Error) -> Refusal {
        match error {
            Error::Engine(error) => (self.engine_refusal)(error),
            Error::Missing(name) => self.missing.with(&[name]),
            Error::Invalid(name) => self.invalid.with(&[name]),
            Error::Unknown(name) => self.unknown.with(&[name]),
            Error::Refused(refusal) => refusal.clone(),
        }
    }

    /// The error that a fault with this code answers.
    #[must_use]
    pub fn code(&self, name: &str) -> Option<&'static Code> {
        self.codes.iter().find(|code| code.name == name).copied()
    }

    /// What is not served yet: an action, or a parameter's value (`Action Name=Value`).
    pub fn not_yet(&self) -> impl Iterator<Item = &'static str> {
        let lines = self.not_yet.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        // Lines without `=` name errors that are never answered; they are no actions.
        lines.filter(|line| line.split_once(' ').is_none_or(|(_, rest)| rest.contains('=')))
    }
}

impl RetryAfter {
    /// Adds the header to an answer.
    pub(super) fn add_to(&self, response: &mut Outbound, after: Duration) {
        let value = if self.in_seconds {
            after.as_secs() + u64::from(after.subsec_nanos() > 0)
        } else {
            u64::try_from(after.as_millis()).unwrap_or(u64::MAX)
        };
        response.headers_mut().insert(self.header.clone(), HeaderValue::from(value));
    }
}
