//! The journal: lists requests, and checks expectations about them.

mod expect;
mod list;
mod shown;
mod wanted;

use super::endpoints::Endpoints;
pub(super) use wanted::{kept, since};

pub(super) fn endpoints() -> Endpoints {
    Endpoints::on_page(include_str!("../openapi/requests.json"))
        .get("/_kmsim/requests", list::list)
        .delete("/_kmsim/requests", list::clear)
        .post("/_kmsim/requests/expect", expect::expect)
}
