//! A view of a record or an entry for filters, without copying it.

use super::Outcome;
use crate::model::Realm;
use crate::watch::NamedKey;
use crate::world::Instant;

/// What a filter can see of one request.
#[derive(Clone, Copy, Debug)]
pub(super) struct RecordView<'a> {
    pub(super) id: u64,
    pub(super) host: Instant,
    pub(super) realm: &'a Realm,
    pub(super) access_key: Option<&'a str>,
    pub(super) request_id: &'a str,
    pub(super) outcome: Outcome,
    pub(super) action: Option<&'a str>,
    pub(super) keys: Keys<'a>,
    pub(super) secret: Option<&'a str>,
    pub(super) context: Option<&'a str>,
}

/// The keys that a request names.
#[derive(Clone, Copy, Debug)]
pub(super) enum Keys<'a> {
    /// At most one, by its name and its id.
    One(Option<&'a str>, Option<&'a str>),
    /// A list.
    Listed(&'a [NamedKey]),
}

impl<'a> RecordView<'a> {
    /// A request about which nothing more is known yet.
    pub(super) fn of(id: u64, host: Instant, realm: &'a Realm, outcome: Outcome) -> Self {
        let (access_key, action, secret, context) = (None, None, None, None);
        let (request_id, keys) = ("", Keys::Listed(&[]));
        Self { id, host, realm, access_key, request_id, outcome, action, keys, secret, context }
    }
}

impl Keys<'_> {
    /// Whether one of them has this id, or this name in the request.
    pub(super) fn has(&self, called: &str) -> bool {
        match self {
            Self::One(name, id) => *name == Some(called) || *id == Some(called),
            Self::Listed(keys) => keys.iter().any(|key| key.has_name(called)),
        }
    }
}
