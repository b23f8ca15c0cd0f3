//! Why a signature is wrong. The client's text is not on the wire; but most mistakes are known ones, and the text that
//! comes of the right one has the signature that was sent.

mod acs;
mod rpc;

use super::call::{Call, Scheme};
use super::verify::access_key_id;
use crate::dialects::Accounts;
use crate::dialects::accounts::Secret;
use crate::watch::journal::{Mismatch, Nearest};

/// Looks for the mistake. `None` where the signature is right, or there is none to look at.
pub(super) fn explain(accounts: &Accounts, call: &Call) -> Option<Mismatch> {
    let key = accounts.get(access_key_id(call)?)?;
    let others = || accounts.access_keys().filter(|other| other.id != key.id).map(|other| &other.secret);
    match &call.scheme {
        Scheme::Rpc => rpc::explain(call, &key.secret, others()),
        Scheme::Acs(authorization) => acs::explain(authorization, call, &key.secret, others()),
        Scheme::Malformed | Scheme::Bearer | Scheme::None => None,
    }
}

/// What a mismatch comes to, given the deviations tried: each with its text as it may be shown, and whether the
/// signature is right for it.
fn nearest<'a>(
    server: String,
    secret: &Secret,
    mut others: impl Iterator<Item = &'a Secret>,
    mut deviations: impl Iterator<Item = Deviation>,
    genuine: impl Fn(&str, &Secret) -> bool,
    base: &str,
) -> Mismatch {
    let found = deviations.find(|it| genuine(&it.signed, secret));
    let client = found.map(|it| Nearest { text: it.shown, why: it.why }).or_else(|| {
        let why = "the secret is that of another access key here";
        others.any(|other| genuine(base, other)).then(|| Nearest { text: server.clone(), why })
    });
    Mismatch::new(server, client)
}

/// A mistake tried out.
struct Deviation {
    why: &'static str,
    /// The text that a client signs who makes it.
    signed: String,
    /// The same without what may be a secret.
    shown: String,
}
