//! The table of actions. `hot` uses key material, `read` reads, `change` waits until a change is
//! durable. `routes.rs` has their paths.

use super::keys::lifecycle;
use super::profile;
use super::wire::call::Call;
use crate::dialects::Actions;

#[rustfmt::skip]
pub(super) fn table() -> Actions<Call> {
    Actions::with(&profile::PARAM_STYLE)
        // Keys.
        .change("CreateKey",                 lifecycle::create)
        .read  ("ListKeyDetail",             lifecycle::describe)
        .change("EnableKey",                 lifecycle::enable)
        .change("DisableKey",                lifecycle::disable)
}
