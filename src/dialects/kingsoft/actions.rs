//! The table of actions. `hot` uses key material, `read` reads, `change` waits until a change is
//! durable.

use super::wire::call::Call;
use super::{cipher, keys, profile};
use crate::dialects::Actions;

#[rustfmt::skip]
pub(super) fn table() -> Actions<Call> {
    Actions::with(&profile::PARAM_STYLE)
        .change("CreateKey",       keys::create)
        .change("DeleteKey",       keys::delete)
        .change("ModifyKey",       keys::modify)
        .change("ModifyKeyState",  keys::modify_state)
        .read  ("DescribeKeys",    keys::describe)
        .hot   ("Encrypt",         cipher::encrypt)
        .hot   ("Decrypt",         cipher::decrypt)
        .hot   ("GenerateDataKey", cipher::generate_data_key)
}
