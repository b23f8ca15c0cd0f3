//! The accounts file: YAML, read strictly. A mistake is told with its line, column and field, and never with the
//! text around it, which may be a secret.

use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use serde_saphyr::Spanned;
use zeroize::Zeroizing;

use super::{ConfigError, is_account_id};
use crate::algorithms::rsa::SignatureKey;
use crate::dialects::accounts::{AccessKey, AccountStatus, Secret, Token};
use crate::dialects::{Account, Accounts};
use crate::engine::Quota;
use crate::world::Instant;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    accounts: Vec<AccountEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountEntry {
    id: Spanned<AccountId>,
    #[serde(default)]
    status: AccountStatus,
    #[serde(default)]
    quotas: QuotaEntry,
    #[serde(default)]
    access_keys: Vec<AccessKeyEntry>,
    #[serde(default)]
    sts_tokens: Vec<TokenEntry>,
}

#[derive(Default, Deserialize)]
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
struct AccountId(String);

impl TryFrom<String> for AccountId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if is_account_id(&text) { Ok(Self(text)) } else { Err("an account id is digits") }
    }
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

/// Adds the file's access keys.
pub(super) fn read(path: &Path, accounts: &mut Accounts) -> Result<(), ConfigError> {
    let wrong = |what: &dyn std::fmt::Display| {
        ConfigError::of("--accounts", format_args!("{}: {what}", path.display()))
    };
    let text = std::fs::read_to_string(path).map(Zeroizing::new).map_err(|e| wrong(&e))?;
    let file = parse(&text).map_err(|e| wrong(&e))?;
    for entry in file.accounts {
        add_account(entry, accounts).map_err(|e| wrong(&e))?;
    }
    Ok(())
}

fn parse(text: &str) -> Result<File, String> {
    let mut field = String::new();
    let file = serde_saphyr::with_deserializer_from_str(text, |yaml| {
        serde_path_to_error::deserialize(yaml).map_err(|error| {
            // A value that is read with its place has a field of its own in there.
            field = error.path().to_string().replace(".value", "");
            error.into_inner()
        })
    });
    file.map_err(|error| {
        let error = error.without_snippet().to_string();
        let error = error.lines().next().unwrap_or_default();
        let (field, error) = match error.split_once("`, expected") {
            // A field that nobody knows is not shown: where a space is missing, a secret is part of its name.
            Some((unknown, expected)) if unknown.starts_with("unknown field `") => {
                let parent = field.rsplit_once('.').map_or("", |(parent, _)| parent);
                (parent.to_owned(), format!("unknown field, expected{expected}"))
            }
            _ => (field, error.to_owned()),
        };
        if field.is_empty() || field == "." { error } else { format!("{field}: {error}") }
    })
}

fn add_account(entry: AccountEntry, accounts: &mut Accounts) -> Result<(), String> {
    let QuotaEntry { keys, aliases, secrets, certificates } = entry.quotas;
    let quota = Quota { keys, aliases, secrets, certificates };
    let id = entry.id.value.0.as_str();
    let account = Arc::new(Account { id: id.into(), status: entry.status, quota });
    if !accounts.add_account(&account) {
        return Err(format!("the account {id:?} is given twice{}", place(&entry.id)));
    }
    for key in entry.access_keys {
        let mut access_key = access_key(&key.id, key.secret, key.public_key, &account)?;
        access_key.disabled = key.disabled;
        add(access_key, &key.id, accounts)?;
    }
    for token in entry.sts_tokens {
        let mut access_key = access_key(&token.id, token.secret, token.public_key, &account)?;
        access_key.token = Some(Token { text: token.token.0, expires: token.expires.0 });
        add(access_key, &token.id, accounts)?;
    }
    Ok(())
}

fn access_key(
    id: &Spanned<Id>,
    shared: Option<SharedSecret>,
    pem: Option<PublicKeyPem>,
    account: &Arc<Account>,
) -> Result<AccessKey, String> {
    let secret = match (shared, pem) {
        (Some(secret), None) => Secret::Shared(secret.0),
        (None, Some(pem)) => Secret::Rsa(pem.0),
        _ => return Err(format!("{:?} needs either a secret or a public_key{}", id.value.0, place(id))),
    };
    Ok(AccessKey::new(id.value.0.clone(), secret, Arc::clone(account)))
}

fn add(key: AccessKey, id: &Spanned<Id>, accounts: &mut Accounts) -> Result<(), String> {
    if accounts.add(key) {
        Ok(())
    } else {
        Err(format!("the access key {:?} is given twice{}", id.value.0, place(id)))
    }
}

fn place<T>(value: &Spanned<T>) -> String {
    format!(" at line {}, column {}", value.referenced.line(), value.referenced.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_told_with_line_and_field() {
        for (yaml, told) in [
            ("accounts:\n  - id: x\n", "accounts[0].id: an account id is digits at line 2, column 9"),
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
        ] {
            assert_eq!(parse(yaml).err().unwrap(), told);
        }
    }
}
