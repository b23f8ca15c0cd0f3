//! Signs and sends a call of an action.

use std::time::Duration;

use axum::http::Response;
use bytes::Bytes;

use super::{Endpoint, SendError, send};
use crate::dialects::Profile;
use crate::dialects::peers::{Credentials, OutgoingCall, Unsignable};
use crate::world::{Clock, Entropy};

/// An action to call, where, and as whom.
pub(crate) struct Call<'a> {
    /// The cloud.
    pub(crate) cloud: &'static Profile,
    /// The server.
    pub(crate) endpoint: &'a Endpoint,
    /// The access key to sign with.
    pub(crate) credentials: &'a Credentials,
    /// The region, if one is given.
    pub(crate) region: Option<&'a str>,
    /// The action.
    pub(crate) action: &'a str,
    /// Its parameters. No name occurs twice.
    pub(crate) params: &'a [(String, String)],
}

/// Why a call got no answer, in one line.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    /// The call cannot be signed.
    #[error(transparent)]
    Unsignable(#[from] Unsignable),
    /// The call was not answered.
    #[error(transparent)]
    Send(#[from] SendError),
}

/// Signs a call with the host's time, and sends it.
pub(crate) async fn call(call: Call<'_>, limit: Duration) -> Result<Response<Bytes>, CallError> {
    let ask = OutgoingCall {
        action: call.action,
        params: call.params,
        region: call.region,
        host: call.endpoint.authority(),
        time: Clock::default().host(),
        nonce: &Entropy::Os.uuid().to_string(),
        credentials: call.credentials,
    };
    let request = (call.cloud.peer.sign)(&ask)?;
    Ok(send(call.endpoint, request, limit).await?)
}
