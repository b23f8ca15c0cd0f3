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
use super::sites::{self, Stranger};
use crate::app::App;
use crate::settings::ControlAccess;

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
        ControlAccess::Open | ControlAccess::Disabled => true,
        ControlAccess::Token(token) => {
            open.iter()
                .any(|(method, path)| (method, *path) == (request.method(), request.uri().path()))
                || given(request.headers()).is_some_and(|text| token.is(text))
        }
    };
    if may {
        return next.run(request).await;
    }
    let refusal = Refused::of(
        StatusCode::UNAUTHORIZED,
        "the control plane needs its token: `Authorization: Bearer TOKEN`",
    );
    ([(WWW_AUTHENTICATE, "Bearer realm=\"kmsim\"")], refusal).into_response()
}

fn given(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
