//! A signed call of an action.

use std::time::Duration;

use axum::http::Response;
use bytes::Bytes;

use super::{Endpoint, Unanswered, send};
use crate::dialects::Profile;
use crate::dialects::peers::{Credentials, OutgoingCall, Unsignable};
use crate::world::{Clock, Entropy};

/// What is called, where and as whom.
pub(crate) struct Call<'a> {
    /// The cloud.
    pub(crate) cloud: &'static Profile,
    /// The server.
    pub(crate) endpoint: &'a Endpoint,
    /// Who calls.
    pub(crate) credentials: &'a Credentials,
    /// The region, where one is named.
    pub(crate) region: Option<&'a str>,
    /// The action.
    pub(crate) action: &'a str,
    /// Its parameters, each name once.
    pub(crate) params: &'a [(String, String)],
}

/// Why a call was not answered, in one line.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    /// It cannot be signed.
    #[error(transparent)]
    Unsignable(#[from] Unsignable),
    /// It was sent in vain.
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
}

/// Signs a call with the host's time, and sends it.
pub(crate) async fn call(call: Call<'_>, patience: Duration) -> Result<Response<Bytes>, CallError> {
    let outgoing = OutgoingCall {
        action: call.action,
        params: call.params,
        region: call.region,
        host: call.endpoint.authority(),
        time: Clock::default().host(),
        nonce: &Entropy::Os.uuid().to_string(),
        credentials: call.credentials,
    };
    let request = (call.cloud.peer.sign)(&outgoing)?;
    Ok(send(call.endpoint, request, patience).await?)
}
