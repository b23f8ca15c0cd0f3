//! Faults: rules that make requests fail, wait or break off.

use std::time::Duration;

use axum::Json;
use axum::extract::Path;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::answer::{Answer, Cleared, JsonBody, Refused};
use super::endpoints::Endpoints;
use super::names;
use super::scope::KeyScoped;
use crate::watch::faults::{Effect, EffectFields, End, Point, Rule, Target, When};

pub(super) fn endpoints() -> Endpoints {
    Endpoints::on_page(include_str!("openapi/faults.json"))
        .get("/_kmsim/faults", list)
        .post("/_kmsim/faults", arm)
        .delete("/_kmsim/faults", disarm_all)
        .get("/_kmsim/faults/{id}", show)
        .delete("/_kmsim/faults/{id}", disarm)
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    dialect: Option<String>,
    action: Option<String>,
    key: Option<String>,
    secret: Option<String>,
    when: Option<When>,
    at: Option<String>,
    error: Option<String>,
    throttling: bool,
    retry_after: Option<String>,
    latency: Option<String>,
    jitter: Option<String>,
    reset: bool,
    truncate: bool,
}

/// Refuses counts of 0 and probabilities outside 0 to 1.
fn check(when: When) -> Result<When, Refused> {
    match when {
        When::First(0) | When::Nth(0) | When::Every(0) => {
            Err(Refused::bad("when: requests are counted from 1"))
        }
        When::Chance(chance) if !(0.0..=1.0).contains(&chance) => {
            Err(Refused::bad("when.probability: expected a number from 0 to 1"))
        }
        When::Always | When::First(_) | When::Nth(_) | When::Every(_) | When::Chance(_) => Ok(when),
    }
}

/// `POST /_kmsim/faults`: arms a rule.
async fn arm(
    KeyScoped(app, requests): KeyScoped,
    JsonBody(asked): JsonBody<Asked>,
) -> Answer<Value> {
    let fields = EffectFields {
        error: asked.error.as_deref(),
        throttling: asked.throttling,
        retry_after: asked.retry_after.as_deref(),
        latency: asked.latency.as_deref(),
        jitter: asked.jitter.as_deref(),
        reset: asked.reset,
        truncate: asked.truncate,
        at: asked.at.as_deref(),
    };
    let effect = Effect::read(&fields).map_err(|error| Refused::bad(error.to_string()))?;
    let clouds =
        names::clouds(&app, asked.dialect.as_deref(), asked.action.as_deref(), fields.error)?;
    let when = check(asked.when.unwrap_or(When::Always))?;
    let target = Target {
        requests,
        clouds: clouds.iter().map(|cloud| cloud.profile().name).collect(),
        action: asked.action.map(Into::into),
        key: asked.key.map(Into::into),
        secret: asked.secret.map(Into::into),
    };
    let rule = app.watch.faults.arm(target, when, effect);
    let rule = rule.ok_or_else(|| Refused::bad("too many rules: delete some first"))?;
    Ok(Json(shown(&rule)))
}

#[derive(Serialize)]
struct List {
    faults: Vec<Value>,
}

/// `GET /_kmsim/faults`: the rules, with their counts.
async fn list(KeyScoped(app, requests): KeyScoped) -> Answer<List> {
    let rules = app.watch.faults.of(&requests);
    Ok(Json(List { faults: rules.iter().map(|rule| shown(rule)).collect() }))
}

/// `GET /_kmsim/faults/{id}`: one rule.
async fn show(KeyScoped(app, requests): KeyScoped, Path(id): Path<String>) -> Answer<Value> {
    let rules = app.watch.faults.of(&requests);
    let rule = rules.iter().find(|rule| rule.id.to_string() == id).ok_or_else(|| no_such(&id))?;
    Ok(Json(shown(rule)))
}

/// `DELETE /_kmsim/faults`: removes rules.
async fn disarm_all(KeyScoped(app, requests): KeyScoped) -> Answer<Cleared> {
    Ok(Json(Cleared { cleared: app.watch.faults.disarm(&requests, |_| true) }))
}

/// `DELETE /_kmsim/faults/{id}`: removes one rule.
async fn disarm(KeyScoped(app, requests): KeyScoped, Path(id): Path<String>) -> Answer<Cleared> {
    match app.watch.faults.disarm(&requests, |rule| rule.id.to_string() == id) {
        0 => Err(no_such(&id)),
        cleared => Ok(Json(Cleared { cleared })),
    }
}

fn no_such(id: &str) -> Refused {
    Refused::not_found(format!("there is no rule {id:?}"))
}

/// A rule as JSON. What does not apply to it is left out.
fn shown(rule: &Rule) -> Value {
    let Target { requests, clouds, action, key, secret } = &rule.target;
    let length = |length: Duration| format!("{}ms", length.as_millis());
    let latency = rule.effect.latency.as_ref();
    let (mut error, mut retry_after) = (None, None);
    match &rule.effect.end {
        Some(End::Error(code)) => error = Some(code),
        Some(End::Throttling(after)) => retry_after = after.map(length),
        Some(End::Reset | End::Truncate) | None => {}
    }
    let mut shown = json!({
        "id": rule.id,
        "account": requests.scope.account,
        "access_key": requests.access_key,
        "region": requests.scope.region,
        "dialects": clouds,
        "action": action,
        "key": key,
        "secret": secret,
        "when": rule.when,
        "at": match rule.effect.at {
            Point::Before => "before",
            Point::After => "after",
        },
        "error": error,
        "throttling": matches!(rule.effect.end, Some(End::Throttling(_))),
        "retry_after": retry_after,
        "latency": latency.map(|it| length(it.base)),
        "jitter": latency.filter(|it| !it.jitter.is_zero()).map(|it| length(it.jitter)),
        "reset": matches!(rule.effect.end, Some(End::Reset)),
        "truncate": matches!(rule.effect.end, Some(End::Truncate)),
        "matched": rule.matched(),
        "hits": rule.hits(),
    });
    if let Value::Object(fields) = &mut shown {
        fields.retain(|_, value| !value.is_null() && *value != json!(false));
    }
    shown
}
