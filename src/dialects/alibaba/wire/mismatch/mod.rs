//! Why a signature is wrong. The client's text is not in the request, but most mistakes are known.
//! We rebuild the signed text under each known mistake, and compare the signatures.

mod acs;
mod deviation;
mod rpc;

use super::call::{Call, Scheme};
use super::verify::access_key_id;
use crate::dialects::Accounts;
use crate::watch::classes::Classes;
use crate::watch::journal::Mismatch;

/// Looks for the mistake. `None` if the signature is right, or there is none.
pub(crate) fn explain(accounts: &Accounts, classes: &Classes, call: &Call) -> Option<Mismatch> {
    let key = accounts.get(access_key_id(call)?)?;
    let others =
        || accounts.access_keys().filter(|other| other.id != key.id).map(|other| &other.secret);
    match &call.scheme {
        Scheme::Rpc => rpc::explain(call, classes, &key.secret, others()),
        Scheme::Acs(authorization) => {
            acs::explain(authorization, (call, classes), &key.secret, others())
        }
        Scheme::Dedicated(_) | Scheme::Malformed | Scheme::Bearer | Scheme::None => None,
    }
}
