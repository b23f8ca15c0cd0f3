//! Request and response bodies that report their progress to the connection.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::{Either, Full};
use hyper::body::Incoming;

use super::progress::{Phase, Progress};
use crate::app::{BodyBudget, BodyShare};

/// A request's body, as it arrives.
pub(super) struct RequestBody {
    body: Incoming,
    progress: Arc<Progress>,
    /// Whether each part that arrives restarts the time limit.
    renews: bool,
    budget: Arc<BodyBudget>,
    /// Whether what arrives takes of the budget.
    is_counted: bool,
    /// Its part of the budget.
    share: Option<BodyShare>,
}

/// The server holds too many bytes of incomplete bodies.
#[derive(Debug, thiserror::Error)]
#[error("the server holds too many incomplete requests")]
pub(super) struct OverBudget;

impl RequestBody {
    /// The body of a request whose head has just arrived.
    pub(super) fn new(
        body: Incoming,
        progress: Arc<Progress>,
        renews: bool,
        budget: Arc<BodyBudget>,
    ) -> Self {
        let whole = body.is_end_stream();
        progress.enter(if whole { Phase::Work } else { Phase::Body });
        Self { body, progress, renews, budget, is_counted: true, share: None }
    }

    /// Gives back its part of the budget and takes no more, because what arrives is not kept.
    pub(super) fn stop_counting(&mut self) {
        self.share = None;
        self.is_counted = false;
    }

    /// The connection closes after the answer, instead of waiting for the rest.
    pub(super) fn leave_rest(&self) {
        self.progress.unread.raise();
    }

    /// Its part of the budget.
    pub(super) fn take_share(&mut self) -> Option<BodyShare> {
        self.share.take()
    }

    /// Takes the length of a part from the budget, unless the body ends with it.
    fn count(&mut self, part: &Frame<Bytes>) -> Result<(), OverBudget> {
        let Some(data) = part.data_ref().filter(|_| self.is_counted) else { return Ok(()) };
        if self.body.is_end_stream() {
            return Ok(());
        }
        let taken = self.budget.take(data.len()).ok_or(OverBudget)?;
        match &mut self.share {
            Some(share) => share.merge(taken),
            None => self.share = Some(taken),
        }
        Ok(())
    }

    fn end(&self) {
        if self.progress.phase() == Phase::Body {
            self.progress.enter(Phase::Work);
        }
    }
}

impl http_body::Body for RequestBody {
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
        if let Some(Ok(part)) = &frame
            && let Err(error) = self.count(part)
        {
            self.leave_rest();
            return Poll::Ready(Some(Err(error.into())));
        }
        match &frame {
            Some(Ok(_)) if self.renews => self.progress.step(),
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

impl Drop for RequestBody {
    /// After a drop, the connection does not wait for the rest.
    fn drop(&mut self) {
        self.end();
    }
}

/// A response's body: complete, cut off by a fault, or from an endpoint of the control plane.
pub(super) type Content = Either<Full<Bytes>, Either<CutBody, Body>>;

/// A response's body on its connection.
pub(super) struct ResponseBody {
    content: Content,
    progress: Arc<Progress>,
}

impl ResponseBody {
    pub(super) fn new(content: Content, progress: Arc<Progress>) -> Self {
        progress.enter(Phase::Answer);
        Self { content, progress }
    }
}

impl Drop for ResponseBody {
    fn drop(&mut self) {
        self.progress.enter(Phase::Sent);
    }
}

impl http_body::Body for ResponseBody {
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

/// A body that is cut off in the middle.
pub(super) enum CutBody {
    /// The half that is still to be sent.
    Unsent(Bytes),
    /// The half is being sent. One pending poll lets the connection write it.
    Sending,
    /// The half was sent, and the body ends with an error.
    Sent,
}

impl http_body::Body for CutBody {
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
