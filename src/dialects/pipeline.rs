//! The one pipeline that every cloud's requests take.

use std::sync::Arc;

use axum::http::{HeaderName, HeaderValue};
use serde::Deserialize;

use crate::dialects::report::Report;
use crate::dialects::wire::params;
use crate::dialects::wire::redact::RedactedParams;
use crate::dialects::{
    BodyRefused, Call, Cx, Dialect, Entry, Error, Inbound, Outbound, Served, faults,
};
use crate::engine::{self, AliasError, Engine};
use crate::watch::Watch;
use crate::watch::journal::Auth;

/// The response header that names the failed check of a request that was let in all the same.
static AUTH_HEADER: HeaderName = HeaderName::from_static("x-kmsim-auth");

/// Answers a request: parse, authenticate, faults, run, faults, render, record.
pub(super) async fn serve<D: Dialect>(
    served: &Served<D>,
    engine: &Arc<Engine>,
    watch: &Watch,
    inbound: Inbound,
) -> Outbound {
    let mut report = Report::start(engine.world());
    let requested = faults::requested(watch, &inbound);
    let is_over_budget = matches!(inbound.body, Err(BodyRefused::OverBudget));
    let connection = (inbound.peer, inbound.is_encrypted);
    let call = D::Call::parse(inbound);
    let mut caller = None;
    let outcome = async {
        if is_over_budget {
            return Err(D::PROFILE.throttling.into());
        }
        D::before_signature(&served.actions, &call)?;
        let verified = D::authenticate(&served.gate, engine, &call)?;
        report.auth = verified.auth();
        let (cx, nonce) = verified.cx(engine, &served.server, connection);
        let cx = caller.insert(cx);
        faults::select(served, watch, requested.as_deref(), cx, &call, &mut report)?;
        if let Some(cut) = faults::before_action(D::PROFILE, &report.plan, nonce).await? {
            return Ok(cut);
        }
        report.ran = true;
        let outcome = run(served, watch, cx, &call, &mut report).await;
        faults::after_action(D::PROFILE, &report.plan, outcome).await
    }
    .await;
    let mut code = None;
    let mut response = outcome.unwrap_or_else(|error| {
        if let Error::Engine(engine::Error::Internal(cause)) = error {
            tracing::error!(cause, request_id = report.request_id, "a request failed");
        }
        let refusal = D::PROFILE.refusal(&error);
        code = Some(refusal.code.name);
        call.refuse(&report.request_id, &refusal)
    });
    match (report.auth, code) {
        (Auth::LetPass(failed), _) => {
            response.headers_mut().insert(&AUTH_HEADER, HeaderValue::from_static(failed));
        }
        (_, Some(code)) if caller.is_none() => report.auth = Auth::Refused(code),
        _ => {}
    }
    faults::apply_to_response(D::PROFILE, &mut response, &report.plan);
    let explain = || D::explain(&served.gate, engine.client_keys(), &call);
    report.finish((served, engine, watch), caller.as_ref(), &call, (code, &response), explain);
    response
}

/// Runs an action: find, settle, permit, run.
async fn run<D: Dialect>(
    served: &Served<D>,
    watch: &Watch,
    cx: &mut Cx,
    call: &D::Call,
    report: &mut Report,
) -> Result<Outbound, Error> {
    let parameters = RedactedParams(call.params(), &served.gate.classes);
    tracing::debug!(action = call.action(), %parameters, "request");
    let entry = D::find(&served.actions, call)?;
    report.action_found(entry, watch, (served, cx, call));
    let is_dry_run = is_dry_run::<D>(entry, call)?;
    cx.caller.dry_run = is_dry_run;
    cx.engine.settle(&cx.caller.realm).await;
    let mut outcome = match D::permit(cx, entry, call, &served.rights) {
        Ok(()) => entry.run(cx, call, &report.request_id).await,
        Err(error) => Err(error),
    };
    // A service's own key is created on first use.
    if let Err(Error::Engine(engine::Error::Alias(AliasError::ServiceKeyAbsent(alias)))) = outcome {
        outcome = if is_dry_run {
            Ok(Outbound::default())
        } else {
            cx.engine.create_service_key(cx.caller.clone(), alias).await?;
            entry.run(cx, call, &report.request_id).await
        };
    }
    if !is_dry_run {
        return outcome;
    }
    let outcome = outcome.map(drop).map_err(|error| D::PROFILE.refusal(&error));
    Err((D::PROFILE.dry_run.refusal)(outcome).into())
}

/// Whether the request is a dry run.
fn is_dry_run<D: Dialect>(entry: &Entry<D::Call>, call: &D::Call) -> Result<bool, Error> {
    #[derive(Deserialize)]
    struct DryRunParam {
        #[serde(default, rename = "DryRun")]
        dry_run: bool,
    }
    if !(D::PROFILE.dry_run.allowed)(entry.kind, call.params()) {
        return Ok(false);
    }
    let requested: DryRunParam = params::read_some(call.params(), D::PROFILE.param_style)?;
    Ok(requested.dry_run)
}
