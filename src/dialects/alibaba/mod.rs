//! Alibaba Cloud KMS, version 2016-01-20: the RPC wire (`?Action=`), its signatures, and the names
//! and rules of its document.

mod account;
mod actions;
mod applications;
mod certificates;
mod challenge;
mod clients;
mod codes;
mod errors;
mod keys;
mod limits;
mod listing;
mod managed_data_keys;
mod names;
mod policies;
mod profile;
mod regions;
mod rules;
mod secrets;
mod tags;
mod values;
mod wire;
mod words;

use crate::dialects::{Actions, Cx, Dialect, Entry, Error, Gate, Profile, Verified};
use crate::engine::Engine;
use crate::watch::journal::Mismatch;
use wire::call::{Call, VERSION};
use wire::{mismatch, verify};

/// The dialect.
pub(super) struct Alibaba;

impl Dialect for Alibaba {
    const PROFILE: &'static Profile = &profile::PROFILE;
    type Call = Call;

    fn table() -> Actions<Call> {
        actions::table()
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

    fn permit(cx: &mut Cx, entry: &Entry<Call>) -> Result<(), Error> {
        account::permit(cx, entry.name)
    }

    fn explain(gate: &Gate, call: &Call) -> Option<Mismatch> {
        mismatch::explain(&gate.accounts, &gate.classes, call)
    }
}
