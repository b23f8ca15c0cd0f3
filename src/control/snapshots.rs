//! States that were saved under a name, to be loaded again. A snapshot belongs to the scope that it was saved of, so
//! that workers who share a server may use the same names. They last as long as the server.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::Path;
use axum::{Extension, Json};
use serde::Serialize;
use serde_json::{Value, json};

use super::answer::{Answer, Nothing, Refused, Sent};
use super::apart::discard;
use super::endpoints::Endpoints;
use super::reset::totals;
use super::scope::Scoped;
use crate::engine::{Replacement, SavedClocks};
use crate::model::{Realm, Scope, State as Contents, Totals};
use crate::world::Instant;

/// How many there may be. Each is some pointers, and what it alone still holds.
const MOST: usize = 1000;

/// The longest name, in bytes.
const NAME_MAX: usize = 128;

pub(super) fn endpoints() -> Endpoints {
    Endpoints::on_page(include_str!("openapi/snapshots.json"))
        .get("/_kmsim/snapshots", list)
        .get("/_kmsim/snapshots/{name}", show)
        .post("/_kmsim/snapshots/{name}", save)
        .delete("/_kmsim/snapshots/{name}", forget)
        .post("/_kmsim/snapshots/{name}/load", load)
        .sharing(Snapshots::default())
}

/// Every snapshot, by its scope and name.
#[derive(Clone, Default)]
struct Snapshots(Arc<Mutex<ByName>>);

type ByName = BTreeMap<(Scope, String), Arc<Snapshot>>;

/// A scope as it was.
struct Snapshot {
    saved_at: Instant,
    contents: Vec<(Realm, Arc<Contents>)>,
    totals: Totals,
    clocks: SavedClocks,
}

impl Snapshots {
    fn all(&self) -> MutexGuard<'_, ByName> {
        // What is guarded is whole even after a panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn named(&self, scope: Scope, name: String) -> Result<Arc<Snapshot>, Refused> {
        let found = self.all().get(&(scope, name)).cloned();
        found.ok_or_else(|| Refused::not_found("this scope has no snapshot of this name"))
    }
}

#[derive(Serialize)]
struct Shown {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Arc<str>>,
    saved_at: String,
    #[serde(flatten)]
    totals: Totals,
}

fn shown(scope: &Scope, name: &str, snapshot: &Snapshot) -> Shown {
    Shown {
        name: name.to_owned(),
        account: scope.account.clone(),
        region: scope.region.clone(),
        saved_at: snapshot.saved_at.to_string(),
        totals: snapshot.totals,
    }
}

#[derive(Serialize)]
struct Listed {
    snapshots: Vec<Shown>,
}

/// `GET /_kmsim/snapshots`: those of the scope and of narrower ones.
async fn list(
    Extension(snapshots): Extension<Snapshots>,
    Scoped(_, scope): Scoped,
) -> Answer<Listed> {
    let all = snapshots.all();
    let within = all.iter().filter(|((it, _), _)| scope.covers(it));
    Ok(Json(Listed {
        snapshots: within.map(|((scope, name), it)| shown(scope, name, it)).collect(),
    }))
}

/// `GET /_kmsim/snapshots/NAME`: what it holds.
async fn show(
    Extension(snapshots): Extension<Snapshots>,
    Scoped(_, scope): Scoped,
    Path(name): Path<String>,
) -> Answer<Shown> {
    let snapshot = snapshots.named(scope.clone(), name.clone())?;
    Ok(Json(shown(&scope, &name, &snapshot)))
}

/// `POST /_kmsim/snapshots/NAME`: saves the scope under this name, over what had it.
async fn save(
    Extension(snapshots): Extension<Snapshots>,
    Scoped(app, scope): Scoped,
    Path(name): Path<String>,
    Sent(Nothing {}): Sent<Nothing>,
) -> Answer<Shown> {
    let legal = |b: u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
    if !(1..=NAME_MAX).contains(&name.len()) || !name.bytes().all(legal) {
        return Err(Refused::bad("a snapshot's name is 1 to 128 letters, digits, _, . and -"));
    }
    let contents = app.engine.contents(&scope).await;
    let clocks = app.engine.saved_clocks(&scope);
    let saved_at = app.engine.clock_mode(&scope).at(app.engine.world().clock.host());
    let totals = totals(&contents);
    let snapshot = Arc::new(Snapshot { saved_at, contents, totals, clocks });
    let shown = shown(&scope, &name, &snapshot);
    let mut all = snapshots.all();
    if all.len() >= MOST && !all.contains_key(&(scope.clone(), name.clone())) {
        return Err(Refused::bad(format!("there are {MOST} snapshots already: delete some")));
    }
    let before = all.insert((scope, name), snapshot);
    drop(all);
    discard(before);
    Ok(Json(shown))
}

/// `POST /_kmsim/snapshots/NAME/load`: the scope holds what it held then, and its clocks go on from there.
async fn load(
    Extension(snapshots): Extension<Snapshots>,
    Scoped(app, scope): Scoped,
    Path(name): Path<String>,
    Sent(Nothing {}): Sent<Nothing>,
) -> Answer<Shown> {
    let snapshot = snapshots.named(scope.clone(), name.clone())?;
    let replacement = Replacement {
        scope: scope.clone(),
        contents: snapshot.contents.clone(),
        clocks: Some(snapshot.clocks.clone()),
        then: Box::new(|| {}),
    };
    app.engine.replace(replacement).await.map_err(|error| Refused::broken(&error))?;
    Ok(Json(shown(&scope, &name, &snapshot)))
}

/// `DELETE /_kmsim/snapshots/NAME`.
async fn forget(
    Extension(snapshots): Extension<Snapshots>,
    Scoped(_, scope): Scoped,
    Path(name): Path<String>,
) -> Answer<Value> {
    snapshots.named(scope.clone(), name.clone())?;
    let snapshot = snapshots.all().remove(&(scope, name));
    let forgotten = snapshot.is_some();
    discard(snapshot);
    Ok(Json(json!({ "forgotten": forgotten })))
}
