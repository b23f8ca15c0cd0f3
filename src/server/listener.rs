//! The listening sockets of a server, used as one. Each speaks both HTTP and HTTPS.

use std::future::poll_fn;
use std::io::{Error, ErrorKind, Result};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::task::Poll;

use rustix::io::Errno;
use tokio::net::{TcpListener, TcpStream, lookup_host};

use crate::settings::StartError;

/// How often to try for a port that is free on several addresses.
const PORT_ATTEMPTS: usize = 16;

/// The listening sockets.
pub(super) struct Listener {
    sockets: Vec<TcpListener>,
    /// The socket to poll first next time, so that a busy one does not starve the others.
    next: usize,
}

impl Listener {
    /// Listens at all of these addresses, or at none.
    pub(super) async fn open(addresses: &[String]) -> std::result::Result<Self, StartError> {
        let mut sockets = Vec::new();
        for address in addresses {
            let refused = |error| StartError::of("--listen", format_args!("{address}: {error}"));
            sockets.append(&mut bind(address.trim()).await.map_err(refused)?);
        }
        if sockets.is_empty() {
            return Err(StartError::of("--listen", "no address"));
        }
        Ok(Self { sockets, next: 0 })
    }

    /// The first socket's address, and those of the others.
    pub(super) fn addresses(&self) -> Result<(SocketAddr, Vec<SocketAddr>)> {
        let mut all = self.sockets.iter().map(TcpListener::local_addr);
        let first = all.next().ok_or(ErrorKind::NotConnected)??;
        Ok((first, all.collect::<Result<_>>()?))
    }

    /// Accepts the next connection.
    ///
    /// # Errors
    /// The process cannot accept one, for example because it has too many open files.
    pub(super) async fn accept(&mut self) -> Result<TcpStream> {
        loop {
            match self.accept_any().await {
                Ok(stream) => {
                    if let Err(error) = stream.set_nodelay(true) {
                        tracing::debug!(%error, "cannot set TCP_NODELAY");
                    }
                    return Ok(stream);
                }
                // The client went away before it was accepted.
                Err(error) if is_client_failure(error.kind()) => {}
                Err(error) => return Err(error),
            }
        }
    }

    async fn accept_any(&mut self) -> Result<TcpStream> {
        poll_fn(|cx| {
            for _ in 0..self.sockets.len() {
                let at = self.next % self.sockets.len();
                self.next = at + 1;
                if let Some(Poll::Ready(accepted)) =
                    self.sockets.get(at).map(|it| it.poll_accept(cx))
                {
                    return Poll::Ready(accepted.map(|(stream, _)| stream));
                }
            }
            Poll::Pending
        })
        .await
    }
}

fn is_client_failure(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset
    )
}

/// Listens at an address. A loopback name means each of its addresses.
async fn bind(address: &str) -> Result<Vec<TcpListener>> {
    let Some(port) = port_of_localhost(address) else {
        return Ok(vec![TcpListener::bind(address).await?]);
    };
    let mut hosts = vec![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
    // `localhost` means both (RFC 6761), even if the system cannot resolve it.
    for found in lookup_host(address).await.into_iter().flatten().map(|found| found.ip()) {
        if found.is_loopback() && !hosts.contains(&found) {
            hosts.push(found);
        }
    }
    for _ in 1..PORT_ATTEMPTS {
        match bind_each(&hosts, port).await {
            // The port that was picked for the first address is in use on another.
            Err(error) if port == 0 && error.kind() == ErrorKind::AddrInUse => {}
            bound => return bound,
        }
    }
    bind_each(&hosts, port).await
}

/// Listens on one port, at each of these hosts that the machine has.
async fn bind_each(hosts: &[IpAddr], mut port: u16) -> Result<Vec<TcpListener>> {
    let mut sockets = Vec::new();
    let mut absent = None;
    for host in hosts {
        match TcpListener::bind((*host, port)).await {
            Ok(socket) => {
                port = socket.local_addr()?.port();
                sockets.push(socket);
            }
            Err(error) if is_absent(&error) => absent = Some(error),
            Err(error) => return Err(Error::new(error.kind(), format!("{host}: {error}"))),
        }
    }
    match absent {
        Some(error) if sockets.is_empty() => Err(error),
        _ => Ok(sockets),
    }
}

/// Whether the machine has no such address, for example because it has no IPv6.
fn is_absent(error: &Error) -> bool {
    let absent = [Errno::ADDRNOTAVAIL, Errno::AFNOSUPPORT, Errno::PROTONOSUPPORT];
    Errno::from_io_error(error).is_some_and(|errno| absent.contains(&errno))
}

/// The port of an address whose host is `localhost` or a subdomain of it.
fn port_of_localhost(address: &str) -> Option<u16> {
    let (host, port) = address.rsplit_once(':')?;
    let last = host.trim_end_matches('.').rsplit('.').next()?;
    if last.eq_ignore_ascii_case("localhost") { port.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_names_are_recognised() {
        for (address, port) in [
            ("localhost:5690", Some(5690)),
            ("LocalHost.:0", Some(0)),
            ("kms.localhost:1", Some(1)),
            ("localhost", None),
            ("localhost:", None),
            ("localhost:70000", None),
            ("notlocalhost:1", None),
            ("localhost.example:1", None),
            ("127.0.0.1:1", None),
            ("[::1]:1", None),
            (":1", None),
        ] {
            assert_eq!(port_of_localhost(address), port, "{address}");
        }
    }

    #[tokio::test]
    async fn addresses_that_the_machine_lacks_are_skipped() {
        // An address from the range for documentation (RFC 5737), which no machine has.
        let (absent, own) = ([192, 0, 2, 1].into(), [127, 0, 0, 1].into());
        let bound = bind_each(&[absent, own], 0).await.unwrap();
        assert_eq!(bound.iter().map(|it| it.local_addr().unwrap().ip()).collect::<Vec<_>>(), [own]);
        assert!(bind_each(&[absent], 0).await.is_err());
        let taken = bound[0].local_addr().unwrap().port();
        let error = bind_each(&[own], taken).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddrInUse);
        assert!(error.to_string().starts_with("127.0.0.1: "), "{error}");
    }
}
