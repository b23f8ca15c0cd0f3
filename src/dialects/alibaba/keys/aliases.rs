//! Aliases: document sections 8.29 to 8.33.

use serde::{Deserialize, Serialize};

use crate::dialects::alibaba::listing::{Listing, Page, PageNumber, PageSize, page, page_of};
use crate::dialects::alibaba::names::{self, Alias, KeyName};
use crate::dialects::wire::answer::{Done, done};
use crate::dialects::{Cx, Error};
use crate::engine::Operation;
use crate::model::{AliasName, Key};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Binding {
    alias_name: Alias,
    key_id: KeyName,
}

pub(crate) async fn create(cx: Cx, request: Binding) -> Result<Done, Error> {
    let key = request.key_id.without_alias(&cx)?;
    done(cx.engine.create_alias(cx.caller, request.alias_name.0, key).await)
}

pub(crate) async fn update(cx: Cx, request: Binding) -> Result<Done, Error> {
    let key = request.key_id.without_alias(&cx)?;
    done(cx.engine.update_alias(cx.caller, request.alias_name.0, key).await)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct OneAlias {
    alias_name: Alias,
}

pub(crate) async fn delete(cx: Cx, request: OneAlias) -> Result<Done, Error> {
    done(cx.engine.delete_alias(cx.caller, request.alias_name.0).await)
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct ListAliases {
    page_number: PageNumber,
    page_size: PageSize,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListAliasesByKeyId {
    key_id: KeyName,
    #[serde(default)]
    page_number: PageNumber,
    #[serde(default)]
    page_size: PageSize,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AliasEntry {
    alias_name: String,
    key_id: String,
    alias_arn: String,
}

pub(crate) fn list(cx: &Cx, request: ListAliases) -> Result<Listing<AliasEntry>, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let all = snapshot.view(&cx.caller).list_aliases();
    Ok(rendered(cx, page_of(all, request.page_number, request.page_size)))
}

pub(crate) fn list_by_key(
    cx: &Cx,
    request: ListAliasesByKeyId,
) -> Result<Listing<AliasEntry>, Error> {
    let key = request.key_id.without_alias(cx)?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let view = snapshot.view(&cx.caller);
    let key = view.admit(&key, Operation::ListAliases)?.key();
    Ok(rendered(cx, page(view.aliases_of(key), request.page_number, request.page_size)))
}

fn rendered<K: AsRef<Key>>(cx: &Cx, page: Page<(&AliasName, &K)>) -> Listing<AliasEntry> {
    let entry = |(name, key): (&AliasName, &K)| AliasEntry {
        alias_name: name.to_string(),
        key_id: key.as_ref().id.to_string(),
        alias_arn: names::arn(&cx.caller.realm, name.as_str()),
    };
    page.listing(("Aliases", "Alias"), entry)
}
