//! Huawei Cloud KMS, version 1.0: its wire (paths and JSON), its signatures and tokens, and the
//! names and rules of its document. The calls of the identity service that its SDKs make are
//! served too.

mod access;
mod access_points;
mod actions;
mod ciphertext;
mod clients;
mod codes;
mod context;
mod errors;
mod grants;
mod iam;
mod key_policies;
mod key_stores;
mod keys;
mod page;
mod permissions;
mod policies;
mod profile;
mod projects;
mod regions;
mod routes;
mod rules;
mod tags;
mod values;
mod versions;
mod wire;
mod words;

use crate::dialects::gate::accounts::AccountStatus;
use crate::dialects::wire::form::Kind;
use crate::dialects::{Accounts, Actions, Cx, Dialect, Entry, Error, Gate, Profile, Verified};
use crate::engine::{ClientKeyIndex, Engine};
use crate::watch::journal::Mismatch;
use routes::Service;
use wire::call::Call;
use wire::{mismatch, verify};

const SEQUENCE: &str = "sequence";

/// The dialect.
pub(super) struct Huawei;

impl Dialect for Huawei {
    const PROFILE: &'static Profile = &profile::PROFILE;
    type Call = Call;
    type Rights = ();

    fn table() -> Actions<Call> {
        actions::table()
    }

    fn rights(accounts: &Accounts) {
        policies::review(accounts);
    }

    /// Method, path and size.
    fn before_signature(_: &Actions<Call>, call: &Call) -> Result<(), Error> {
        match &call.parse_error {
            Some(parse_error) => Err(parse_error.clone().into()),
            None => Ok(()),
        }
    }

    fn authenticate(gate: &Gate, engine: &Engine, call: &Call) -> Result<Verified, Error> {
        verify::verify(gate, engine, call)
    }

    fn find<'a>(table: &'a Actions<Call>, call: &Call) -> Result<&'a Entry<Call>, Error> {
        if let Some(params_error) = &call.params_error {
            return Err(params_error.clone().into());
        }
        let unserved = match call.service() {
            Service::Iam => codes::IAM_NOT_SERVED.with(&["federated sign-in"]),
            Service::Kms | Service::Versions => codes::API_NOT_FOUND.into(),
        };
        let entry = call.route.and_then(|route| table.get(route.action)).ok_or(unserved)?;
        check_sequence(call)?;
        check_lists(call)?;
        Ok(entry)
    }

    /// Actions of the key-management service need an active account, and a user's policies or
    /// grants.
    fn permit(cx: &mut Cx, entry: &Entry<Call>, _: &Call, (): &()) -> Result<(), Error> {
        let service = routes::of_action(entry.name).map(|route| route.service);
        if service != Some(Service::Kms) {
            return Ok(());
        }
        match cx.account.status {
            AccountStatus::Active => access::limit(cx, entry.name),
            AccountStatus::NotOpened | AccountStatus::RiskControl => {
                Err(codes::REAL_NAME_AUTHENTICATION_IS_REQUIRED.into())
            }
            AccountStatus::Suspended | AccountStatus::InDebt | AccountStatus::InDebtOverdue => {
                Err(codes::FROZEN.into())
            }
        }
    }

    fn explain(gate: &Gate, _: &ClientKeyIndex, call: &Call) -> Option<Mismatch> {
        mismatch::explain(&gate.accounts, &gate.classes, call)
    }
}

/// Checks the number that a client may give to a request of the key-management service.
///
/// # Errors
/// `KMS.0206`.
fn check_sequence(call: &Call) -> Result<(), Error> {
    let is_legal = match (call.service(), call.params().kind(SEQUENCE)) {
        (Service::Iam | Service::Versions, _) | (_, None) => true,
        (Service::Kms, Some(_)) => {
            let sequence = call.params().get(SEQUENCE);
            sequence.is_some_and(|text| text.len() == rules::SEQUENCE_LEN)
        }
    };
    if is_legal { Ok(()) } else { Err(codes::INVALID_SEQUENCE.with(&[SEQUENCE]).into()) }
}

/// Checks that parameters whose lists have codes of their own are lists of objects.
///
/// # Errors
/// `KMS.0412` for tags, `KMS.0415` for matches.
fn check_lists(call: &Call) -> Result<(), Error> {
    for (name, code) in [("tags", codes::INVALID_TAG_LIST), ("matches", codes::INVALID_MATCHES)] {
        let kind = |name: &str| call.params().kind(name);
        let mut elements = (0..).map_while(|at| kind(&format!("{name}.{at}")));
        let is_legal = match kind(name) {
            None | Some(Kind::Any) => true,
            Some(Kind::List) => elements.all(|kind| kind == Kind::Object),
            Some(_) => false,
        };
        if !is_legal {
            return Err(code.with(&[name]).into());
        }
    }
    Ok(())
}
