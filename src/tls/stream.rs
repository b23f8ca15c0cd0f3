//! A connection that finds out by itself whether its client speaks TLS: the first byte of a handshake is 22, and no HTTP
//! request begins with that. All of it happens where the connection is read, in the task of that connection: a client
//! that stays silent or fails keeps nobody else waiting.

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
/// How long a client may take from its first byte to the end of its handshake.
const PATIENCE: Duration = Duration::from_secs(10);

/// A client's connection, in plain text or under TLS.
pub struct Connection(Stage);

enum Stage {
    /// Nothing has come yet.
    New(TcpStream, Arc<Tls>),
    Greeting(Pin<Box<dyn Future<Output = io::Result<TlsStream<TcpStream>>> + Send>>),
    Plain(TcpStream),
    Secure(Box<TlsStream<TcpStream>>),
    /// It came to nothing.
    Over,
}

/// The stream on which a stage is read and written; `$early` where there is none yet.
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
            Stage::New(..) | Stage::Greeting(_) | Stage::Over => $early,
        }
    };
}

impl Connection {
    /// A connection that was just accepted.
    #[must_use]
    pub fn new(stream: TcpStream, tls: Arc<Tls>) -> Self {
        Self(Stage::New(stream, tls))
    }

    /// Its socket. There is none to see while the client is greeted, and none after it came to nothing.
    #[must_use]
    pub fn socket(&self) -> Option<&TcpStream> {
        match &self.0 {
            Stage::New(stream, _) | Stage::Plain(stream) => Some(stream),
            Stage::Secure(stream) => Some(stream.get_ref().0),
            Stage::Greeting(_) | Stage::Over => None,
        }
    }

    /// Goes on until it is known how the client speaks, and the client was greeted.
    fn poll_begun(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            self.0 = match &mut self.0 {
                Stage::Plain(_) | Stage::Secure(_) => return Poll::Ready(Ok(())),
                Stage::Over => return Poll::Ready(Err(ErrorKind::NotConnected.into())),
                Stage::Greeting(greeting) => {
                    let greeted = ready!(greeting.as_mut().poll(cx));
                    self.0 = Stage::Over;
                    Stage::Secure(Box::new(greeted?))
                }
                Stage::New(stream, _) => {
                    let mut first = [0];
                    let mut first = ReadBuf::new(&mut first);
                    ready!(stream.poll_peek(cx, &mut first))?;
                    let is_handshake = first.filled() == [HANDSHAKE];
                    match std::mem::replace(&mut self.0, Stage::Over) {
                        Stage::New(stream, tls) if is_handshake => {
                            Stage::Greeting(Box::pin(greet(stream, tls)))
                        }
                        Stage::New(stream, _) => Stage::Plain(stream),
                        other => other,
                    }
                }
            }
        }
    }
}

async fn greet(stream: TcpStream, tls: Arc<Tls>) -> io::Result<TlsStream<TcpStream>> {
    let peer = stream.peer_addr()?;
    let at = stream.local_addr()?.ip();
    let greeting = async {
        let start = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
        let config =
            tls.greeting(start.client_hello().server_name(), at).map_err(io::Error::other)?;
        start.into_stream(config).await
    };
    let greeted = tokio::time::timeout(PATIENCE, greeting).await;
    let greeted = greeted.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()));
    if let Err(error) = &greeted {
        if is_distrust(error) {
            tracing::info!(%peer, "a client does not trust the certificate: it needs /_kmsim/ca.pem ({error})");
        } else {
            tracing::debug!(%peer, %error, "a TLS handshake failed");
        }
    }
    greeted
}

/// Whether the client broke off because of the certificate that it was shown.
fn is_distrust(error: &io::Error) -> bool {
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
        ready!(self.poll_begun(cx))?;
        on_stream!(self.0, stream => stream.poll_read(cx, buffer), Poll::Pending)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_begun(cx))?;
        on_stream!(self.0, stream => stream.poll_write(cx, bytes), Poll::Pending)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_begun(cx))?;
        on_stream!(self.0, stream => stream.poll_write_vectored(cx, parts), Poll::Pending)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        on_stream!(self.0, stream => stream.poll_flush(cx), Poll::Ready(Ok(())))
    }

    /// Before anything was said there is nothing to end: the connection is dropped.
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
        let tls = Tls::issued(Authority::draw().unwrap(), &[], Arc::default()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        (client, Connection::new(stream, Arc::new(tls)))
    }

    #[tokio::test]
    async fn plain_text_loses_no_byte() {
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
    async fn a_handshake_that_does_not_go_on_ends() {
        let (mut client, mut server) = pair().await;
        client.write_all(&[HANDSHAKE, 3, 1, 2]).await.unwrap();
        assert_eq!(server.read(&mut [0]).await.unwrap_err().kind(), ErrorKind::TimedOut);
        assert_eq!(server.read(&mut [0]).await.unwrap_err().kind(), ErrorKind::NotConnected);
        assert_eq!(client.read(&mut [0]).await.unwrap(), 0, "and is closed");
    }
}
