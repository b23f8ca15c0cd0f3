//! The whole state of a scope, exported and imported as the text of a seed file. It contains
//! secrets.

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
use super::endpoints::Endpoints;
use super::long_work;
use super::scope::Scoped;
use crate::app::App;
use crate::engine::Replacement;
use crate::model::{Counts, Realm, Scope, State as Contents};
use crate::seed::{self, Seeds};

/// The largest state that is accepted, in bytes: about 100,000 keys.
const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// From this number of records on, writing a state is long work.
const MANY_RECORDS: usize = 200;

/// From this length on, reading a text is long work, in bytes.
const LONG_TEXT: usize = 32 * 1024;

/// The name of the body in error messages.
const BODY: &str = "the body";

pub(super) fn endpoints() -> Endpoints {
    Endpoints::on_page(include_str!("openapi/state.json"))
        .get("/_kmsim/state", export)
        .put("/_kmsim/state", import)
        .body_limit(BODY_LIMIT)
}

/// `GET /_kmsim/state`: the whole state of the scope, including key material and secret values.
async fn export(Scoped(app, scope): Scoped) -> Result<Response, Refused> {
    let contents = app.engine.contents(&scope).await;
    let large = contents.iter().map(|(_, state)| state.weight()).sum::<usize>() > MANY_RECORDS;
    let text = long_work::run_if(large, &app, move |_| serialize(contents)).await?;
    let text = text.map_err(|_| Refused::bad("the state cannot be written"))?;
    Ok(([(header::CONTENT_TYPE, "application/yaml")], Body::from(text)).into_response())
}

/// The text. It is zeroized after it was sent.
fn serialize(contents: Vec<(Realm, Arc<Contents>)>) -> Result<Bytes, std::fmt::Error> {
    let text = seed::write(&contents)?;
    Ok(Bytes::from_owner(SecretBytes(text)))
}

/// A zeroizing text as bytes to send.
struct SecretBytes(Zeroizing<String>);

impl AsRef<[u8]> for SecretBytes {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// `PUT /_kmsim/state`: replaces the state of the scope. Any error leaves it unchanged.
async fn import(Scoped(app, scope): Scoped, request: Request) -> Answer<Counts> {
    let refused = || Refused::bad(format!("{BODY} is larger than 64 MiB, or incomplete"));
    // A body that announces too large a size is refused without reading it.
    if request.body().size_hint().lower() > BODY_LIMIT as u64 {
        return Err(refused());
    }
    let body = Bytes::from_request(request, &()).await.map_err(|_| refused())?;
    let contents = if body.len() > LONG_TEXT {
        let (runtime, scope) = (Handle::current(), scope.clone());
        long_work::run(&app, move |app| runtime.block_on(read(app, &scope, body))).await?
    } else {
        read(&app, &scope, body).await
    }?;
    let counts = Counts::of(&contents);
    let replacement = Replacement { scope, contents, clocks: None, then: Box::new(|| {}) };
    app.engine.replace(replacement).await.map_err(|error| Refused::broken(&error))?;
    Ok(Json(counts))
}

/// Reads the state of a scope's realms from a text.
async fn read(
    app: &App,
    scope: &Scope,
    body: Bytes,
) -> Result<Vec<(Realm, Arc<Contents>)>, Refused> {
    let text = Zeroizing::new(Vec::from(body));
    let text =
        std::str::from_utf8(&text).map_err(|_| Refused::bad(format!("{BODY} is not a text")))?;
    // An empty text would empty the scope. Usually it is the output of a failed command.
    if seed::is_blank(text) {
        return Err(Refused::bad(format!("{BODY} is empty: `realms: []` empties the scope")));
    }
    let wrong = |error: seed::SeedError| Refused::bad(error.to_string());
    let seed = seed::read(BODY, text).map_err(wrong)?;
    seed.check_accounts(&app.accounts).map_err(wrong)?;
    let seeds = Seeds::prepare(vec![seed], &app.clouds, &app.engine).await.map_err(wrong)?;
    seeds.check_scope(&app.engine, scope).map_err(wrong)?;
    seeds.contents(&app.engine, scope, |realm| app.engine.now(realm)).map_err(wrong)
}
