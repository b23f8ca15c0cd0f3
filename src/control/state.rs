//! What a scope holds, as a text: given out whole, and taken in whole. The text is that of a seed file. It holds secrets.

use std::sync::Arc;

use axum::Json;
use axum::body::{Body, HttpBody as _};
use axum::extract::{FromRequest, Request};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use tokio::runtime::Handle;
use zeroize::Zeroizing;

use super::answer::{Answer, Refused};
use super::apart::apart;
use super::endpoints::Endpoints;
use super::reset::Held;
use super::scope::Scoped;
use crate::app::App;
use crate::engine::Replacement;
use crate::model::{Realm, Scope, State as Contents};
use crate::seed::{self, Seeds};

/// The largest state that is taken in, in bytes: some 100,000 keys.
const LARGEST: usize = 64 * 1024 * 1024;

/// How many rows of a state take long to write down.
const LARGE: usize = 200;

/// How long a text takes long to read, in bytes.
const LONG: usize = 32 * 1024;

/// What mistakes call the body.
const BODY: &str = "the body";

pub(super) fn endpoints() -> Endpoints {
    Endpoints::on_page(include_str!("openapi/state.json"))
        .get("/_kmsim/state", export)
        .put("/_kmsim/state", import)
        .taking_bodies_of(LARGEST)
}

/// `GET /_kmsim/state`: everything that the scope holds, key material and values included.
async fn export(Scoped(app, scope): Scoped) -> Result<Response, Refused> {
    let contents = app.engine.contents(&scope).await;
    let large = contents.iter().map(|(_, state)| state.weight()).sum::<usize>() > LARGE;
    let written =
        if large { apart(&app, move || written(contents)).await? } else { written(contents) };
    let text = written.map_err(|_| Refused::bad("the state cannot be written"))?;
    Ok(([(header::CONTENT_TYPE, "application/yaml")], Body::from(text)).into_response())
}

/// The text, which is wiped once it is sent.
fn written(contents: Vec<(Realm, Arc<Contents>)>) -> Result<Bytes, std::fmt::Error> {
    let text = seed::write(&contents)?;
    Ok(Bytes::from_owner(Sendable(text)))
}

/// A secret text as bytes to send.
struct Sendable(Zeroizing<String>);

impl AsRef<[u8]> for Sendable {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// `PUT /_kmsim/state`: the scope holds this and nothing else. A mistake anywhere changes nothing.
async fn import(Scoped(app, scope): Scoped, request: Request) -> Answer<Held> {
    let refused = || Refused::bad(format!("{BODY} is larger than 64 MiB, or broke off"));
    // What says that it is too large is not waited for.
    if request.body().size_hint().lower() > LARGEST as u64 {
        return Err(refused());
    }
    let body = Bytes::from_request(request, &()).await.map_err(|_| refused())?;
    let contents = if body.len() > LONG {
        let (runtime, within, scope) = (Handle::current(), Arc::clone(&app), scope.clone());
        apart(&app, move || runtime.block_on(read(&within, &scope, body))).await?
    } else {
        read(&app, &scope, body).await
    }?;
    let held = Held::of(&contents);
    let replacement = Replacement { scope, contents, clocks: None, then: Box::new(|| {}) };
    app.engine.replace(replacement).await.map_err(|error| Refused::broken(&error))?;
    Ok(Json(held))
}

/// What the realms of a scope hold by this text.
async fn read(
    app: &App,
    scope: &Scope,
    body: Bytes,
) -> Result<Vec<(Realm, Arc<Contents>)>, Refused> {
    let text = Zeroizing::new(Vec::from(body));
    let text =
        std::str::from_utf8(&text).map_err(|_| Refused::bad(format!("{BODY} is not a text")))?;
    // It would empty the scope, and more often it is what a failed command left.
    if seed::is_blank(text) {
        return Err(Refused::bad(format!("{BODY} is empty: `realms: []` empties the scope")));
    }
    let wrong = |mistake: seed::SeedError| Refused::bad(mistake.to_string());
    let seed = seed::read(BODY, text).map_err(wrong)?;
    seed.check_accounts(&app.accounts).map_err(wrong)?;
    let seeds = Seeds::prepare(vec![seed], &app.clouds, &app.engine).await.map_err(wrong)?;
    seeds.check_scope(&app.engine, scope).map_err(wrong)?;
    seeds.contents(&app.engine, scope, |realm| app.engine.now(realm)).map_err(wrong)
}
