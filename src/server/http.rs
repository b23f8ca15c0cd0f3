//! HTTP: collects a request's body, hands the request to the control plane or to the clouds, and
//! sends the answer.

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

use super::body::{Content, RequestBody, ResponseBody};
use super::progress::Progress;
use super::{cors, cut};
use crate::app::App;
use crate::control;
use crate::dialects::{BodyRefused, Inbound};

/// How many bytes of an oversized body are read and discarded, so that its sender gets to read the
/// answer.
pub(super) const DRAIN_LIMIT: usize = 16 * 1024 * 1024;
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
}

impl RequestService {
    pub(super) fn new(shared: Arc<Shared>, progress: Arc<Progress>) -> Self {
        Self { shared, progress }
    }
}

impl Service<Request<Incoming>> for RequestService {
    type Response = Response<ResponseBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<ResponseBody>, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let (shared, progress) = (Arc::clone(&self.shared), Arc::clone(&self.progress));
        let is_own = control::is_own(request.uri().path());
        let request = request.map(|body| RequestBody::new(body, Arc::clone(&progress), is_own));
        Box::pin(async move {
            let answer = if is_own {
                let answer = control_answer(&shared.control, request).await;
                progress.record_answer(false);
                answer
            } else {
                cloud_answer(&shared.app, request, &progress).await
            };
            Ok(answer.map(|content| ResponseBody::new(content, progress)))
        })
    }
}

async fn control_answer(control: &Router, request: Request<RequestBody>) -> Response<Content> {
    use tower_service::Service;
    let Ok(answer) = control.clone().call(request.map(Body::new)).await;
    answer.map(|body| Content::Right(Either::Right(body)))
}

async fn cloud_answer(
    app: &App,
    request: Request<RequestBody>,
    progress: &Progress,
) -> Response<Content> {
    let (parts, body) = request.into_parts();
    if let Some(answer) = cors::preflight(&parts.method, &parts.headers) {
        return cut::whole(answer);
    }
    let is_from_page = cors::is_from_page(&parts.headers);
    let body = collect(body, app.clouds.body_limit()).await;
    let inbound = Inbound { method: parts.method, uri: parts.uri, headers: parts.headers, body };
    let mut answer = app.clouds.serve(&app.engine, &app.watch, inbound).await;
    progress.record_answer(answer.status().is_success());
    cors::allow(answer.headers_mut(), is_from_page);
    cut::send(answer, progress)
}

async fn collect(body: RequestBody, limit: usize) -> Result<Bytes, BodyRefused> {
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
