//! A parsed request, as the pipeline sees it.

use serde::Serialize;

use crate::dialects::{Error, Form, Gate, Inbound, Outbound, Refusal};
use crate::model::Realm;

/// A parsed request. An unparsable one still becomes a call, so that its error can be rendered in
/// the form that it asked for, as far as that could be read.
pub trait Call: Sized + Send + Sync {
    /// Parses a request.
    fn parse(inbound: Inbound) -> Self;
    /// Its parameters.
    fn params(&self) -> &Form;
    /// The action that it asks for, served or not.
    fn action(&self) -> Option<&str>;
    /// The access key that it names.
    fn access_key(&self) -> Option<&str>;
    /// The realm that it claims to work in, before anything is checked.
    fn realm(&self, gate: &Gate) -> Realm;
    /// Renders the answer of an action.
    ///
    /// # Errors
    /// The answer cannot be written.
    fn answer<T: Serialize>(&self, request_id: &str, body: &T) -> Result<Outbound, Error>;
    /// Renders a refusal.
    fn refuse(&self, request_id: &str, refusal: &Refusal) -> Outbound;
}
