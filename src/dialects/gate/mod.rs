//! Authentication: what the checks of all clouds share. Each cloud has its own signatures, and its
//! own codes for failed checks.

pub mod accounts;
pub(crate) mod regions;
pub(crate) mod replay;
pub(crate) mod times;
pub mod users;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::algorithms::mac::equal;
use crate::dialects::{Account, Accounts, Cx, Error, Profile, ServerInfo};
use crate::engine::{Caller, Engine};
use crate::model::{ApplicationName, Realm};
use crate::watch::classes::Classes;
use crate::watch::journal::Auth;
use accounts::AccessKey;
use regions::{Regions, fold};
use replay::{Nonces, SpentNonce};
use times::Times;
use users::User;

/// How far a request's time may be off, unless its cloud has another limit.
pub(super) const LEEWAY: Duration = Duration::from_mins(15);

/// How requests are checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum AuthMode {
    /// A request that fails a check is refused.
    #[default]
    Strict,
    /// The request is let in; a log line and a response header name the failed check.
    Warn,
    /// Nothing is checked.
    Off,
}

impl AuthMode {
    /// The mode's name, as options write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Warn => "warn",
            Self::Off => "off",
        }
    }
}

/// Authenticates the requests of a cloud.
pub struct Gate {
    /// The accounts. Access keys belong to no cloud: each may be used on any wire.
    pub(super) accounts: Arc<Accounts>,
    /// The classes of the cloud's parameters, by name.
    pub(super) classes: Classes,
    profile: &'static Profile,
    auth: AuthMode,
    dialect: Arc<str>,
    default_region: Arc<str>,
    /// Whether the default region is the server's `--region`.
    is_region_configured: bool,
    regions: Regions,
    /// The nonces that client keys have spent, each after the client key's id.
    pub(super) client_key_nonces: Arc<Nonces>,
}

/// An authenticated request: who sent it.
pub struct Verified {
    /// The caller, for the engine.
    caller: Caller,
    /// Its account.
    account: Arc<Account>,
    /// The user, unless it is the account itself.
    user: Option<Arc<User>>,
    /// The application, if it sent the request.
    application: Option<ApplicationName>,
    /// The error code of the failed check, if the request was let in all the same.
    failed: Option<&'static str>,
    /// Whether anything was checked.
    checked: bool,
    /// The nonce that the request spent.
    nonce: Option<SpentNonce>,
}

impl Verified {
    /// The result of the checks.
    pub(super) fn auth(&self) -> Auth {
        match self.failed {
            _ if !self.checked => Auth::Unchecked,
            None => Auth::Passed,
            Some(code) => Auth::LetPass(code),
        }
    }

    /// The context for its handler, and the nonce that it spent. The request came from `peer`.
    pub(super) fn cx(
        self,
        engine: &Arc<Engine>,
        server: &Arc<ServerInfo>,
        (peer, is_encrypted): (Option<IpAddr>, bool),
    ) -> (Cx, Option<SpentNonce>) {
        let Self { caller, account, user, application, nonce, .. } = self;
        let (engine, server) = (Arc::clone(engine), Arc::clone(server));
        let decision = None;
        let cx =
            Cx { engine, caller, account, user, application, peer, is_encrypted, decision, server };
        (cx, nonce)
    }
}

/// The sender of a request that passed every check.
pub(super) struct Checked {
    pub(super) account: Arc<Account>,
    /// The user, unless it is the account itself.
    pub(super) user: Option<Arc<User>>,
    /// The application, if one sent the request.
    pub(super) application: Option<ApplicationName>,
    /// The nonce that the request spent, if it has one.
    pub(super) nonce: Option<SpentNonce>,
}

impl Checked {
    /// The sender of a request without a nonce: an account, or a user of it.
    pub(super) fn by(account: Arc<Account>, user: Option<Arc<User>>) -> Self {
        Self { account, user, application: None, nonce: None }
    }

    /// The sender of a request that was signed with this access key.
    pub(super) fn by_access_key(key: &AccessKey, nonce: Option<SpentNonce>) -> Self {
        let (account, user) = (Arc::clone(&key.account), key.user.clone());
        Self { account, user, application: None, nonce }
    }

    /// The sender of a request that was signed with a client key of this application.
    pub(super) fn by_client_key(
        account: Arc<Account>,
        application: ApplicationName,
        nonce: Option<SpentNonce>,
    ) -> Self {
        Self { account, user: None, application: Some(application), nonce }
    }
}

/// What is wrong with a temporary credential's token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenError {
    /// There is none.
    Missing,
    /// It has expired.
    Expired,
    /// No access key has it.
    Malformed,
    /// It belongs to another access key.
    Mismatched,
}

impl Gate {
    /// A cloud's gate. `region` is used when a request names none; without it, the cloud's own
    /// default is.
    pub(super) fn new(
        profile: &'static Profile,
        accounts: Arc<Accounts>,
        auth: AuthMode,
        region: Option<&str>,
        classes: Classes,
    ) -> Self {
        Self {
            accounts,
            classes,
            profile,
            auth,
            dialect: profile.name.into(),
            default_region: region.and_then(fold).unwrap_or_else(|| profile.default_region.into()),
            is_region_configured: region.is_some(),
            regions: Regions::of(profile.regions),
            client_key_nonces: Arc::default(),
        }
    }

    /// The server's `--region`.
    pub(super) fn configured_region(&self) -> Option<&str> {
        self.is_region_configured.then_some(&*self.default_region)
    }

    /// The region of requests that name none.
    pub(super) fn default_region(&self) -> &str {
        &self.default_region
    }

    /// The realm of `account` in the region that a request names; `None` if that cannot be a
    /// region.
    pub(super) fn realm(&self, account: &Account, region: Option<&str>) -> Option<Realm> {
        let region = match region {
            Some(region) if *region != *self.default_region => fold(region)?,
            _ => Arc::clone(&self.default_region),
        };
        Some(Realm { dialect: Arc::clone(&self.dialect), account: Arc::clone(&account.id), region })
    }

    /// The account of a realm. One that is not configured has no settings.
    pub(super) fn account_of(&self, realm: &Realm) -> Arc<Account> {
        let plain = || Arc::new(Account::plain(&realm.account));
        self.accounts.account(&realm.account).unwrap_or_else(plain)
    }

    /// The realm that a request claims. Without a known access key, the account is empty.
    pub(super) fn claimed_realm(&self, access_key: Option<&str>, region: Option<&str>) -> Realm {
        let account = match self.auth {
            AuthMode::Strict => {
                access_key.and_then(|id| self.accounts.get(id)).map(|key| Arc::clone(&key.account))
            }
            AuthMode::Warn | AuthMode::Off => Some(self.accounts.presumed(access_key)),
        };
        let region = region.and_then(fold).unwrap_or_else(|| Arc::clone(&self.default_region));
        let account = account.map_or_else(|| "".into(), |account| Arc::clone(&account.id));
        Realm { dialect: Arc::clone(&self.dialect), account, region }
    }

    /// The clocks by which a request for this account and region may be fresh.
    pub(super) fn times(&self, engine: &Engine, account: &Account, region: Option<&str>) -> Times {
        Times::of(engine, self.realm(account, region).as_ref())
    }

    /// Lets a request in according to the mode. In [`AuthMode::Warn`], a failed check is logged and
    /// not refused.
    pub(super) fn admit(
        &self,
        names: (Option<&str>, Option<&str>),
        check: impl FnOnce() -> Result<Checked, Error>,
        realm: impl FnOnce(&Account) -> Result<Realm, Error>,
    ) -> Result<Verified, Error> {
        let (access_key, _) = names;
        let unchecked = || {
            let account = self.accounts.presumed(access_key);
            let user = access_key.and_then(|id| self.accounts.get(id)?.user.clone());
            Checked::by(account, user)
        };
        self.admit_as(names, unchecked, check, realm)
    }

    /// The same for a request whose sender, while unchecked, is another than the access key says.
    pub(super) fn admit_as(
        &self,
        (access_key, action): (Option<&str>, Option<&str>),
        unchecked: impl FnOnce() -> Checked,
        check: impl FnOnce() -> Result<Checked, Error>,
        realm: impl FnOnce(&Account) -> Result<Realm, Error>,
    ) -> Result<Verified, Error> {
        let (Checked { account, user, application, nonce }, failed) = match self.auth {
            AuthMode::Off => (unchecked(), None),
            AuthMode::Strict => (check()?, None),
            AuthMode::Warn => match check() {
                Ok(checked) => (checked, None),
                Err(error) => {
                    let code = self.profile.refusal(&error).code.name;
                    tracing::warn!(code, access_key, action, "check failed");
                    (unchecked(), Some(code))
                }
            },
        };
        let realm = realm(&account)?;
        self.regions.note(&realm.region);
        let rules = (self.profile.rules)(&realm.region);
        let caller = Caller::new(realm, rules, Arc::clone(&account.id), account.quota);
        let checked = self.auth != AuthMode::Off;
        Ok(Verified { caller, account, user, application, failed, checked, nonce })
    }

    /// Checks the token that came with an access key.
    pub(super) fn check_token(
        &self,
        times: Times,
        key: &AccessKey,
        given: Option<&str>,
    ) -> Result<(), TokenError> {
        let is = |token: &str, given: &str| equal(token.as_bytes(), given.as_bytes());
        match (&key.token, given.filter(|given| !given.is_empty())) {
            (None, None) => Ok(()),
            (Some(_), None) => Err(TokenError::Missing),
            (Some(token), Some(given)) if is(&token.text, given) => {
                let lasts = times.either(|now| now < token.expires);
                lasts.then_some(()).ok_or(TokenError::Expired)
            }
            (_, Some(given)) if self.accounts.has_token(given) => Err(TokenError::Mismatched),
            (_, Some(_)) => Err(TokenError::Malformed),
        }
    }
}
