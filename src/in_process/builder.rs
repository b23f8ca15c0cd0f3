//! Configures a server in this process.

use std::fmt::Display;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::server::{AccessKey, Running, Server};
use crate::app::App;
use crate::client::Endpoint;
use crate::dialects::accounts::Secret;
use crate::dialects::{Accounts, AuthMode};
use crate::server;
use crate::settings::{
    BODY_BUDGET, Certificates, ControlAccess, DEFAULT_ACCESS_KEY, Data, Settings, StartError,
    add_access_key, add_accounts, add_seeded, own_certificate, parsed, read_seeds, region,
    token_access, world,
};
use crate::watch::journal::DEFAULT_RECORDS;

/// The configuration of a server. Nothing is read from the environment.
///
/// ```
/// let folder = std::env::temp_dir().join(format!("kmsim-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// let builder = kmsim::Server::builder()
///     .data(folder.join("kmsim.db"))
///     .access_key("worker-1", "secret")
///     .region("cn-beijing")
///     .frozen_at("2030-01-01T00:00:00Z")
///     .entropy_seed("the same keys in every run");
/// let server = builder.clone().start()?;
/// server.call("CreateKey", &[])?;
/// drop(server);
/// assert_eq!(builder.start()?.call("ListKeys", &[])?.field("/TotalCount").as_deref(), Some("1"));
/// # std::fs::remove_dir_all(folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct Builder {
    listen: Option<String>,
    data: Option<PathBuf>,
    access_keys: Vec<(AccessKey, Option<String>)>,
    region: Option<String>,
    accounts: Option<PathBuf>,
    auth: AuthMode,
    lenient_policies: bool,
    trusted_proxies: Vec<String>,
    tls_names: Vec<String>,
    certificate: Option<(PathBuf, PathBuf)>,
    journal: Option<usize>,
    control: Control,
    control_hosts: Vec<String>,
    clock: Option<String>,
    entropy: Option<String>,
    seeds: Vec<PathBuf>,
    threads: Option<usize>,
}

/// Who may use the control plane.
#[derive(Clone, Default)]
enum Control {
    #[default]
    Open,
    Token(String),
    Disabled,
}

impl Server {
    /// Starts to configure a server.
    pub fn builder() -> Builder {
        Builder::default()
    }
}

impl Builder {
    /// The address to listen at, as `host:port`. Default: a free port of 127.0.0.1.
    pub fn listen(self, address: &str) -> Self {
        Self { listen: Some(address.to_owned()), ..self }
    }

    /// The SQLite file that stores all data; it is created if missing. The key that it is encrypted
    /// under is in a file beside it. Default: everything is kept in memory.
    pub fn data(self, file: impl Into<PathBuf>) -> Self {
        Self { data: Some(file.into()), ..self }
    }

    /// Adds an access key with its own account. Default: `testid` with the secret `testsecret`, in
    /// the account 1000000000000001.
    pub fn access_key(self, id: &str, secret: &str) -> Self {
        self.key(id, secret, None)
    }

    /// Adds an access key of this account, which is up to 32 digits.
    pub fn access_key_of(self, account: &str, id: &str, secret: &str) -> Self {
        self.key(id, secret, Some(account.to_owned()))
    }

    fn key(mut self, id: &str, secret: &str, account: Option<String>) -> Self {
        self.access_keys
            .push((AccessKey { id: id.to_owned(), secret: secret.to_owned() }, account));
        self
    }

    /// A YAML file with accounts, their access keys, users and policies. Access keys in it are
    /// added to the others.
    pub fn accounts_file(self, path: impl Into<PathBuf>) -> Self {
        Self { accounts: Some(path.into()), ..self }
    }

    /// The region of endpoints whose hostname names none; `RegionId` then cannot choose another.
    /// Default: the cloud's own, cn-hangzhou, cn-beijing-6 or ap-guangzhou.
    pub fn region(self, region: &str) -> Self {
        Self { region: Some(region.to_owned()), ..self }
    }

    /// How to check signatures. Default: strictly.
    pub fn auth(self, mode: AuthMode) -> Self {
        Self { auth: mode, ..self }
    }

    /// Lets keys and secrets outside of KMS instances have policies too, as JSON objects of any
    /// form. They decide nothing.
    pub fn lenient_policies(self) -> Self {
        Self { lenient_policies: true, ..self }
    }

    /// Adds a proxy in front of the server, as an IP address or a range such as `10.0.0.0/8`. The
    /// last address in its `X-Forwarded-For` that is not a trusted proxy counts as the client's.
    pub fn trusted_proxy(mut self, address: &str) -> Self {
        self.trusted_proxies.push(address.to_owned());
        self
    }

    /// Adds a DNS name or IP address to the HTTPS certificates that the server issues.
    pub fn tls_name(mut self, name: &str) -> Self {
        self.tls_names.push(name.to_owned());
        self
    }

    /// Your own HTTPS certificate with its chain, and its private key, in PEM files. Default: the
    /// server issues its own.
    pub fn tls_certificate(self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        Self { certificate: Some((certificate.into(), key.into())), ..self }
    }

    /// How many requests the journal keeps for each account, region and cloud. 0 turns it off.
    pub fn journal(self, records: usize) -> Self {
        Self { journal: Some(records), ..self }
    }

    /// The token that callers of the control plane under `/_kmsim/` must send. Default: none.
    pub fn control_token(self, token: &str) -> Self {
        Self { control: Control::Token(token.to_owned()), ..self }
    }

    /// Turns the control plane off. Only `health`, `ca.pem` and `ca.p12` remain under `/_kmsim/`.
    pub fn no_control(self) -> Self {
        Self { control: Control::Disabled, ..self }
    }

    /// Adds a hostname that the control plane answers to, besides the server's own.
    pub fn control_host(mut self, name: &str) -> Self {
        self.control_hosts.push(name.to_owned());
        self
    }

    /// Starts with the clock frozen at this RFC 3339 time. Default: it runs with the host's.
    /// Requests are signed with the host's time in any case.
    pub fn frozen_at(self, time: &str) -> Self {
        Self { clock: Some(time.to_owned()), ..self }
    }

    /// Derives ids, keys and IVs from this seed: two servers that start empty and get the same
    /// requests give the same answers. Not secure. Default: the operating system's randomness.
    pub fn entropy_seed(self, seed: &str) -> Self {
        Self { entropy: Some(seed.to_owned()), ..self }
    }

    /// Adds a seed file, or a folder of them, with initial data. Access keys in it are added to the
    /// others.
    ///
    /// ```
    /// let server = kmsim::Server::builder().seed_file("fixtures/seeds/known.yaml").start()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn seed_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.seeds.push(path.into());
        self
    }

    /// The number of threads that answer requests. Default: two.
    pub fn threads(self, threads: usize) -> Self {
        Self { threads: Some(threads), ..self }
    }

    /// Starts the server. It serves when this returns.
    ///
    /// # Errors
    /// A setting is invalid, the server cannot listen, or the data cannot be used. The error is one
    /// line.
    ///
    /// ```
    /// let error = kmsim::Server::builder().frozen_at("noon").start().err().unwrap();
    /// assert_eq!(error.to_string(), "--clock: \"noon\" is not an RFC 3339 time");
    /// ```
    pub fn start(self) -> Result<Server, StartError> {
        let (settings, access_keys) = self.settings()?;
        let (report, started) = sync_channel(1);
        let (stop, stopping) = oneshot::channel();
        let (end, ended) = sync_channel(1);
        let threads = self.threads.unwrap_or(2).max(1);
        let thread = std::thread::Builder::new().name("kmsim".to_owned()).spawn(move || {
            run(threads, settings, &report, stopping);
            // The receiver may be gone.
            let _ = end.send(());
        });
        thread.map_err(|error| StartError::of("threads", error))?;
        let broken = |_| StartError::of("threads", "the server ended while it started");
        let (handle, address, app) = started.recv().map_err(broken).and_then(|started| started)?;
        let running = Running { handle, stop, ended };
        let endpoint = Endpoint::at(address).map_err(|what| StartError::of("--listen", what))?;
        Ok(Server { address, endpoint, access_keys, app, running: Some(running) })
    }

    fn settings(&self) -> Result<(Settings, Vec<AccessKey>), StartError> {
        let seeds = read_seeds(self.seeds.iter().map(PathBuf::as_path))?;
        let mut accounts = Accounts::default();
        if let Some(path) = &self.accounts {
            add_accounts(path, &mut accounts)?;
        }
        add_seeded(&seeds, &mut accounts)?;
        let mut access_keys = Vec::new();
        for (key, account) in &self.access_keys {
            add_access_key(&key.id, &key.secret, account.as_deref(), &mut accounts)?;
            access_keys.push(key.clone());
        }
        if access_keys.is_empty() {
            let (id, secret, account) = DEFAULT_ACCESS_KEY;
            // The seeds may define it with another secret.
            let secret = match accounts.get(id).map(|key| &key.secret) {
                Some(Secret::Shared(own)) => own.to_string(),
                Some(Secret::Rsa(_)) => {
                    return Err(StartError::of("--access-key", "needs a secret"));
                }
                None => {
                    add_access_key(id, secret, Some(account), &mut accounts)?;
                    secret.to_owned()
                }
            };
            access_keys.push(AccessKey { id: id.to_owned(), secret });
        }
        let settings = Settings {
            listen: vec![self.listen.clone().unwrap_or_else(|| "127.0.0.1:0".to_owned())],
            certificates: match &self.certificate {
                Some((certificate, key)) => own_certificate(certificate, key)?,
                None => Certificates::Issued(values("--tls-name", &self.tls_names)?),
            },
            data: self.data.as_deref().map_or(Ok(Data::Memory), |file| Data::named(file, None))?,
            accounts,
            seeds,
            region: region(self.region.as_deref())?,
            auth: self.auth,
            world: world(self.clock.as_deref(), self.entropy.as_deref())?,
            journal: self.journal.unwrap_or(DEFAULT_RECORDS),
            body_budget: BODY_BUDGET,
            control: match &self.control {
                Control::Open => ControlAccess::Open,
                Control::Token(token) => token_access(token)?,
                Control::Disabled => ControlAccess::Disabled,
            },
            lenient_policies: self.lenient_policies,
            control_hosts: values("--control-host", &self.control_hosts)?,
            trusted_proxies: values("--trusted-proxy", &self.trusted_proxies)?,
        };
        Ok((settings, access_keys))
    }
}

/// Values, parsed. An error names the option of the command line.
fn values<T: FromStr<Err: Display>>(option: &str, given: &[String]) -> Result<Vec<T>, StartError> {
    parsed(option, given.iter().map(String::as_str))
}

/// What a started server reports.
type Started = (Handle, SocketAddr, Arc<App>);

/// Runs a server from its start to its end.
fn run(
    threads: usize,
    settings: Settings,
    report: &SyncSender<Result<Started, StartError>>,
    stopping: oneshot::Receiver<()>,
) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .thread_name("kmsim")
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return drop(report.send(Err(StartError::of("threads", error)))),
    };
    runtime.block_on(async {
        match server::Server::start(settings).await {
            Err(error) => drop(report.send(Err(error))),
            Ok(server) => {
                let app = Arc::clone(server.app());
                drop(report.send(Ok((runtime.handle().clone(), server.address(), app))));
                // A message and a dropped sender both mean the end. If the server fails, calls get
                // no answer.
                let _ = server.until(async { drop(stopping.await) }).await;
            }
        }
    });
}
