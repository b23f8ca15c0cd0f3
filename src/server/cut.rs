//! Answers that do not arrive whole, because a fault struck them.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderValue, Response};
use bytes::Bytes;
use http_body::Frame;

use super::body::Content;
use super::progress::Progress;
use crate::dialects::{Cut, Outbound};

/// The answer as it goes out: whole, unless it bears a cut.
pub(super) fn send(answer: Outbound, progress: &Progress) -> Response<Content> {
    match answer.extensions().get() {
        None => answer.map(Content::Whole),
        Some(Cut::Reset) => {
            progress.cut();
            answer.map(Content::Whole)
        }
        Some(Cut::Truncate) => truncated(answer),
    }
}

/// The same answer with the length that it would have, and half of its body.
fn truncated(mut answer: Outbound) -> Response<Content> {
    let length = answer.body().len();
    answer.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    answer.map(|body| Content::Half(Half::Unsent(body.slice(..length / 2))))
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
