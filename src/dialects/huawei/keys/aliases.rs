//! Further aliases of keys. On the wire they begin with `alias/`. A key's own alias (`key_alias`)
//! is none of them, but has the same namespace.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::dialects::huawei::page::{Page, PageInfo};
use crate::dialects::huawei::projects;
use crate::dialects::huawei::values::{Decimal, KeyName, date, further_alias};
use crate::dialects::wire::answer::{Done, done};
use crate::dialects::wire::values::OpenText;
use crate::dialects::{Cx, Error};
use crate::engine::{self, AliasError, KeyRef, Operation};
use crate::model::{AliasName, Key};

/// An alias in answers.
#[derive(Serialize)]
pub(crate) struct Alias {
    domain_id: String,
    key_id: String,
    alias: String,
    alias_urn: String,
    create_time: String,
    update_time: String,
}

/// The times of aliases are not kept, so they are that of the key.
fn alias_of(cx: &Cx, key: &Key, name: &AliasName) -> Alias {
    let (domain, region) = (projects::domain(cx), &cx.caller.realm.region);
    Alias {
        domain_id: domain.to_owned(),
        key_id: key.id.to_string(),
        alias: format!("alias/{name}"),
        alias_urn: format!("kms:{region}:{domain}:alias:{name}"),
        create_time: date(key.created_at),
        update_time: date(key.created_at),
    }
}

/// The alias as it is now.
///
/// # Errors
/// It was deleted in the meantime.
fn answer(cx: &Cx, name: &AliasName) -> Result<Alias, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let key = snapshot.view(&cx.caller).aliased(name);
    let key = key.ok_or(engine::Error::from(AliasError::NotFound))?;
    Ok(alias_of(cx, key, name))
}

#[derive(Deserialize)]
pub(crate) struct CreateAlias {
    key_id: KeyName,
    alias: OpenText,
}

pub(crate) async fn create(cx: Cx, request: CreateAlias) -> Result<Alias, Error> {
    let (key, name) = (request.key_id.key()?, further_alias(&request.alias)?);
    cx.engine.create_alias(cx.caller.clone(), name.clone(), key).await?;
    answer(&cx, &name)
}

#[derive(Deserialize)]
pub(crate) struct AssociateAlias {
    alias: OpenText,
    target_key_id: KeyName,
}

pub(crate) async fn associate(cx: Cx, request: AssociateAlias) -> Result<Alias, Error> {
    let key = request.target_key_id.key_in("target_key_id")?;
    let name = further_alias(&request.alias)?;
    cx.engine.update_alias(cx.caller.clone(), name.clone(), key).await?;
    answer(&cx, &name)
}

#[derive(Deserialize)]
pub(crate) struct DeleteAlias {
    aliases: Vec<OpenText>,
    key_id: KeyName,
}

pub(crate) async fn delete(cx: Cx, request: DeleteAlias) -> Result<Done, Error> {
    if request.aliases.is_empty() {
        return Err(Error::Invalid("aliases".into()));
    }
    let key = request.key_id.key()?;
    let names = request.aliases.iter().map(|text| further_alias(text));
    let names = names.collect::<Result<_, _>>()?;
    done(cx.engine.delete_aliases(cx.caller, key, names).await)
}

#[derive(Deserialize)]
pub(crate) struct ListAliases {
    key_id: Option<KeyName>,
    limit: Option<Decimal>,
    marker: Option<Decimal>,
}

#[derive(Serialize)]
pub(crate) struct AliasList {
    aliases: Vec<Alias>,
    page_info: PageInfo,
}

/// By name.
pub(crate) fn list(cx: &Cx, request: ListAliases) -> Result<AliasList, Error> {
    let page = Page::parse(request.limit.as_ref(), request.marker.as_ref())?;
    let key: Option<KeyRef> = request.key_id.map(|name| name.key()).transpose()?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let view = snapshot.view(&cx.caller);
    let is_further = |(name, key): &(&AliasName, &Arc<Key>)| !key.is_own(name);
    let all: Vec<_> = match key {
        Some(key) => {
            let key = view.admit(&key, Operation::ListAliases)?.key();
            view.aliases_of(key).filter(is_further).collect()
        }
        None => view.aliases().filter(is_further).collect(),
    };
    let rows = page.cut(all.into_iter(), |(name, key)| alias_of(cx, key, name));
    let (aliases, page_info) = rows.with_info();
    Ok(AliasList { aliases, page_info })
}
