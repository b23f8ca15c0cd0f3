//! Who asks.

use std::sync::Arc;

use super::{Error, Rules, SecretRules};
use crate::model::Realm;

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
}

impl Caller {
    /// Its cloud's rules for secrets.
    ///
    /// # Errors
    /// [`Error::Internal`] in a cloud without secrets: no action of it leads here.
    pub(super) fn secret_rules(&self) -> Result<&'static SecretRules, Error> {
        self.rules.secrets.as_ref().ok_or(Error::Internal("this cloud has no secrets"))
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
