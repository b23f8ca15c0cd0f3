//! What handlers of actions work with.

use std::net::IpAddr;
use std::sync::Arc;

use crate::dialects::Account;
use crate::dialects::gate::users::User;
use crate::engine::{Caller, Engine};
use crate::model::ApplicationName;
use crate::watch::Decision;

/// What handlers know of the server.
#[derive(Clone, Debug, Default)]
pub struct ServerInfo {
    /// The certificates of the authority that clients of the server must trust, in PEM.
    pub authority: String,
    /// Whether keys and secrets outside of instances have policies too.
    pub lenient_policies: bool,
}

/// What a handler works with.
#[derive(Clone)]
pub struct Cx {
    /// The engine.
    pub engine: Arc<Engine>,
    /// The caller.
    pub caller: Caller,
    /// The caller's account.
    pub account: Arc<Account>,
    /// The user, unless it is the account itself.
    pub user: Option<Arc<User>>,
    /// The application, if it sent the request.
    pub application: Option<ApplicationName>,
    /// The address that the request came from, if that is known.
    pub peer: Option<IpAddr>,
    /// Whether it came over TLS.
    pub is_encrypted: bool,
    /// Why the user may do what it asks, or may not, where its cloud says so.
    pub decision: Option<Arc<Decision>>,
    /// The server.
    pub server: Arc<ServerInfo>,
}

/// What an action may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Use key material. Such a handler is a plain function and cannot reach the database.
    Hot,
    /// Read.
    Read,
    /// Change something, and wait until it is durable.
    Change,
}
