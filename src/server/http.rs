//! HTTP: collects a request's body, hands the request to the control plane or to the clouds, and
//! sends the answer.

use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::header::CONNECTION;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::Either;
use hyper::body::Incoming;
use hyper::service::Service;

use super::body::{Content, OverBudget, RequestBody, ResponseBody};
use super::collect::{Arrived, collect};
use super::progress::Progress;
use super::{client_address, cors, cut};
use crate::app::App;
use crate::control;
use crate::dialects::Inbound;

/// The largest head that is read, in bytes.
const HEAD_LIMIT: usize = 128 * 1024;

/// What all connections share.
pub(super) struct Shared {
    pub(super) app: Arc<App>,
    /// The routes of the control plane.
    control: Router,
    /// The configuration of the HTTP parser.
    pub(super) http: hyper::server::conn::http1::Builder,
}

impl Shared {
    pub(super) fn new(app: &Arc<App>) -> Self {
        let mut http = hyper::server::conn::http1::Builder::new();
        http.max_header_size(HEAD_LIMIT);
        Self { app: Arc::clone(app), control: control::routes(app), http }
    }
}

/// Dispatches a request: paths of the control plane go to its router, all others to the clouds.
pub(super) struct RequestService {
    shared: Arc<Shared>,
    /// The progress of the request's connection.
    progress: Arc<Progress>,
    /// The other end of the connection, if it is known.
    peer: Option<IpAddr>,
}

impl RequestService {
    pub(super) fn new(shared: Arc<Shared>, progress: Arc<Progress>, peer: Option<IpAddr>) -> Self {
        Self { shared, progress, peer }
    }
}

impl Service<Request<Incoming>> for RequestService {
    type Response = Response<ResponseBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<ResponseBody>, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let (shared, progress) = (Arc::clone(&self.shared), Arc::clone(&self.progress));
        let peer = self.peer;
        let is_own = control::is_own(request.uri().path());
        let budget = Arc::clone(&shared.app.body_budget);
        let request =
            request.map(|body| RequestBody::new(body, Arc::clone(&progress), is_own, budget));
        Box::pin(async move {
            let mut answer = if is_own {
                control_answer(&shared.control, request, &progress).await
            } else {
                cloud_answer(&shared.app, request, &progress, peer).await
            };
            if progress.unread.is_raised() {
                answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok(answer.map(|content| ResponseBody::new(content, progress)))
        })
    }
}

async fn control_answer(
    control: &Router,
    request: Request<RequestBody>,
    progress: &Progress,
) -> Response<Content> {
    use tower_service::Service;
    let Ok(mut answer) = control.clone().call(request.map(Body::new)).await;
    if progress.unread.is_raised() {
        // The endpoint only saw that the body broke off.
        answer = control::refusal(StatusCode::SERVICE_UNAVAILABLE, &OverBudget.to_string());
    }
    progress.record_answer(false);
    answer.map(|body| Content::Right(Either::Right(body)))
}

async fn cloud_answer(
    app: &App,
    request: Request<RequestBody>,
    progress: &Progress,
    peer: Option<IpAddr>,
) -> Response<Content> {
    let (parts, body) = request.into_parts();
    if let Some(answer) = cors::preflight(&parts.method, &parts.headers) {
        return cut::whole(answer);
    }
    let is_from_page = cors::is_from_page(&parts.headers);
    let Parts { method, uri, headers, .. } = parts;
    let by_head = app.clouds.of_head(&uri, &headers);
    let limit = by_head.map_or(app.clouds.common_body_limit(), |cloud| cloud.body_limit(&headers));
    let Arrived { body, excerpt, share } = collect(body, limit, by_head.is_some()).await;
    let cloud = by_head
        .unwrap_or_else(|| app.clouds.of_body(&uri, &headers, body.as_ref().unwrap_or(&excerpt)));
    let is_encrypted = progress.encrypted.is_raised();
    let peer = peer.map(|peer| client_address::of(peer, &headers, &app.trusted_proxies));
    let inbound = Inbound { method, uri, headers, is_encrypted, peer, body };
    let mut answer = cloud.serve(&app.engine, &app.watch, inbound).await;
    drop(share);
    progress.record_answer(answer.status().is_success());
    cors::allow(answer.headers_mut(), is_from_page);
    cut::send(answer, progress)
}
