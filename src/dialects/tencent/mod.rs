//! Tencent Cloud KMS, version 2019-01-18: its wire (an action's name in a header or a parameter),
//! its signatures, and every word of its document. The few calls of the tag service that its
//! Terraform provider needs are served too.

mod actions;
mod blob;
mod clients;
mod codes;
mod data_keys;
mod errors;
mod keys;
mod profile;
mod rules;
mod service;
mod tag_service;
mod tags;
mod values;
mod white_box;
mod wire;
mod words;

use crate::dialects::gate::accounts::AccountStatus;
use crate::dialects::{Actions, Cx, Dialect, Entry, Error, Gate, Profile, Verified};
use crate::engine::Engine;
use crate::watch::journal::Mismatch;
use wire::call::{ACTION, Call, TIMESTAMP, VERSION, VERSION_OF};
use wire::mismatch;
use wire::verify::{self, required};

/// The dialect.
pub(super) struct Tencent;

/// The action that a request asks for, with what every request must have.
///
/// # Errors
/// Something of it is missing, or there is no such version or action.
fn find<'a>(table: &'a Actions<Call>, call: &Call) -> Result<&'a Entry<Call>, Error> {
    let action = required(call, &ACTION)?;
    let version = required(call, &VERSION_OF)?;
    required(call, &TIMESTAMP)?;
    match version {
        _ if version == tag_service::version_of(action) => {}
        VERSION | tag_service::VERSION => return Err(codes::INVALID_ACTION.with(&[action]).into()),
        _ => return Err(codes::NO_SUCH_VERSION.with(&[version]).into()),
    }
    table.get(action).ok_or_else(|| codes::INVALID_ACTION.with(&[action]).into())
}

impl Dialect for Tencent {
    const PROFILE: &'static Profile = &profile::PROFILE;
    type Call = Call;

    fn table() -> Actions<Call> {
        actions::table()
    }

    /// Method and size, and what every request must have.
    fn before_signature(table: &Actions<Call>, call: &Call) -> Result<(), Error> {
        match &call.flaw {
            Some(flaw) => Err(flaw.clone().into()),
            None => find(table, call).map(drop),
        }
    }

    fn authenticate(gate: &Gate, engine: &Engine, call: &Call) -> Result<Verified, Error> {
        verify::verify(gate, engine, call)
    }

    fn find<'a>(table: &'a Actions<Call>, call: &Call) -> Result<&'a Entry<Call>, Error> {
        let entry = find(table, call)?;
        // The parameters are looked at behind the signature.
        call.unread.clone().map_or(Ok(entry), |why| Err(why.into()))
    }

    /// An account that has not bought the service learns that from most actions. What tells whether
    /// it has answers.
    fn permit(cx: &Cx, entry: &Entry<Call>) -> Result<(), Error> {
        match cx.account.status {
            AccountStatus::Active => Ok(()),
            _ if service::OPEN_TO_ALL.contains(&entry.name) => Ok(()),
            AccountStatus::NotOpened => Err(codes::RESOURCE_UNAVAILABLE_NOT_PURCHASED.into()),
            AccountStatus::Suspended
            | AccountStatus::InDebt
            | AccountStatus::InDebtOverdue
            | AccountStatus::RiskControl => {
                Err(codes::UNAUTHORIZED_OPERATION.with(&[entry.name]).into())
            }
        }
    }

    fn explain(gate: &Gate, call: &Call) -> Option<Mismatch> {
        mismatch::explain(&gate.accounts, &gate.classes, call)
    }
}
