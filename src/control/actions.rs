//! The actions that each cloud serves, and those that it does not serve yet.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use super::answer::Answer;
use super::endpoints::Endpoints;
use crate::app::App;

pub(super) fn endpoints() -> Endpoints {
    Endpoints::on_page(include_str!("openapi/actions.json")).get("/_kmsim/actions", show)
}

#[derive(Serialize)]
struct Actions {
    served: Vec<&'static str>,
    not_yet: Vec<&'static str>,
    errors: Vec<&'static str>,
}

/// `GET /_kmsim/actions`: for each cloud, the actions that are served, those that are not, and the
/// error codes that a fault may use.
async fn show(State(app): State<Arc<App>>) -> Answer<BTreeMap<&'static str, Actions>> {
    let actions = app.clouds.iter().map(|cloud| {
        let profile = cloud.profile();
        let errors = profile.codes.iter().map(|code| code.name).collect();
        let (served, not_yet) = (cloud.action_names(), profile.not_yet().collect());
        (profile.name, Actions { served, not_yet, errors })
    });
    Ok(Json(actions.collect()))
}
