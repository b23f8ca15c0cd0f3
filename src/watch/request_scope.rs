//! Which requests something is about.

use crate::model::{Realm, Scope};

/// The requests of some realms, or of one access key in them. The default is all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestScope {
    /// The realms.
    pub scope: Scope,
    /// The access key, if only its requests are meant. Other keys of the account do not count.
    pub access_key: Option<Box<str>>,
}

impl RequestScope {
    /// Whether a request of this realm with this access key is included.
    #[must_use]
    pub fn has(&self, realm: &Realm, access_key: Option<&str>) -> bool {
        self.scope.has(realm) && self.access_key.as_deref().is_none_or(|it| access_key == Some(it))
    }

    /// Whether it includes every request of `other`.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.scope.covers(&other.scope)
            && (self.access_key.is_none() || self.access_key == other.access_key)
    }
}
