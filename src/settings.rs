//! What a server is given. An error is one line that names the option.

use std::ffi::OsStr;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::algorithms::mac::{Hash, digest, equal};
use crate::dialects::accounts::{AccessKey, Secret};
use crate::dialects::{Account, Accounts, AuthMode};
use crate::model::{IpRange, Realm};
use crate::seed::{self, Seed};
use crate::tls::{CertificateError, OwnCertificate, ServedName};
use crate::world::{Clock, Entropy, Instant, World};

/// The id, secret and account of the access key that a server has if none is configured.
pub(crate) const DEFAULT_ACCESS_KEY: (&str, &str, &str) =
    ("testid", "testsecret", "1000000000000001");

/// How many bytes of incomplete request bodies a server holds at most.
pub(crate) const BODY_BUDGET: usize = 256 * 1024 * 1024;

/// Why a server does not start, in one line.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StartError(String);

impl StartError {
    /// An error in one option.
    pub(crate) fn of(option: &str, what: impl Display) -> Self {
        Self(format!("{option}: {what}"))
    }
}

/// Where a server keeps its data.
pub enum Data {
    /// In this file. Key material is encrypted under this root key, or under the key in the file
    /// beside it.
    File(PathBuf, Option<Zeroizing<String>>),
    /// In memory.
    Memory,
}

impl Data {
    /// Reads the value of `--data`: a file, or `:memory:`.
    ///
    /// # Errors
    /// The name begins or ends with white space, which is usually a typing error.
    pub fn named(path: &Path, root: Option<Zeroizing<String>>) -> Result<Self, StartError> {
        let is_memory = path.as_os_str().eq_ignore_ascii_case(":memory:");
        let is_bare = |text: &OsStr| text.to_str().is_none_or(|text| text.trim() == text);
        if !is_bare(path.as_os_str()) || !path.file_name().is_none_or(is_bare) {
            let what =
                format_args!("{:?} begins or ends with white space", path.display().to_string());
            return Err(StartError::of("--data", what));
        }
        Ok(if is_memory { Self::Memory } else { Self::File(path.to_owned(), root) })
    }
}

/// Where a server's certificates come from.
pub enum Certificates {
    /// The server's own authority issues them. Each contains these names.
    Issued(Vec<ServedName>),
    /// Read from files.
    Own(OwnCertificate),
}

/// Who may use the control plane. Its health endpoint answers everyone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ControlAccess {
    /// Everyone who can reach it.
    #[default]
    Open,
    /// Everyone who has the token.
    Token(ControlToken),
    /// No one: there is no control plane.
    Disabled,
}

/// The token of the control plane. Only its digest is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct ControlToken(Vec<u8>);

impl std::fmt::Debug for ControlToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ControlToken")
    }
}

impl ControlToken {
    /// A token from its text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(digest(Hash::Sha256, text.as_bytes()))
    }

    /// Whether `given` is the token. The comparison takes constant time.
    #[must_use]
    pub fn is(&self, given: &str) -> bool {
        equal(&self.0, &Self::new(given).0)
    }
}

/// Everything that a server is given.
pub struct Settings {
    /// Where it listens: at least one `host:port`.
    pub listen: Vec<String>,
    /// The certificates for HTTPS.
    pub certificates: Certificates,
    /// Where it keeps its data.
    pub data: Data,
    /// The accounts and access keys that may call, including those from the seeds.
    pub accounts: Accounts,
    /// The seeds to apply at the start.
    pub seeds: Vec<Seed>,
    /// The region of endpoints whose hostname names none; requests then cannot choose another. If
    /// `None`, it is the cloud's default region, and requests may name others.
    pub region: Option<String>,
    /// How signatures are checked.
    pub auth: AuthMode,
    /// Its clock and its randomness.
    pub world: Arc<World>,
    /// How many requests the journal keeps for each realm.
    pub journal: usize,
    /// How many bytes of incomplete request bodies it holds at most, on all connections together.
    pub body_budget: usize,
    /// Who may use the control plane.
    pub control: ControlAccess,
    /// Whether keys and secrets outside of instances have policies too.
    pub lenient_policies: bool,
    /// Further hostnames that the control plane answers to, besides its own and those of the
    /// certificates.
    pub control_hosts: Vec<ServedName>,
    /// The proxies whose `X-Forwarded-For` says where a request came from.
    pub trusted_proxies: Vec<IpRange>,
}

/// Makes a world. Its clock is frozen at `clock` (RFC 3339), or runs with the host's. Its
/// randomness comes from `entropy_seed`, or from the operating system.
///
/// # Errors
/// The text is not an RFC 3339 time.
pub(crate) fn world(
    clock: Option<&str>,
    entropy_seed: Option<&str>,
) -> Result<Arc<World>, StartError> {
    let clock = match clock {
        None => Clock::default(),
        Some(text) => {
            let bad =
                || StartError::of("--clock", format_args!("{text:?} is not an RFC 3339 time"));
            Clock::frozen(Instant::parse(text).ok_or_else(bad)?)
        }
    };
    Ok(Arc::new(World { clock, entropy: entropy_seed.map_or(Entropy::Os, Entropy::seeded) }))
}

/// Checks that a region is a valid region id.
///
/// # Errors
/// It is not a region id.
pub(crate) fn region(given: Option<&str>) -> Result<Option<String>, StartError> {
    match given {
        Some(region) if !Realm::is_region_id(region) => {
            Err(StartError::of("--region", format_args!("{region:?} is not a region id")))
        }
        region => Ok(region.map(str::to_owned)),
    }
}

/// The values of an option, parsed.
///
/// # Errors
/// One of them is invalid.
pub(crate) fn parsed<'a, T: FromStr<Err: Display>>(
    option: &str,
    given: impl Iterator<Item = &'a str>,
) -> Result<Vec<T>, StartError> {
    given.map(str::parse).collect::<Result<_, _>>().map_err(|error| StartError::of(option, error))
}

/// Reads a certificate with its chain, and its private key.
///
/// # Errors
/// A file cannot be read, or the two do not fit.
pub(crate) fn own_certificate(certificate: &Path, key: &Path) -> Result<Certificates, StartError> {
    let own = OwnCertificate::read(certificate, key);
    own.map(Certificates::Own).map_err(|error| match error {
        CertificateError::Certificate(error) => StartError::of("--tls-cert", error),
        CertificateError::Key(error) => StartError::of("--tls-key", error),
    })
}

/// Lets those use the control plane who have this token.
///
/// # Errors
/// The text cannot be a token. The message does not show it.
pub(crate) fn token_access(token: &str) -> Result<ControlAccess, StartError> {
    if token.is_empty() || !token.bytes().all(|it| it.is_ascii_graphic()) {
        let what = "expected printable ASCII without spaces";
        return Err(StartError::of("--control-token", what));
    }
    Ok(ControlAccess::Token(ControlToken::new(token)))
}

/// Adds the accounts of an accounts file.
///
/// # Errors
/// The file cannot be read, or has something else than accounts.
pub(crate) fn add_accounts(path: &Path, accounts: &mut Accounts) -> Result<(), StartError> {
    let wrong = |error| StartError::of("--accounts", error);
    for seed in seed::read_path(path).map_err(wrong)? {
        let alone = seed.check_accounts_alone();
        alone.and_then(|()| seed.add_accounts(accounts)).map_err(wrong)?;
    }
    Ok(())
}

/// Reads seed files, and folders of them, in the given order.
///
/// # Errors
/// A file cannot be read, or is invalid.
pub(crate) fn read_seeds<'a>(
    paths: impl Iterator<Item = &'a Path>,
) -> Result<Vec<Seed>, StartError> {
    let read = paths.map(|path| seed::read_path(path).map_err(seed_error));
    Ok(read.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// Adds the accounts that the seeds define.
///
/// # Errors
/// Two of them have the same access key.
pub(crate) fn add_seeded(seeds: &[Seed], accounts: &mut Accounts) -> Result<(), StartError> {
    seeds.iter().try_for_each(|seed| seed.add_accounts(accounts).map_err(seed_error))
}

/// An error in a seed file.
pub(crate) fn seed_error(error: seed::SeedError) -> StartError {
    StartError::of("--seed", error)
}

/// Adds an access key. Without an account, it gets one of its own.
///
/// # Errors
/// The id or the secret is empty, the account is not digits, or the id is already in use.
pub(crate) fn add_access_key(
    id: &str,
    secret: &str,
    account: Option<&str>,
    accounts: &mut Accounts,
) -> Result<(), StartError> {
    let option = "--access-key";
    if id.is_empty() || secret.is_empty() {
        return Err(StartError::of(option, "expected ID:SECRET or ID:SECRET:ACCOUNT"));
    }
    let account = match account {
        None => Arc::new(Account::of_access_key(id)),
        Some(account) if seed::is_account_id(account) => {
            accounts.account(account).unwrap_or_else(|| {
                let account = Arc::new(Account::plain(account));
                accounts.add_account(&account);
                account
            })
        }
        Some(_) => {
            // The value is not shown: if a secret contains a colon, this is the second half of it.
            return Err(StartError::of(
                option,
                format_args!("the account of {id:?} is not digits"),
            ));
        }
    };
    let secret = Secret::Shared(Zeroizing::new(secret.to_owned()));
    if accounts.add(AccessKey::new(id.to_owned(), secret, account)) {
        Ok(())
    } else {
        Err(StartError::of(option, format_args!("{id:?} is given twice")))
    }
}
