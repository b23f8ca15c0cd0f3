//! Users of an account, and its projects. They are fixed when the server starts.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::algorithms::mac::equal;

/// A user of an account. An account's own access keys may do everything; a user may do what its
/// policies allow.
#[derive(PartialEq, Eq)]
pub struct User {
    /// Its id, unique in its account.
    pub id: String,
    /// Its name, unique in its account.
    pub name: String,
    /// Whether it is a role, which others assume: it has temporary credentials only.
    pub is_role: bool,
    /// What it may do.
    pub policies: Vec<Policy>,
    /// Its password, if it can sign in with one.
    password: Option<Zeroizing<String>>,
    token_key: Option<Zeroizing<[u8; 32]>>,
}

/// A policy of a user. Each cloud has its own names and grammar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Policy {
    /// A cloud's own policy, by its name.
    Named(String),
    /// A document in the grammar of a cloud.
    Document(serde_json::Value),
}

/// Names alone, because a user has secrets.
impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "User({}, {})", self.id, self.name)
    }
}

impl User {
    /// A user with the secrets of its access keys and tokens.
    #[must_use]
    pub fn new<'a>(
        (account, id, name): (&str, String, String),
        password: Option<Zeroizing<String>>,
        secrets: impl Iterator<Item = &'a str>,
        policies: Vec<Policy>,
    ) -> Self {
        let mut digest = Sha256::new();
        let mut add = |part: &str| {
            digest.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            digest.update(part);
        };
        for part in [account, &id, &name] {
            add(part);
        }
        add(password.as_ref().map_or("", |text| text.as_str()));
        let mut has_secret = password.is_some();
        for secret in secrets {
            has_secret = true;
            add(secret);
        }
        let token_key = has_secret.then(|| Zeroizing::new(digest.finalize().into()));
        Self { id, name, is_role: false, policies, password, token_key }
    }

    /// The same as a role.
    #[must_use]
    pub fn into_role(self) -> Self {
        Self { is_role: true, ..self }
    }

    /// Whether this is its password.
    #[must_use]
    pub fn has_password(&self, given: &str) -> bool {
        let is = |password: &Zeroizing<String>| equal(password.as_bytes(), given.as_bytes());
        self.password.as_ref().is_some_and(is)
    }

    /// The key that authenticates its tokens. It is derived from its secrets, so that tokens stay
    /// valid when the server starts again, and become invalid when a secret is replaced. `None` for
    /// a user without secrets: the rest of a user is known to everybody.
    pub(crate) fn token_key(&self) -> Option<&[u8; 32]> {
        self.token_key.as_deref()
    }

    /// The id of a user that has none in the accounts file: 32 hexadecimal digits.
    #[must_use]
    pub fn derived_id(account: &str, name: &str) -> String {
        derived_id(&["user", account, name])
    }

    /// The id of a role that has none in the accounts file.
    #[must_use]
    pub fn derived_role_id(account: &str, name: &str) -> String {
        derived_id(&["role", account, name])
    }
}

/// An account's part of a cloud in one region, where a cloud divides accounts into projects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Its id, unique among all accounts.
    pub id: Arc<str>,
    /// Its name.
    pub name: String,
    /// Its region.
    pub region: Arc<str>,
    /// The id of the account in that cloud.
    pub domain: Arc<str>,
}

impl Project {
    /// The project in a region of an account that lists none. Its id is made from the region alone:
    /// the access key says whose it is.
    #[must_use]
    pub fn derived(account: &Arc<str>, region: &str) -> Self {
        Self {
            id: derived_id(&["project", region]).into(),
            name: region.to_owned(),
            region: region.into(),
            domain: Arc::clone(account),
        }
    }
}

/// 32 hexadecimal digits, always the same for these texts.
fn derived_id(parts: &[&str]) -> String {
    let digest = Sha256::digest(parts.join("\n").as_bytes());
    base16ct::lower::encode_string(&digest[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(password: Option<&str>, secrets: &[&str]) -> User {
        let password = password.map(|text| Zeroizing::new(text.to_owned()));
        let names = ("1", "id".to_owned(), "alice".to_owned());
        User::new(names, password, secrets.iter().copied(), Vec::new())
    }

    #[test]
    fn each_secret_changes_the_token_key() {
        let all = [
            user(Some("p"), &[]),
            user(None, &["s"]),
            user(Some("p"), &["s"]),
            user(Some("p"), &["s", "t"]),
            user(Some("ps"), &["t"]),
        ];
        for (at, one) in all.iter().enumerate() {
            for other in &all[at + 1..] {
                assert_ne!(one.token_key(), other.token_key());
            }
        }
        assert_eq!(user(Some("p"), &["s"]).token_key(), user(Some("p"), &["s"]).token_key());
        let without = user(None, &[]);
        assert_eq!(without.token_key(), None);
        assert_eq!(format!("{:?}", all[0]), "User(id, alice)");
        assert!(all[0].has_password("p") && !all[0].has_password("q"));
        assert!(!without.has_password(""));
    }
}
