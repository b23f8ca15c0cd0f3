//! What is fixed about a cloud. What depends on a request is in [`super::Dialect`].

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};

use crate::dialects::peers::Peer;
use crate::dialects::refusal::{Code, Refusal};
use crate::dialects::wire::marks::Marks;
use crate::dialects::wire::params::Manner;
use crate::dialects::{Form, Kind, Outbound};
use crate::engine::{KeyRef, Rules};
use crate::model::Realm;

/// A cloud, as far as it is data.
pub struct Profile {
    /// Its name, as realms have it.
    pub name: &'static str,
    /// Used when a request names no region and the server was given none.
    pub default_region: &'static str,
    /// The regions that its document lists, if it lists any.
    pub regions: &'static [&'static str],
    /// Whether a request has its marks. No request has those of two clouds. `None` for the one cloud
    /// whose older clients leave no mark: it gets what is nobody else's.
    pub(super) marks: Option<fn(&Marks<'_>) -> bool>,
    /// The engine's rules in its realms, by the region.
    pub rules: fn(&str) -> &'static Rules,
    /// Every error that it is known to answer. Rows may share a name: a fault answers the first.
    pub codes: &'static [&'static Code],
    /// The largest body that it takes, in bytes.
    pub body_limit: usize,
    /// The error by which it throttles.
    pub throttling: &'static Code,
    /// The error for a request that was made before.
    pub replayed: &'static Code,
    /// How it tells a client when to come again.
    pub(super) retry_after: RetryAfter,
    /// Which actions can be asked what would happen, and how the answer is told.
    pub(super) dry_run: DryRun,
    /// How its parameters are written.
    pub(super) manner: &'static Manner,
    /// How its requests name things.
    pub names: Names,
    /// What it does not serve yet: a line for each action, or for an action's parameter and value.
    pub not_yet: &'static str,
    /// Its client side.
    pub peer: Peer,
}

/// The header that tells a client when to come again, and its unit.
pub(super) struct RetryAfter {
    pub(super) header: HeaderName,
    /// In whole seconds, rounded up; otherwise in milliseconds.
    pub(super) in_seconds: bool,
}

/// Requests that only ask what would happen.
pub(super) struct DryRun {
    /// Whether an action of this kind with these parameters may be asked that.
    pub(super) may: fn(Kind, &Form) -> bool,
    /// What is answered, given how the request would have gone: always an error.
    pub(super) tell: fn(Result<(), Refusal>) -> Refusal,
}

/// How a cloud's requests name things.
pub struct Names {
    /// Reads the name of a key in a realm: its id, an alias, or what the cloud has besides.
    pub key: fn(&Realm, &str) -> Option<KeyRef>,
    /// The name of the secret that a text means in a realm.
    pub secret: for<'a> fn(&Realm, &'a str) -> &'a str,
    /// The bytes that an encryption context binds a ciphertext to. `None` when it is none.
    pub context: fn(&str) -> Option<Vec<u8>>,
}

impl Profile {
    /// The error of this name that a fault answers.
    #[must_use]
    pub fn code(&self, name: &str) -> Option<&'static Code> {
        self.codes.iter().find(|code| code.name == name).copied()
    }

    /// What it does not serve yet: an action, or an action with a parameter's value
    /// (`Action Name=Value`).
    pub fn not_yet(&self) -> impl Iterator<Item = &'static str> {
        let lines = self.not_yet.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        // What else a cloud has not, such as errors that nothing answers, is no action.
        lines.filter(|line| line.split_once(' ').is_none_or(|(_, rest)| rest.contains('=')))
    }
}

impl RetryAfter {
    /// Puts the header into an answer.
    pub(super) fn put(&self, response: &mut Outbound, after: Duration) {
        let value = if self.in_seconds {
            after.as_secs() + u64::from(after.subsec_nanos() > 0)
        } else {
            u64::try_from(after.as_millis()).unwrap_or(u64::MAX)
        };
        response.headers_mut().insert(self.header.clone(), HeaderValue::from(value));
    }
}
