//! Bodies as they come and go: each notes on its connection how far it is.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use http_body_util::{Either, Full};
use hyper::body::Incoming;

use super::progress::{Phase, Progress};

/// A request's body, which may be late.
pub(super) struct Arriving {
    body: Incoming,
    progress: Arc<Progress>,
    /// Whether each part that comes gives its sender new time.
    patient: bool,
}

impl Arriving {
    /// The body of a request whose head has just come.
    pub(super) fn new(body: Incoming, progress: Arc<Progress>, patient: bool) -> Self {
        let whole = http_body::Body::is_end_stream(&body);
        progress.enter(if whole { Phase::Work } else { Phase::Body });
        Self { body, progress, patient }
    }

    fn end(&self) {
        if self.progress.phase() == Phase::Body {
            self.progress.enter(Phase::Work);
        }
    }
}

impl http_body::Body for Arriving {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        if self.progress.late.is_raised() {
            return Poll::Ready(Some(Err(io::Error::from(io::ErrorKind::TimedOut).into())));
        }
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        match &frame {
            Some(Ok(_)) if self.patient => self.progress.step(),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => self.end(),
        }
        Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Arriving {
    /// Whoever drops it does not wait for the rest.
    fn drop(&mut self) {
        self.end();
    }
}

/// An answer's body: all of it; or one that breaks off, or what an endpoint of the control plane answers.
pub(super) type Content = Either<Full<Bytes>, Either<Half, Body>>;

/// An answer's body on its connection.
pub(super) struct Leaving {
    content: Content,
    progress: Arc<Progress>,
}

impl Leaving {
    pub(super) fn new(content: Content, progress: Arc<Progress>) -> Self {
        progress.enter(Phase::Answer);
        Self { content, progress }
    }
}

impl Drop for Leaving {
    fn drop(&mut self) {
        self.progress.enter(Phase::Sent);
    }
}

impl http_body::Body for Leaving {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        Pin::new(&mut self.content).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.content.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.content.size_hint()
    }
}

/// A body that breaks off.
pub(super) enum Half {
    /// Its half waits to be sent.
    Unsent(Bytes),
    /// It is being sent: whoever sends it gets the time to do so.
    Sending,
    /// Now it breaks off.
    Sent,
}

impl http_body::Body for Half {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match &mut *self {
            Self::Unsent(half) => {
                let half = std::mem::take(half);
                *self = Self::Sending;
                Poll::Ready(Some(Ok(Frame::data(half))))
            }
            Self::Sending => {
                *self = Self::Sent;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Self::Sent => Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into()))),
        }
    }
}
