//! Who asks.

use std::sync::{Arc, OnceLock};

use super::{Error, Rules, SecretRules};
use crate::model::{KeyId, Realm, VersionId};

/// An authenticated caller, as a dialect hands it to the engine.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Where it works. It sees nothing else.
    pub realm: Realm,
    /// Its cloud's rules.
    pub rules: &'static Rules,
    /// Whom the keys that it makes name as their creator.
    pub user: Arc<str>,
    /// How much it may hold.
    pub quota: Quota,
    /// Whether it only asks what would come of it: what it decides is drafted, and dropped.
    pub rehearses: bool,
    /// The key that its request used or made.
    pub used: UsedKey,
}

impl Caller {
    /// A caller whose request has done nothing yet.
    #[must_use]
    pub fn new(realm: Realm, rules: &'static Rules, user: Arc<str>, quota: Quota) -> Self {
        Self { realm, rules, user, quota, rehearses: false, used: UsedKey::default() }
    }

    /// Its cloud's rules for secrets.
    ///
    /// # Errors
    /// [`Error::Internal`] in a cloud without secrets: no action of it leads here.
    pub(super) fn secret_rules(&self) -> Result<&'static SecretRules, Error> {
        self.rules.secrets.as_ref().ok_or(Error::Internal("this cloud has no secrets"))
    }
}

/// The key that a request used or made, and the version. Copies of its caller share it.
#[derive(Clone, Debug, Default)]
pub struct UsedKey(Arc<OnceLock<(KeyId, Option<VersionId>)>>);

impl UsedKey {
    /// Notes a key. The first one stays.
    pub(super) fn note(&self, key: &KeyId, version: Option<VersionId>) {
        self.0.get_or_init(|| (key.clone(), version));
    }

    /// The key, if one was noted.
    #[must_use]
    pub fn get(&self) -> Option<&(KeyId, Option<VersionId>)> {
        self.0.get()
    }
}

/// How much a realm may hold; `None` is without limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quota {
    /// Keys of the account's users.
    pub keys: Option<usize>,
    /// Aliases of the account's users.
    pub aliases: Option<usize>,
    /// Secrets.
    pub secrets: Option<usize>,
    /// Certificates.
    pub certificates: Option<usize>,
}
