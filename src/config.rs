//! From options to settings. Whatever is wrong is told in one line that names the option, and nothing starts.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::algorithms::rsa::PublicKey;
use crate::cli::Cli;
use crate::dialects::accounts::{AccessKey, AccountStatus, Secret, Token};
use crate::dialects::{Account, Accounts};
use crate::engine::Quota;
use crate::world::{Clock, Entropy, Instant, World};

/// The access key of a server that was given none.
const DEFAULT_ACCESS_KEY: &str = "testid:testsecret:1000000000000001";

/// Why nothing starts, in one line.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

impl ConfigError {
    /// A mistake in one option.
    fn of(option: &str, what: impl std::fmt::Display) -> Self {
        Self(format!("{option}: {what}"))
    }
}

/// Where everything is kept.
#[derive(Debug, PartialEq, Eq)]
pub enum Data {
    /// In this file.
    File(PathBuf),
    /// Nowhere.
    Memory,
}

impl From<PathBuf> for Data {
    fn from(path: PathBuf) -> Self {
        if path.as_os_str() == ":memory:" { Self::Memory } else { Self::File(path) }
    }
}

/// The clock and the randomness that the options ask for.
///
/// # Errors
/// The clock's text is no time.
pub fn world(cli: &Cli) -> Result<World, ConfigError> {
    let clock = match &cli.clock {
        None => Clock::default(),
        Some(text) => {
            let at = Instant::parse(text);
            let bad = || ConfigError::of("--clock", format_args!("{text:?} is not an RFC 3339 time"));
            Clock::frozen(at.ok_or_else(bad)?)
        }
    };
    let entropy = cli.entropy_seed.as_deref().map_or(Entropy::Os, Entropy::seeded);
    Ok(World { clock, entropy })
}

/// The region of a request that names none.
///
/// # Errors
/// It is no region's name.
pub fn region(cli: &Cli) -> Result<&str, ConfigError> {
    let legal = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    let good = (1..=64).contains(&cli.region.len()) && cli.region.bytes().all(legal);
    let bad = || ConfigError::of("--region", format_args!("{:?} is not a region id", cli.region));
    good.then_some(cli.region.as_str()).ok_or_else(bad)
}

/// Everybody who may call.
///
/// # Errors
/// A file cannot be read, an access key is malformed, or two have the same id.
pub fn accounts(cli: &Cli) -> Result<Accounts, ConfigError> {
    let mut accounts = Accounts::default();
    if let Some(path) = &cli.accounts {
        read_file(path, &mut accounts)?;
    }
    for text in &cli.access_keys {
        add_access_key(text, &mut accounts)?;
    }
    if accounts.is_empty() {
        add_access_key(DEFAULT_ACCESS_KEY, &mut accounts)?;
    }
    Ok(accounts)
}

fn add_access_key(text: &str, accounts: &mut Accounts) -> Result<(), ConfigError> {
    let option = "--access-key";
    let mut parts = text.splitn(3, ':');
    let (id, secret, account) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let secret = secret.filter(|secret| !secret.is_empty() && !id.is_empty());
    let secret = secret.ok_or_else(|| ConfigError::of(option, "expected ID:SECRET or ID:SECRET:ACCOUNT"))?;
    let account = match account {
        None => Account::of_access_key(id),
        Some(account) if is_account_id(account) => Account::plain(account),
        Some(account) => {
            return Err(ConfigError::of(option, format_args!("the account {account:?} of {id:?} is not digits")));
        }
    };
    let secret = Secret::Shared(Zeroizing::new(secret.to_owned()));
    if accounts.add(AccessKey::new(id.to_owned(), secret, Arc::new(account))) {
        Ok(())
    } else {
        Err(ConfigError::of(option, format_args!("{id:?} is given twice")))
    }
}

fn is_account_id(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    accounts: Vec<AccountEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountEntry {
    id: String,
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
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccessKeyEntry {
    id: String,
    secret: Option<Zeroizing<String>>,
    public_key: Option<String>,
    #[serde(default)]
    disabled: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenEntry {
    id: String,
    secret: Zeroizing<String>,
    token: Zeroizing<String>,
    expires: String,
}

fn read_file(path: &Path, accounts: &mut Accounts) -> Result<(), ConfigError> {
    let wrong = |what: &dyn std::fmt::Display| ConfigError::of("--accounts", format_args!("{}: {what}", path.display()));
    let text = std::fs::read_to_string(path).map(Zeroizing::new).map_err(|e| wrong(&e))?;
    let file: File = serde_saphyr::from_str(&text).map_err(|e| {
        // The library's own form quotes the lines around the mistake, and those may hold secrets.
        wrong(&e.without_snippet().to_string().lines().next().unwrap_or_default())
    })?;
    for entry in file.accounts {
        let id = entry.id.clone();
        add_account(entry, accounts).map_err(|e| wrong(&format_args!("account {id:?}: {e}")))?;
    }
    Ok(())
}

fn add_account(entry: AccountEntry, accounts: &mut Accounts) -> Result<(), String> {
    if !is_account_id(&entry.id) {
        return Err("id: not digits".into());
    }
    let quota = Quota { keys: entry.quotas.keys, aliases: entry.quotas.aliases };
    let account = Arc::new(Account { id: entry.id.as_str().into(), status: entry.status, quota });
    for key in entry.access_keys {
        let secret = match (key.secret, key.public_key) {
            (Some(secret), None) => Secret::Shared(secret),
            (None, Some(pem)) => {
                let read = PublicKey::from_pem(&pem);
                Secret::Rsa(read.ok_or(format!("access_keys: {:?}: public_key: not an RSA public key in PEM", key.id))?)
            }
            _ => return Err(format!("access_keys: {:?}: one of secret and public_key is needed", key.id)),
        };
        let mut access_key = AccessKey::new(key.id, secret, Arc::clone(&account));
        access_key.disabled = key.disabled;
        add(access_key, accounts)?;
    }
    for token in entry.sts_tokens {
        let expires = Instant::parse(&token.expires);
        let expires = expires.ok_or(format!("sts_tokens: {:?}: expires: not an RFC 3339 time", token.id))?;
        let mut access_key = AccessKey::new(token.id, Secret::Shared(token.secret), Arc::clone(&account));
        access_key.token = Some(Token { text: token.token, expires });
        add(access_key, accounts)?;
    }
    Ok(())
}

fn add(key: AccessKey, accounts: &mut Accounts) -> Result<(), String> {
    let id = key.id.clone();
    if accounts.add(key) { Ok(()) } else { Err(format!("the access key {id:?} is given twice")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    fn given(arguments: &[&str]) -> Result<Accounts, String> {
        let cli = Cli::parse_from(["kmsim"].iter().chain(arguments));
        accounts(&cli).map_err(|e| e.to_string())
    }

    #[test]
    fn access_keys_are_read_in_both_forms() {
        let found = given(&["--access-key", "a:s:42", "--access-key", "b:t"]).unwrap();
        assert_eq!(&*found.get("a").unwrap().account.id, "42");
        assert_eq!(found.get("b").unwrap().account.id.len(), 16);
        assert!(found.get("testid").is_none());
        assert_eq!(&*given(&[]).unwrap().get("testid").unwrap().account.id, "1000000000000001");
    }

    #[test]
    fn mistakes_name_the_option_and_no_secret() {
        for (key, said) in [
            ("topsecret", "expected ID:SECRET"),
            ("a:", "expected ID:SECRET"),
            (":topsecret", "expected ID:SECRET"),
            ("a:topsecret:x", "\"x\" of \"a\" is not digits"),
        ] {
            let error = given(&["--access-key", key]).unwrap_err();
            assert!(error.starts_with("--access-key: ") && error.contains(said), "{error}");
            assert!(!error.contains("topsecret"), "{error}");
        }
        assert!(given(&["--access-key", "a:s", "--access-key", "a:t"]).unwrap_err().contains("twice"));
    }
}
