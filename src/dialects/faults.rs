//! The pipeline's step at which faults strike: after a request is verified, around its action.

use std::time::Duration;

use super::replay::Spent;
use super::report::Report;
use super::{Code, Cx, Dialect, Error, FAULT_HEADER, Inbound, Outbound, subject};
use crate::watch::Watch;
use crate::watch::faults::{Effect, End, Point, Struck};

/// How the connection is to end with an answer: an extension of the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Nothing is sent, and the connection is reset.
    Reset,
    /// Half of the body is sent, and the connection is closed.
    Truncate,
}

/// What the request's own header asks for.
pub(super) fn asked_for(watch: &Watch, inbound: &Inbound) -> Option<String> {
    let text = inbound.headers.get(FAULT_HEADER).filter(|_| watch.headers_strike)?;
    Some(String::from_utf8_lossy(text.as_bytes()).into_owned())
}

/// Runs a request, unless a fault strikes it.
pub(super) async fn run<D: Dialect>(
    dialect: &D,
    watch: &Watch,
    (cx, nonce): (&mut Cx, Option<Spent>),
    call: &D::Call,
    asked: Option<&str>,
    report: &mut Report,
) -> Result<Outbound, Error> {
    if asked.is_some() || watch.faults.are_armed() {
        report.subject = Some(subject::of_verified(dialect, cx, call));
        report.struck = strike::<D>(watch, cx, asked, report)?;
    }
    if report.struck.is_nothing() {
        report.ran = true;
        return super::run(dialect, watch, cx, call, report).await;
    }
    if !wait_before(&report.struck, nonce).await {
        return Err(D::REPLAYED.into());
    }
    if let Some((Point::Before, end)) = &report.struck.end {
        return error::<D>(end).map_or_else(|| Ok(Outbound::default()), Err);
    }
    report.ran = true;
    let outcome = super::run(dialect, watch, cx, call, report).await;
    wait(report.struck.after).await;
    match report.struck.end.as_ref().and_then(|(_, end)| error::<D>(end)) {
        Some(error) => Err(error),
        None => outcome,
    }
}

fn strike<D: Dialect>(
    watch: &Watch,
    cx: &Cx,
    asked: Option<&str>,
    report: &Report,
) -> Result<Struck, Error> {
    let entropy = &cx.engine.world().entropy;
    let mut struck = Struck::default();
    if let Some(text) = asked {
        // What is no effect is no code either, and the cloud says so in its own words.
        let effect = Effect::of_header(text).map_err(|_| coded::<D>(text))?;
        if let Some(End::Error(code)) = &effect.end {
            known::<D>(code)?;
        }
        struck.add(&effect, None, entropy);
    }
    if let (false, Some(subject)) = (struck.has_end(), &report.subject) {
        let view = cx.engine.view(&cx.caller);
        let resolve = |name: &str| view.key_named(&D::key_ref(&subject.realm, name)?).cloned();
        watch.faults.strike(&mut struck, subject, resolve, entropy);
    }
    Ok(struck)
}

/// The error that an end is, if it is one.
fn error<D: Dialect>(end: &End) -> Option<Error> {
    match end {
        End::Error(code) => Some(coded::<D>(code)),
        End::Throttling(_) => Some(D::THROTTLING.into()),
        End::Reset | End::Truncate => None,
    }
}

/// The error of this name, to be answered because somebody asked for it; or what to answer where the cloud has none.
fn known<D: Dialect>(name: &str) -> Result<&'static Code, Error> {
    let code = D::CODES.iter().find(|code| code.name == name);
    code.copied().ok_or(Error::Invalid(FAULT_HEADER.into()))
}

/// The same, whichever it is.
fn coded<D: Dialect>(name: &str) -> Error {
    known::<D>(name).map_or_else(|error| error, Error::from)
}

/// Lets a request wait before its action; `false` when another one has its nonce by then. A client that gets no answer, or
/// does not wait for it, sends the same request again. Nothing has come of the first one, so its nonce is free meanwhile:
/// whichever request goes on first spends it.
async fn wait_before(struck: &Struck, nonce: Option<Spent>) -> bool {
    let resets = matches!(struck.end, Some((Point::Before, End::Reset)));
    match nonce {
        Some(mut nonce) if resets || !struck.before.is_zero() => {
            nonce.release();
            wait(struck.before).await;
            resets || nonce.retake()
        }
        _ => {
            wait(struck.before).await;
            true
        }
    }
}

async fn wait(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

/// Puts into the answer what else a fault does to it.
pub(super) fn mark<D: Dialect>(response: &mut Outbound, struck: &Struck) {
    match &struck.end {
        None | Some((_, End::Error(_) | End::Throttling(None))) => {}
        Some((_, End::Throttling(Some(after)))) => D::hint_retry(response, *after),
        Some((_, End::Reset)) => drop(response.extensions_mut().insert(Cut::Reset)),
        Some((_, End::Truncate)) => drop(response.extensions_mut().insert(Cut::Truncate)),
    }
}
