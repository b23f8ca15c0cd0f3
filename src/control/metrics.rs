//! Metrics for Prometheus.

use std::fmt::Write;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use super::endpoints::Endpoints;
use crate::app::App;
use crate::dialects::PROFILES;
use crate::model::Counts;

pub(super) fn endpoints() -> Endpoints {
    Endpoints::on_page(include_str!("openapi/metrics.json")).get("/_kmsim/metrics", show)
}

/// `GET /_kmsim/metrics`: Prometheus' text format, version 0.0.4.
async fn show(State(app): State<Arc<App>>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text(&app))
}

fn text(app: &App) -> String {
    let mut text = app.watch.metrics.text();
    let names = PROFILES.iter().map(|profile| profile.name);
    let counts: Vec<_> = names.map(|name| (name, app.engine.counts(name).named())).collect();
    for (at, (noun, _)) in Counts::default().named().into_iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "# HELP kmsim_{noun} How many {noun} the server holds.\n# TYPE kmsim_{noun} gauge"
        );
        for (dialect, counts) in &counts {
            let _ = writeln!(text, "kmsim_{noun}{{dialect=\"{dialect}\"}} {}", counts[at].1);
        }
    }
    let (commits, started) = (app.engine.commits(), app.started.millis().div_euclid(1000));
    let held = app.body_budget.taken();
    let _ = writeln!(
        text,
        "# HELP kmsim_commits_total Transactions committed by the store.\n# TYPE kmsim_commits_total counter\n\
         kmsim_commits_total {commits}\n\
         # HELP kmsim_incomplete_body_bytes How many bytes of incomplete request bodies the server holds.\n\
         # TYPE kmsim_incomplete_body_bytes gauge\nkmsim_incomplete_body_bytes {held}\n\
         # HELP process_start_time_seconds When the server started, in seconds since 1970.\n\
         # TYPE process_start_time_seconds gauge\nprocess_start_time_seconds {started}"
    );
    text
}
