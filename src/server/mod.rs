//! A running server, assembled from its settings. It knows no keys and no cloud protocols.

mod body;
mod client_address;
mod collect;
mod connection;
mod cors;
mod cut;
mod http;
mod linger;
mod listener;
mod progress;
mod registry;
mod serving;
mod stream;
mod unparsable;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;

use crate::app::{App, BodyBudget};
use crate::dialects::{Clouds, ServerInfo};
use crate::engine::Engine;
use crate::seed::{Seed, Seeds};
use crate::settings::{Certificates, ControlAccess, Data, Settings, StartError, seed_error};
use crate::store::{self, DataLock, Sqlite, Store};
use crate::tls::{self, Authority, ServedName, Tls};
use crate::watch::Watch;
use crate::world::World;
use http::Shared;
use listener::Listener;

/// A running server. Dropping it stops it.
pub struct Server {
    address: SocketAddr,
    further: Vec<SocketAddr>,
    app: Arc<App>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Server {
    /// Starts a server. Needs a running tokio runtime. The server accepts requests when this
    /// returns.
    ///
    /// # Errors
    /// It cannot listen, or the data cannot be used. The error names the option, in one line.
    pub async fn start(settings: Settings) -> Result<Self, StartError> {
        let listener = Listener::open(&settings.listen).await?;
        let (store, lock) =
            open_store(&settings.data).await.map_err(|error| StartError::of("--data", error))?;
        Self::over(settings, listener, store, lock).await
    }

    /// Starts a server with a store that is already open. The data in `settings` is ignored.
    ///
    /// # Errors
    /// It cannot listen, or the store cannot be read.
    pub async fn start_over(settings: Settings, store: Box<dyn Store>) -> Result<Self, StartError> {
        let listener = Listener::open(&settings.listen).await?;
        Self::over(Settings { data: Data::Memory, ..settings }, listener, store, None).await
    }

    async fn over(
        settings: Settings,
        listener: Listener,
        store: Box<dyn Store>,
        lock: Option<DataLock>,
    ) -> Result<Self, StartError> {
        let control_names = control_names(&settings);
        let given = match &settings.certificates {
            Certificates::Own(certificate) => certificate.issuers().map(Some),
            Certificates::Issued(_) => Ok(None),
        };
        let given = given.map_err(|error| StartError::of("--tls-cert", error))?;
        let tls = Arc::new(certify(settings.certificates, &settings.data, &settings.world)?);
        let authority = given.or_else(|| Some(tls.authority()?.pem().to_owned()));
        let info = Arc::new(ServerInfo {
            authority: authority.unwrap_or_default(),
            lenient_policies: settings.lenient_policies,
        });
        let accounts = Arc::new(settings.accounts);
        let clouds = Clouds::new(&accounts, settings.auth, settings.region.as_deref(), &info);
        let engine = Engine::open(store, settings.world, clouds.rules()).await;
        let engine = engine.map_err(|error| StartError::of("--data", error))?;
        let seeds = apply_seeds(settings.seeds, &clouds, &engine).await?;
        // Without a control plane nobody could read the journal.
        let is_open = settings.control != ControlAccess::Disabled;
        let watch = Watch::new(if is_open { settings.journal } else { 0 }, is_open);
        let started = engine.world().clock.host();
        let half = std::thread::available_parallelism().map_or(1, |all| all.get().div_ceil(2));
        let app = Arc::new(App {
            engine,
            accounts,
            clouds,
            auth: settings.auth,
            tls,
            seeds,
            body_budget: Arc::new(BodyBudget::new(settings.body_budget)),
            long_work: Arc::new(Semaphore::new(half)),
            watch,
            control: settings.control,
            control_names,
            trusted_proxies: settings.trusted_proxies,
            started,
        });
        let (address, further) =
            listener.addresses().map_err(|error| StartError::of("--listen", error))?;
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn({
            let app = Arc::clone(&app);
            async move {
                let stop = async {
                    // A message and a dropped sender both mean the end.
                    let _ = stopped.await;
                };
                serving::run(listener, Arc::new(Shared::new(&app)), stop).await;
                app.engine.close().await;
                drop(lock);
            }
        });
        Ok(Self { address, further, app, stop, serving })
    }

    /// The first address that it listens at.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The other addresses that it listens at, in the order of the settings.
    #[must_use]
    pub fn further_addresses(&self) -> &[SocketAddr] {
        &self.further
    }

    /// The parts of the server.
    #[must_use]
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// Serves until `stop` completes, then finishes the requests in progress and closes the store.
    ///
    /// # Errors
    /// The server's task failed.
    pub async fn until(mut self, stop: impl Future<Output = ()>) -> std::io::Result<()> {
        tokio::select! {
            served = &mut self.serving => return served.map_err(std::io::Error::other),
            () = stop => {}
        }
        // The task may have ended in the meantime.
        let _ = self.stop.send(());
        self.serving.await.map_err(std::io::Error::other)
    }
}

/// The hostnames that the control plane answers to: those of this machine, of the image, of the
/// certificates, and those from the settings.
fn control_names(settings: &Settings) -> Vec<ServedName> {
    let mut names = settings.control_hosts.clone();
    if let Certificates::Issued(issued) = &settings.certificates {
        names.extend(issued.iter().cloned());
    }
    tls::default_names(&names)
}

/// Sets up the HTTPS certificates. If a data file has no authority beside it, one is created.
fn certify(certificates: Certificates, data: &Data, world: &Arc<World>) -> Result<Tls, StartError> {
    let names = match certificates {
        Certificates::Own(certificate) => {
            return Tls::own(certificate).map_err(|error| StartError::of("--tls-cert", error));
        }
        Certificates::Issued(names) => names,
    };
    let of_data = |error: &dyn std::fmt::Display| StartError::of("--data", error);
    let authority = match data {
        Data::Memory => Authority::generate(),
        Data::File(path, _) => {
            Authority::beside(&store::true_path(path).map_err(|error| of_data(&error))?)
        }
    };
    let authority = authority.map_err(|error| of_data(&error))?;
    Tls::issued(authority, &names, Arc::clone(world))
        .map_err(|error| StartError::of("--tls-name", error))
}

/// Applies the seeds: adds what the data does not hold yet, all of it or nothing.
async fn apply_seeds(
    files: Vec<Seed>,
    clouds: &Clouds,
    engine: &Engine,
) -> Result<Seeds, StartError> {
    let seeds = Seeds::prepare(files, clouds, engine).await.map_err(seed_error)?;
    let facts = seeds.additions(engine).map_err(seed_error)?;
    let added = facts.len();
    engine.add(facts).await.map_err(|error| StartError::of("--data", error))?;
    if added > 0 {
        tracing::info!(added, "applied the seeds");
    }
    Ok(seeds)
}

/// Why a store cannot be opened, in one line.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Opens the store, with the lock that keeps other servers away from it.
async fn open_store(data: &Data) -> Result<(Box<dyn Store>, Option<DataLock>), Failure> {
    match data {
        Data::Memory => Ok((Box::new(Sqlite::in_memory().await?), None)),
        Data::File(path, root) => {
            let (store, lock) = store::open(path, root.as_ref().map(|text| text.as_str())).await?;
            Ok((Box::new(store), Some(lock)))
        }
    }
}
