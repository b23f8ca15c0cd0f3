//! Tencent Cloud KMS, version 2019-01-18: its wire (the action is in a header or a parameter), its
//! two signatures, and the names and rules of its document. Two actions of the tag service are
//! served too, because the Terraform provider needs them.

mod actions;
mod blob;
mod clients;
mod codes;
mod data_keys;
mod errors;
mod keys;
mod listing;
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
use crate::dialects::{Accounts, Actions, Cx, Dialect, Entry, Error, Gate, Profile, Verified};
use crate::engine::{ClientKeyIndex, Engine};
use crate::watch::journal::Mismatch;
use crate::watch::truncate;
use wire::call::{ACTION, Call, TIMESTAMP, VERSION, VERSION_PARAM};
use wire::mismatch;
use wire::verify::{self, required};

/// The dialect.
pub(super) struct Tencent;

/// The action of a request, which must have the parameters that every request needs.
///
/// # Errors
/// `MissingParameter`, `NoSuchVersion` or `InvalidAction`.
fn find<'a>(table: &'a Actions<Call>, call: &Call) -> Result<&'a Entry<Call>, Error> {
    let action = required(call, &ACTION)?;
    let version = required(call, &VERSION_PARAM)?;
    required(call, &TIMESTAMP)?;
    let unknown = || codes::INVALID_ACTION.with(&[truncate(action)]).into();
    match version {
        _ if version == tag_service::version_of(action) => {}
        VERSION | tag_service::VERSION => return Err(unknown()),
        _ => return Err(codes::NO_SUCH_VERSION.with(&[truncate(version)]).into()),
    }
    table.get(action).ok_or_else(unknown)
}

impl Dialect for Tencent {
    const PROFILE: &'static Profile = &profile::PROFILE;
    type Call = Call;
    type Rights = ();

    fn table() -> Actions<Call> {
        actions::table()
    }

    /// Method, size, and the parameters that every request needs.
    fn before_signature(table: &Actions<Call>, call: &Call) -> Result<(), Error> {
        match &call.parse_error {
            Some(parse_error) => Err(parse_error.clone().into()),
            None => find(table, call).map(drop),
        }
    }

    fn authenticate(gate: &Gate, engine: &Engine, call: &Call) -> Result<Verified, Error> {
        verify::verify(gate, engine, call)
    }

    fn find<'a>(table: &'a Actions<Call>, call: &Call) -> Result<&'a Entry<Call>, Error> {
        let entry = find(table, call)?;
        match &call.params_error {
            Some(params_error) => Err(params_error.clone().into()),
            None => Ok(entry),
        }
    }

    /// Most actions need an active account. An account without a subscription can still call those
    /// that describe the service.
    fn rights(_: &Accounts) {}

    fn permit(cx: &mut Cx, entry: &Entry<Call>, _: &Call, (): &()) -> Result<(), Error> {
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

    fn explain(gate: &Gate, _: &ClientKeyIndex, call: &Call) -> Option<Mismatch> {
        mismatch::explain(&gate.accounts, &gate.classes, call)
    }
}
