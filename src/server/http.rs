//! HTTP: collects a request's body, hands it to its dialect, sends the answer back.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::Response;
use axum::serve::{IncomingStream, Listener};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use tower_service::Service;

use super::doors::Staffed;
use super::line::{Line, Lines, Scissors, Wire};
use super::{App, cut};
use crate::control;
use crate::dialects::{BODY_LIMIT, BodyRefused, Inbound, Outbound};

/// How much of a larger body is taken and thrown away, so that its sender comes to read the answer.
const DRAIN_LIMIT: usize = 16 * 1024 * 1024;
/// How long a body may take.
const BODY_TIME: Duration = Duration::from_secs(30);
/// How long a server that was told to stop waits for the requests that it has begun.
const FAREWELL: Duration = Duration::from_secs(10);

/// Every request's first stop: the control plane has routes, and all else goes straight to the dialects.
#[derive(Clone)]
struct Front {
    app: Arc<App>,
    control: Router,
    /// Those of the connection that it stands before.
    scissors: Scissors,
}

impl Service<Request> for Front {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        if request.uri().path().starts_with("/_kmsim/") {
            Box::pin(self.control.call(request))
        } else {
            let (app, scissors) = (Arc::clone(&self.app), self.scissors.clone());
            Box::pin(async move { Ok(cut::send(answer(&app, request).await, &scissors)) })
        }
    }
}

/// Puts a front before each connection.
struct Fronts(Front);

impl<L: Listener<Io = Line<S>>, S: Wire> Service<IncomingStream<'_, L>> for Fronts {
    type Response = Front;
    type Error = Infallible;
    type Future = Ready<Result<Front, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, connection: IncomingStream<'_, L>) -> Self::Future {
        ready(Ok(Front { scissors: connection.io().scissors().clone(), ..self.0.clone() }))
    }
}

/// Serves until `stop` comes, then finishes the requests that it has begun.
///
/// # Errors
/// When the listener fails.
pub(super) async fn run(
    doors: Staffed,
    app: Arc<App>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (told, stopping) = tokio::sync::oneshot::channel();
    let stop = async move {
        stop.await;
        // The other end waits for as long as the server serves.
        let _ = told.send(());
    };
    let front = Front { control: control::routes(&app), app, scissors: Scissors::default() };
    let serving = axum::serve(Lines(doors), Fronts(front)).with_graceful_shutdown(stop);
    let patience = async {
        if stopping.await.is_err() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(FAREWELL).await;
    };
    tokio::select! {
        served = serving.into_future() => served,
        () = patience => {
            tracing::warn!("some requests did not come to an end");
            Ok(())
        }
    }
}

async fn answer(app: &App, request: Request) -> Outbound {
    let (parts, body) = request.into_parts();
    let body = tokio::time::timeout(BODY_TIME, collect(body)).await.unwrap_or(Err(BodyRefused::Broken));
    let inbound = Inbound { method: parts.method, uri: parts.uri, headers: parts.headers, body };
    app.clouds.serve(&app.engine, &app.watch, inbound).await
}

async fn collect(mut body: Body) -> Result<Bytes, BodyRefused> {
    let mut first = Bytes::new();
    let mut whole = BytesMut::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| BodyRefused::Broken)?.into_data() else { continue };
        length += data.len();
        if length > DRAIN_LIMIT {
            break;
        }
        if length > BODY_LIMIT {
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
        0..=BODY_LIMIT if whole.is_empty() => Ok(first),
        0..=BODY_LIMIT => Ok(whole.freeze()),
        _ => Err(BodyRefused::TooLarge),
    }
}
