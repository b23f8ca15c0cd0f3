//! Answers that do not arrive whole, because a fault struck them.

use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderValue, Response};
use http_body_util::{Either, Full};

use super::body::{Content, Half};
use super::progress::Progress;
use crate::dialects::{Cut, Outbound};

/// The answer as it goes out: whole, unless it bears a cut.
pub(super) fn send(answer: Outbound, progress: &Progress) -> Response<Content> {
    match answer.extensions().get() {
        Some(Cut::Truncate) => return truncated(answer),
        Some(Cut::Reset) => progress.cut.raise(),
        None => {}
    }
    whole(answer)
}

/// The answer with all of its body.
pub(super) fn whole(answer: Outbound) -> Response<Content> {
    answer.map(|body| Content::Left(Full::new(body)))
}

/// The same answer with the length that it would have, and half of its body.
fn truncated(mut answer: Outbound) -> Response<Content> {
    let length = answer.body().len();
    answer.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    answer.map(|body| Content::Right(Either::Left(Half::Unsent(body.slice(..length / 2)))))
}
