//! The pipeline's step that applies faults: after a request is verified, and around its action.

use std::time::Duration;

use crate::dialects::gate::replay::SpentNonce;
use crate::dialects::report::Report;
use crate::dialects::wire::params::ParamError;
use crate::dialects::{Cut, Cx, Dialect, Error, Inbound, Outbound, Profile, Served, subject};
use crate::watch::Watch;
use crate::watch::faults::{Effect, End, Point, Struck};

/// The request header that asks for a fault for this request, once it is verified: an error code,
/// or another effect that [`Effect::of_header`] parses.
const FAULT_HEADER: &str = "x-kmsim-fault";

/// The fault that the request's own header asks for.
pub(super) fn requested(watch: &Watch, inbound: &Inbound) -> Option<String> {
    let text = inbound.headers.get(FAULT_HEADER).filter(|_| watch.headers_strike)?;
    Some(String::from_utf8_lossy(text.as_bytes()).into_owned())
}

/// Selects the faults that apply to a request: the one in its header, and those that are armed.
pub(super) fn select<D: Dialect>(
    served: &Served<D>,
    watch: &Watch,
    requested: Option<&str>,
    cx: &Cx,
    call: &D::Call,
    report: &mut Report,
) -> Result<(), Error> {
    if requested.is_none() && !watch.faults.are_armed() {
        return Ok(());
    }
    let view = cx.engine.view(&cx.caller);
    let subject = subject::of(served, cx.caller.realm.clone(), call, Some(&view));
    let subject = report.subject.insert(subject);
    let entropy = &cx.engine.world().entropy;
    let mut struck = Struck::default();
    if let Some(text) = requested {
        // What cannot be parsed is no code either: the cloud's own error says so.
        let effect = Effect::of_header(text).map_err(|_| error_named(D::PROFILE, text))?;
        if let Some(End::Error(code)) = &effect.end
            && D::PROFILE.code(code).is_none()
        {
            return Err(error_named(D::PROFILE, code));
        }
        struck.add(&effect, None, entropy);
    }
    if !struck.has_end() {
        let key = D::PROFILE.names.key;
        let resolve = |name: &str| view.key_named(&key(&subject.realm, name)?).cloned();
        watch.faults.strike(&mut struck, subject, resolve, entropy);
    }
    report.struck = struck;
    Ok(())
}

/// Applies the part before the action. An error, or an answer that will not be sent, means that the
/// action does not run.
pub(super) async fn before_action(
    profile: &Profile,
    struck: &Struck,
    nonce: Option<SpentNonce>,
) -> Result<Option<Outbound>, Error> {
    if struck.is_nothing() {
        return Ok(None);
    }
    if !wait_before(struck, nonce).await {
        return Err(profile.replayed.into());
    }
    match &struck.end {
        Some((Point::Before, end)) => {
            error(profile, end).map_or_else(|| Ok(Some(Outbound::default())), Err)
        }
        _ => Ok(None),
    }
}

/// Applies the part after the action, which may replace its outcome by an error.
pub(super) async fn after_action(
    profile: &Profile,
    struck: &Struck,
    outcome: Result<Outbound, Error>,
) -> Result<Outbound, Error> {
    wait(struck.after).await;
    struck.end.as_ref().and_then(|(_, end)| error(profile, end)).map_or(outcome, Err)
}

/// The error that ends the request, if it ends with one.
fn error(profile: &Profile, end: &End) -> Option<Error> {
    match end {
        End::Error(code) => Some(error_named(profile, code)),
        End::Throttling(_) => Some(profile.throttling.into()),
        End::Reset | End::Truncate => None,
    }
}

/// The error with this code. If the cloud has no such code, the fault header is invalid.
fn error_named(profile: &Profile, code: &str) -> Error {
    match profile.code(code) {
        Some(code) => code.into(),
        None => ParamError::Invalid(FAULT_HEADER.into()).into(),
    }
}

/// Delays a request before its action; `false` if another request has spent its nonce meanwhile. A
/// client that gets no answer, or does not wait for it, sends the same request again. The first one
/// has not run yet, so its nonce is released during the delay: the request that goes on first
/// spends it.
async fn wait_before(struck: &Struck, nonce: Option<SpentNonce>) -> bool {
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

/// Applies what a fault does to the answer itself.
pub(super) fn apply_to_response(profile: &Profile, response: &mut Outbound, struck: &Struck) {
    match &struck.end {
        None | Some((_, End::Error(_) | End::Throttling(None))) => {}
        Some((_, End::Throttling(Some(after)))) => profile.retry_after.add_to(response, *after),
        Some((_, End::Reset)) => drop(response.extensions_mut().insert(Cut::Reset)),
        Some((_, End::Truncate)) => drop(response.extensions_mut().insert(Cut::Truncate)),
    }
}
