//! Sends one request over its own connection. Proxy variables are ignored.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONNECTION, HOST};
use axum::http::{HeaderValue, Request, Response};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::{Endpoint, Trust};

/// The largest answer that is accepted, in bytes.
const ANSWER_LIMIT: usize = 256 * 1024 * 1024;

/// Why there is no answer, in one line.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    /// Nothing listens there, or it does not speak HTTP.
    #[error("{0}: {1}")]
    Broken(String, Box<dyn std::error::Error + Send + Sync>),
    /// The answer took too long.
    #[error("{0}: no answer within {1:?}")]
    Late(String, Duration),
    /// No authority was given to check the server's certificate with.
    #[error("{0}: no certificate authority was given for it")]
    Untrusted(String),
}

/// Sends a request whose target is a path, and collects the answer.
pub(crate) async fn send(
    endpoint: &Endpoint,
    request: Request<Bytes>,
    limit: Duration,
) -> Result<Response<Bytes>, SendError> {
    let trust = match &endpoint.trust {
        _ if !endpoint.secure => None,
        Some(trust) => Some(trust),
        None => return Err(SendError::Untrusted(endpoint.url())),
    };
    match timeout(limit, connect(endpoint, trust, request)).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) => Err(SendError::Broken(endpoint.url(), error)),
        Err(_) => Err(SendError::Late(endpoint.url(), limit)),
    }
}

/// Why an exchange failed.
type Cause = Box<dyn std::error::Error + Send + Sync>;

async fn connect(
    endpoint: &Endpoint,
    trust: Option<&Trust>,
    request: Request<Bytes>,
) -> Result<Response<Bytes>, Cause> {
    let (host, port) = endpoint.host_and_port();
    let stream = TcpStream::connect((host, port)).await?;
    match trust {
        None => exchange(endpoint, stream, request).await,
        Some(Trust(config)) => {
            let name = ServerName::try_from(host.to_owned())?;
            let stream = TlsConnector::from(Arc::clone(config)).connect(name, stream).await?;
            exchange(endpoint, stream, request).await
        }
    }
}

async fn exchange<S: AsyncRead + AsyncWrite + Unpin>(
    endpoint: &Endpoint,
    stream: S,
    request: Request<Bytes>,
) -> Result<Response<Bytes>, Cause> {
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
    let (mut head, body) = request.into_parts();
    if !head.headers.contains_key(HOST) {
        head.headers.insert(HOST, HeaderValue::from_str(endpoint.authority())?);
    }
    head.headers.insert(CONNECTION, HeaderValue::from_static("close"));
    let answer = async {
        let response = sender.send_request(Request::from_parts(head, Full::new(body))).await?;
        let (head, body) = response.into_parts();
        let body = Limited::new(Body::new(body), ANSWER_LIMIT).collect().await?.to_bytes();
        Ok(Response::from_parts(head, body))
    };
    tokio::pin!(connection);
    tokio::pin!(answer);
    // The connection may end just before the answer has been collected.
    tokio::select! {
        answer = &mut answer => answer,
        ended = &mut connection => {
            ended?;
            answer.await
        }
    }
}
