//! What a scope holds, as a text: given out whole, and taken in whole. The text is that of a seed file. It holds secrets.

use std::sync::Arc;

use axum::Json;
use axum::body::HttpBody as _;
use axum::extract::{FromRequest, Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use zeroize::Zeroizing;

use super::answer::{Answer, Refused};
use super::endpoints::Endpoints;
use super::reset::Held;
use super::scope::Scoped;
use crate::seed::{self, Seeds};
use crate::server::App;

/// The largest state that is taken in, in bytes: some 100,000 keys.
const LARGEST: usize = 64 * 1024 * 1024;

/// What mistakes call the body.
const BODY: &str = "the body";

pub(super) fn endpoints() -> Endpoints {
    Endpoints::on_page(include_str!("openapi/state.json"))
        .get("/_kmsim/state", export)
        .put("/_kmsim/state", import)
        .taking_bodies_of(LARGEST)
}

/// `GET /_kmsim/state`: everything that the scope holds, key material and values included.
async fn export(State(app): State<Arc<App>>, Scoped(scope): Scoped) -> Result<Response, Refused> {
    let estates = app.engine.estates(&scope).await;
    let text = seed::write(&estates).map_err(|_| Refused::bad("the state cannot be written"))?;
    Ok(([(header::CONTENT_TYPE, "application/yaml")], text.as_str().to_owned()).into_response())
}

/// `PUT /_kmsim/state`: the scope holds this and nothing else. A mistake anywhere changes nothing.
async fn import(State(app): State<Arc<App>>, Scoped(scope): Scoped, request: Request) -> Answer<Held> {
    let refused = || Refused::bad(format!("{BODY} is larger than 64 MiB, or broke off"));
    // What says that it is too large is not waited for.
    if request.body().size_hint().lower() > LARGEST as u64 {
        return Err(refused());
    }
    let body = Bytes::from_request(request, &()).await.map_err(|_| refused())?;
    let text = Zeroizing::new(Vec::from(body));
    let text = std::str::from_utf8(&text).map_err(|_| Refused::bad(format!("{BODY} is not a text")))?;
    let wrong = |mistake: seed::Mistake| Refused::bad(mistake.to_string());
    let seed = seed::read(BODY, text).map_err(wrong)?;
    seed.check_accounts(&app.accounts).map_err(wrong)?;
    let seeds = Seeds::prepare(vec![seed], &app.clouds, &app.engine).await.map_err(wrong)?;
    seeds.check_scope(&app.engine, &scope).map_err(wrong)?;
    let estates = seeds.estates(&app.engine, &scope).map_err(wrong)?;
    let held = Held::of(&estates);
    app.engine.replace(&scope, estates).await.map_err(|error| Refused::broken(&error))?;
    Ok(Json(held))
}
