//! Alibaba Cloud KMS, version 2016-01-20: the RPC wire (`?Action=`), its signatures, and every word of its document.

mod account;
mod acs;
mod actions;
mod aliases;
mod asymmetric;
mod call;
mod certificate_metadata;
mod certificate_use;
mod certificates;
mod cipher;
mod clients;
mod codes;
mod errors;
mod export;
mod import;
mod keys;
mod listing;
mod metadata;
mod mismatch;
mod names;
mod params;
mod policies;
mod regions;
mod reply;
mod rpc;
mod rules;
mod secret_metadata;
mod secret_rotation;
mod secret_types;
mod secret_values;
mod secrets;
mod sign;
mod tags;
mod values;
mod verify;
mod versions;
mod words;

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Request};
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{
    Accounts, Actions, AuthMode, Code, Cx, Dialect, Entry, Form, Inbound, Kind, Outbound, Refusal,
    Verified,
};
use crate::dialects::gate::Gate;
use crate::dialects::peers::{Ask, Client, Unsignable};
use crate::dialects::redact::Params;
use crate::engine::{Engine, KeyRef, Rules};
use crate::model::Realm;
use crate::watch::journal::Mismatch;
use crate::watch::naming::Naming;
use call::Call;
use errors::Error;

/// The only version of the API.
const VERSION: &str = "2016-01-20";

/// The dialect.
pub struct Alibaba {
    gate: Gate,
    actions: Actions<Self>,
}

impl Alibaba {
    /// Serves these accounts. `region` is that of a request that names none; without one it is the service's own.
    #[must_use]
    pub fn new(accounts: Arc<Accounts>, auth: AuthMode, region: Option<&str>) -> Self {
        Self { gate: Gate::of::<Self>(accounts, auth, region), actions: actions::table() }
    }
}

/// The name of every action served, sorted.
#[must_use]
pub fn action_names() -> Vec<&'static str> {
    actions::table().names()
}

/// Where clients look for when to come again.
static RETRY_AFTER: HeaderName = HeaderName::from_static("x-acs-retry-after");

fn millis(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}

impl Dialect for Alibaba {
    const NAME: &'static str = "alibaba";
    const DEFAULT_REGION: &'static str = "cn-hangzhou";
    const REGIONS: &'static [&'static str] = regions::REGIONS;
    const CODES: &'static [&'static Code] = codes::CODES;
    const CLIENTS: &'static [Client] = clients::CLIENTS;
    const THROTTLING: &'static Code = codes::REJECTED_THROTTLING;
    const REPLAYED: &'static Code = codes::SIGNATURE_NONCE_USED;
    const NOT_YET: &'static str = include_str!("../../../fixtures/alibaba/not-yet.txt");
    type Call = Call;

    fn rules() -> &'static Rules {
        &rules::RULES
    }

    /// Its older clients leave no mark on a request: what is nobody else's is taken for its own.
    fn recognises(_: &Inbound) -> bool {
        true
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
        verify::access_key_id(call)
    }

    fn asked(call: &Call) -> Option<&str> {
        call.action()
    }

    fn claimed(&self, call: &Call) -> Realm {
        self.gate.claimed(verify::access_key_id(call), verify::region(&self.gate, call))
    }

    fn key_ref(realm: &Realm, name: &str) -> Option<KeyRef> {
        names::KeyName::try_from(name.to_owned()).ok()?.in_realm(realm).ok()
    }

    fn secret_named<'a>(realm: &Realm, text: &'a str) -> &'a str {
        names::secret_named(realm, text)
    }

    fn associated(context: &str) -> Option<Vec<u8>> {
        values::Context::try_from(context.to_owned()).ok().map(|context| context.bytes().to_vec())
    }

    fn refusal(error: &Error) -> Refusal {
        errors::refusal(error)
    }

    /// In milliseconds, as the official SDKs and the aliyun CLI read it.
    fn hint_retry(response: &mut Outbound, after: Duration) {
        response.headers_mut().insert(RETRY_AFTER.clone(), HeaderValue::from(millis(after)));
    }

    fn mismatch(&self, call: &Call) -> Option<Mismatch> {
        mismatch::explain(&self.gate.accounts, call)
    }

    fn parse(&self, inbound: Inbound) -> Call {
        Call::parse(inbound)
    }

    fn verify(&self, engine: &Engine, call: &Call) -> Result<Verified, Error> {
        verify::verify(self, engine, call)
    }

    fn find(&self, call: &Call) -> Result<&Entry<Self>, Error> {
        let action = call.action().ok_or(Error::Missing("Action".into()))?;
        match call.version() {
            None => return Err(Error::Missing("Version".into())),
            Some(VERSION) => {}
            Some(_) => return Err(codes::INVALID_VERSION.into()),
        }
        if call.path != "/" {
            return Err(codes::INVALID_ACTION_NOT_FOUND.into());
        }
        tracing::debug!(action, parameters = %Params(&call.params, params::OPEN), "request");
        self.actions.get(action).ok_or_else(|| codes::INVALID_ACTION_NOT_FOUND.into())
    }

    fn permit(&self, cx: &Cx, entry: &Entry<Self>) -> Result<(), Error> {
        account::permit(cx, entry.name)
    }

    fn is_rehearsal(&self, call: &Call, entry: &Entry<Self>) -> Result<bool, Error> {
        #[derive(serde::Deserialize)]
        struct Rehearsal {
            #[serde(default, rename = "DryRun")]
            dry_run: bool,
        }
        match entry.kind {
            Kind::Hot if call.param("DryRun").is_none() => Ok(false),
            Kind::Hot => params::glance(&call.params).map(|it: Rehearsal| it.dry_run),
            Kind::Read | Kind::Change => Ok(false),
        }
    }

    fn rehearsed(&self, outcome: Result<(), Error>) -> Error {
        errors::rehearsed(outcome)
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
