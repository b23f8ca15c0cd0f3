//! Decides about a request that is not made: whether a user or an application may run an action.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use crate::dialects::gate::Checked;
use crate::dialects::wire::canonical::encode_pairs;
use crate::dialects::{Cx, Dialect, Error, Form, Refusal, Served};
use crate::engine::{Caller, Engine};
use crate::watch::Decision;

/// A request that is not made.
pub struct Hypothetical<'a> {
    /// The access key or client key that would sign it.
    pub access_key: &'a str,
    /// The region that it would name.
    pub region: Option<&'a str>,
    /// Its action.
    pub action: &'a str,
    /// Its parameters.
    pub params: &'a BTreeMap<String, String>,
    /// The address that it would come from.
    pub peer: Option<IpAddr>,
    /// Whether it would come over TLS.
    pub is_encrypted: bool,
    /// The host that it would be sent to.
    pub host: &'a str,
}

/// Why there is no decision.
#[derive(Debug)]
pub enum Unanswered {
    /// There is no such access key.
    NoAccessKey,
    /// The cloud does not explain its decisions.
    NotExplained,
    /// The request would be refused before anything is decided.
    Refused(Refusal),
}

/// Decides about a request. `None`: the access key is the account's own, which may do everything.
///
/// # Errors
/// [`Unanswered`].
pub(super) fn decide<D: Dialect>(
    served: &Served<D>,
    engine: &Arc<Engine>,
    request: &Hypothetical<'_>,
) -> Result<Option<Decision>, Unanswered> {
    let gate = &served.gate;
    let refused = |error: &Error| Unanswered::Refused(D::PROFILE.refusal(error));
    let (realm, sender) = if let Some(found) = engine.client_keys().find(request.access_key) {
        let realm = found.realm.clone();
        let is_other = |region: &str| !region.eq_ignore_ascii_case(&realm.region);
        if *realm.dialect != *D::PROFILE.name || request.region.is_some_and(is_other) {
            return Err(Unanswered::NoAccessKey);
        }
        let account = gate.account_of(&realm);
        (realm, Checked::by_client_key(account, found.client_key.application.clone(), None))
    } else {
        let key = gate.accounts.get(request.access_key).ok_or(Unanswered::NoAccessKey)?;
        let realm = gate.realm(&key.account, request.region);
        let realm = realm.ok_or_else(|| refused(&Error::Invalid("region".into())))?;
        (realm, Checked::by_access_key(key, None))
    };
    let Checked { account, user, application, .. } = sender;
    let rules = (D::PROFILE.rules)(&realm.region);
    let cx = Cx {
        engine: Arc::clone(engine),
        caller: Caller::new(realm, rules, Arc::clone(&account.id), account.quota),
        account,
        user,
        application,
        server: Arc::clone(&served.server),
        peer: request.peer,
        is_encrypted: request.is_encrypted,
        decision: None,
    };
    let pairs = request.params.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let params = Form::read(&[encode_pairs(pairs).as_bytes()]).unwrap_or_default();
    let sent = (request.access_key, request.host);
    match D::decide(&cx, &served.rights, sent, (request.action, &params)) {
        Some(decided) => decided.map(Some).map_err(|error| refused(&error)),
        None if cx.user.is_none() && cx.application.is_none() => Ok(None),
        None => Err(Unanswered::NotExplained),
    }
}
