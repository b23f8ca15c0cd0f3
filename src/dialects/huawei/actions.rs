//! The table of actions. `hot` uses key material, `read` reads, `change` waits until a change is
//! durable. `routes.rs` has their paths.

use super::iam::{listing, temporary_keys, tokens};
use super::keys::{cipher, data_keys, lifecycle};
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
        // The identity service.
        .read  ("CreateToken",               tokens::create)
        .read  ("CreateTemporaryAccessKey",  temporary_keys::create)
        .read  ("ListProjects",              listing::projects)
        .read  ("ListAuthProjects",          listing::own_projects)
        .read  ("ListAuthDomains",           listing::domains)
        .read  ("ListCatalog",               listing::catalog)
        // Data keys, data and random data.
        .hot   ("CreateDatakey",                 data_keys::create)
        .hot   ("CreateDatakeyWithoutPlaintext", data_keys::create_without_plaintext)
        .hot   ("EncryptDatakey",                data_keys::encrypt)
        .hot   ("DecryptDatakey",                data_keys::decrypt)
        .hot   ("EncryptData",                   cipher::encrypt)
        .hot   ("DecryptData",                   cipher::decrypt)
        .hot   ("CreateRandom",                  cipher::random)
}
