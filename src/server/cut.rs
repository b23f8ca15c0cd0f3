//! Answers that a fault cuts off.

use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderValue, Response};
use http_body_util::{Either, Full};

use super::body::{Content, CutBody};
use super::progress::Progress;
use crate::dialects::{Cut, Outbound};

/// The response to send: complete, unless a fault cuts it off.
pub(super) fn send(answer: Outbound, progress: &Progress) -> Response<Content> {
    match answer.extensions().get() {
        Some(Cut::Truncate) => return truncated(answer),
        Some(Cut::Reset) => progress.cut.raise(),
        None => {}
    }
    whole(answer)
}

/// The complete response.
pub(super) fn whole(answer: Outbound) -> Response<Content> {
    answer.map(|body| Content::Left(Full::new(body)))
}

/// The same response, with its full Content-Length and half of its body.
fn truncated(mut answer: Outbound) -> Response<Content> {
    let length = answer.body().len();
    answer.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    answer.map(|body| Content::Right(Either::Left(CutBody::Unsent(body.slice(..length / 2)))))
}
