//! The options of a server, and how they and the environment become `Settings`.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use tracing_subscriber::EnvFilter;
use zeroize::Zeroizing;

use crate::commands::environment::{self, ACCESS_KEYS, ROOT_KEY, SEED, items};
use crate::dialects::{Accounts, AuthMode};
use crate::seed::Seed;
use crate::settings::{
    BODY_BUDGET, Certificates, ControlAccess, DEFAULT_ACCESS_KEY, Data, Settings, StartError,
    add_access_key, add_accounts, add_seeded, own_certificate, parsed, read_seeds, region,
    token_access, world,
};
use crate::watch::journal::DEFAULT_RECORDS;

/// The options of a server.
#[derive(Args)]
pub struct Options {
    /// Where to listen, for both HTTP and HTTPS. Port 0 picks a free port. `localhost` is 127.0.0.1
    /// and, with IPv6, also `::1`. Repeat the option for more addresses. Comma-separated in the
    /// variable.
    #[arg(
        long,
        env = "KMSIM_LISTEN",
        value_name = "HOST:PORT",
        value_delimiter = ',',
        default_value = "localhost:5690",
        help_heading = "Serving"
    )]
    pub listen: Vec<String>,

    /// The SQLite file that stores all data, or `:memory:` to keep nothing after the end.
    #[arg(
        long,
        env = "KMSIM_DATA",
        value_name = "FILE",
        default_value = "./kmsim.db",
        help_heading = "State"
    )]
    pub data: PathBuf,

    /// An access key, as ID:SECRET or ID:SECRET:ACCOUNT. Repeat the option for more. A key without
    /// an account gets its own. If no key and no accounts file is given:
    /// testid:testsecret:1000000000000001. [env: `KMSIM_ACCESS_KEYS`, comma-separated]
    #[arg(long = "access-key", value_name = "ID:SECRET[:ACCOUNT]", help_heading = "Who may call")]
    pub access_keys: Vec<String>,

    /// A YAML file with accounts, their access keys and tokens.
    #[arg(long, env = "KMSIM_ACCOUNTS", value_name = "FILE", help_heading = "Who may call")]
    pub accounts: Option<PathBuf>,

    /// A YAML file with initial data: accounts, keys, secrets. Repeat the option for more. A folder
    /// means its .yaml and .yml files in the order of their names. [env: `KMSIM_SEED`,
    /// comma-separated]
    #[arg(long = "seed", value_name = "FILE", help_heading = "Data")]
    pub seeds: Vec<PathBuf>,

    /// The region of endpoints whose hostname names none. Alibaba Cloud's `RegionId` then cannot
    /// choose another. Without this option, `RegionId` chooses; the default is cn-hangzhou for
    /// Alibaba Cloud, cn-beijing-6 for Kingsoft Cloud, cn-north-4 for Huawei Cloud and ap-guangzhou
    /// for Tencent Cloud.
    #[arg(long, env = "KMSIM_REGION", value_name = "REGION", help_heading = "Serving")]
    pub region: Option<String>,

    /// How to check signatures: refuse bad ones, only log them, or do not check.
    #[arg(
        long,
        env = "KMSIM_AUTH",
        value_enum,
        value_name = "MODE",
        default_value = "strict",
        help_heading = "Who may call"
    )]
    pub auth: AuthMode,

    /// Let keys and secrets outside of KMS instances have policies too, as JSON objects of any
    /// form. They decide nothing.
    #[arg(long, env = "KMSIM_LENIENT_POLICIES", help_heading = "Who may call")]
    pub lenient_policies: bool,

    /// Start with the clock frozen at this time, for example 2030-01-01T00:00:00Z.
    #[arg(long, env = "KMSIM_CLOCK", value_name = "RFC3339", help_heading = "Time and randomness")]
    pub clock: Option<String>,

    /// Derive ids, key material and IVs from this seed, so that runs can be repeated from an empty
    /// state. Not secure.
    #[arg(
        long,
        env = "KMSIM_ENTROPY_SEED",
        value_name = "TEXT",
        help_heading = "Time and randomness"
    )]
    pub entropy_seed: Option<String>,

    /// The certificates of HTTPS.
    #[command(flatten)]
    pub https: HttpsOptions,

    /// The control plane.
    #[command(flatten)]
    pub control_plane: ControlPlaneOptions,

    /// A proxy in front of the server, as an IP address or a range such as 10.0.0.0/8. The last
    /// address in its `X-Forwarded-For` that is not a trusted proxy counts as the client's. Repeat
    /// the option for more. Comma-separated in the variable.
    #[arg(
        long = "trusted-proxy",
        env = "KMSIM_TRUSTED_PROXIES",
        value_name = "ADDRESS",
        value_delimiter = ',',
        help_heading = "Serving"
    )]
    pub trusted_proxies: Vec<String>,

    /// What to log to stderr: error, warn, info, debug, trace, or tracing directives.
    #[arg(
        long,
        env = "KMSIM_LOG",
        value_name = "FILTER",
        default_value = "info",
        help_heading = "Serving"
    )]
    pub log: String,
}

/// The certificates of HTTPS.
#[derive(Args)]
#[command(next_help_heading = "HTTPS")]
pub struct HttpsOptions {
    /// A further DNS name or IP address for the HTTPS certificates. Repeat the option for more.
    /// Needed if clients call an address that the server does not see, or a name without a dot.
    /// Comma-separated in the variable.
    #[arg(long = "tls-name", env = "KMSIM_TLS_NAMES", value_name = "NAME", value_delimiter = ',')]
    pub tls_names: Vec<String>,

    /// Your own HTTPS certificate with its chain, in PEM. Without it, the server issues its own.
    #[arg(
        long,
        env = "KMSIM_TLS_CERT",
        value_name = "FILE",
        requires = "tls_key",
        conflicts_with = "tls_names"
    )]
    pub tls_cert: Option<PathBuf>,

    /// Its private key, in PEM: PKCS #8, PKCS #1 or SEC1.
    #[arg(long, env = "KMSIM_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
}

/// The control plane: what the journal keeps, and who may call it.
#[derive(Args)]
#[command(next_help_heading = "Control plane")]
pub struct ControlPlaneOptions {
    /// How many requests the journal keeps for each account, region and cloud. 0 turns it off.
    #[arg(
        long,
        env = "KMSIM_JOURNAL",
        value_name = "COUNT",
        default_value_t = DEFAULT_RECORDS
    )]
    pub journal: usize,

    /// The token that callers of the control plane under /_kmsim/ must send, as `Authorization:
    /// Bearer TOKEN`.
    #[arg(long, env = "KMSIM_CONTROL_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub control_token: Option<String>,

    /// Turn the control plane off. Only health, ca.pem and ca.p12 remain under /_kmsim/, and
    /// request headers cannot trigger faults.
    #[arg(long, env = "KMSIM_NO_CONTROL", conflicts_with = "control_token")]
    pub no_control: bool,

    /// A further hostname that the control plane answers to. Repeat the option for more. Loopback
    /// names, IP addresses, this machine's name, `kmsim`, `host.docker.internal` and every
    /// --tls-name are always accepted. Comma-separated in the variable.
    #[arg(
        long = "control-host",
        env = "KMSIM_CONTROL_HOSTS",
        value_name = "NAME",
        value_delimiter = ','
    )]
    pub control_hosts: Vec<String>,
}

impl Options {
    /// Builds the settings from the options and the environment.
    ///
    /// # Errors
    /// An option, a variable or a file that they name is invalid.
    pub fn settings(&self) -> Result<Settings, StartError> {
        // An option overrides its variable.
        let listed = if self.seeds.is_empty() { environment::list(SEED)? } else { Vec::new() };
        let paths = self.seeds.iter().map(PathBuf::as_path);
        let seeds = read_seeds(paths.chain(listed.iter().map(Path::new)))?;
        Ok(Settings {
            listen: self.listen.iter().flat_map(|it| items(it)).map(str::to_owned).collect(),
            certificates: self.https.certificates()?,
            data: Data::named(&self.data, environment::base64(ROOT_KEY)?.map(Zeroizing::new))?,
            accounts: self.accounts(&seeds)?,
            seeds,
            region: region(self.region.as_deref())?,
            auth: self.auth,
            world: world(self.clock.as_deref(), self.entropy_seed.as_deref())?,
            journal: self.control_plane.journal,
            body_budget: BODY_BUDGET,
            control: self.control_plane.access()?,
            lenient_policies: self.lenient_policies,
            control_hosts: values("--control-host", &self.control_plane.control_hosts)?,
            trusted_proxies: values("--trusted-proxy", &self.trusted_proxies)?,
        })
    }

    /// The accounts and access keys that may call.
    fn accounts(&self, seeds: &[Seed]) -> Result<Accounts, StartError> {
        let mut accounts = Accounts::default();
        if let Some(path) = &self.accounts {
            add_accounts(path, &mut accounts)?;
        }
        add_seeded(seeds, &mut accounts)?;
        // An option overrides its variable.
        let listed =
            if self.access_keys.is_empty() { environment::list(ACCESS_KEYS)? } else { Vec::new() };
        let keys = self.access_keys.iter().chain(&listed);
        for text in keys.clone() {
            let mut parts = text.splitn(3, ':');
            let (id, secret) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            add_access_key(id, secret, parts.next(), &mut accounts)?;
        }
        let is_given = self.accounts.is_some() || keys.count() > 0;
        if !is_given && !seeds.iter().any(Seed::has_accounts) {
            let (id, secret, account) = DEFAULT_ACCESS_KEY;
            add_access_key(id, secret, Some(account), &mut accounts)?;
        }
        Ok(accounts)
    }

    /// The log filter.
    ///
    /// # Errors
    /// The text is not a filter, or names an unknown level. `EnvFilter` would accept a misspelt
    /// level and log nothing.
    pub(super) fn log_filter(&self) -> Result<EnvFilter, StartError> {
        const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
        let is_level = |text: &str| LEVELS.contains(&text.to_ascii_lowercase().as_str());
        let known = |directive: &str| match directive.trim().rsplit_once('=') {
            Some((_, level)) => is_level(level) || level.ends_with(']'),
            None => is_level(directive.trim()),
        };
        let parsed = EnvFilter::try_new(&self.log).ok();
        parsed.filter(|_| self.log.split(',').all(known)).ok_or_else(|| {
            let what = format_args!("{:?} is not one of {}", self.log, LEVELS.join(", "));
            StartError::of("--log", what)
        })
    }
}

impl HttpsOptions {
    fn certificates(&self) -> Result<Certificates, StartError> {
        match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => own_certificate(certificate, key),
            _ => values("--tls-name", &self.tls_names).map(Certificates::Issued),
        }
    }
}

impl ControlPlaneOptions {
    fn access(&self) -> Result<ControlAccess, StartError> {
        match &self.control_token {
            _ if self.no_control => Ok(ControlAccess::Disabled),
            None => Ok(ControlAccess::Open),
            Some(token) => token_access(token),
        }
    }
}

/// The items in an option's values, parsed, without blank ones.
fn values<T: FromStr<Err: Display>>(option: &str, given: &[String]) -> Result<Vec<T>, StartError> {
    parsed(option, given.iter().flat_map(|text| items(text)))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }

    fn given(arguments: &[&str]) -> Result<Accounts, String> {
        let line = Line::parse_from(["kmsim"].iter().chain(arguments));
        line.options.accounts(&[]).map_err(|e| e.to_string())
    }

    #[test]
    fn access_keys_may_name_an_account() {
        let found = given(&["--access-key", "a:s:42", "--access-key", "b:t"]).unwrap();
        assert_eq!(&*found.get("a").unwrap().account.id, "42");
        assert_eq!(found.get("b").unwrap().account.id.len(), 16);
        assert!(found.get("testid").is_none());
        assert_eq!(&*given(&[]).unwrap().get("testid").unwrap().account.id, "1000000000000001");
    }

    #[test]
    fn errors_name_the_option_and_show_no_secret() {
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
