//! The pipeline's step that applies faults: after a request is verified, and around its action.

use std::time::Duration;

use crate::dialects::gate::replay::SpentNonce;
use crate::dialects::report::Report;
use crate::dialects::wire::param_error::ParamError;
use crate::dialects::{Cut, Cx, Dialect, Error, Inbound, Outbound, Profile, Served, subject};
use crate::watch::Watch;
use crate::watch::faults::{Effect, End, FaultPlan, Point};

/// The request header that asks for a fault for this request, once it is verified: an error code,
/// or another effect that [`Effect::of_header`] parses.
const FAULT_HEADER: &str = "x-kmsim-fault";

/// The fault that the request's own header asks for.
pub(super) fn requested(watch: &Watch, inbound: &Inbound) -> Option<String> {
    let text = inbound.headers.get(FAULT_HEADER).filter(|_| watch.header_faults)?;
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
    if requested.is_none() && !watch.faults.any_armed() {
        return Ok(());
    }
    let snapshot = cx.engine.snapshot(&cx.caller);
    let subject = subject::of(served, cx.caller.realm.clone(), call, Some(&snapshot));
    let subject = report.subject.insert(subject);
    let entropy = &cx.engine.world().entropy;
    let mut plan = FaultPlan::default();
    if let Some(text) = requested {
        // What cannot be parsed is no code either: the cloud's own error says so.
        let effect = Effect::of_header(text).map_err(|_| error_named(D::PROFILE, text))?;
        if let Some(End::Error(code)) = &effect.end
            && D::PROFILE.code(code).is_none()
        {
            return Err(error_named(D::PROFILE, code));
        }
        plan.add(&effect, None, entropy);
    }
    if !plan.has_end() {
        let key = D::PROFILE.names.key;
        let resolve = |name: &str| snapshot.key_named(&key(&subject.realm, name)?).cloned();
        watch.faults.apply(&mut plan, subject, resolve, entropy);
    }
    report.plan = plan;
    Ok(())
}

/// Applies the part before the action. An error, or an answer that will not be sent, means that the
/// action does not run.
pub(super) async fn before_action(
    profile: &Profile,
    plan: &FaultPlan,
    nonce: Option<SpentNonce>,
) -> Result<Option<Outbound>, Error> {
    if plan.is_empty() {
        return Ok(None);
    }
    if !wait_before(plan, nonce).await {
        return Err(profile.replayed.into());
    }
    match &plan.end {
        Some((Point::Before, end)) => {
            error(profile, end).map_or_else(|| Ok(Some(Outbound::default())), Err)
        }
        _ => Ok(None),
    }
}

/// Applies the part after the action, which may replace its outcome by an error.
pub(super) async fn after_action(
    profile: &Profile,
    plan: &FaultPlan,
    outcome: Result<Outbound, Error>,
) -> Result<Outbound, Error> {
    wait(plan.after).await;
    plan.end.as_ref().and_then(|(_, end)| error(profile, end)).map_or(outcome, Err)
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
async fn wait_before(plan: &FaultPlan, nonce: Option<SpentNonce>) -> bool {
    let resets = matches!(plan.end, Some((Point::Before, End::Reset)));
    match nonce {
        Some(mut nonce) if resets || !plan.before.is_zero() => {
            nonce.release();
            wait(plan.before).await;
            resets || nonce.retake()
        }
        _ => {
            wait(plan.before).await;
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
pub(super) fn apply_to_response(profile: &Profile, response: &mut Outbound, plan: &FaultPlan) {
    match &plan.end {
        None | Some((_, End::Error(_) | End::Throttling(None))) => {}
        Some((_, End::Throttling(Some(after)))) => profile.retry_after.add_to(response, *after),
        Some((_, End::Reset)) => drop(response.extensions_mut().insert(Cut::Reset)),
        Some((_, End::Truncate)) => drop(response.extensions_mut().insert(Cut::Truncate)),
    }
}
