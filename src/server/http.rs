//! HTTP: collects a request's body, hands it to its dialect, sends the answer back.

use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Either};
use hyper::body::Incoming;
use hyper::service::Service;

use super::body::{Arriving, Content, Leaving};
use super::progress::Progress;
use super::{cors, cut};
use crate::app::App;
use crate::control;
use crate::dialects::{BodyRefused, Inbound};

/// How much of a larger body is taken and thrown away, so that its sender comes to read the answer.
pub(super) const DRAIN_LIMIT: usize = 16 * 1024 * 1024;
/// The largest head that is read, in bytes.
const HEAD_LIMIT: usize = 128 * 1024;

/// What every connection works with.
pub(super) struct Site {
    pub(super) app: Arc<App>,
    /// The control plane.
    control: Router,
    /// The HTTP parser.
    pub(super) http: hyper::server::conn::http1::Builder,
}

impl Site {
    pub(super) fn new(app: &Arc<App>) -> Self {
        let mut http = hyper::server::conn::http1::Builder::new();
        http.max_header_size(HEAD_LIMIT);
        Self { app: Arc::clone(app), control: control::routes(app), http }
    }
}

/// Every request's first stop: the control plane has routes, and all else goes straight to the dialects.
pub(super) struct Front {
    site: Arc<Site>,
    /// That of the connection that it stands before.
    progress: Arc<Progress>,
}

impl Front {
    pub(super) fn new(site: Arc<Site>, progress: Arc<Progress>) -> Self {
        Self { site, progress }
    }
}

impl Service<Request<Incoming>> for Front {
    type Response = Response<Leaving>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Leaving>, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let (site, progress) = (Arc::clone(&self.site), Arc::clone(&self.progress));
        let is_own = control::is_own(request.uri().path());
        let request = request.map(|body| Arriving::new(body, Arc::clone(&progress), is_own));
        Box::pin(async move {
            let answer = if is_own {
                let answer = control_answer(&site.control, request).await;
                progress.note(false);
                answer
            } else {
                cloud_answer(&site.app, request, &progress).await
            };
            Ok(answer.map(|content| Leaving::new(content, progress)))
        })
    }
}

async fn control_answer(control: &Router, request: Request<Arriving>) -> Response<Content> {
    use tower_service::Service;
    let Ok(answer) = control.clone().call(request.map(Body::new)).await;
    answer.map(|body| Content::Right(Either::Right(body)))
}

async fn cloud_answer(
    app: &App,
    request: Request<Arriving>,
    progress: &Progress,
) -> Response<Content> {
    let (parts, body) = request.into_parts();
    if let Some(answer) = cors::preflight(&parts.method, &parts.headers) {
        return cut::whole(answer);
    }
    let is_of_page = cors::is_of_page(&parts.headers);
    let body = collect(body, app.clouds.body_limit()).await;
    let inbound = Inbound { method: parts.method, uri: parts.uri, headers: parts.headers, body };
    let mut answer = app.clouds.serve(&app.engine, &app.watch, inbound).await;
    progress.note(answer.status().is_success());
    cors::open(answer.headers_mut(), is_of_page);
    cut::send(answer, progress)
}

async fn collect(body: Arriving, limit: usize) -> Result<Bytes, BodyRefused> {
    let mut body = pin!(body);
    let mut first = Bytes::new();
    let mut whole = BytesMut::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| BodyRefused::Broken)?.into_data() else { continue };
        length += data.len();
        if length > DRAIN_LIMIT {
            break;
        }
        if length > limit {
            whole.clear();
        } else if first.is_empty() && whole.is_empty() {
            first = data;
        } else {
            if whole.is_empty() {
                whole.extend_from_slice(&first);
            }
            whole.extend_from_slice(&data);
        }
    }
    match length {
        _ if length > limit => Err(BodyRefused::TooLarge),
        _ if whole.is_empty() => Ok(first),
        _ => Ok(whole.freeze()),
    }
}
