//! The pipeline's last step: the journal and the metrics are told what became of a request.

use super::subject::{self, learn};
use super::{Cx, Dialect, Entry, Kind, Outbound};
use crate::engine::Engine;
use crate::watch::faults::{End, Struck};
use crate::watch::journal::{Auth, Facts, Fault, Journal, Outcome, Rare};
use crate::watch::{Labels, Subject, Watch};
use crate::world::Stopwatch;

/// What is known of one request so far.
pub(super) struct Report {
    began: Stopwatch,
    /// The id that its answer bears.
    pub(super) request_id: String,
    /// What its checks came to.
    pub(super) auth: Auth,
    /// What it is about, as far as somebody looked.
    pub(super) subject: Option<Subject>,
    /// The faults that strike it.
    pub(super) struck: Struck,
    /// Whether its action was run.
    pub(super) ran: bool,
    action: Option<Action>,
}

/// What it was found to ask for.
#[derive(Clone, Copy)]
struct Action {
    name: &'static str,
    kind: Kind,
    reads: &'static [&'static str],
}

impl Action {
    fn of<D: Dialect>(entry: &Entry<D>) -> Self {
        Self { name: entry.name, kind: entry.kind, reads: entry.reads }
    }
}

impl Report {
    pub(super) fn begun(began: Stopwatch, request_id: String) -> Self {
        Self {
            began,
            request_id,
            auth: Auth::Unchecked,
            subject: None,
            struck: Struck::default(),
            ran: false,
            action: None,
        }
    }

    /// Its action was found. Of one that may change what the names in it stand for, they are looked up before it does.
    pub(super) fn found<D: Dialect>(
        &mut self,
        entry: &Entry<D>,
        watch: &Watch,
        (dialect, cx, call): (&D, &Cx, &D::Call),
    ) {
        self.action = Some(Action::of(entry));
        if entry.kind != Kind::Hot && self.subject.is_none() && watch.journal.is_kept() {
            self.subject = Some(subject::of_verified(dialect, cx, call));
        }
    }

    /// Tells them. There is a context if it was let in; `code` is that of the error that was answered.
    pub(super) fn tell<D: Dialect>(
        mut self,
        (dialect, engine, watch): (&D, &Engine, &Watch),
        let_in: Option<&Cx>,
        call: &D::Call,
        code: Option<&'static str>,
        response: &Outbound,
    ) {
        let outcome = match (&self.struck.end, code) {
            (Some((_, End::Reset)), _) => Outcome::Reset,
            (Some((_, End::Truncate)), _) => Outcome::Truncated,
            (_, Some(code)) => Outcome::Error(code),
            (_, None) => Outcome::Ok,
        };
        let took = self.began.elapsed();
        let asked = || D::asked(call).and_then(|name| dialect.actions().get(name)).map(Action::of);
        let action = self.action.or_else(asked);
        // What a refused request asks for is only claimed: no label comes of it.
        let believed = action.filter(|_| let_in.is_some()).map(|it| it.name);
        let labels = Labels { dialect: D::NAME, action: believed, code: outcome.name() };
        watch.metrics.count(labels, took);
        if !watch.journal.is_kept() {
            return;
        }
        let mut blank = Journal::blank();
        blank.names(&self.request_id, D::access_key(call));
        let named = blank.params(D::naming(), D::form(call).iter());
        let is_told = matches!(outcome, Outcome::Ok | Outcome::Truncated)
            && action.is_some_and(|action| action.kind != Kind::Read);
        let told = if is_told { D::naming().answered(response.body()) } else { None };
        let claimed;
        let realm = if let Some(cx) = let_in {
            &cx.caller.realm
        } else {
            claimed = dialect.claimed(call);
            &claimed
        };
        // One key that the answer tells is known by that.
        if let (None, Some((key, version)), 0..=1) = (&self.subject, told, named) {
            blank.key(key, version);
        } else {
            let view = let_in.map(|_| engine.view_of(realm));
            let subject = self.subject.take();
            let mut subject =
                subject.unwrap_or_else(|| subject::of(dialect, realm.clone(), call, view.as_ref()));
            if let Some(told) = told {
                learn(&mut subject, told);
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
            action: action.map(|action| (action.name, action.reads)),
        };
        let rare = self.rare(dialect, call);
        let record = blank.filled(facts, rare);
        if let_in.is_some() {
            watch.journal.write(realm, record);
        } else {
            watch.journal.refuse(record);
        }
    }

    fn rare<D: Dialect>(self, dialect: &D, call: &D::Call) -> Option<Box<Rare>> {
        let failed = matches!(self.auth, Auth::Refused(_) | Auth::LetPass(_));
        let mismatch = if failed { dialect.mismatch(call) } else { None };
        let Struck { rules, by_header, .. } = self.struck;
        let is_struck = by_header || !rules.is_empty();
        let fault = is_struck.then_some(Fault { rules, by_header, ran: self.ran });
        let is_rare = self.subject.is_some() || fault.is_some() || mismatch.is_some();
        is_rare.then(|| Box::new(Rare { subject: self.subject, fault, mismatch }))
    }
}
