//! The clock that due dates follow, of the whole server or of a scope.

use axum::Json;
use serde::{Deserialize, Serialize};

use super::answer::{Answer, JsonBody, NoFields, Refused};
use super::endpoints::Endpoints;
use super::scope::Scoped;
use crate::app::App;
use crate::engine::ClockChange;
use crate::model::Scope;
use crate::world::{ClockMode, Instant, parse_duration};

pub(super) fn endpoints() -> Endpoints {
    Endpoints::on_page(include_str!("openapi/clock.json"))
        .get("/_kmsim/clock", show)
        .post("/_kmsim/clock/freeze", freeze)
        .post("/_kmsim/clock/set", set)
        .post("/_kmsim/clock/advance", advance)
        .post("/_kmsim/clock/resume", resume)
}

#[derive(Serialize)]
struct Shown {
    now: String,
    frozen: bool,
    host: String,
}

fn shown(app: &App, scope: &Scope) -> Json<Shown> {
    let mode = app.engine.clock_mode(scope);
    let host = app.engine.world().clock.host();
    let frozen = matches!(mode, ClockMode::Frozen(_));
    Json(Shown { now: mode.at(host).to_string(), frozen, host: host.to_string() })
}

/// `GET /_kmsim/clock`: the current time.
async fn show(Scoped(app, scope): Scoped) -> Answer<Shown> {
    Ok(shown(&app, &scope))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Freeze {
    at: Option<String>,
}

/// `POST /_kmsim/clock/freeze`: stops the clock, at the given time or at the current one.
async fn freeze(
    Scoped(app, scope): Scoped,
    JsonBody(Freeze { at }): JsonBody<Freeze>,
) -> Answer<Shown> {
    match at {
        None => turn(&app, &scope, &[ClockChange::Freeze]).await,
        Some(at) => {
            turn(&app, &scope, &[ClockChange::Freeze, ClockChange::Set(time("at", &at)?)]).await
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Set {
    to: String,
}

/// `POST /_kmsim/clock/set`: sets the time. The clock stays frozen or running, as before.
async fn set(Scoped(app, scope): Scoped, JsonBody(Set { to }): JsonBody<Set>) -> Answer<Shown> {
    turn(&app, &scope, &[ClockChange::Set(time("to", &to)?)]).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    by: String,
}

/// `POST /_kmsim/clock/advance`: moves the clock forward. When this answers, everything that became
/// due has happened.
async fn advance(
    Scoped(app, scope): Scoped,
    JsonBody(Advance { by }): JsonBody<Advance>,
) -> Answer<Shown> {
    let by = parse_duration(&by).ok_or_else(|| {
        Refused::bad(format!("by: {by:?} is not a duration such as 90s, 1h 30m, 30d"))
    })?;
    turn(&app, &scope, &[ClockChange::Advance(by)]).await
}

/// `POST /_kmsim/clock/resume`: returns to the host's time, running.
async fn resume(
    Scoped(app, scope): Scoped,
    JsonBody(NoFields {}): JsonBody<NoFields>,
) -> Answer<Shown> {
    turn(&app, &scope, &[ClockChange::Resume]).await
}

/// Changes the clock and shows it. If what became due cannot be written, the clock is unchanged.
async fn turn(app: &App, scope: &Scope, turns: &[ClockChange]) -> Answer<Shown> {
    app.engine.change_clock(scope, turns).await.map_err(|error| Refused::broken(&error))?;
    Ok(shown(app, scope))
}

fn time(field: &str, text: &str) -> Result<Instant, Refused> {
    Instant::parse(text)
        .ok_or_else(|| Refused::bad(format!("{field}: {text:?} is not an RFC 3339 time")))
}
