//! What a cloud implements.

use std::sync::Arc;

use axum::http::HeaderMap;

use crate::dialects::actions::{Actions, Entry};
use crate::dialects::gate::{Gate, Verified};
use crate::dialects::profile::Profile;
use crate::dialects::{Accounts, AuthMode, Call, Cx, Error, Form, ServerInfo};
use crate::engine::{ClientKeyIndex, Engine};
use crate::watch::Decision;
use crate::watch::journal::Mismatch;

/// A decision about a request, or why the request cannot be understood.
pub type Decided = Result<Decision, Error>;

/// A cloud: what depends on a request. How a request is parsed and answered is in [`Call`].
pub trait Dialect: 'static {
    /// Its data.
    const PROFILE: &'static Profile;
    /// A parsed request.
    type Call: Call + 'static;

    /// What it reads from the policies of users when the server starts.
    type Rights: Send + Sync;

    /// Its table of actions.
    fn table() -> Actions<Self::Call>;
    /// The largest body of a request with these headers, in bytes.
    #[must_use]
    fn body_limit(_: &HeaderMap) -> usize {
        Self::PROFILE.body_limit
    }
    /// Reads the policies of users. What this cloud does not know is logged.
    fn rights(accounts: &Accounts) -> Self::Rights;
    /// Checks what the cloud checks before the signature.
    ///
    /// # Errors
    /// A check failed.
    fn before_signature(_: &Actions<Self::Call>, _: &Self::Call) -> Result<(), Error> {
        Ok(())
    }
    /// Finds the caller, and checks that nobody changed the request.
    ///
    /// # Errors
    /// The request cannot be read, or a check failed.
    fn authenticate(gate: &Gate, engine: &Engine, call: &Self::Call) -> Result<Verified, Error>;
    /// Finds the action.
    ///
    /// # Errors
    /// There is no action of this name, version or path.
    fn find<'a>(
        table: &'a Actions<Self::Call>,
        call: &Self::Call,
    ) -> Result<&'a Entry<Self::Call>, Error>;
    /// Checks that the caller may run the action: that the status of its account allows it, and its
    /// policies if it is a user of the account.
    ///
    /// # Errors
    /// It may not.
    fn permit(
        cx: &mut Cx,
        entry: &Entry<Self::Call>,
        call: &Self::Call,
        rights: &Self::Rights,
    ) -> Result<(), Error>;
    /// Decides whether the user or application of this access key may run an action with these
    /// parameters at this host, without running it. `None` if the cloud does not explain its
    /// decisions, or the access key is the account's own.
    #[must_use]
    fn decide(_: &Cx, _: &Self::Rights, _: (&str, &str), _: (&str, &Form)) -> Option<Decided> {
        None
    }
    /// The smallest policy that allows these actions, each on a resource. `None` if the cloud has
    /// none.
    #[must_use]
    fn smallest_policy(_: &[(String, String)]) -> Option<serde_json::Value> {
        None
    }
    /// Why the signature of a refused request is wrong; `None` if the signature is right.
    fn explain(gate: &Gate, client_keys: &ClientKeyIndex, call: &Self::Call) -> Option<Mismatch>;
}

/// A cloud with what it needs to serve requests.
pub(super) struct Served<D: Dialect> {
    /// Decides which requests are let in.
    pub(super) gate: Gate,
    /// Its table of actions.
    pub(super) actions: Actions<D::Call>,
    /// What it read from the policies of users.
    pub(super) rights: D::Rights,
    /// What its handlers know of the server.
    pub(super) server: Arc<ServerInfo>,
}

impl<D: Dialect> Served<D> {
    /// Serves these accounts. `region` is used when a request names none; without it, the cloud's
    /// own default is.
    pub(super) fn new(
        accounts: Arc<Accounts>,
        auth: AuthMode,
        region: Option<&str>,
        server: Arc<ServerInfo>,
    ) -> Self {
        let actions = D::table();
        let rights = D::rights(&accounts);
        let common = D::PROFILE.param_style.common.iter().copied();
        let classes = common.chain(actions.classes()).collect();
        let gate = Gate::new(D::PROFILE, accounts, auth, region, classes);
        Self { gate, actions, rights, server }
    }
}
