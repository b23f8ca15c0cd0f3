//! The pipeline's step at which faults strike: after a request is verified, around its action.

use std::time::Duration;

use crate::dialects::gate::replay::Spent;
use crate::dialects::report::Report;
use crate::dialects::wire::params::Flaw;
use crate::dialects::{Cut, Cx, Dialect, Error, Inbound, Outbound, Profile, Served, subject};
use crate::watch::Watch;
use crate::watch::faults::{Effect, End, FaultPlan, Point};

/// The request header that asks for a fault to strike this one request, once it is verified: an
/// error's code, or what else [`Effect::of_header`] reads.
const FAULT_HEADER: &str = "x-kmsim-fault";

/// What the request's own header asks for.
pub(super) fn asked_for(watch: &Watch, inbound: &Inbound) -> Option<String> {
    let text = inbound.headers.get(FAULT_HEADER).filter(|_| watch.header_faults)?;
    Some(String::from_utf8_lossy(text.as_bytes()).into_owned())
}

/// Finds out which faults strike a request: the one that it asks for, and those that are armed.
pub(super) fn draw<D: Dialect>(
    served: &Served<D>,
    watch: &Watch,
    asked: Option<&str>,
    cx: &Cx,
    call: &D::Call,
    report: &mut Report,
) -> Result<(), Error> {
    if asked.is_none() && !watch.faults.any_armed() {
        return Ok(());
    }
    let snapshot = cx.engine.snapshot(&cx.caller);
    let subject = subject::of(served, cx.caller.realm.clone(), call, Some(&snapshot));
    let subject = report.subject.insert(subject);
    let entropy = &cx.engine.world().entropy;
    let mut plan = FaultPlan::default();
    if let Some(text) = asked {
        // What is no effect is no code either, and the cloud says so in its own words.
        let effect = Effect::of_header(text).map_err(|_| coded(D::PROFILE, text))?;
        if let Some(End::Error(code)) = &effect.end
            && D::PROFILE.code(code).is_none()
        {
            return Err(coded(D::PROFILE, code));
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

/// Does what comes before the action. An error, or an answer that is not to be sent, if the action
/// is not to be run.
pub(super) async fn before(
    profile: &Profile,
    plan: &FaultPlan,
    nonce: Option<Spent>,
) -> Result<Option<Outbound>, Error> {
    if plan.is_empty() {
        return Ok(None);
    }
    if !wait_before(plan, nonce).await {
        return Err(profile.replayed.into());
    }
    match &plan.end {
        Some((Point::Before, end)) => match error(profile, end) {
            Some(error) => Err(error),
            None => Ok(Some(Outbound::default())),
        },
        _ => Ok(None),
    }
}

/// Does what comes after the action, and maybe answers an error in place of its outcome.
pub(super) async fn after(
    profile: &Profile,
    plan: &FaultPlan,
    outcome: Result<Outbound, Error>,
) -> Result<Outbound, Error> {
    wait(plan.after).await;
    match plan.end.as_ref().and_then(|(_, end)| error(profile, end)) {
        Some(error) => Err(error),
        None => outcome,
    }
}

/// The error that an end is, if it is one.
fn error(profile: &Profile, end: &End) -> Option<Error> {
    match end {
        End::Error(code) => Some(coded(profile, code)),
        End::Throttling(_) => Some(profile.throttling.into()),
        End::Reset | End::Truncate => None,
    }
}

/// The error of a code. A code that the cloud does not have is a mistake in the header.
fn coded(profile: &Profile, code: &str) -> Error {
    match profile.code(code) {
        Some(code) => code.into(),
        None => Flaw::Invalid(FAULT_HEADER.into()).into(),
    }
}

/// Lets a request wait before its action; `false` when another one has its nonce by then. A client that gets no answer, or
/// does not wait for it, sends the same request again. Nothing has come of the first one, so its nonce is free meanwhile:
/// whichever request goes on first spends it.
async fn wait_before(plan: &FaultPlan, nonce: Option<Spent>) -> bool {
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

/// Puts into the answer what else a fault does to it.
pub(super) fn mark(profile: &Profile, response: &mut Outbound, plan: &FaultPlan) {
    match &plan.end {
        None | Some((_, End::Error(_) | End::Throttling(None))) => {}
        Some((_, End::Throttling(Some(after)))) => profile.retry_after.put(response, *after),
        Some((_, End::Reset)) => drop(response.extensions_mut().insert(Cut::Reset)),
        Some((_, End::Truncate)) => drop(response.extensions_mut().insert(Cut::Truncate)),
    }
}
