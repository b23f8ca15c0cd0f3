//! The caller of an operation.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use super::{Access, Error, Rules, SecretRules};
use crate::model::{KeyId, Realm, VersionId};

/// An authenticated caller, as a dialect hands it to the engine.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Its realm. It cannot reach any other.
    pub realm: Realm,
    /// Its cloud's rules.
    pub rules: &'static Rules,
    /// The creator of the keys that it creates, and the principal that grants name.
    pub user: Arc<str>,
    /// Which keys it may use.
    pub access: Access,
    /// How much the realm may hold.
    pub quota: Quota,
    /// Whether this is a dry run: decisions are drafted, and the drafts are dropped.
    pub dry_run: bool,
    /// The key that the request used or created.
    pub used: UsedKey,
}

impl Caller {
    /// A caller with access to every key, which has not used one yet.
    #[must_use]
    pub fn new(realm: Realm, rules: &'static Rules, user: Arc<str>, quota: Quota) -> Self {
        let access = Access::Full;
        Self { realm, rules, user, access, quota, dry_run: false, used: UsedKey::default() }
    }

    /// The same caller with access to every key, for what happens in its realm by itself.
    pub(super) fn unlimited(&self) -> Cow<'_, Self> {
        match self.access {
            Access::Full => Cow::Borrowed(self),
            Access::Limited(_) => Cow::Owned(Self { access: Access::Full, ..self.clone() }),
        }
    }

    /// Its cloud's rules for secrets.
    ///
    /// # Errors
    /// [`Error::Internal`] for a cloud without secrets, which has no action that leads here.
    pub(super) fn secret_rules(&self) -> Result<&'static SecretRules, Error> {
        self.rules.secrets.as_ref().ok_or(Error::Internal("this cloud has no secrets"))
    }
}

/// The key that a request used or created, and the version. Clones of the caller share it.
#[derive(Clone, Debug, Default)]
pub struct UsedKey(Arc<OnceLock<(KeyId, Option<VersionId>)>>);

impl UsedKey {
    /// Records a key. Only the first call has an effect.
    pub(super) fn note(&self, key: &KeyId, version: Option<VersionId>) {
        self.0.get_or_init(|| (key.clone(), version));
    }

    /// The key, if one was recorded.
    #[must_use]
    pub fn get(&self) -> Option<&(KeyId, Option<VersionId>)> {
        self.0.get()
    }
}

/// How much a realm may hold. `None` means no limit.
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
    /// White-box keys. `None`: as many as the cloud's rules allow.
    pub white_box_keys: Option<usize>,
    /// Data keys, without those pending deletion.
    pub data_keys: Option<usize>,
    /// Grants.
    pub grants: Option<usize>,
}
