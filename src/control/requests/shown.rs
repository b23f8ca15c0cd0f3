//! A journal entry as JSON.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use crate::control::user_access::ShownDecision;
use crate::watch::NamedKey;
use crate::watch::journal::{Auth, EXPLAIN_LIMIT, Entry, Fault, Mismatch};

/// An entry.
#[derive(Serialize)]
pub(super) struct Shown {
    id: u64,
    /// By the realm's clock.
    time: String,
    /// By the host's.
    host_time: String,
    duration_ms: f64,
    request_id: String,
    dialect: String,
    account: String,
    region: String,
    access_key: Option<String>,
    action: Option<String>,
    keys: Vec<ShownKey>,
    secret: Option<String>,
    certificate: Option<String>,
    /// An object of strings, or the text that was sent if it is not one.
    encryption_context: Option<Value>,
    status: u16,
    outcome: &'static str,
    auth: ShownAuth,
    fault: Option<Fault>,
    parameters: BTreeMap<String, String>,
    unread: Vec<String>,
    signature: Option<ShownMismatch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access: Option<ShownDecision>,
}

#[derive(Serialize)]
struct ShownKey {
    name: Option<String>,
    id: Option<String>,
    version: Option<String>,
}

#[derive(Serialize)]
struct ShownAuth {
    verdict: &'static str,
    code: Option<&'static str>,
}

#[derive(Serialize)]
struct ShownMismatch {
    server: Option<String>,
    client: Option<String>,
    why: Option<Cow<'static, str>>,
    first_difference: Option<Value>,
}

impl Shown {
    pub(super) fn of(entry: &Entry) -> Self {
        let subject = &entry.subject;
        let text = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
        let context = subject.context.as_ref().map(|_| match entry.context() {
            Ok(pairs) => json!(pairs),
            Err(text) => json!(text),
        });
        let parameters = entry.params.iter().cloned();
        Self {
            id: entry.id,
            time: entry.at.to_string(),
            host_time: entry.host.to_string(),
            duration_ms: entry.took.as_secs_f64() * 1000.0,
            request_id: entry.request_id.clone(),
            dialect: subject.realm.dialect.to_string(),
            account: subject.realm.account.to_string(),
            region: subject.realm.region.to_string(),
            access_key: text(&subject.access_key),
            action: subject.action.as_deref().map(str::to_owned),
            keys: subject.keys.iter().map(ShownKey::of).collect(),
            secret: text(&subject.secret),
            certificate: text(&subject.certificate),
            encryption_context: context,
            status: entry.status,
            outcome: entry.outcome.name(),
            auth: ShownAuth::of(entry.auth),
            fault: entry.fault.clone(),
            parameters: parameters.collect(),
            unread: entry.unread().map(str::to_owned).collect(),
            signature: entry.mismatch.as_ref().map(ShownMismatch::of),
            access: entry.decision.as_deref().map(ShownDecision::of),
        }
    }
}

impl ShownKey {
    fn of(key: &NamedKey) -> Self {
        Self {
            name: key.name.as_deref().map(str::to_owned),
            id: key.id.as_ref().map(ToString::to_string),
            version: key.version.map(|version| version.to_string()),
        }
    }
}

impl ShownAuth {
    fn of(auth: Auth) -> Self {
        let (verdict, code) = match auth {
            Auth::Passed => ("passed", None),
            Auth::Refused(code) => ("refused", Some(code)),
            Auth::LetPass(code) => ("let pass", Some(code)),
            Auth::Unchecked => ("unchecked", None),
        };
        Self { verdict, code }
    }
}

impl ShownMismatch {
    fn of(mismatch: &Mismatch) -> Self {
        let difference = mismatch.difference();
        let (server, client) = match mismatch {
            Mismatch::Explained { server, client } => (Some(server.clone()), client.as_ref()),
            Mismatch::TooLong => (None, None),
        };
        let too_long = || {
            format!("not explained: more than {EXPLAIN_LIMIT} bytes of the request are signed")
                .into()
        };
        Self {
            client: client.map(|client| client.text.clone()),
            why: client
                .map_or_else(|| server.is_none().then(too_long), |client| Some(client.why.into())),
            server,
            first_difference: difference
                .map(|it| json!({"at": it.at, "server": it.server, "client": it.client})),
        }
    }
}
