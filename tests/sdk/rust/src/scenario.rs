//! Every served action with valid and invalid requests. Nothing here needs an empty account: names
//! are unique to the run, and lists are compared with their earlier content.

use crate::kit::Run;
use crate::{
    account, aliases, byok, certificates, cipher, datakeys, export, keys, lifecycle, lists,
    managed, pairs, parameters, rotation, secrets, tags, values,
};

pub async fn drive(run: &Run<'_>) {
    account::drive(run).await;
    keys::drive(run).await;
    cipher::drive(run).await;
    datakeys::drive(run).await;
    pairs::drive(run).await;
    export::drive(run).await;
    byok::drive(run).await;
    rotation::drive(run).await;
    secrets::drive(run).await;
    values::drive(run).await;
    managed::drive(run).await;
    certificates::drive(run).await;
    aliases::drive(run).await;
    tags::drive(run).await;
    lifecycle::drive(run).await;
    lists::drive(run).await;
    parameters::drive(run).await;
}
