//! Kingsoft Cloud KKMS, version 2016-03-04: its wire (`?Action=`), its two signatures, and the
//! names and rules of its document.

mod actions;
mod cipher;
mod clients;
mod codes;
mod errors;
mod keys;
mod profile;
mod rules;
mod values;
mod wire;

use crate::dialects::gate::accounts::AccountStatus;
use crate::dialects::{Accounts, Actions, Cx, Dialect, Entry, Error, Gate, Profile, Verified};
use crate::engine::{ClientKeyIndex, Engine};
use crate::watch::journal::Mismatch;
use wire::call::{Call, SERVICE, VERSION};
use wire::{mismatch, verify};

/// The dialect.
pub(super) struct Kingsoft;

impl Dialect for Kingsoft {
    const PROFILE: &'static Profile = &profile::PROFILE;
    type Call = Call;
    type Rights = ();

    fn table() -> Actions<Call> {
        actions::table()
    }

    fn authenticate(gate: &Gate, engine: &Engine, call: &Call) -> Result<Verified, Error> {
        verify::verify(gate, engine, call)
    }

    fn find<'a>(table: &'a Actions<Call>, call: &Call) -> Result<&'a Entry<Call>, Error> {
        let required = |name: &'static str| call.param(name).ok_or(Error::Missing(name.into()));
        let action = required("Action")?;
        if required("Version")? != VERSION || call.path != "/" {
            return Err(codes::NO_SUCH_ENTITY.into());
        }
        if call.param("Service").is_some_and(|service| service != SERVICE) {
            return Err(codes::SERVICE_UNKNOWN.into());
        }
        table.get(action).ok_or_else(|| codes::NO_SUCH_ENTITY.into())
    }

    fn rights(_: &Accounts) {}

    fn permit(cx: &mut Cx, entry: &Entry<Call>, _: &Call, (): &()) -> Result<(), Error> {
        match cx.account.status {
            AccountStatus::Active => Ok(()),
            AccountStatus::NotOpened
            | AccountStatus::Suspended
            | AccountStatus::InDebt
            | AccountStatus::InDebtOverdue
            | AccountStatus::RiskControl => {
                Err(codes::ACCESS_DENIED.with(&[&cx.account.id, entry.name]).into())
            }
        }
    }

    fn explain(gate: &Gate, _: &ClientKeyIndex, call: &Call) -> Option<Mismatch> {
        mismatch::explain(&gate.accounts, &gate.classes, call)
    }
}
