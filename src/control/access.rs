//! Who may use the control plane.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, HeaderMap, WWW_AUTHENTICATE};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::answer::Refused;
use super::endpoints::Endpoint;
use super::health;
use super::sites::{self, Rejected};
use crate::app::App;
use crate::settings::ControlAccess;

/// The endpoints that need no token.
pub(super) type Public = Arc<[(Method, &'static str)]>;

/// Those of these endpoints that need no token.
pub(super) fn public(endpoints: &[Endpoint]) -> Public {
    let public = endpoints.iter().filter(|endpoint| endpoint.needs_no_token);
    public.map(|endpoint| (endpoint.method.clone(), endpoint.path)).collect()
}

/// Checks the origin and the token of a request.
pub(super) async fn check(
    State((app, public)): State<(Arc<App>, Public)>,
    request: Request,
    next: Next,
) -> Response {
    match sites::check(&app.control_names, &request) {
        Ok(()) => {}
        Err(Rejected::Name(_)) if request.uri().path() == health::PATH => {
            return health::minimal(&request);
        }
        Err(Rejected::Name(refused) | Rejected::Page(refused)) => return refused.into_response(),
    }
    let is_allowed = match &app.control {
        ControlAccess::Open | ControlAccess::Disabled => true,
        ControlAccess::Token(token) => {
            public
                .iter()
                .any(|(method, path)| (method, *path) == (request.method(), request.uri().path()))
                || bearer_token(request.headers()).is_some_and(|text| token.is(text))
        }
    };
    if is_allowed {
        return next.run(request).await;
    }
    let refusal = Refused::of(
        StatusCode::UNAUTHORIZED,
        "the control plane needs its token: `Authorization: Bearer TOKEN`",
    );
    ([(WWW_AUTHENTICATE, "Bearer realm=\"kmsim\"")], refusal).into_response()
}

fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
