//! Answers that do not arrive whole, because a fault struck them.

use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderValue, Response};

use super::body::{Content, Half};
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
