//! Alibaba Cloud KMS, version 2016-01-20: the RPC wire (`?Action=`), its signatures, and every word of its document.

mod account;
mod acs;
mod actions;
mod aliases;
mod asymmetric;
mod call;
mod certificate_metadata;
mod certificate_use;
mod certificates;
mod cipher;
mod clients;
mod codes;
mod errors;
mod export;
mod import;
mod keys;
mod listing;
mod metadata;
mod mismatch;
mod names;
mod policies;
mod profile;
mod regions;
mod reply;
mod rpc;
mod rules;
mod secret_metadata;
mod secret_rotation;
mod secret_types;
mod secret_values;
mod secrets;
mod sign;
mod tags;
mod values;
mod verify;
mod versions;
mod words;

use super::{Actions, Cx, Dialect, Entry, Error, Gate, Inbound, Profile, Refusal, Verified};
use crate::engine::Engine;
use crate::watch::journal::Mismatch;
use call::Call;

/// The only version of the API.
const VERSION: &str = "2016-01-20";

/// The dialect.
pub(super) struct Alibaba;

impl Dialect for Alibaba {
    const PROFILE: &'static Profile = &profile::PROFILE;
    type Call = Call;

    fn table() -> Actions<Call> {
        actions::table()
    }

    fn parse(inbound: Inbound) -> Call {
        Call::parse(inbound)
    }

    fn authenticate(gate: &Gate, engine: &Engine, call: &Call) -> Result<Verified, Error> {
        verify::verify(gate, engine, call)
    }

    fn find<'a>(table: &'a Actions<Call>, call: &Call) -> Result<&'a Entry<Call>, Error> {
        let action = call.action().ok_or(Error::Missing("Action".into()))?;
        match call.version() {
            None => return Err(Error::Missing("Version".into())),
            Some(VERSION) => {}
            Some(_) => return Err(codes::INVALID_VERSION.into()),
        }
        let entry = table.get(action).filter(|_| call.path == "/");
        entry.ok_or_else(|| codes::INVALID_ACTION_NOT_FOUND.into())
    }

    fn permit(cx: &Cx, entry: &Entry<Call>) -> Result<(), Error> {
        account::permit(cx, entry.name)
    }

    fn refusal(error: &Error) -> Refusal {
        errors::refusal(error)
    }

    fn explain(gate: &Gate, call: &Call) -> Option<Mismatch> {
        mismatch::explain(&gate.accounts, &gate.classes, call)
    }
}
