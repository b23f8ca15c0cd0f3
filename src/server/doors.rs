//! The sockets that a server listens on, as one: each speaks both HTTP and HTTPS.

use std::future::poll_fn;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use axum::serve::Listener;
use tokio::net::{TcpListener, TcpStream};

use crate::config::ConfigError;
use crate::tls::{Connection, Tls};

/// How long nobody is accepted after a failure that is the process's own, such as too many open files.
const PAUSE: Duration = Duration::from_millis(200);

/// Sockets that listen.
pub(super) struct Doors {
    sockets: Vec<TcpListener>,
    /// The one that is asked first next time, so that a busy one does not shut out the rest.
    next: usize,
}

impl Doors {
    /// Opens all of these addresses, or none.
    pub(super) async fn open(addresses: &[String]) -> Result<Self, ConfigError> {
        let mut sockets = Vec::new();
        for address in addresses {
            let socket = TcpListener::bind(address.trim()).await;
            let refused = |error| ConfigError::of("--listen", format_args!("{address}: {error}"));
            sockets.push(socket.map_err(refused)?);
        }
        if sockets.is_empty() {
            return Err(ConfigError::of("--listen", "no address"));
        }
        Ok(Self { sockets, next: 0 })
    }

    /// Where the first is, and where the others are.
    pub(super) fn addresses(&self) -> std::io::Result<(SocketAddr, Vec<SocketAddr>)> {
        let mut all = self.sockets.iter().map(TcpListener::local_addr);
        let first = all.next().ok_or(ErrorKind::NotConnected)??;
        Ok((first, all.collect::<Result<_, _>>()?))
    }

    /// With what to show to clients of TLS.
    pub(super) fn showing(self, tls: Arc<Tls>) -> Staffed {
        Staffed { doors: self, tls }
    }

    async fn accept(&mut self) -> std::io::Result<(TcpStream, SocketAddr)> {
        poll_fn(|cx| {
            for _ in 0..self.sockets.len() {
                let at = self.next % self.sockets.len();
                self.next = at + 1;
                if let Some(Poll::Ready(accepted)) = self.sockets.get(at).map(|it| it.poll_accept(cx)) {
                    return Poll::Ready(accepted);
                }
            }
            Poll::Pending
        })
        .await
    }
}

/// Doors with somebody who greets.
pub(super) struct Staffed {
    doors: Doors,
    tls: Arc<Tls>,
}

impl Listener for Staffed {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        loop {
            match self.doors.accept().await {
                Ok((stream, peer)) => {
                    if let Err(error) = stream.set_nodelay(true) {
                        tracing::debug!(%error, "cannot switch Nagle's algorithm off");
                    }
                    return (Connection::new(stream, Arc::clone(&self.tls)), peer);
                }
                // The client's doing: it went away before its turn came.
                Err(error) if is_of_client(error.kind()) => {}
                Err(error) => {
                    tracing::error!(%error, "cannot accept a connection");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.doors.addresses().map(|(first, _)| first)
    }
}

fn is_of_client(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset)
}
