//! The floor: what axum does without kmsim. It takes a request's body and answers always the same.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response};
use axum::routing::post;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;

use crate::common::Failure;

/// Serves until it is killed. The arguments are the length of the body, and headers as `name:
/// value`.
pub(crate) fn serve(arguments: &[String]) -> Result<(), Failure> {
    let (length, headers) = arguments.split_first().ok_or("floor LENGTH [HEADER...]")?;
    let body = Bytes::from(vec![b'x'; length.parse()?]);
    let headers = headers.iter().map(|text| header(text)).collect::<Result<HeaderMap, _>>()?;
    // axum copies its handlers again and again: a pointer is all that they take along.
    let constant = Arc::new((body, headers));
    let answer = move |_: Bytes| async move {
        let (body, headers) = &*constant;
        let mut response = Response::new(Body::from(body.clone()));
        response.headers_mut().clone_from(headers);
        response
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("floor ready on http://{}", listener.local_addr()?);
        // As in kmsim. Where it cannot be switched off, the floor is only slower.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        Ok(axum::serve(listener, Router::new().route("/", post(answer))).await?)
    })
}

fn header(text: &str) -> Result<(HeaderName, HeaderValue), Failure> {
    let (name, value) = text.split_once(": ").ok_or("a header is `name: value`")?;
    Ok((name.parse()?, value.parse()?))
}
