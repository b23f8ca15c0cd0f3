//! The pipeline's last step: the result of a request goes into the journal and the metrics.

use std::sync::Arc;

use crate::dialects::subject::{self, add_used_key};
use crate::dialects::{Call, Cx, Dialect, Entry, Kind, Outbound, Served};
use crate::engine::Engine;
use crate::watch::faults::{End, FaultPlan};
use crate::watch::journal::{Auth, Details, Facts, Fault, Journal, Mismatch, Outcome};
use crate::watch::{Decision, Labels, Subject, Watch};
use crate::world::{Stopwatch, World};

/// What is known about a request so far.
pub(super) struct Report {
    began: Stopwatch,
    /// The request id in the answer.
    pub(super) request_id: String,
    /// The result of its checks.
    pub(super) auth: Auth,
    /// What it is about, once it was determined.
    pub(super) subject: Option<Subject>,
    /// The faults that apply to it.
    pub(super) plan: FaultPlan,
    /// Whether its action ran.
    pub(super) ran: bool,
    action: Option<Action>,
}

/// An action's name, and the names of the parameters that it reads.
type Action = (&'static str, &'static [&'static str]);

impl Report {
    /// Starts with a new request.
    pub(super) fn start(world: &World) -> Self {
        Self {
            began: Stopwatch::start(),
            request_id: world.entropy.uuid().to_string(),
            auth: Auth::Unchecked,
            subject: None,
            plan: FaultPlan::default(),
            ran: false,
            action: None,
        }
    }

    /// The action was found. An action that may change what names refer to has them resolved now,
    /// before it runs.
    pub(super) fn action_found<D: Dialect>(
        &mut self,
        entry: &Entry<D::Call>,
        watch: &Watch,
        (served, cx, call): (&Served<D>, &Cx, &D::Call),
    ) {
        self.action = Some((entry.name, entry.reads));
        if entry.kind != Kind::Hot && self.subject.is_none() && watch.journal.is_enabled() {
            let snapshot = cx.engine.snapshot(&cx.caller);
            let realm = cx.caller.realm.clone();
            self.subject = Some(subject::of(served, realm, call, Some(&snapshot)));
        }
    }

    /// Counts and records the request. `let_in` is its context, if it was let in; `code` is the
    /// error code that was answered; `explain` finds out why a signature is wrong.
    pub(super) fn finish<D: Dialect>(
        mut self,
        (served, engine, watch): (&Served<D>, &Engine, &Watch),
        let_in: Option<&Cx>,
        call: &D::Call,
        (code, response): (Option<&'static str>, &Outbound),
        explain: impl FnOnce() -> Option<Mismatch>,
    ) {
        let outcome = match (&self.plan.end, code) {
            (Some((_, End::Reset)), _) => Outcome::Reset,
            (Some((_, End::Truncate)), _) => Outcome::Truncated,
            (_, Some(code)) => Outcome::Error(code),
            (_, None) => Outcome::Ok,
        };
        let took = self.began.elapsed();
        let asked = || call.action().and_then(|name| served.actions.get(name));
        let action = self.action.or_else(|| asked().map(|entry| (entry.name, entry.reads)));
        // The action of a refused request is only a claim, so it makes no label.
        let counted = action.filter(|_| let_in.is_some()).map(|(name, _)| name);
        let labels = Labels { dialect: D::PROFILE.name, action: counted, code: outcome.name() };
        watch.metrics.count(labels, took);
        if !watch.journal.is_enabled() {
            return;
        }
        let mut builder = Journal::builder();
        builder.names(&self.request_id, call.access_key());
        let named = builder.params(&served.gate.classes, call.params().iter());
        let is_done = matches!(outcome, Outcome::Ok | Outcome::Truncated);
        let used = let_in.filter(|_| is_done).and_then(|cx| cx.caller.used.get());
        let claimed;
        let realm = if let Some(cx) = let_in {
            &cx.caller.realm
        } else {
            claimed = call.realm(&served.gate);
            &claimed
        };
        // If one key was used and at most one was named, the used key says everything.
        if let (None, Some((key, version)), 0..=1) = (&self.subject, used, named) {
            builder.key(key, *version);
        } else {
            let snapshot = let_in.map(|_| engine.snapshot_of(realm));
            let subject = self.subject.take();
            let mut subject = subject
                .unwrap_or_else(|| subject::of(served, realm.clone(), call, snapshot.as_ref()));
            if let Some(used) = used {
                add_used_key(&mut subject, used);
            }
            self.subject = Some(subject);
        }
        let host = engine.world().clock.host();
        let facts = Facts {
            at: engine.now_at(realm, host),
            host,
            took,
            auth: self.auth,
            status: response.status().as_u16(),
            outcome,
            action,
        };
        let decision = let_in.and_then(|cx| cx.decision.clone());
        let details = self.details(explain, decision);
        let record = builder.build(facts, details);
        if let_in.is_some() {
            watch.journal.write(realm, record);
        } else {
            watch.journal.write_refused(record);
        }
    }

    fn details(
        self,
        explain: impl FnOnce() -> Option<Mismatch>,
        decision: Option<Arc<Decision>>,
    ) -> Option<Box<Details>> {
        let failed = matches!(self.auth, Auth::Refused(_) | Auth::LetPass(_));
        let mismatch = if failed { explain() } else { None };
        let FaultPlan { rules, by_header, .. } = self.plan;
        let is_affected = by_header || !rules.is_empty();
        let fault = is_affected.then_some(Fault { rules, by_header, ran: self.ran });
        let is_needed =
            self.subject.is_some() || fault.is_some() || mismatch.is_some() || decision.is_some();
        is_needed.then(|| Box::new(Details { subject: self.subject, fault, mismatch, decision }))
    }
}
