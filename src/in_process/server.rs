//! A server with its own threads.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::app::App;
use crate::client::{Call, Endpoint, call};
use crate::control;
use crate::dialects::PROFILES;
use crate::dialects::peers::Credentials;
use crate::model::Scope;

/// The time limit of a call.
const CALL_LIMIT: Duration = Duration::from_mins(1);
/// How long a drop waits for requests in progress.
const DRAIN_TIME: Duration = Duration::from_secs(12);

/// A server in this process. Dropping it stops it: requests in progress are answered, the port is
/// released, and the data file can be used again.
///
/// ```
/// # use std::time::Duration;
/// let server = kmsim::Server::builder().access_key("worker-1", "secret").start()?;
///
/// // The key is due in a week.
/// let key = server.call("CreateKey", &[])?.field("/KeyMetadata/KeyId").unwrap();
/// server.call("ScheduleKeyDeletion", &[("KeyId", &key), ("PendingWindowInDays", "7")])?;
/// server.clock().advance(Duration::from_secs(8 * 24 * 3600));
/// let gone = server.call("DescribeKey", &[("KeyId", &key)])?;
/// assert_eq!(gone.field("/Code").as_deref(), Some("Forbidden.KeyNotFound"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// It also works inside an async runtime. Its methods block for a moment, and do not need a
/// runtime:
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let server = kmsim::Server::builder().start()?;
/// let stream = tokio::net::TcpStream::connect(server.address()).await?;
/// # drop(stream);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Server {
    pub(super) address: SocketAddr,
    pub(super) endpoint: Endpoint,
    pub(super) access_keys: Vec<AccessKey>,
    pub(super) app: Arc<App>,
    /// `None` once the server was stopped.
    pub(super) running: Option<Running>,
}

/// What is needed to stop a server.
pub(super) struct Running {
    pub(super) handle: Handle,
    pub(super) stop: oneshot::Sender<()>,
    pub(super) ended: Receiver<()>,
}

/// An access key.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessKey {
    /// Its id.
    pub id: String,
    /// Its secret.
    pub secret: String,
}

impl std::fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AccessKey({})", self.id)
    }
}

/// The answer to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status: 200, or that of the cloud's error.
    pub status: u16,
    /// The body, as JSON.
    pub body: String,
}

impl Answer {
    /// The string, number or boolean at a JSON pointer (RFC 6901), as text. `None` if there is
    /// none.
    #[must_use]
    pub fn field(&self, pointer: &str) -> Option<String> {
        let body: Value = serde_json::from_str(&self.body).ok()?;
        match body.pointer(pointer)? {
            Value::String(text) => Some(text.clone()),
            other @ (Value::Number(_) | Value::Bool(_)) => Some(other.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }
}

/// Why a call got no answer, in one line.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct CallError(String);

impl Server {
    /// The address that it listens at.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address as most SDKs want it: `host:port`, to use with the protocol `http`.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        self.endpoint.authority()
    }

    /// Its address as a URL: `http://host:port`.
    #[must_use]
    pub fn url(&self) -> String {
        self.endpoint.url()
    }

    /// The first access key.
    #[must_use]
    pub fn access_key(&self) -> &AccessKey {
        &self.access_keys[0]
    }

    /// Resets everything to the seeds: keys, secrets, certificates and clocks. Without seeds, the
    /// server is then empty.
    ///
    /// # Errors
    /// The change could not be written. Nothing changed.
    ///
    /// ```
    /// let server = kmsim::Server::builder().start()?;
    /// server.call("CreateKey", &[])?;
    /// server.reset()?;
    /// assert_eq!(server.call("ListKeys", &[])?.field("/TotalCount").as_deref(), Some("0"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn reset(&self) -> Result<(), CallError> {
        self.reset_scope(Scope::default())
    }

    /// Resets the account of an access key to the seeds, and no other.
    ///
    /// # Errors
    /// The change could not be written. Nothing changed.
    pub fn reset_of(&self, access_key: &str) -> Result<(), CallError> {
        self.reset_scope(self.scope_of(access_key))
    }

    fn reset_scope(&self, scope: Scope) -> Result<(), CallError> {
        let app = Arc::clone(&self.app);
        let done = self.wait(async move { control::back_to_seeds(&app, &scope).await });
        done.unwrap_or_else(|| Err("the server has ended".to_owned())).map_err(CallError)
    }

    pub(super) fn scope_of(&self, access_key: &str) -> Scope {
        let account = Arc::clone(&self.app.accounts.presumed(Some(access_key)).id);
        Scope { account: Some(account), region: None }
    }

    /// Calls an action with the first access key, signed as an SDK would. An error of the cloud is
    /// an answer too.
    ///
    /// # Errors
    /// There was no answer.
    pub fn call(&self, action: &str, params: &[(&str, &str)]) -> Result<Answer, CallError> {
        self.call_as(self.access_key(), action, params)
    }

    /// Calls an action with a given access key.
    ///
    /// # Errors
    /// There was no answer.
    pub fn call_as(
        &self,
        key: &AccessKey,
        action: &str,
        params: &[(&str, &str)],
    ) -> Result<Answer, CallError> {
        let credentials =
            Credentials { id: key.id.clone(), secret: key.secret.clone().into(), token: None };
        let endpoint = self.endpoint.clone();
        let action = action.to_owned();
        let params: Vec<_> =
            params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let answer = self.wait(async move {
            let request = Call {
                cloud: PROFILES[0],
                endpoint: &endpoint,
                credentials: &credentials,
                region: None,
                action: &action,
                params: &params,
            };
            call(request, CALL_LIMIT).await
        });
        let answer = answer.ok_or_else(|| CallError("the server has ended".to_owned()))?;
        let answer = answer.map_err(|error| CallError(error.to_string()))?;
        let body = String::from_utf8_lossy(answer.body()).into_owned();
        Ok(Answer { status: answer.status().as_u16(), body })
    }

    /// Runs a future on the server's threads and waits for it. `None` if it did not complete.
    pub(super) fn wait<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let (sender, receiver) = sync_channel(1);
        self.running.as_ref()?.handle.spawn(async move {
            // The receiver waits until this is sent.
            let _ = sender.send(future.await);
        });
        receiver.recv().ok()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let Some(Running { stop, ended, .. }) = self.running.take() else { return };
        // The server may have ended by itself.
        let _ = stop.send(());
        // A server that does not end in time is left to its own threads.
        let _ = ended.recv_timeout(DRAIN_TIME);
    }
}
