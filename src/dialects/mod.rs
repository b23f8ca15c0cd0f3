//! The one pipeline that every cloud's requests take: parse, verify, strike, find, run, render, tell. A dialect says what
//! its wire looks like; it touches no store, and knows no other dialect.

pub mod accounts;
mod actions;
pub mod alibaba;
mod canonical;
mod clouds;
mod faults;
mod form;
mod gate;
pub mod kingsoft;
mod params;
pub mod peers;
mod redact;
mod refusal;
mod regions;
mod replay;
mod report;
mod subject;
mod times;
mod values;
mod xml;

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri};
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use accounts::{Account, Accounts};
pub use actions::{Actions, Entry, Kind};
pub use clouds::{Answering, Cloud, Clouds, PEERS};
pub use faults::Cut;
pub use form::Form;
pub use refusal::{Code, Error, Refusal};

use crate::engine::{self, AliasError, Caller, Engine, KeyRef, Rules};
use crate::model::Realm;
use crate::watch::Watch;
use crate::watch::journal::{Auth, Mismatch};
use crate::watch::naming::Naming;
use crate::world::Stopwatch;
use peers::{Ask, Client, Unsignable};
use replay::Spent;
use report::Report;

/// A request as it came, its body whole.
#[derive(Debug)]
pub struct Inbound {
    /// The method.
    pub method: Method,
    /// The request target.
    pub uri: Uri,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, or how it was not to be had.
    pub body: Result<Bytes, BodyRefused>,
}

/// The largest body that is read, in bytes.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// Why there is no body to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyRefused {
    /// It is larger than the server takes.
    TooLarge,
    /// It broke off, or did not come in time.
    Broken,
    /// The head before it was refused. The rest of the request is what was seen of it.
    Head(HeadRefused),
}

/// Why a request's head is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeadRefused {
    /// The request line is longer than the server takes.
    #[error(
        "The request line is longer than 64 KiB. Send the parameters in the body of a POST request."
    )]
    LineTooLong,
    /// It has more or longer headers than the server takes.
    #[error("The request has more than 100 headers, or its head is longer than 128 KiB.")]
    TooLarge,
    /// It is no head of HTTP/1.1.
    #[error("The request is not well-formed HTTP/1.1.")]
    Malformed,
}

impl HeadRefused {
    /// The status that HTTP has for it.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::LineTooLong => StatusCode::URI_TOO_LONG,
            Self::TooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Malformed => StatusCode::BAD_REQUEST,
        }
    }
}

/// An answer, ready to send.
pub type Outbound = Response<Bytes>;

/// How requests are checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum AuthMode {
    /// A request that fails a check is refused.
    #[default]
    Strict,
    /// It passes, with a line in the log and a response header that say what failed.
    Warn,
    /// Nothing is checked.
    Off,
}

impl AuthMode {
    /// The mode's name, as configured.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Warn => "warn",
            Self::Off => "off",
        }
    }
}

/// Whose request it is.
pub struct Verified {
    /// The caller, for the engine.
    pub caller: Caller,
    /// Its account.
    pub account: Arc<Account>,
    /// The check that failed, where failing was let pass: an error code.
    pub failed: Option<&'static str>,
    /// Whether anything was checked.
    pub checked: bool,
    /// The nonce that it spent.
    nonce: Option<Spent>,
}

impl Verified {
    fn auth(&self) -> Auth {
        match self.failed {
            _ if !self.checked => Auth::Unchecked,
            None => Auth::Passed,
            Some(code) => Auth::LetPass(code),
        }
    }
}

/// What a handler works with.
#[derive(Clone)]
pub struct Cx {
    /// The engine.
    pub engine: Arc<Engine>,
    /// Who asks.
    pub caller: Caller,
    /// The account it belongs to.
    pub account: Arc<Account>,
}

/// A cloud's wire.
pub trait Dialect: Sized + Send + Sync + 'static {
    /// The dialect's name.
    const NAME: &'static str;
    /// The region of a request that names none, where the server was given none either.
    const DEFAULT_REGION: &'static str;
    /// The regions that its document lists, if it lists any.
    const REGIONS: &'static [&'static str];
    /// Every error that the cloud is known to answer: what can be asked for.
    const CODES: &'static [&'static Code];
    /// The SDKs and tools that can be pointed at a server, and how.
    const CLIENTS: &'static [Client];
    /// The error by which it throttles.
    const THROTTLING: &'static Code;
    /// The error for a request that was made before.
    const REPLAYED: &'static Code;
    /// What it does not serve yet, a line for each action, or for an action's parameter and value.
    const NOT_YET: &'static str;
    /// A parsed request. One that could not be read is a call too: [`Dialect::verify`] refuses it, and
    /// the refusal is rendered in the form that the request asked for, as far as that could be read.
    type Call: Send + Sync;

    /// The rules that the engine goes by in its realms.
    fn rules() -> &'static Rules;
    /// Whether a request is one of its own, by the marks that it bears.
    fn recognises(inbound: &Inbound) -> bool;
    /// A call as the cloud's SDKs would make and sign it.
    fn sign(ask: &Ask<'_>) -> Result<Request<Bytes>, Unsignable>;
    /// Its table of actions.
    fn actions(&self) -> &Actions<Self>;
    /// A request's parameters.
    fn form(call: &Self::Call) -> &Form;
    /// What its parameters mean for those who watch.
    fn naming() -> &'static Naming;
    /// The access key that a request names.
    fn access_key(call: &Self::Call) -> Option<&str>;
    /// The action that it asks for, served or not.
    fn asked(call: &Self::Call) -> Option<&str>;
    /// The realm that it claims to work in, before anything is checked.
    fn claimed(&self, call: &Self::Call) -> Realm;
    /// Reads the name of a key in a realm: its id, an alias, or what the cloud has besides.
    fn key_ref(realm: &Realm, name: &str) -> Option<KeyRef>;
    /// The name of the secret that a text means in a realm: itself, where the cloud has no other names.
    #[must_use]
    fn secret_named<'a>(_realm: &Realm, text: &'a str) -> &'a str {
        text
    }
    /// The bytes that an encryption context binds a ciphertext to. `None` when it is none.
    fn associated(context: &str) -> Option<Vec<u8>>;
    /// An error's form on the wire.
    fn refusal(error: &Error) -> Refusal;
    /// Tells a client when to come again, where it looks for that.
    fn hint_retry(response: &mut Outbound, after: Duration);
    /// Why the signature of a request that failed its checks is wrong; `None` where it is right.
    fn mismatch(&self, call: &Self::Call) -> Option<Mismatch>;
    /// Reads a request.
    fn parse(&self, inbound: Inbound) -> Self::Call;
    /// Finds out whose it is, and that nobody changed it.
    fn verify(&self, engine: &Engine, call: &Self::Call) -> Result<Verified, Error>;
    /// Finds the action.
    fn find(&self, call: &Self::Call) -> Result<&Entry<Self>, Error>;
    /// Lets the caller's account at the action, if its standing does.
    fn permit(&self, cx: &Cx, entry: &Entry<Self>) -> Result<(), Error>;
    /// Whether the request only asks what would happen.
    fn is_rehearsal(&self, call: &Self::Call, entry: &Entry<Self>) -> Result<bool, Error>;
    /// What a rehearsal answers, given how the request went.
    fn rehearsed(&self, outcome: Result<(), Error>) -> Error;
    /// Reads an action's parameters.
    fn params<T: DeserializeOwned>(call: &Self::Call) -> Result<T, Error>;
    /// Renders a success.
    fn reply<T: Serialize>(
        call: &Self::Call,
        request_id: &str,
        body: &T,
    ) -> Result<Outbound, Error>;
    /// Renders a refusal.
    fn refuse(&self, call: &Self::Call, request_id: &str, refusal: &Refusal) -> Outbound;
}

#[cfg(test)]
thread_local! {
    /// How many bytes this thread has decoded from forms or percent-encoded.
    static WORK: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// The response header that says which check a request failed, where failing was let pass.
static AUTH_HEADER: HeaderName = HeaderName::from_static("x-kmsim-auth");

/// The request header that asks for a fault to strike this one request, once it is verified: an error's code, or what
/// else [`crate::watch::faults::Effect::of_header`] reads.
pub const FAULT_HEADER: &str = "x-kmsim-fault";

/// Answers one request.
pub async fn serve<D: Dialect>(
    dialect: &D,
    engine: &Arc<Engine>,
    watch: &Watch,
    inbound: Inbound,
) -> Outbound {
    let mut report = Report::begun(Stopwatch::start(), engine.world().entropy.uuid().to_string());
    let asked = faults::asked_for(watch, &inbound);
    let call = dialect.parse(inbound);
    let mut let_in = None;
    let outcome = match dialect.verify(engine, &call) {
        Ok(verified) => {
            report.auth = verified.auth();
            let engine = Arc::clone(engine);
            let cx =
                let_in.insert(Cx { engine, caller: verified.caller, account: verified.account });
            let nonce = verified.nonce;
            faults::run(dialect, watch, (cx, nonce), &call, asked.as_deref(), &mut report).await
        }
        Err(error) => {
            report.auth = Auth::Refused(D::refusal(&error).code.name);
            Err(error)
        }
    };
    if let Err(Error::Engine(engine::Error::Internal(cause))) = &outcome {
        tracing::error!(cause, request_id = report.request_id, "a request failed");
    }
    let mut code = None;
    let mut response = outcome.unwrap_or_else(|error| {
        let refusal = D::refusal(&error);
        code = Some(refusal.code.name);
        dialect.refuse(&call, &report.request_id, &refusal)
    });
    if let Auth::LetPass(code) = report.auth {
        response.headers_mut().insert(AUTH_HEADER.clone(), HeaderValue::from_static(code));
    }
    faults::mark::<D>(&mut response, &report.struck);
    report.tell((dialect, engine, watch), let_in.as_ref(), &call, code, &response);
    response
}

async fn run<D: Dialect>(
    dialect: &D,
    watch: &Watch,
    cx: &mut Cx,
    call: &D::Call,
    report: &mut Report,
) -> Result<Outbound, Error> {
    let entry = dialect.find(call)?;
    report.found(entry, watch, (dialect, cx, call));
    let request_id = &*report.request_id;
    let rehearsal = dialect.is_rehearsal(call, entry)?;
    cx.caller.rehearses = rehearsal;
    cx.engine.settle(&cx.caller.realm).await;
    let outcome = match dialect.permit(cx, entry) {
        Ok(()) => entry.run(cx, call, request_id).await,
        Err(error) => Err(error),
    };
    let absent = match &outcome {
        Err(Error::Engine(engine::Error::Alias(AliasError::ServiceKeyAbsent(alias)))) => {
            Some(alias.clone())
        }
        _ => None,
    };
    match (rehearsal, absent) {
        (false, None) => outcome,
        // A service's own key comes to be when it is first asked for.
        (false, Some(alias)) => {
            cx.engine.create_service_key(cx.caller.clone(), alias).await?;
            entry.run(cx, call, request_id).await
        }
        (true, None) => Err(dialect.rehearsed(outcome.map(|_| ()))),
        (true, Some(_)) => Err(dialect.rehearsed(Ok(()))),
    }
}
