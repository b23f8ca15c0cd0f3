//! Alibaba Cloud KMS, version 2016-01-20: the RPC wire (`?Action=`), its signatures, and the names
//! and rules of its document. Instances have a second wire, in `dedicated/`.

mod account;
mod actions;
mod applications;
mod certificates;
mod challenge;
mod clients;
mod codes;
mod dedicated;
mod errors;
mod instances;
mod keys;
mod limits;
mod listing;
mod managed_data_keys;
mod names;
mod needs;
mod policies;
mod profile;
mod ram;
mod regions;
mod rules;
mod secrets;
mod tags;
mod values;
mod wire;
mod words;

use axum::http::HeaderMap;

use crate::dialects::{
    Accounts, Actions, Cx, Decided, Dialect, Entry, Error, Form, Gate, Profile, Verified,
};
use crate::engine::{ClientKeyIndex, Engine};
use crate::watch::journal::Mismatch;
use dedicated::request;
use profile::PROFILE;
use wire::call::{Call, Scheme, VERSION};
use wire::{client_key, mismatch, verify};

/// The dialect.
pub(super) struct Alibaba;

impl Dialect for Alibaba {
    const PROFILE: &'static Profile = &PROFILE;
    type Call = Call;
    type Rights = ram::Rights;

    fn table() -> Actions<Call> {
        actions::table()
    }

    fn body_limit(headers: &HeaderMap) -> usize {
        if request::is_marked(headers) { request::BODY_LIMIT } else { PROFILE.body_limit }
    }

    fn authenticate(gate: &Gate, engine: &Engine, call: &Call) -> Result<Verified, Error> {
        if let Some(error) = &call.parse_error {
            return Err(error.clone().into());
        }
        match client_key::named(engine, call) {
            Some(found) => client_key::verify(gate, engine, call, &found),
            None => verify::verify(gate, engine, call),
        }
    }

    fn find<'a>(table: &'a Actions<Call>, call: &Call) -> Result<&'a Entry<Call>, Error> {
        let action = call.action().ok_or(Error::Missing("Action".into()))?;
        if let Scheme::Dedicated(request) = &call.scheme {
            if let Some(error) = &request.message_error {
                return Err(error.clone().into());
            }
            return table.get(action).ok_or_else(|| codes::INVALID_API_NAME.into());
        }
        match call.version() {
            None => return Err(Error::Missing("Version".into())),
            Some(VERSION) => {}
            Some(_) => return Err(codes::INVALID_VERSION.into()),
        }
        let is_other_wire = action.starts_with(request::PREFIX);
        let entry = table.get(action).filter(|_| call.path == "/" && !is_other_wire);
        let entry = entry.ok_or(codes::INVALID_ACTION_NOT_FOUND)?;
        match actions::only_method(action) {
            Some(method) if *method != call.method => Err(codes::UNSUPPORTED_HTTP_METHOD.into()),
            _ => Ok(entry),
        }
    }

    fn rights(accounts: &Accounts) -> ram::Rights {
        ram::Rights::of(accounts)
    }

    fn permit(
        cx: &mut Cx,
        entry: &Entry<Call>,
        call: &Call,
        rights: &ram::Rights,
    ) -> Result<(), Error> {
        account::permit(cx, entry.name)?;
        let gateway = client_key::gateway(call);
        applications::permit(cx, entry.name, &gateway, &call.params)?;
        ram::permit(cx, rights, verify::access_key_id(call), entry.name, &call.params)
    }

    fn decide(
        cx: &Cx,
        rights: &ram::Rights,
        (access_key, host): (&str, &str),
        (action, params): (&str, &Form),
    ) -> Option<Decided> {
        let is_dedicated = action.starts_with(request::PREFIX);
        let gateway = client_key::gateway_of(host, is_dedicated);
        let of_application = applications::decide(cx, action, &gateway, params);
        of_application.or_else(|| ram::decide(cx, rights, access_key, action, params))
    }

    fn smallest_policy(needed: &[(String, String)]) -> Option<serde_json::Value> {
        Some(ram::smallest_policy(needed))
    }

    fn explain(gate: &Gate, client_keys: &ClientKeyIndex, call: &Call) -> Option<Mismatch> {
        mismatch::explain(gate, client_keys, call)
    }
}
