//! A connection's stream as the HTTP parser sees it. It notes what comes and goes, can be cut from above, and keeps the
//! parser's own refusals back: they have no body, and no SDK can read them.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::progress::{Phase, Progress};
use crate::tls::Connection;

/// The longest target that the HTTP parser serves, in bytes.
pub(super) const TARGET_LIMIT: usize = 65_534;
/// The longest request line that can hold such a target: there is room for a method and the version.
const LINE_LIMIT: usize = TARGET_LIMIT + 64;

/// A connection's stream.
pub(super) struct Line {
    stream: Connection,
    progress: Arc<Progress>,
    /// How much of a request line has come; `None` once it has ended.
    line: Option<usize>,
}

impl Line {
    pub(super) fn new(stream: Connection, progress: Arc<Progress>) -> Self {
        Self { stream, progress, line: None }
    }

    /// Looks at what came. A request line that has no end within its limit is noted: nothing else is looked for here.
    fn notice(&mut self, came: &[u8]) {
        match self.progress.phase() {
            Phase::Waiting => {
                self.progress.begin_head();
                self.line = Some(0);
            }
            Phase::Head => {}
            Phase::Body | Phase::Work | Phase::Answer | Phase::Sent => return,
        }
        if let Some(length) = self.line {
            self.line = memchr::memchr(b'\n', came).is_none().then_some(length + came.len());
            if self.line.is_some_and(|length| length > LINE_LIMIT) {
                self.progress.overlong.raise();
            }
        }
    }

    /// Whether something that is to be written now is the parser's own refusal: no request was handed up.
    fn keeps_back(&self, start: &[u8]) -> bool {
        let is_refusal = matches!(self.progress.phase(), Phase::Waiting | Phase::Head);
        if is_refusal && self.progress.refused().is_none() {
            let status = start.strip_prefix(b"HTTP/1.1 ").and_then(|rest| rest.get(..3));
            let status = status.and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
            self.progress.refuse(status.unwrap_or(400));
        }
        is_refusal
    }

    /// Refuses to go on with a connection that was cut. Closing it drops what is on its way and tells the other end.
    fn check(&self) -> io::Result<()> {
        if self.progress.cut.is_raised() {
            if let Some(socket) = self.stream.socket() {
                socket.set_zero_linger()?;
            }
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }

    /// Something was written, or nothing.
    fn wrote(&self, written: &Poll<io::Result<usize>>) {
        if matches!(written, Poll::Ready(Ok(length)) if *length > 0) {
            self.progress.step();
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        if let Some(came) = buffer.filled().get(before..).filter(|came| !came.is_empty()) {
            self.notice(came);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        if self.keeps_back(bytes) {
            return Poll::Ready(Ok(bytes.len()));
        }
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.wrote(&written);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        if self.keeps_back(slices.first().map_or(&b""[..], |slice| slice)) {
            return Poll::Ready(Ok(slices.iter().map(|slice| slice.len()).sum()));
        }
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.wrote(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// The parser flushes when it has nothing more to write: an answer that it has whole is sent then.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        if self.progress.phase() == Phase::Sent {
            self.progress.rest();
        }
        Poll::Ready(Ok(()))
    }

    /// After a refusal that was kept back, the stream is still to carry the answer in its place.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        if self.progress.refused().is_some() && self.progress.phase() < Phase::Body {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
