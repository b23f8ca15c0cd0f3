//! How a server within this process is set up.

use std::net::SocketAddr;
use std::path::PathBuf;
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
    Certificates, ControlAccess, DEFAULT_ACCESS_KEY, Data, Settings, StartError, add_access_key,
    add_seeded, read_seeds, region, world,
};
use crate::watch::journal::USUAL;

/// How a server is to be. Nothing is read from the environment.
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
#[derive(Clone)]
#[must_use]
pub struct Builder {
    listen: String,
    data: Option<PathBuf>,
    access_keys: Vec<(AccessKey, Option<String>)>,
    region: Option<String>,
    auth: AuthMode,
    clock: Option<String>,
    entropy: Option<String>,
    seeds: Vec<PathBuf>,
    threads: usize,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:0".to_owned(),
            data: None,
            access_keys: Vec::new(),
            region: None,
            auth: AuthMode::default(),
            clock: None,
            entropy: None,
            seeds: Vec::new(),
            threads: 2,
        }
    }
}

impl Server {
    /// Sets a server up.
    pub fn builder() -> Builder {
        Builder::default()
    }
}

impl Builder {
    /// Where to listen, as `host:port`. Otherwise on a free port of 127.0.0.1.
    pub fn listen(self, address: &str) -> Self {
        Self { listen: address.to_owned(), ..self }
    }

    /// An SQLite file to keep everything in, made where it is missing; the key that it is sealed under lies beside it.
    /// Otherwise everything is kept in memory.
    pub fn data(self, file: impl Into<PathBuf>) -> Self {
        Self { data: Some(file.into()), ..self }
    }

    /// An access key with an account of its own. Otherwise there is one, `testid` with the secret `testsecret`, in the
    /// account 1000000000000001.
    pub fn access_key(self, id: &str, secret: &str) -> Self {
        self.key(id, secret, None)
    }

    /// An access key of this account: up to 32 digits.
    pub fn access_key_of(self, account: &str, id: &str, secret: &str) -> Self {
        self.key(id, secret, Some(account.to_owned()))
    }

    fn key(mut self, id: &str, secret: &str, account: Option<String>) -> Self {
        self.access_keys
            .push((AccessKey { id: id.to_owned(), secret: secret.to_owned() }, account));
        self
    }

    /// The one region that plain hosts stand for: `RegionId` then chooses no other. Otherwise each cloud's own:
    /// cn-hangzhou, cn-beijing-6.
    pub fn region(self, region: &str) -> Self {
        Self { region: Some(region.to_owned()), ..self }
    }

    /// How signatures are checked. Otherwise strictly.
    pub fn auth(self, mode: AuthMode) -> Self {
        Self { auth: mode, ..self }
    }

    /// Starts with the clock standing at this RFC 3339 time. Otherwise it runs with the host's. Requests are signed with
    /// the host's time either way.
    pub fn frozen_at(self, time: &str) -> Self {
        Self { clock: Some(time.to_owned()), ..self }
    }

    /// Draws ids, keys and vectors from this seed: two servers that start with nothing and are asked the same are alike.
    /// Keeps nothing secret. Otherwise from the operating system.
    pub fn entropy_seed(self, seed: &str) -> Self {
        Self { entropy: Some(seed.to_owned()), ..self }
    }

    /// A seed file, or a folder of them, of what there is from the start. Call it again for more. Access keys that it names
    /// are there beside the others.
    ///
    /// ```
    /// let server = kmsim::Server::builder().seed_file("fixtures/seeds/known.yaml").start()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn seed_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.seeds.push(path.into());
        self
    }

    /// How many threads answer. Otherwise two.
    pub fn threads(self, threads: usize) -> Self {
        Self { threads, ..self }
    }

    /// Starts it. It serves when this answers.
    ///
    /// # Errors
    /// Something of the above is mistaken, it cannot listen, or the data cannot be used: told in one line.
    ///
    /// ```
    /// let error = kmsim::Server::builder().frozen_at("noon").start().err().unwrap();
    /// assert_eq!(error.to_string(), "--clock: \"noon\" is not an RFC 3339 time");
    /// ```
    pub fn start(self) -> Result<Server, StartError> {
        let (settings, access_keys) = self.settings()?;
        let (tell, started) = sync_channel(1);
        let (stop, stopping) = oneshot::channel();
        let (end, ended) = sync_channel(1);
        let threads = self.threads.max(1);
        let thread = std::thread::Builder::new().name("kmsim".to_owned()).spawn(move || {
            run(threads, settings, &tell, stopping);
            // Nobody may be waiting for this any more.
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
        add_seeded(&seeds, &mut accounts)?;
        let mut access_keys = Vec::new();
        for (key, account) in &self.access_keys {
            add_access_key(&key.id, &key.secret, account.as_deref(), &mut accounts)?;
            access_keys.push(key.clone());
        }
        if access_keys.is_empty() {
            let (id, secret, account) = DEFAULT_ACCESS_KEY;
            // The seeds may have brought it, with another secret.
            let secret = match accounts.get(id).map(|key| &key.secret) {
                Some(Secret::Shared(own)) => own.to_string(),
                Some(Secret::Rsa(_)) => return Err(StartError::of("--access-key", "name one")),
                None => {
                    add_access_key(id, secret, Some(account), &mut accounts)?;
                    secret.to_owned()
                }
            };
            access_keys.push(AccessKey { id: id.to_owned(), secret });
        }
        let settings = Settings {
            listen: vec![self.listen.clone()],
            certificates: Certificates::Issued(Vec::new()),
            data: self.data.as_deref().map_or(Ok(Data::Memory), |file| Data::named(file, None))?,
            accounts,
            seeds,
            region: region(self.region.as_deref())?,
            auth: self.auth,
            world: world(self.clock.as_deref(), self.entropy.as_deref())?,
            journal: USUAL,
            control: ControlAccess::Open,
            control_hosts: Vec::new(),
        };
        Ok((settings, access_keys))
    }
}

/// What is told of a server that serves.
type Started = (Handle, SocketAddr, Arc<App>);

/// A server's thread, from its start to its end.
fn run(
    threads: usize,
    settings: Settings,
    tell: &SyncSender<Result<Started, StartError>>,
    stopping: oneshot::Receiver<()>,
) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .thread_name("kmsim")
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return drop(tell.send(Err(StartError::of("threads", error)))),
    };
    runtime.block_on(async {
        match server::Server::start(settings).await {
            Err(error) => drop(tell.send(Err(error))),
            Ok(server) => {
                let app = Arc::clone(server.app());
                drop(tell.send(Ok((runtime.handle().clone(), server.address(), app))));
                // Told, or dropped: either way it is over. A listener that fails ends the server, and calls find nobody.
                let _ = server.until(async { drop(stopping.await) }).await;
            }
        }
    });
}
