//! The accounts part of a seed: who may call, and with what. An accounts file is a seed that has only this.

use std::sync::Arc;

use serde::Deserialize;
use serde_saphyr::Spanned;
use zeroize::Zeroizing;

use super::mistake::Place;
use super::words::{AccountId, At};
use super::{Mistake, Seed};
use crate::algorithms::rsa::SignatureKey;
use crate::dialects::accounts::{AccessKey, AccountStatus, Secret, Token};
use crate::dialects::{Account, Accounts};
use crate::engine::Quota;
use crate::world::Instant;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountEntry {
    id: At<AccountId>,
    #[serde(default)]
    status: AccountStatus,
    #[serde(default)]
    quotas: QuotaEntry,
    #[serde(default)]
    access_keys: Vec<AccessKeyEntry>,
    #[serde(default)]
    sts_tokens: Vec<TokenEntry>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct QuotaEntry {
    keys: Option<usize>,
    aliases: Option<usize>,
    secrets: Option<usize>,
    certificates: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccessKeyEntry {
    id: Spanned<Id>,
    secret: Option<SharedSecret>,
    public_key: Option<PublicKeyPem>,
    #[serde(default)]
    disabled: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenEntry {
    id: Spanned<Id>,
    secret: Option<SharedSecret>,
    public_key: Option<PublicKeyPem>,
    token: SharedSecret,
    expires: Expiry,
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Id(String);

impl TryFrom<String> for Id {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.is_empty() { Err("an id is not empty") } else { Ok(Self(text)) }
    }
}

#[derive(Deserialize)]
#[serde(try_from = "Zeroizing<String>")]
struct SharedSecret(Zeroizing<String>);

impl TryFrom<Zeroizing<String>> for SharedSecret {
    type Error = &'static str;

    fn try_from(text: Zeroizing<String>) -> Result<Self, Self::Error> {
        if text.is_empty() { Err("a secret is not empty") } else { Ok(Self(text)) }
    }
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct PublicKeyPem(SignatureKey);

impl TryFrom<String> for PublicKeyPem {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        SignatureKey::from_pem(&text).map(Self).ok_or("not an RSA public key in PEM")
    }
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Expiry(Instant);

impl TryFrom<String> for Expiry {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Instant::parse(&text).map(Self).ok_or("not an RFC 3339 time")
    }
}

/// Whether a text can be an account's id: 1 to 32 digits.
#[must_use]
pub fn is_account_id(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

impl Seed {
    /// Whether it says who may call.
    #[must_use]
    pub fn has_accounts(&self) -> bool {
        self.document.accounts.is_some()
    }

    /// Checks that it says who may call, and nothing else.
    ///
    /// # Errors
    /// It says nothing, or something else.
    pub fn check_accounts_alone(&self) -> Result<(), Mistake> {
        match self.document.realms.first() {
            None if self.has_accounts() => Ok(()),
            None => Err(Mistake::of(&self.name, "missing field `accounts` at line 1, column 1")),
            Some(realm) => Err(Place { file: &self.name, path: "realms[0]" }.wrong(
                "account",
                &realm.account,
                "what realms hold is given with --seed",
            )),
        }
    }

    /// Adds its accounts and access keys.
    ///
    /// # Errors
    /// One is there already, or has neither a secret nor a public key.
    pub fn add_accounts(&self, accounts: &mut Accounts) -> Result<(), Mistake> {
        for (index, entry) in self.document.accounts.iter().flatten().enumerate() {
            let path = format!("accounts[{index}]");
            let place = Place { file: &self.name, path: &path };
            let account = entry.account();
            if !accounts.add_account(&account) {
                let what = format_args!("the account {:?} is given twice", account.id);
                return Err(place.wrong("id", &entry.id, what));
            }
            for (at, key) in entry.credentials(&account, place) {
                let key = key?;
                let id = key.id.clone();
                if !accounts.add(key) {
                    return Err(place.wrong(
                        "",
                        at,
                        format_args!("the access key {id:?} is given twice"),
                    ));
                }
            }
        }
        Ok(())
    }

    /// Checks that the accounts and access keys that it names are there, for a server that has started: it gets no
    /// others.
    ///
    /// # Errors
    /// One is not there, or is another there.
    pub fn check_accounts(&self, accounts: &Accounts) -> Result<(), Mistake> {
        let what = "accounts are given when a server starts, and this one was not given this one";
        for (index, entry) in self.document.accounts.iter().flatten().enumerate() {
            let path = format!("accounts[{index}]");
            let place = Place { file: &self.name, path: &path };
            let account = entry.account();
            if accounts.account(&account.id).is_none_or(|there| *there != *account) {
                return Err(place.wrong("id", &entry.id, what));
            }
            for (at, key) in entry.credentials(&account, place) {
                let key = key?;
                if accounts.get(&key.id).is_none_or(|there| !there.is_like(&key)) {
                    return Err(place.wrong("", at, format_args!("{what}: {:?}", key.id)));
                }
            }
        }
        Ok(())
    }
}

impl AccountEntry {
    fn account(&self) -> Arc<Account> {
        let QuotaEntry { keys, aliases, secrets, certificates } = self.quotas;
        let quota = Quota { keys, aliases, secrets, certificates };
        Arc::new(Account { id: self.id.value.0.0.as_str().into(), status: self.status, quota })
    }

    /// Its access keys, those of tokens included, each with its place.
    fn credentials<'a>(
        &'a self,
        account: &'a Arc<Account>,
        place: Place<'a>,
    ) -> impl Iterator<Item = (&'a Spanned<Id>, Result<AccessKey, Mistake>)> {
        let access_key = move |id: &'a Spanned<Id>,
                               shared: &Option<SharedSecret>,
                               pem: &Option<PublicKeyPem>| {
            let secret = match (shared, pem) {
                (Some(secret), None) => Secret::Shared(secret.0.clone()),
                (None, Some(pem)) => Secret::Rsa(pem.0.clone()),
                _ => {
                    let what =
                        format_args!("{:?} needs either a secret or a public_key", id.value.0);
                    return Err(place.wrong("", id, what));
                }
            };
            Ok(AccessKey::new(id.value.0.clone(), secret, Arc::clone(account)))
        };
        let keys = self.access_keys.iter().map(move |key| {
            let made = access_key(&key.id, &key.secret, &key.public_key);
            let switched = |mut made: AccessKey| {
                made.disabled = key.disabled;
                made
            };
            (&key.id, made.map(switched))
        });
        let tokens = self.sts_tokens.iter().map(move |token| {
            let made = access_key(&token.id, &token.secret, &token.public_key);
            let with_token = |mut made: AccessKey| {
                made.token = Some(Token { text: token.token.0.clone(), expires: token.expires.0 });
                made
            };
            (&token.id, made.map(with_token))
        });
        keys.chain(tokens)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_told_with_line_and_field() {
        for (yaml, told) in [
            (
                "accounts:\n  - id: x\n",
                "accounts[0].id: not an account's id: digits at line 2, column 9",
            ),
            (
                "accounts:\n  - id: '1'\n    status: lost\n",
                "accounts[0].status: unknown variant `lost`, expected one of active, not-opened, suspended, in-debt, \
                 in-debt-overdue, risk-control at line 3, column 13",
            ),
            (
                "accounts:\n  - id: '1'\n    access_keys:\n      - {id: a, secret: [topsecret]}\n",
                "accounts[0].access_keys[0].secret: expected string scalar at line 4, column 25",
            ),
            (
                "accounts:\n  - id: '1'\n    access_keys: [{id: a, secret:topsecret}]\n",
                "accounts[0].access_keys[0]: unknown field, expected one of id, secret, public_key, disabled at \
                 line 3, column 27",
            ),
            (
                "accounts:\n  - id: '1'\n    quotas: {keys: many}\n",
                "accounts[0].quotas.keys: invalid u64 at line 3, column 20",
            ),
            (
                "accounts:\n  - id: '1'\n    access_keys: [{id: a}]\n",
                "accounts[0]: \"a\" needs either a secret or a public_key at line 3, column 24",
            ),
            (
                "accounts:\n  - {id: '1'}\n  - {id: '1'}\n",
                "accounts[1].id: the account \"1\" is given twice at line 3, column 10",
            ),
        ] {
            let read = super::super::read("f", yaml)
                .and_then(|seed| seed.add_accounts(&mut Accounts::default()));
            assert_eq!(read.unwrap_err().to_string(), format!("f: {told}"));
        }
    }
}
