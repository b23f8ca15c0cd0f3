//! A connection that detects whether its client speaks TLS: the first byte of a handshake is 22,
//! and no HTTP request begins with it. All of this runs in the connection's own task, so a client
//! that stays silent or fails delays no others.

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use rustls::server::Acceptor;
use rustls::{AlertDescription, Error};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use super::Tls;

/// The type of a record that carries a handshake: RFC 8446, section 5.1.
const HANDSHAKE: u8 = 22;
/// The time limit for a handshake, from its first byte.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

/// A client's connection, in plain text or under TLS.
pub struct Connection(Stage);

enum Stage {
    /// Nothing has been received yet.
    New(TcpStream, Arc<Tls>),
    Handshake(Pin<Box<dyn Future<Output = io::Result<TlsStream<TcpStream>>> + Send>>),
    Plain(TcpStream),
    Secure(Box<TlsStream<TcpStream>>),
    /// The handshake failed.
    Failed,
}

/// Runs `$does` on the stream of an established stage; otherwise `$early`.
macro_rules! on_stream {
    ($stage:expr, $stream:ident => $does:expr, $early:expr) => {
        match &mut $stage {
            Stage::Plain($stream) => {
                let $stream = Pin::new($stream);
                $does
            }
            Stage::Secure($stream) => {
                let $stream = Pin::new($stream.as_mut());
                $does
            }
            Stage::New(..) | Stage::Handshake(_) | Stage::Failed => $early,
        }
    };
}

impl Connection {
    /// A connection that was just accepted.
    #[must_use]
    pub fn new(stream: TcpStream, tls: Arc<Tls>) -> Self {
        Self(Stage::New(stream, tls))
    }

    /// Whether it is encrypted. Before the first bytes it is not known.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        matches!(self.0, Stage::Secure(_))
    }

    /// Its socket. `None` during a handshake, and after a failed one.
    #[must_use]
    pub fn socket(&self) -> Option<&TcpStream> {
        match &self.0 {
            Stage::New(stream, _) | Stage::Plain(stream) => Some(stream),
            Stage::Secure(stream) => Some(stream.get_ref().0),
            Stage::Handshake(_) | Stage::Failed => None,
        }
    }

    /// Proceeds until the protocol is known and a handshake, if any, is complete.
    fn poll_established(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            self.0 = match &mut self.0 {
                Stage::Plain(_) | Stage::Secure(_) => return Poll::Ready(Ok(())),
                Stage::Failed => return Poll::Ready(Err(ErrorKind::NotConnected.into())),
                Stage::Handshake(handshake) => {
                    let done = ready!(handshake.as_mut().poll(cx));
                    self.0 = Stage::Failed;
                    Stage::Secure(Box::new(done?))
                }
                Stage::New(stream, _) => {
                    let mut first = [0];
                    let mut first = ReadBuf::new(&mut first);
                    ready!(stream.poll_peek(cx, &mut first))?;
                    let is_handshake = first.filled() == [HANDSHAKE];
                    match std::mem::replace(&mut self.0, Stage::Failed) {
                        Stage::New(stream, tls) if is_handshake => {
                            Stage::Handshake(Box::pin(handshake(stream, tls)))
                        }
                        Stage::New(stream, _) => Stage::Plain(stream),
                        other => other,
                    }
                }
            }
        }
    }
}

async fn handshake(stream: TcpStream, tls: Arc<Tls>) -> io::Result<TlsStream<TcpStream>> {
    let peer = stream.peer_addr()?;
    let at = stream.local_addr()?.ip();
    let handshake = async {
        let start = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
        let config =
            tls.config_for(start.client_hello().server_name(), at).map_err(io::Error::other)?;
        start.into_stream(config).await
    };
    let done = tokio::time::timeout(HANDSHAKE_LIMIT, handshake).await;
    let done = done.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()));
    if let Err(error) = &done {
        if is_untrusted(error) {
            tracing::info!(%peer, "a client does not trust the certificate: it needs /_kmsim/ca.pem ({error})");
        } else {
            tracing::debug!(%peer, %error, "a TLS handshake failed");
        }
    }
    done
}

/// Whether the client rejected the certificate.
fn is_untrusted(error: &io::Error) -> bool {
    let alert = error.get_ref().and_then(|error| error.downcast_ref::<Error>());
    matches!(
        alert,
        Some(Error::AlertReceived(
            AlertDescription::UnknownCA
                | AlertDescription::BadCertificate
                | AlertDescription::CertificateUnknown
                | AlertDescription::CertificateExpired
        ))
    )
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(self.poll_established(cx))?;
        on_stream!(self.0, stream => stream.poll_read(cx, buffer), Poll::Pending)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_established(cx))?;
        on_stream!(self.0, stream => stream.poll_write(cx, bytes), Poll::Pending)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_established(cx))?;
        on_stream!(self.0, stream => stream.poll_write_vectored(cx, parts), Poll::Pending)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        on_stream!(self.0, stream => stream.poll_flush(cx), Poll::Ready(Ok(())))
    }

    /// Before anything was sent there is nothing to shut down; the connection is dropped.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        on_stream!(self.0, stream => stream.poll_shutdown(cx), Poll::Ready(Ok(())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::Authority;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    async fn pair() -> (TcpStream, Connection) {
        let tls = Tls::issued(Authority::generate().unwrap(), &[], Arc::default()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        (client, Connection::new(stream, Arc::new(tls)))
    }

    #[tokio::test]
    async fn plain_text_loses_no_bytes() {
        let (mut client, mut server) = pair().await;
        client.write_all(b"GET").await.unwrap();
        let mut read = [0; 3];
        server.read_exact(&mut read).await.unwrap();
        assert_eq!(&read, b"GET");
        server.write_all(b"yes").await.unwrap();
        client.read_exact(&mut read).await.unwrap();
        assert_eq!(&read, b"yes");
        drop(client);
        assert_eq!(server.read(&mut read).await.unwrap(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_stalled_handshake_times_out() {
        let (mut client, mut server) = pair().await;
        client.write_all(&[HANDSHAKE, 3, 1, 2]).await.unwrap();
        assert_eq!(server.read(&mut [0]).await.unwrap_err().kind(), ErrorKind::TimedOut);
        assert_eq!(server.read(&mut [0]).await.unwrap_err().kind(), ErrorKind::NotConnected);
        assert_eq!(client.read(&mut [0]).await.unwrap(), 0, "and is closed");
    }
}
