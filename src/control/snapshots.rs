//! Snapshots: states that were saved under a name and can be loaded again. A snapshot belongs to
//! the scope that it was saved from, so that workers who share a server can use the same names.
//! Snapshots are lost when the server ends.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::Path;
use axum::{Extension, Json};
use serde::Serialize;
use serde_json::{Value, json};

use super::answer::{Answer, JsonBody, NoFields, Refused};
use super::endpoints::Endpoints;
use super::long_work::discard;
use super::scope::Scoped;
use crate::engine::{Replacement, SavedClocks};
use crate::model::{Counts, Realm, Scope, State as Contents};
use crate::world::Instant;

/// The maximum number of snapshots. A snapshot is cheap: it shares its data with the current state
/// until that changes.
const MAX: usize = 1000;

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

/// All snapshots, by scope and name.
#[derive(Clone, Default)]
struct Snapshots(Arc<Mutex<SnapshotMap>>);

type SnapshotMap = BTreeMap<(Scope, String), Arc<Snapshot>>;

/// The saved state of a scope.
struct Snapshot {
    saved_at: Instant,
    contents: Vec<(Realm, Arc<Contents>)>,
    counts: Counts,
    clocks: SavedClocks,
}

impl Snapshots {
    fn all(&self) -> MutexGuard<'_, SnapshotMap> {
        // The data is consistent even after a panic.
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
    counts: Counts,
}

fn shown(scope: &Scope, name: &str, snapshot: &Snapshot) -> Shown {
    Shown {
        name: name.to_owned(),
        account: scope.account.clone(),
        region: scope.region.clone(),
        saved_at: snapshot.saved_at.to_string(),
        counts: snapshot.counts,
    }
}

#[derive(Serialize)]
struct Listed {
    snapshots: Vec<Shown>,
}

/// `GET /_kmsim/snapshots`: the snapshots of the scope and of narrower ones.
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

/// `GET /_kmsim/snapshots/NAME`: what a snapshot contains.
async fn show(
    Extension(snapshots): Extension<Snapshots>,
    Scoped(_, scope): Scoped,
    Path(name): Path<String>,
) -> Answer<Shown> {
    let snapshot = snapshots.named(scope.clone(), name.clone())?;
    Ok(Json(shown(&scope, &name, &snapshot)))
}

/// `POST /_kmsim/snapshots/NAME`: saves the scope under this name, and replaces an older snapshot.
async fn save(
    Extension(snapshots): Extension<Snapshots>,
    Scoped(app, scope): Scoped,
    Path(name): Path<String>,
    JsonBody(NoFields {}): JsonBody<NoFields>,
) -> Answer<Shown> {
    let is_allowed = |b: u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
    if !(1..=NAME_MAX).contains(&name.len()) || !name.bytes().all(is_allowed) {
        return Err(Refused::bad("a snapshot's name is 1 to 128 letters, digits, _, . and -"));
    }
    let contents = app.engine.contents(&scope).await;
    let clocks = app.engine.saved_clocks(&scope);
    let saved_at = app.engine.clock_mode(&scope).at(app.engine.world().clock.host());
    let counts = Counts::of(&contents);
    let snapshot = Arc::new(Snapshot { saved_at, contents, counts, clocks });
    let shown = shown(&scope, &name, &snapshot);
    let mut all = snapshots.all();
    if all.len() >= MAX && !all.contains_key(&(scope.clone(), name.clone())) {
        return Err(Refused::bad(format!("there are already {MAX} snapshots: delete some")));
    }
    let before = all.insert((scope, name), snapshot);
    drop(all);
    discard(before);
    Ok(Json(shown))
}

/// `POST /_kmsim/snapshots/NAME/load`: restores the scope's state and its clocks.
async fn load(
    Extension(snapshots): Extension<Snapshots>,
    Scoped(app, scope): Scoped,
    Path(name): Path<String>,
    JsonBody(NoFields {}): JsonBody<NoFields>,
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
