//! A connection's stream as the HTTP parser sees it. It reports progress, can be cut by a fault,
//! and suppresses the parser's own refusals, because they have no body and no SDK can read them.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::progress::{Phase, Progress};
use crate::tls::Connection;

/// The longest request target that the HTTP parser accepts, in bytes.
pub(super) const TARGET_LIMIT: usize = 65_534;
/// The longest request line with such a target: there is room for a method and the version.
const LINE_LIMIT: usize = TARGET_LIMIT + 64;

/// A connection's stream.
pub(super) struct ParserStream {
    stream: Connection,
    progress: Arc<Progress>,
    /// How many bytes of the request line have arrived; `None` once it is complete.
    line: Option<usize>,
}

impl ParserStream {
    pub(super) fn new(stream: Connection, progress: Arc<Progress>) -> Self {
        Self { stream, progress, line: None }
    }

    /// Looks at received bytes, and reports a request line that exceeds its limit.
    fn observe(&mut self, received: &[u8]) {
        if self.progress.unread.is_raised() {
            return;
        }
        match self.progress.phase() {
            Phase::Waiting => {
                self.progress.begin_head();
                if self.stream.is_encrypted() {
                    self.progress.encrypted.raise();
                }
                self.line = Some(0);
            }
            Phase::Head => {}
            Phase::Body | Phase::Work | Phase::Answer | Phase::Sent => return,
        }
        if let Some(length) = self.line {
            self.line =
                memchr::memchr(b'\n', received).is_none().then_some(length + received.len());
            if self.line.is_some_and(|length| length > LINE_LIMIT) {
                self.progress.overlong.raise();
            }
        }
    }

    /// Whether the bytes to be written are the parser's own refusal. That is the case if no request
    /// was handed up.
    fn suppresses(&self, start: &[u8]) -> bool {
        let is_refusal = matches!(self.progress.phase(), Phase::Waiting | Phase::Head);
        if is_refusal && self.progress.refused().is_none() {
            let status = start.strip_prefix(b"HTTP/1.1 ").and_then(|rest| rest.get(..3));
            let status = status.and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
            self.progress.set_refused(status.unwrap_or(400));
        }
        is_refusal
    }

    /// Fails on a connection that was cut. With zero linger, closing discards unsent data and sends
    /// a reset.
    fn check(&self) -> io::Result<()> {
        if self.progress.cut.is_raised() {
            if let Some(socket) = self.stream.socket() {
                socket.set_zero_linger()?;
            }
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }

    /// Reports written bytes.
    fn report_written(&self, written: &Poll<io::Result<usize>>) {
        if matches!(written, Poll::Ready(Ok(length)) if *length > 0) {
            self.progress.step();
        }
    }
}

impl AsyncRead for ParserStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        if let Some(received) =
            buffer.filled().get(before..).filter(|received| !received.is_empty())
        {
            self.observe(received);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for ParserStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        if self.suppresses(bytes) {
            return Poll::Ready(Ok(bytes.len()));
        }
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.report_written(&written);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        if self.suppresses(slices.first().map_or(&b""[..], |slice| slice)) {
            return Poll::Ready(Ok(slices.iter().map(|slice| slice.len()).sum()));
        }
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.report_written(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// The parser flushes when it has nothing more to write. A response that it has completely is
    /// sent then.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        if self.progress.phase() == Phase::Sent {
            self.progress.become_idle();
        }
        Poll::Ready(Ok(()))
    }

    /// After a suppressed refusal, the stream must still carry the answer that replaces it.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        if self.progress.refused().is_some() && self.progress.phase() < Phase::Body {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
