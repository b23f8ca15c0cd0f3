//! Kingsoft Cloud KKMS, version 2016-03-04: its wire (`?Action=`), its two signatures, and every word of its document.

mod actions;
mod aws4;
mod call;
mod cipher;
mod clients;
mod codes;
mod errors;
mod keys;
mod mismatch;
mod params;
mod reply;
mod rules;
mod sign;
mod simplified;
mod values;
mod verify;
mod xml;

use std::sync::Arc;
use std::time::Duration;

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, Request};
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::accounts::AccountStatus;
use super::gate::Gate;
use super::peers::{Ask, Client, Unsignable};
use super::redact::Params;
use super::{
    Accounts, Actions, AuthMode, Code, Cx, Dialect, Entry, Form, Inbound, Outbound, Refusal,
    Verified,
};
use crate::engine::{Engine, KeyRef, Rules};
use crate::model::{KeyId, Realm};
use crate::watch::journal::Mismatch;
use crate::watch::naming::Naming;
use call::Call;
use errors::Error;
use verify::Named;

/// The only version of the API.
const VERSION: &str = "2016-03-04";
/// The name of the service, as scopes of signatures have it.
const SERVICE: &str = "kkms";

/// The dialect.
pub struct Kingsoft {
    gate: Gate,
    actions: Actions<Self>,
}

impl Kingsoft {
    /// Serves these accounts. `region` is that of a request that names none; without one it is the service's own.
    #[must_use]
    pub fn new(accounts: Arc<Accounts>, auth: AuthMode, region: Option<&str>) -> Self {
        Self { gate: Gate::of::<Self>(accounts, auth, region), actions: actions::table() }
    }
}

impl Dialect for Kingsoft {
    const NAME: &'static str = "kingsoft";
    const DEFAULT_REGION: &'static str = "cn-beijing-6";
    /// Its document lists none.
    const REGIONS: &'static [&'static str] = &[];
    const CODES: &'static [&'static Code] = codes::CODES;
    const CLIENTS: &'static [Client] = clients::CLIENTS;
    const THROTTLING: &'static Code = codes::LIMIT_EXCEEDED;
    /// Its signatures have no nonce: any request may come again.
    const REPLAYED: &'static Code = codes::SIGNATURE_WRONG;
    const NOT_YET: &'static str = include_str!("../../../fixtures/kingsoft/not-yet.txt");
    type Call = Call;

    fn rules() -> &'static Rules {
        &rules::RULES
    }

    fn recognises(inbound: &Inbound) -> bool {
        call::is_marked(inbound)
    }

    fn sign(ask: &Ask<'_>) -> Result<Request<Bytes>, Unsignable> {
        sign::sign(ask)
    }

    fn actions(&self) -> &Actions<Self> {
        &self.actions
    }

    fn form(call: &Call) -> &Form {
        &call.params
    }

    fn naming() -> &'static Naming {
        &params::NAMING
    }

    fn access_key(call: &Call) -> Option<&str> {
        Named::by(call).access_key
    }

    fn asked(call: &Call) -> Option<&str> {
        call.param("Action")
    }

    fn claimed(&self, call: &Call) -> Realm {
        let Named { access_key, region } = Named::by(call);
        self.gate.claimed(access_key, region)
    }

    fn key_ref(_: &Realm, name: &str) -> Option<KeyRef> {
        KeyId::parse(name).map(KeyRef::Id)
    }

    /// This cloud has no contexts: none is the only one.
    fn associated(context: &str) -> Option<Vec<u8>> {
        (context == "{}").then(Vec::new)
    }

    fn refusal(error: &Error) -> Refusal {
        errors::refusal(error)
    }

    /// In whole seconds, as HTTP has it: no client of this cloud looks for anything of its own.
    fn hint_retry(response: &mut Outbound, after: Duration) {
        let seconds = after.as_secs() + u64::from(after.subsec_nanos() > 0);
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }

    fn mismatch(&self, call: &Call) -> Option<Mismatch> {
        mismatch::explain(&self.gate.accounts, call)
    }

    fn parse(&self, inbound: Inbound) -> Call {
        Call::parse(inbound)
    }

    fn verify(&self, engine: &Engine, call: &Call) -> Result<Verified, Error> {
        verify::verify(&self.gate, engine, call)
    }

    fn find(&self, call: &Call) -> Result<&Entry<Self>, Error> {
        let required = |name: &'static str| call.param(name).ok_or(Error::Missing(name.into()));
        let action = required("Action")?;
        if required("Version")? != VERSION || call.path != "/" {
            return Err(codes::NO_SUCH_ENTITY.into());
        }
        if call.param("Service").is_some_and(|service| service != SERVICE) {
            return Err(codes::SERVICE_UNKNOWN.into());
        }
        tracing::debug!(action, parameters = %Params(&call.params, params::OPEN), "request");
        self.actions.get(action).ok_or_else(|| codes::NO_SUCH_ENTITY.into())
    }

    fn permit(&self, cx: &Cx, entry: &Entry<Self>) -> Result<(), Error> {
        match cx.account.status {
            AccountStatus::Active => Ok(()),
            AccountStatus::NotOpened
            | AccountStatus::Suspended
            | AccountStatus::InDebt
            | AccountStatus::InDebtOverdue
            | AccountStatus::RiskControl => {
                Err(codes::ACCESS_DENIED.with(&[&cx.account.id, entry.name]).into())
            }
        }
    }

    fn is_rehearsal(&self, call: &Call, _: &Entry<Self>) -> Result<bool, Error> {
        #[derive(serde::Deserialize)]
        struct Rehearsal {
            #[serde(default, rename = "DryRun")]
            dry_run: bool,
        }
        params::glance(&call.params).map(|it: Rehearsal| it.dry_run)
    }

    fn rehearsed(&self, outcome: Result<(), Error>) -> Error {
        outcome.err().unwrap_or(codes::DRY_RUN_OPERATION.into())
    }

    fn params<T: DeserializeOwned>(call: &Call) -> Result<T, Error> {
        params::read(&call.params)
    }

    fn reply<T: Serialize>(call: &Call, request_id: &str, body: &T) -> Result<Outbound, Error> {
        reply::success(call, request_id, body)
    }

    fn refuse(&self, call: &Call, request_id: &str, refusal: &Refusal) -> Outbound {
        reply::refusal(call, request_id, refusal)
    }
}
