//! HTTP requests with their whole body, and answers.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri};
use bytes::Bytes;

/// A request with its whole body.
#[derive(Debug)]
pub struct Inbound {
    /// The method.
    pub method: Method,
    /// The request target.
    pub uri: Uri,
    /// The headers.
    pub headers: HeaderMap,
    /// Whether it came over TLS.
    pub is_encrypted: bool,
    /// The address that it came from, if that is known.
    pub peer: Option<IpAddr>,
    /// The body, or why there is none.
    pub body: Result<Bytes, BodyRefused>,
}

/// The first value of a header. Its name is in lower case.
///
/// Requests have few headers (100 at most), so a comparison with each costs less than the hash by
/// which `HeaderMap::get` finds a name that is given as text.
pub(crate) fn find_header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a HeaderValue> {
    headers.iter().find(|(it, _)| it.as_str() == name).map(|(_, value)| value)
}

/// The largest body of a request to a cloud whose document gives no limit, in bytes.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// Why there is no body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyRefused {
    /// It is larger than its cloud takes.
    TooLarge,
    /// It ended early, or did not arrive in time.
    Broken,
    /// The server holds too many bytes of incomplete bodies.
    OverBudget,
    /// The request's head was refused. The other fields hold what was read of it.
    Head(HeadRefused),
}

/// Why a request's head was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeadRefused {
    /// The request line is longer than the server takes.
    #[error(
        "The request line is longer than 64 KiB. Send the parameters in the body of a POST request."
    )]
    LineTooLong,
    /// It has more or longer headers than the server takes.
    #[error("The request has more than 100 headers, or its head is longer than 128 KiB.")]
    TooLarge,
    /// It is not well-formed HTTP/1.1.
    #[error("The request is not well-formed HTTP/1.1.")]
    Malformed,
}

impl HeadRefused {
    /// The HTTP status for it.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::LineTooLong => StatusCode::URI_TOO_LONG,
            Self::TooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Malformed => StatusCode::BAD_REQUEST,
        }
    }
}

/// An answer, ready to send.
pub type Outbound = Response<Bytes>;

/// How the connection ends instead of a whole answer: an extension of the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Nothing is sent, and the connection is reset.
    Reset,
    /// Half of the body is sent, and the connection is closed.
    Truncate,
}
