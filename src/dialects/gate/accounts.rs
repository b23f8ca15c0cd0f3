//! Accounts, their access keys and temporary tokens. They are fixed when the server starts.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::replay::Nonces;
use super::users::{Project, User};
use crate::algorithms::mac::equal;
use crate::algorithms::rsa::SignatureKey;
use crate::engine::Quota;
use crate::world::Instant;

/// The status of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountStatus {
    /// It has subscribed, and owes nothing.
    #[default]
    Active,
    /// It has not subscribed to the service.
    NotOpened,
    /// The cloud suspended the service.
    Suspended,
    /// It owes a payment.
    InDebt,
    /// Its payment is overdue.
    InDebtOverdue,
    /// The cloud's risk control has blocked it.
    RiskControl,
}

/// The national rules for cryptography that a region follows, where a cloud has regions of both
/// kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cryptography {
    /// Those of the United States: AES, RSA and the NIST curves.
    Fips,
    /// Those of China: SM2, SM3 and SM4.
    Sm,
}

/// Whether an account limits what its users may do, on clouds whose policies need that said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
pub enum UserAccess {
    /// Users may do everything.
    #[default]
    #[serde(rename = "off")]
    Full,
    /// Users may do what policies allow.
    #[serde(rename = "enforce")]
    Enforced,
}

/// Whom a policy of a key or secret means that names the whole account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountPrincipal {
    /// The account itself, which may do everything anyway.
    #[default]
    Account,
    /// Each of its users, too.
    Users,
}

/// An account.
#[derive(Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id: digits.
    pub id: Arc<str>,
    /// Its status.
    pub status: AccountStatus,
    /// Its quotas, for each region.
    pub quota: Quota,
    /// The rules that a region follows for this account, where they are not the cloud's default.
    pub cryptography: BTreeMap<String, Cryptography>,
    /// Its name, where a cloud has names of accounts.
    pub name: Option<String>,
    /// Its projects.
    pub projects: Vec<Project>,
    /// Its users.
    pub users: Vec<Arc<User>>,
    /// Its roles.
    pub roles: Vec<Arc<User>>,
    /// The policies of the resource directory that it is in, which limit its users and roles.
    pub control_policies: Vec<serde_json::Value>,
    /// Whether it limits what its users may do.
    pub user_access: UserAccess,
    /// Whom policies of its keys and secrets mean that name the whole account.
    pub account_principal: AccountPrincipal,
}

/// The credential that an access key signs with.
pub enum Secret {
    /// A shared secret.
    Shared(Zeroizing<String>),
    /// An RSA key pair; the server has its public key.
    Rsa(SignatureKey),
}

/// A temporary credential's token.
pub struct Token {
    /// The text that every request must carry.
    pub text: Zeroizing<String>,
    /// When it expires.
    pub expires: Instant,
    /// The policy of its session, which limits what its user's policies allow.
    pub policy: Option<serde_json::Value>,
}

/// An access key. Its debug form does not contain the secret.
pub struct AccessKey {
    /// Its id.
    pub id: String,
    /// What it signs with.
    pub secret: Secret,
    /// Its token, if it is temporary.
    pub token: Option<Token>,
    /// Whether it is disabled.
    pub disabled: bool,
    /// The account that it belongs to.
    pub account: Arc<Account>,
    /// The user that it belongs to. `None`: the account itself.
    pub user: Option<Arc<User>>,
    pub(crate) nonces: Arc<Nonces>,
}

impl std::fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AccessKey({} of {})", self.id, self.account.id)
    }
}

impl AccessKey {
    /// An access key of `account`.
    #[must_use]
    pub fn new(id: String, secret: Secret, account: Arc<Account>) -> Self {
        let nonces = Arc::default();
        Self { id, secret, token: None, disabled: false, account, user: None, nonces }
    }

    /// Whether the other has the same properties; used nonces are not compared.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        let same = |a: &str, b: &str| equal(a.as_bytes(), b.as_bytes());
        let secrets = match (&self.secret, &other.secret) {
            (Secret::Shared(a), Secret::Shared(b)) => same(a, b),
            (Secret::Rsa(a), Secret::Rsa(b)) => a == b,
            (Secret::Shared(_), Secret::Rsa(_)) | (Secret::Rsa(_), Secret::Shared(_)) => false,
        };
        let tokens = match (&self.token, &other.token) {
            (Some(a), Some(b)) => {
                same(&a.text, &b.text) && (a.expires, &a.policy) == (b.expires, &b.policy)
            }
            (a, b) => a.is_none() && b.is_none(),
        };
        let others = (&self.id, self.disabled, &self.account, &self.user)
            == (&other.id, other.disabled, &other.account, &other.user);
        secrets && tokens && others
    }
}

/// Every access key, by id.
#[derive(Debug, Default)]
pub struct Accounts {
    keys: FxHashMap<String, AccessKey>,
    accounts: FxHashMap<Arc<str>, Arc<Account>>,
    /// The account of each project that an account lists.
    projects: FxHashMap<Arc<str>, Arc<Account>>,
    first: Option<Arc<Account>>,
}

impl Accounts {
    /// Adds an access key; `false` if its id is taken.
    pub fn add(&mut self, key: AccessKey) -> bool {
        if self.keys.contains_key(&key.id) {
            return false;
        }
        self.first.get_or_insert_with(|| Arc::clone(&key.account));
        self.keys.insert(key.id.clone(), key);
        true
    }

    /// Adds an account, with or without access keys; `false` if its id is taken.
    pub fn add_account(&mut self, account: &Arc<Account>) -> bool {
        if self.accounts.contains_key(&account.id) {
            return false;
        }
        self.accounts.insert(Arc::clone(&account.id), Arc::clone(account));
        for project in &account.projects {
            self.projects.entry(Arc::clone(&project.id)).or_insert_with(|| Arc::clone(account));
        }
        true
    }

    /// The account that lists a project of this id.
    #[must_use]
    pub fn of_project(&self, id: &str) -> Option<&Arc<Account>> {
        self.projects.get(id)
    }

    /// Every account.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Account>> {
        self.accounts.values()
    }

    /// The account of this id.
    #[must_use]
    pub fn account(&self, id: &str) -> Option<Arc<Account>> {
        self.accounts.get(id).cloned()
    }

    /// An access key.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&AccessKey> {
        self.keys.get(id)
    }

    /// Every access key.
    pub fn access_keys(&self) -> impl Iterator<Item = &AccessKey> {
        self.keys.values()
    }

    /// Whether any access key has this token.
    #[must_use]
    pub fn has_token(&self, text: &str) -> bool {
        let token = |key: &AccessKey| {
            key.token.as_ref().is_some_and(|token| equal(token.text.as_bytes(), text.as_bytes()))
        };
        self.keys.values().any(token)
    }

    /// The account of a request when checks are off or may fail: that of its access key, a separate
    /// account for an unknown access key, or the first account if the request names no access key.
    #[must_use]
    pub fn presumed(&self, access_key: Option<&str>) -> Arc<Account> {
        match (access_key, &self.first) {
            (Some(id), _) => match self.get(id) {
                Some(key) => Arc::clone(&key.account),
                None => Arc::new(Account::of_access_key(id)),
            },
            (None, Some(first)) => Arc::clone(first),
            (None, None) => Arc::new(Account::of_access_key("")),
        }
    }
}

impl Account {
    /// An active account without quotas.
    #[must_use]
    pub fn plain(id: &str) -> Self {
        Self {
            id: id.into(),
            status: AccountStatus::Active,
            quota: Quota::default(),
            cryptography: BTreeMap::new(),
            name: None,
            projects: Vec::new(),
            users: Vec::new(),
            roles: Vec::new(),
            control_policies: Vec::new(),
            user_access: UserAccess::default(),
            account_principal: AccountPrincipal::default(),
        }
    }

    /// The account of an access key that has none configured: always the same account for a key,
    /// and a different one for each key. Its id is 16 digits, the first a 2.
    #[must_use]
    pub fn of_access_key(id: &str) -> Self {
        let digest: [u8; 32] = Sha256::digest(id.as_bytes()).into();
        let number = digest[..8].iter().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
        Self::plain(&format!("2{:015}", number % 1_000_000_000_000_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_access_key_has_an_account() {
        let mut accounts = Accounts::default();
        let account = Arc::new(Account::plain("1000000000000001"));
        let secret = || Secret::Shared(Zeroizing::new("s".into()));
        assert!(accounts.add(AccessKey::new("known".into(), secret(), Arc::clone(&account))));
        assert!(!accounts.add(AccessKey::new("known".into(), secret(), account)));
        assert_eq!(&*accounts.presumed(Some("known")).id, "1000000000000001");
        assert_eq!(&*accounts.presumed(None).id, "1000000000000001");
        let worker = accounts.presumed(Some("worker-1"));
        assert_eq!(worker.id.len(), 16);
        assert_eq!(worker.id, accounts.presumed(Some("worker-1")).id);
        assert_ne!(worker.id, accounts.presumed(Some("worker-2")).id);
    }
}
