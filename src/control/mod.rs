//! The control plane, under `/_kmsim/`: it lets tests and operators control the server. One file
//! for each group of endpoints. Answers are JSON. A refusal is `{"error": …}`.

mod access;
mod actions;
mod answer;
mod ca;
mod clock;
mod endpoints;
mod faults;
mod health;
mod inspect;
mod instances;
mod long_work;
mod managed_data_keys;
mod metrics;
mod names;
mod openapi;
mod requests;
mod reset;
mod scope;
mod sites;
mod snapshots;
mod state;
mod user_access;
mod white_box;

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Router, middleware};

use crate::app::App;
use crate::model::Scope;
use crate::settings::ControlAccess;
use answer::{Answer, Refused};
use endpoints::Endpoints;

/// All endpoints. Each group adds itself here, and is described by its page under `openapi/`.
fn endpoints() -> Endpoints {
    let all = public_endpoints()
        .and(actions::endpoints())
        .and(clock::endpoints())
        .and(faults::endpoints())
        .and(requests::endpoints())
        .and(metrics::endpoints())
        .and(inspect::endpoints())
        .and(instances::endpoints())
        .and(reset::endpoints())
        .and(snapshots::endpoints())
        .and(state::endpoints())
        .and(managed_data_keys::endpoints())
        .and(user_access::endpoints())
        .and(white_box::endpoints());
    let description = openapi::endpoints(all.pages().to_vec());
    all.and(description)
}

/// The endpoints that need no token, and that a server has even without a control plane.
fn public_endpoints() -> Endpoints {
    health::endpoints().and(ca::endpoints())
}

/// Whether a path belongs to the control plane.
pub(crate) fn is_own(path: &str) -> bool {
    path.starts_with("/_kmsim/")
}

/// A refusal in the control plane's format, for a request that reaches no endpoint.
pub(crate) fn refusal(status: StatusCode, what: &str) -> Response {
    Refused::of(status, what).into_response()
}

/// The router for `/_kmsim/`.
pub(crate) fn routes(app: &Arc<App>) -> Router {
    let endpoints = match app.control {
        ControlAccess::Disabled => public_endpoints(),
        ControlAccess::Open | ControlAccess::Token(_) => endpoints(),
    };
    let access = (Arc::clone(app), access::public(endpoints.listed()));
    let router =
        endpoints.into_router().method_not_allowed_fallback(wrong_method).fallback(unknown);
    router.layer(middleware::from_fn_with_state(access, access::check)).with_state(Arc::clone(app))
}

/// Resets a scope to the seeds, as `POST /_kmsim/reset` does.
///
/// # Errors
/// Why it failed, in one line. Nothing changed.
pub(crate) async fn back_to_seeds(app: &Arc<App>, scope: &Scope) -> Result<(), String> {
    reset::back_to_seeds(app, scope).await.map(drop).map_err(|refused| refused.to_string())
}

/// Any other path under `/_kmsim/`.
async fn unknown() -> Answer<()> {
    Err(Refused::not_found("there is no such endpoint"))
}

async fn wrong_method() -> Answer<()> {
    Err(Refused::wrong_method())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::endpoints;
    use super::openapi::document;

    #[test]
    fn every_endpoint_is_described_and_nothing_else() {
        let endpoints = endpoints();
        let listed = endpoints.listed().iter();
        let served: BTreeSet<_> =
            listed.map(|it| (it.method.as_str().to_lowercase(), it.path.to_owned())).collect();
        let document = document(endpoints.pages()).unwrap();
        let mut described = BTreeSet::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                described.insert((method.clone(), path.clone()));
                assert!(operation["summary"].is_string(), "{method} {path} has a summary");
                assert!(operation["responses"]["200"].is_object(), "{method} {path} has an answer");
            }
        }
        assert_eq!(described, served);
    }

    #[test]
    fn every_reference_has_a_target() {
        fn check(value: &Value, document: &Value) {
            match value {
                Value::Object(fields) => {
                    if let Some(Value::String(target)) = fields.get("$ref") {
                        let pointer = target.strip_prefix('#').unwrap();
                        assert!(document.pointer(pointer).is_some(), "{target}");
                    }
                    fields.values().for_each(|value| check(value, document));
                }
                Value::Array(values) => values.iter().for_each(|value| check(value, document)),
                _ => {}
            }
        }
        let document = document(endpoints().pages()).unwrap();
        check(&document, &document);
    }
}
