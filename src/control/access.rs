//! Who may use the control plane.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, HeaderMap, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::answer::Refused;
use super::endpoints::Endpoint;
use super::health;
use super::sites::{self, Stranger};
use crate::algorithms::mac::{Hash, digest, equal};
use crate::server::App;

/// Who may use the control plane. Whether the server serves, anybody may ask.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ControlAccess {
    /// Whoever reaches it.
    #[default]
    Everybody,
    /// Who has the token.
    Token(ControlToken),
    /// Nobody: there is none.
    Nobody,
}

/// The token of the control plane. Only its digest is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct ControlToken(Vec<u8>);

impl std::fmt::Debug for ControlToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ControlToken")
    }
}

impl ControlToken {
    /// The token of this text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(digest(Hash::Sha256, text.as_bytes()))
    }

    /// Whether somebody gave it. How long this takes depends neither on the token nor on how much of it is right.
    #[must_use]
    pub fn is(&self, given: &str) -> bool {
        equal(&self.0, &Self::new(given).0)
    }
}

/// The endpoints that answer everybody.
pub(super) type Open = Arc<[(Method, &'static str)]>;

/// The open ones of some endpoints.
pub(super) fn open(endpoints: &[Endpoint]) -> Open {
    let open = endpoints.iter().filter(|endpoint| endpoint.is_open);
    open.map(|endpoint| (endpoint.method.clone(), endpoint.path)).collect()
}

/// Lets a request through to its endpoint, if it may go there.
pub(super) async fn check(
    State((app, open)): State<(Arc<App>, Open)>,
    request: Request,
    next: Next,
) -> Response {
    match sites::check(&app.control_names, &request) {
        Ok(()) => {}
        Err(Stranger::Name(_)) if request.uri().path() == health::PATH => {
            return health::shortly(&request);
        }
        Err(Stranger::Name(refused) | Stranger::Page(refused)) => return refused.into_response(),
    }
    let may = match &app.control {
        ControlAccess::Everybody | ControlAccess::Nobody => true,
        ControlAccess::Token(token) => {
            open.iter()
                .any(|(method, path)| (method, *path) == (request.method(), request.uri().path()))
                || given(request.headers()).is_some_and(|text| token.is(text))
        }
    };
    if may {
        return next.run(request).await;
    }
    let mut refusal = Refused::of(
        StatusCode::UNAUTHORIZED,
        "the control plane needs its token: `Authorization: Bearer TOKEN`",
    )
    .into_response();
    refusal
        .headers_mut()
        .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"kmsim\""));
    refusal
}

fn given(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
