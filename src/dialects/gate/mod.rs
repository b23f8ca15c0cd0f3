//! Who is let in: what every cloud's checks share. How a cloud signs, and what it calls a check that failed, it says
//! itself.

pub mod accounts;
pub(crate) mod regions;
pub(crate) mod replay;
pub(crate) mod times;

use std::sync::Arc;
use std::time::Duration;

use crate::algorithms::mac::equal;
use crate::dialects::{Account, Accounts, Cx, Error, Profile, Refusal};
use crate::engine::{Caller, Engine};
use crate::model::Realm;
use crate::watch::classes::Classes;
use crate::watch::journal::Auth;
use accounts::AccessKey;
use regions::{Regions, fold};
use replay::Spent;
use times::Times;

/// How far a request's time may be off, where its cloud says nothing else.
pub(super) const LEEWAY: Duration = Duration::from_mins(15);

/// How requests are checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum AuthMode {
    /// A request that fails a check is refused.
    #[default]
    Strict,
    /// It passes, with a line in the log and a response header that say what failed.
    Warn,
    /// Nothing is checked.
    Off,
}

impl AuthMode {
    /// The mode's name, as configured.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Warn => "warn",
            Self::Off => "off",
        }
    }
}

/// What a cloud lets requests in by.
pub struct Gate {
    /// Who may call. Access keys belong to no cloud: whoever has one may use it on any wire.
    pub(super) accounts: Arc<Accounts>,
    /// What the cloud's parameters are, by name.
    pub(super) classes: Classes,
    profile: &'static Profile,
    auth: AuthMode,
    dialect: Arc<str>,
    default_region: Arc<str>,
    /// Whether the default was given to the server.
    is_region_given: bool,
    regions: Regions,
}

/// Whose request it is.
pub struct Verified {
    /// The caller, for the engine.
    caller: Caller,
    /// Its account.
    account: Arc<Account>,
    /// The check that failed, where failing was let pass: an error code.
    failed: Option<&'static str>,
    /// Whether anything was checked.
    checked: bool,
    /// The nonce that it spent.
    nonce: Option<Spent>,
}

impl Verified {
    /// What its checks came to.
    pub(super) fn auth(&self) -> Auth {
        match self.failed {
            _ if !self.checked => Auth::Unchecked,
            None => Auth::Passed,
            Some(code) => Auth::LetPass(code),
        }
    }

    /// What its handler works with, and the nonce that it spent.
    pub(super) fn cx(self, engine: &Arc<Engine>) -> (Cx, Option<Spent>) {
        let cx = Cx { engine: Arc::clone(engine), caller: self.caller, account: self.account };
        (cx, self.nonce)
    }
}

/// Whose a request is that passed every check.
pub(super) struct Checked {
    pub(super) account: Arc<Account>,
    /// The nonce that it spent, if it has one.
    pub(super) nonce: Option<Spent>,
}

/// What is wrong with a temporary credential's token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenFlaw {
    /// It is not there.
    Missing,
    /// It is over.
    Expired,
    /// It is nobody's.
    Malformed,
    /// It is another access key's.
    Mismatched,
}

impl Gate {
    /// A cloud's gate. `region` is the one that plain hosts stand for; without one it is the
    /// cloud's own.
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
            is_region_given: region.is_some(),
            regions: Regions::of(profile.regions),
        }
    }

    /// The region that the server was given.
    pub(super) fn given_region(&self) -> Option<&str> {
        self.is_region_given.then_some(&*self.default_region)
    }

    /// The realm of `account` in the region that a request names, if that can be one.
    pub(super) fn realm(&self, account: &Account, region: Option<&str>) -> Option<Realm> {
        let region = match region {
            Some(region) if *region != *self.default_region => fold(region)?,
            _ => Arc::clone(&self.default_region),
        };
        Some(Realm { dialect: Arc::clone(&self.dialect), account: Arc::clone(&account.id), region })
    }

    /// The realm that a request claims: of an access key that nobody has, it is no account's.
    pub(super) fn claimed(&self, access_key: Option<&str>, region: Option<&str>) -> Realm {
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

    /// The times that a request for this account and region may be fresh by.
    pub(super) fn times(&self, engine: &Engine, account: &Account, region: Option<&str>) -> Times {
        Times::of(engine, self.realm(account, region).as_ref())
    }

    /// Lets a request in, as the mode of checking has it. In [`AuthMode::Warn`] a failed check is
    /// told in the log instead of refused.
    pub(super) fn admit(
        &self,
        (access_key, action): (Option<&str>, Option<&str>),
        check: impl FnOnce() -> Result<Checked, Error>,
        words: fn(&Error) -> Refusal,
        realm: impl FnOnce(&Account) -> Result<Realm, Error>,
    ) -> Result<Verified, Error> {
        let unchecked = || Checked { account: self.accounts.presumed(access_key), nonce: None };
        let (Checked { account, nonce }, failed) = match self.auth {
            AuthMode::Off => (unchecked(), None),
            AuthMode::Strict => (check()?, None),
            AuthMode::Warn => match check() {
                Ok(checked) => (checked, None),
                Err(error) => {
                    let code = words(&error).code.name;
                    tracing::warn!(code, access_key, action, "check failed");
                    (unchecked(), Some(code))
                }
            },
        };
        let realm = realm(&account)?;
        self.regions.note(&realm.region);
        let rules = (self.profile.rules)(&realm.region);
        let caller = Caller::new(realm, rules, Arc::clone(&account.id), account.quota);
        Ok(Verified { caller, account, failed, checked: self.auth != AuthMode::Off, nonce })
    }

    /// Checks the token that came with an access key.
    pub(super) fn check_token(
        &self,
        times: Times,
        key: &AccessKey,
        given: Option<&str>,
    ) -> Result<(), TokenFlaw> {
        let is = |token: &str, given: &str| equal(token.as_bytes(), given.as_bytes());
        match (&key.token, given.filter(|given| !given.is_empty())) {
            (None, None) => Ok(()),
            (Some(_), None) => Err(TokenFlaw::Missing),
            (Some(token), Some(given)) if is(&token.text, given) => {
                let lasts = times.either(|now| now < token.expires);
                lasts.then_some(()).ok_or(TokenFlaw::Expired)
            }
            (_, Some(given)) if self.accounts.has_token(given) => Err(TokenFlaw::Mismatched),
            (_, Some(_)) => Err(TokenFlaw::Malformed),
        }
    }
}
