//! What the handlers of actions are.

use std::sync::Arc;

use crate::dialects::Account;
use crate::engine::{Caller, Engine};

/// What a handler works with.
#[derive(Clone)]
pub struct Cx {
    /// The engine.
    pub engine: Arc<Engine>,
    /// Who asks.
    pub caller: Caller,
    /// The account it belongs to.
    pub account: Arc<Account>,
}

/// What an action may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Use a key's material. A plain function: it cannot reach the database.
    Hot,
    /// Look.
    Read,
    /// Change something, and wait until it is durable.
    Change,
}
