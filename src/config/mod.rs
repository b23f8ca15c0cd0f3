//! From options to settings. Whatever is wrong is told in one line that names the option, and nothing starts.

pub mod environment;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tracing_subscriber::EnvFilter;
use zeroize::Zeroizing;

use crate::cli::ServeOptions;
pub use crate::control::{ControlAccess, ControlToken};
use crate::dialects::accounts::{AccessKey, Secret};
use crate::dialects::{Account, Accounts, AuthMode};
use crate::model::Realm;
use crate::seed::{self, Seed};
use crate::tls::{Mistaken, OwnCertificate, ServedName};
pub use crate::watch::journal::USUAL as USUAL_JOURNAL;
use crate::world::{Clock, Entropy, Instant, World};

/// The access key of a server that was given none.
pub(crate) const DEFAULT_ACCESS_KEY: &str = "testid:testsecret:1000000000000001";

/// The variable of `--access-key`.
pub(crate) const ACCESS_KEYS: &str = "KMSIM_ACCESS_KEYS";

/// The variable of `--seed`.
const SEED: &str = "KMSIM_SEED";

/// The variable of the key that key material is sealed under. It has no option: a command line is no place for it.
const ROOT_KEY: &str = "KMSIM_ROOT_KEY";

/// The variables that clap does not know.
pub const FURTHER_VARIABLES: [&str; 3] = [ACCESS_KEYS, SEED, ROOT_KEY];

/// Why nothing starts, in one line.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

impl ConfigError {
    /// A mistake in one option.
    pub(crate) fn of(option: &str, what: impl std::fmt::Display) -> Self {
        Self(format!("{option}: {what}"))
    }
}

/// Where everything is kept.
pub enum Data {
    /// In this file, sealed under this root key; without one, under the one in a file beside it.
    File(PathBuf, Option<Zeroizing<String>>),
    /// Nowhere.
    Memory,
}

impl Data {
    /// What an option names: a file, or `:memory:`.
    ///
    /// # Errors
    /// Its name has white space at an end, as a mistyped one has.
    pub fn named(path: &Path, root: Option<Zeroizing<String>>) -> Result<Self, ConfigError> {
        let is_memory = path.as_os_str().eq_ignore_ascii_case(":memory:");
        let is_bare = |text: &OsStr| text.to_str().is_none_or(|text| text.trim() == text);
        if !is_bare(path.as_os_str()) || !path.file_name().is_none_or(is_bare) {
            let what =
                format_args!("{:?} begins or ends with white space", path.display().to_string());
            return Err(ConfigError::of("--data", what));
        }
        Ok(if is_memory { Self::Memory } else { Self::File(path.to_owned(), root) })
    }
}

/// Where a server's certificates come from.
pub enum Certificates {
    /// Its own authority, which names these too.
    Issued(Vec<ServedName>),
    /// A file.
    Own(OwnCertificate),
}

/// All that a server is given.
pub struct Settings {
    /// Where it listens: at one address at least.
    pub listen: Vec<String>,
    /// What clients of HTTPS are shown.
    pub certificates: Certificates,
    /// Where it keeps everything.
    pub data: Data,
    /// Who may call; those that the seeds name are among them.
    pub accounts: Accounts,
    /// What there is from the start.
    pub seeds: Vec<Seed>,
    /// The one region that plain hosts stand for; without one it is the cloud's own, and requests may name others.
    pub region: Option<String>,
    /// How signatures are checked.
    pub auth: AuthMode,
    /// Its clock and its randomness.
    pub world: Arc<World>,
    /// How many requests the journal keeps for each realm.
    pub journal: usize,
    /// Who may use the control plane.
    pub control: ControlAccess,
    /// The names that the control plane answers to, besides its own and those of the certificates.
    pub control_hosts: Vec<ServedName>,
}

impl Settings {
    /// What the options and their variables say.
    ///
    /// # Errors
    /// One of them is mistaken.
    pub fn read(options: &ServeOptions) -> Result<Self, ConfigError> {
        let seeds = seeds(options)?;
        Ok(Self {
            listen: listen(options),
            certificates: certificates(options)?,
            data: data(options)?,
            accounts: accounts(options, &seeds)?,
            seeds,
            region: region(options)?.map(str::to_owned),
            auth: options.auth,
            world: Arc::new(world(options)?),
            journal: options.journal,
            control: control(options)?,
            control_hosts: names("--control-host", &options.control_hosts)?,
        })
    }
}

fn data(options: &ServeOptions) -> Result<Data, ConfigError> {
    Data::named(&options.data, environment::base64(ROOT_KEY)?.map(Zeroizing::new))
}

/// Where to listen; blank items are none.
fn listen(options: &ServeOptions) -> Vec<String> {
    options.listen.iter().flat_map(|text| environment::items(text)).map(str::to_owned).collect()
}

fn certificates(options: &ServeOptions) -> Result<Certificates, ConfigError> {
    if let (Some(certificate), Some(key)) = (&options.tls_cert, &options.tls_key) {
        return OwnCertificate::read(certificate, key).map(Certificates::Own).map_err(|error| {
            match error {
                Mistaken::Certificate(error) => ConfigError::of("--tls-cert", error),
                Mistaken::Key(error) => ConfigError::of("--tls-key", error),
            }
        });
    }
    names("--tls-name", &options.tls_names).map(Certificates::Issued)
}

/// Names of the server, as an option lists them; blank items are none.
fn names(option: &str, given: &[String]) -> Result<Vec<ServedName>, ConfigError> {
    let given = given.iter().flat_map(|text| environment::items(text));
    given.map(str::parse).collect::<Result<_, _>>().map_err(|error| ConfigError::of(option, error))
}

fn control(options: &ServeOptions) -> Result<ControlAccess, ConfigError> {
    match &options.control_token {
        _ if options.no_control => Ok(ControlAccess::Nobody),
        None => Ok(ControlAccess::Everybody),
        Some(token) if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) => {
            // It is not shown.
            Err(ConfigError::of(
                "--control-token",
                "letters, digits and marks without spaces are needed",
            ))
        }
        Some(token) => Ok(ControlAccess::Token(ControlToken::new(token))),
    }
}

/// The clock and the randomness that the options ask for.
///
/// # Errors
/// The clock's text is no time.
pub fn world(options: &ServeOptions) -> Result<World, ConfigError> {
    let clock = match &options.clock {
        None => Clock::default(),
        Some(text) => {
            let at = Instant::parse(text);
            let bad =
                || ConfigError::of("--clock", format_args!("{text:?} is not an RFC 3339 time"));
            Clock::frozen(at.ok_or_else(bad)?)
        }
    };
    let entropy = options.entropy_seed.as_deref().map_or(Entropy::Os, Entropy::seeded);
    Ok(World { clock, entropy })
}

/// The region that plain hosts stand for.
///
/// # Errors
/// It is no region's name.
pub fn region(options: &ServeOptions) -> Result<Option<&str>, ConfigError> {
    match options.region.as_deref() {
        Some(region) if !Realm::is_region_id(region) => {
            Err(ConfigError::of("--region", format_args!("{region:?} is not a region id")))
        }
        region => Ok(region),
    }
}

/// What to log.
///
/// # Errors
/// It is no filter, or names no level: a misspelt one would silence everything.
pub fn log_filter(options: &ServeOptions) -> Result<EnvFilter, ConfigError> {
    let levels = ["off", "error", "warn", "info", "debug", "trace"];
    let is_level = |text: &str| levels.contains(&text.to_ascii_lowercase().as_str());
    let known = |directive: &str| match directive.rsplit_once('=') {
        Some((_, level)) => is_level(level) || level.ends_with(']'),
        None => is_level(directive),
    };
    let parsed = EnvFilter::try_new(&options.log).ok();
    let bad = || {
        ConfigError::of("--log", format_args!("{:?} is none of {}", options.log, levels.join(", ")))
    };
    parsed
        .filter(|_| options.log.split(',').all(|directive| known(directive.trim())))
        .ok_or_else(bad)
}

/// What there is from the start, in the order in which it was given.
///
/// # Errors
/// A file cannot be read, or is mistaken.
pub fn seeds(options: &ServeOptions) -> Result<Vec<Seed>, ConfigError> {
    // An option wins over its variable.
    let listed = if options.seeds.is_empty() { environment::list(SEED)? } else { Vec::new() };
    let listed = listed.iter().map(Path::new);
    let mut seeds = Vec::new();
    for path in options.seeds.iter().map(PathBuf::as_path).chain(listed) {
        seeds.append(
            &mut seed::read_path(path).map_err(|mistake| ConfigError::of("--seed", mistake))?,
        );
    }
    Ok(seeds)
}

/// Everybody who may call.
///
/// # Errors
/// A file cannot be read, an access key is malformed, or two have the same id.
pub fn accounts(options: &ServeOptions, seeds: &[Seed]) -> Result<Accounts, ConfigError> {
    let mut accounts = Accounts::default();
    if let Some(path) = &options.accounts {
        let wrong = |mistake| ConfigError::of("--accounts", mistake);
        for seed in seed::read_path(path).map_err(wrong)? {
            seed.check_accounts_alone()
                .and_then(|()| seed.add_accounts(&mut accounts))
                .map_err(wrong)?;
        }
    }
    for seed in seeds {
        seed.add_accounts(&mut accounts).map_err(|mistake| ConfigError::of("--seed", mistake))?;
    }
    // An option wins over its variable.
    let listed =
        if options.access_keys.is_empty() { environment::list(ACCESS_KEYS)? } else { Vec::new() };
    let listed = listed.iter().map(String::as_str);
    let mut given = seeds.iter().any(Seed::has_accounts);
    for text in options.access_keys.iter().map(String::as_str).chain(listed) {
        add_access_key(text, &mut accounts)?;
        given = true;
    }
    if options.accounts.is_none() && !given {
        add_access_key(DEFAULT_ACCESS_KEY, &mut accounts)?;
    }
    Ok(accounts)
}

fn add_access_key(text: &str, accounts: &mut Accounts) -> Result<(), ConfigError> {
    let mut parts = text.splitn(3, ':');
    let (id, secret) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    add_parted(id, secret, parts.next(), accounts)
}

/// Adds an access key of an account, or of one of its own.
///
/// # Errors
/// The id or the secret is empty, the account is no digits, or the id is taken.
pub(crate) fn add_parted(
    id: &str,
    secret: &str,
    account: Option<&str>,
    accounts: &mut Accounts,
) -> Result<(), ConfigError> {
    let option = "--access-key";
    if id.is_empty() || secret.is_empty() {
        return Err(ConfigError::of(option, "expected ID:SECRET or ID:SECRET:ACCOUNT"));
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
            // It is not shown: where a secret holds a colon, it is the half of that.
            return Err(ConfigError::of(
                option,
                format_args!("the account of {id:?} is not digits"),
            ));
        }
    };
    let secret = Secret::Shared(Zeroizing::new(secret.to_owned()));
    if accounts.add(AccessKey::new(id.to_owned(), secret, account)) {
        Ok(())
    } else {
        Err(ConfigError::of(option, format_args!("{id:?} is given twice")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::Parser;

    fn given(arguments: &[&str]) -> Result<Accounts, String> {
        let cli = Cli::parse_from(["kmsim"].iter().chain(arguments));
        accounts(&cli.serve, &[]).map_err(|e| e.to_string())
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
            ("a:topsecret:x", "the account of \"a\" is not digits"),
        ] {
            let error = given(&["--access-key", key]).unwrap_err();
            assert!(error.starts_with("--access-key: ") && error.contains(said), "{error}");
            assert!(!error.contains("topsecret"), "{error}");
        }
        assert!(
            given(&["--access-key", "a:s", "--access-key", "a:t"]).unwrap_err().contains("twice")
        );
    }
}
