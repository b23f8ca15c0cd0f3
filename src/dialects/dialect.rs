//! What a cloud implements.

use std::sync::Arc;

use crate::dialects::actions::{Actions, Entry};
use crate::dialects::gate::{Gate, Verified};
use crate::dialects::profile::Profile;
use crate::dialects::{Accounts, AuthMode, Call, Cx, Error, Refusal};
use crate::engine::Engine;
use crate::watch::journal::Mismatch;

/// A cloud: what of it depends on a request. How a request is read and answered is in [`Call`].
pub trait Dialect: 'static {
    /// What is fixed about it.
    const PROFILE: &'static Profile;
    /// A parsed request.
    type Call: Call + 'static;

    /// Its table of actions.
    fn table() -> Actions<Self::Call>;
    /// Finds out whose the request is, and that nobody changed it.
    ///
    /// # Errors
    /// It cannot be read, or a check failed.
    fn authenticate(gate: &Gate, engine: &Engine, call: &Self::Call) -> Result<Verified, Error>;
    /// Finds the action.
    ///
    /// # Errors
    /// There is none of this name, version or path.
    fn find<'a>(
        table: &'a Actions<Self::Call>,
        call: &Self::Call,
    ) -> Result<&'a Entry<Self::Call>, Error>;
    /// Lets the caller's account at the action, if its status allows it.
    ///
    /// # Errors
    /// The status does not.
    fn permit(cx: &Cx, entry: &Entry<Self::Call>) -> Result<(), Error>;
    /// An error in the cloud's own words.
    fn refusal(error: &Error) -> Refusal;
    /// Why the signature of a request that failed its checks is wrong; `None` where it is right.
    fn explain(gate: &Gate, call: &Self::Call) -> Option<Mismatch>;
}

/// A cloud as a server speaks it.
pub(super) struct Served<D: Dialect> {
    /// Who is let in.
    pub(super) gate: Gate,
    /// Its table of actions.
    pub(super) actions: Actions<D::Call>,
}

impl<D: Dialect> Served<D> {
    /// Serves these accounts. `region` is used when a request names none; without one it is the
    /// cloud's own.
    pub(super) fn new(accounts: Arc<Accounts>, auth: AuthMode, region: Option<&str>) -> Self {
        let actions = D::table();
        let common = D::PROFILE.manner.common.iter().copied();
        let classes = common.chain(actions.classes()).collect();
        Self { gate: Gate::new(D::PROFILE, accounts, auth, region, classes), actions }
    }
}
