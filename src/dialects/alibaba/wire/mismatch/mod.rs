//! Why a signature is wrong. The client's text is not in the request, but most mistakes are known.
//! We rebuild the signed text under each known mistake, and compare the signatures.

mod acs;
mod dedicated;
mod deviation;
mod rpc;

use super::call::{Call, Scheme};
use super::verify::access_key_id;
use crate::dialects::Gate;
use crate::dialects::gate::accounts::Secret;
use crate::engine::{ClientKeyIndex, IndexedClientKey};
use crate::watch::journal::Mismatch;
pub(crate) use dedicated::shown as of_dedicated;
use deviation::Keys;

/// How many other client keys are tried.
const CLIENT_KEYS_TRIED: usize = 64;

/// Looks for the mistake. `None` if the signature is right, or there is none.
pub(crate) fn explain(gate: &Gate, client_keys: &ClientKeyIndex, call: &Call) -> Option<Mismatch> {
    let id = access_key_id(call)?;
    if let Some(found) = client_keys.find(id) {
        let secret = |it: &IndexedClientKey| Some(Secret::Rsa(it.signature_key()?.clone()));
        let others = client_keys.beside(&found, CLIENT_KEYS_TRIED);
        let keys = Keys {
            own: &secret(&found)?,
            others: others.iter().filter_map(|it| secret(it)),
            of_another: "the private key is that of another client key here",
        };
        return match &call.scheme {
            Scheme::Rpc => rpc::explain(call, &gate.classes, keys),
            Scheme::Dedicated(_) => dedicated::explain(call, keys),
            // A client key makes no other signature.
            Scheme::Acs(_) | Scheme::Malformed | Scheme::Bearer | Scheme::None => None,
        };
    }
    let key = gate.accounts.get(id)?;
    let others = gate.accounts.access_keys().filter(|other| other.id != key.id);
    let keys = Keys {
        own: &key.secret,
        others: others.map(|other| &other.secret),
        of_another: "the secret is that of another access key here",
    };
    match &call.scheme {
        Scheme::Rpc => rpc::explain(call, &gate.classes, keys),
        Scheme::Acs(authorization) => acs::explain(authorization, (call, &gate.classes), keys),
        Scheme::Dedicated(_) | Scheme::Malformed | Scheme::Bearer | Scheme::None => None,
    }
}
