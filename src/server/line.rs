//! A connection that can be cut from above: the pipeline knows requests and answers, and not what they come over.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::tls::Connection;

/// What a connection goes over in the end.
pub(super) trait Wire: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    /// Its socket, once it is known.
    fn socket(&self) -> Option<&TcpStream>;
}

impl Wire for Connection {
    fn socket(&self) -> Option<&TcpStream> {
        Self::socket(self)
    }
}

/// A connection with scissors.
#[derive(Debug)]
pub(super) struct Line<S> {
    stream: S,
    scissors: Scissors,
}

/// Cuts a connection: whatever is written next is not sent, and its end is a reset.
#[derive(Clone, Debug, Default)]
pub(super) struct Scissors(Arc<AtomicBool>);

/// A listener whose connections can be cut.
pub(super) struct Lines<L>(pub(super) L);

impl Scissors {
    pub(super) fn cut(&self) {
        self.0.store(true, Ordering::Release);
    }
}

impl<S: Wire> Line<S> {
    /// What cuts it.
    pub(super) fn scissors(&self) -> &Scissors {
        &self.scissors
    }

    /// Refuses to go on with a connection that was cut. Closing it drops what is on its way and tells the other end.
    fn check(&self) -> io::Result<()> {
        if self.scissors.0.load(Ordering::Acquire) {
            if let Some(socket) = self.stream.socket() {
                socket.set_zero_linger()?;
            }
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }
}

impl<L: Listener<Io: Wire>> Listener for Lines<L> {
    type Io = Line<L::Io>;
    type Addr = L::Addr;

    async fn accept(&mut self) -> (Line<L::Io>, L::Addr) {
        let (stream, address) = self.0.accept().await;
        (Line { stream, scissors: Scissors::default() }, address)
    }

    fn local_addr(&self) -> io::Result<L::Addr> {
        self.0.local_addr()
    }
}

impl<S: Wire> AsyncRead for Line<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: Wire> AsyncWrite for Line<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
