//! Who may call: accounts, their access keys and temporary tokens. Fixed when the server starts.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::replay::Nonces;
use crate::algorithms::mac::equal;
use crate::algorithms::rsa::SignatureKey;
use crate::engine::Quota;
use crate::world::Instant;

/// How a cloud sees an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountStatus {
    /// It has subscribed and pays.
    #[default]
    Active,
    /// It has not subscribed to the service.
    NotOpened,
    /// The cloud suspended the service.
    Suspended,
    /// It owes.
    InDebt,
    /// It has owed for too long.
    InDebtOverdue,
    /// The cloud's risk control shut it out.
    RiskControl,
}

/// An account.
#[derive(Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id, digits.
    pub id: Arc<str>,
    /// How its cloud sees it.
    pub status: AccountStatus,
    /// How much it may hold, in each region.
    pub quota: Quota,
}

/// What an access key signs with.
pub enum Secret {
    /// A shared secret.
    Shared(Zeroizing<String>),
    /// An RSA key pair, of which the public half is here.
    Rsa(SignatureKey),
}

/// A temporary credential's token.
pub struct Token {
    /// The text that every request must carry.
    pub text: Zeroizing<String>,
    /// When it ends.
    pub expires: Instant,
}

/// An access key. Its debug form shows no secret.
pub struct AccessKey {
    /// Its id.
    pub id: String,
    /// What it signs with.
    pub secret: Secret,
    /// The token that goes with it, if it is temporary.
    pub token: Option<Token>,
    /// Whether it was switched off.
    pub disabled: bool,
    /// Whose it is.
    pub account: Arc<Account>,
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
        Self { id, secret, token: None, disabled: false, account, nonces: Arc::default() }
    }

    /// Whether the other says the same, used nonces aside.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        let same = |a: &str, b: &str| equal(a.as_bytes(), b.as_bytes());
        let secrets = match (&self.secret, &other.secret) {
            (Secret::Shared(a), Secret::Shared(b)) => same(a, b),
            (Secret::Rsa(a), Secret::Rsa(b)) => a == b,
            (Secret::Shared(_), Secret::Rsa(_)) | (Secret::Rsa(_), Secret::Shared(_)) => false,
        };
        let tokens = match (&self.token, &other.token) {
            (Some(a), Some(b)) => same(&a.text, &b.text) && a.expires == b.expires,
            (a, b) => a.is_none() && b.is_none(),
        };
        let others =
            (&self.id, self.disabled, &self.account) == (&other.id, other.disabled, &other.account);
        secrets && tokens && others
    }
}

/// Every access key, by id.
#[derive(Debug, Default)]
pub struct Accounts {
    keys: FxHashMap<String, AccessKey>,
    accounts: FxHashMap<Arc<str>, Arc<Account>>,
    first: Option<Arc<Account>>,
}

impl Accounts {
    /// Adds an access key; `false` when its id is taken.
    pub fn add(&mut self, key: AccessKey) -> bool {
        if self.keys.contains_key(&key.id) {
            return false;
        }
        self.first.get_or_insert_with(|| Arc::clone(&key.account));
        self.keys.insert(key.id.clone(), key);
        true
    }

    /// Adds an account, which may have no access key yet; `false` when its id is taken.
    pub fn add_account(&mut self, account: &Arc<Account>) -> bool {
        if self.accounts.contains_key(&account.id) {
            return false;
        }
        self.accounts.insert(Arc::clone(&account.id), Arc::clone(account));
        true
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

    /// Whether some access key goes with this token.
    #[must_use]
    pub fn has_token(&self, text: &str) -> bool {
        let token = |key: &AccessKey| {
            key.token.as_ref().is_some_and(|token| equal(token.text.as_bytes(), text.as_bytes()))
        };
        self.keys.values().any(token)
    }

    /// The account that a request works in where checks are off or may fail: its access key's, or an account of
    /// its own for an access key that nobody knows, or the first one where there is no access key at all.
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
    /// An account in good standing without quotas.
    #[must_use]
    pub fn plain(id: &str) -> Self {
        Self { id: id.into(), status: AccountStatus::Active, quota: Quota::default() }
    }

    /// The account of an access key for which none was named: always the same one, and no other key's.
    /// Its id has 16 digits, the first a 2.
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
