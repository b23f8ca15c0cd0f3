//! Dedicated key stores. Their clusters do not exist here: the material of their keys is kept as
//! that of every other key.

use serde::{Deserialize, Serialize};

use super::page::{Page, Rows};
use super::projects;
use super::values::{Decimal, alias_name, date, uuid};
use crate::dialects::wire::answer::{Done, done};
use crate::dialects::wire::values::OpenText;
use crate::dialects::{Cx, Error};
use crate::engine::NewKeyStore;
use crate::model::{KeyStore, KeyStoreId};

/// A cluster of hardware security modules, which has at most one key store.
const DHSM: &str = "DHSM";
/// A cluster of cryptographic cards.
const CDMS: &str = "CDMS";
/// The cluster of all other keys.
const DEFAULT: &str = "DEFAULT";

/// The default clusters of the last two kinds.
const CDMS_CLUSTER: &str = "1";
const DEFAULT_CLUSTER: &str = "0";

#[derive(Deserialize)]
pub(crate) struct CreateKeyStore {
    keystore_alias: OpenText,
    hsm_cluster_id: Option<OpenText>,
    hsm_ca_cert: Option<OpenText>,
    cluster_id: Option<OpenText>,
    keystore_type: Option<OpenText>,
}

/// An answer about a key store.
#[derive(Serialize)]
pub(crate) struct Answer<T> {
    keystore: T,
}

#[derive(Serialize)]
pub(crate) struct Created {
    keystore_id: String,
    domain_id: String,
}

pub(crate) async fn create(cx: Cx, request: CreateKeyStore) -> Result<Answer<Created>, Error> {
    let alias = alias_name(&request.keystore_alias);
    let alias = alias.ok_or(Error::Invalid("keystore_alias".into()))?;
    let text = |text: OpenText| text.0;
    let named = request.cluster_id.map(text);
    let (kind, cluster) = match request.keystore_type.as_deref().unwrap_or(DHSM) {
        DHSM => (DHSM, request.hsm_cluster_id.map(text).or(named)),
        CDMS => (CDMS, named.or_else(|| Some(CDMS_CLUSTER.to_owned()))),
        DEFAULT => (DEFAULT, Some(DEFAULT_CLUSTER.to_owned())),
        _ => return Err(Error::Invalid("keystore_type".into())),
    };
    let authority = request.hsm_ca_cert.map(text);
    let new = NewKeyStore { alias, kind: kind.to_owned(), cluster, authority };
    let domain_id = projects::domain(&cx).to_owned();
    let key_store = cx.engine.create_key_store(cx.caller, new).await?;
    Ok(Answer { keystore: Created { keystore_id: key_store.id.to_string(), domain_id } })
}

#[derive(Deserialize)]
pub(crate) struct OneKeyStore {
    keystore_id: OpenText,
}

impl OneKeyStore {
    fn id(&self) -> Result<KeyStoreId, Error> {
        uuid(&self.keystore_id, "keystore_id", KeyStoreId::parse)
    }
}

/// Everything about a key store.
#[derive(Serialize)]
pub(crate) struct Details {
    keystore_id: String,
    domain_id: String,
    keystore_alias: String,
    keystore_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hsm_cluster_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster_id: Option<String>,
    create_time: String,
}

impl Details {
    fn of(cx: &Cx, it: &KeyStore) -> Self {
        Self {
            keystore_id: it.id.to_string(),
            domain_id: projects::domain(cx).to_owned(),
            keystore_alias: it.alias.to_string(),
            keystore_type: it.kind.clone(),
            hsm_cluster_id: it.cluster.clone().filter(|_| it.kind == DHSM),
            cluster_id: it.cluster.clone(),
            create_time: date(it.created_at),
        }
    }
}

pub(crate) fn show(cx: &Cx, request: OneKeyStore) -> Result<Answer<Details>, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let key_store = snapshot.view(&cx.caller).key_store(&request.id()?)?;
    Ok(Answer { keystore: Details::of(cx, key_store) })
}

#[derive(Deserialize)]
pub(crate) struct ListKeyStores {
    limit: Option<Decimal>,
    offset: Option<Decimal>,
}

#[derive(Serialize)]
pub(crate) struct Listed {
    total: usize,
    keystores: Vec<Details>,
}

pub(crate) fn list(cx: &Cx, request: ListKeyStores) -> Result<Listed, Error> {
    let page = Page::at_offset(request.limit.as_ref(), request.offset.as_ref())?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let all = snapshot.view(&cx.caller).key_stores();
    let Rows { rows, total, .. } = page.cut(all, |it| Details::of(cx, it));
    Ok(Listed { total, keystores: rows })
}

#[derive(Serialize)]
pub(crate) struct NewState {
    keystore_id: String,
    keystore_state: &'static str,
}

/// The words are those of keys: no source has those of key stores.
async fn switch(cx: Cx, request: OneKeyStore, enabled: bool) -> Result<Answer<NewState>, Error> {
    let id = request.id()?;
    cx.engine.switch_key_store(cx.caller, id.clone(), enabled).await?;
    let keystore_state = if enabled { "2" } else { "3" };
    Ok(Answer { keystore: NewState { keystore_id: id.to_string(), keystore_state } })
}

pub(crate) async fn enable(cx: Cx, request: OneKeyStore) -> Result<Answer<NewState>, Error> {
    switch(cx, request, true).await
}

pub(crate) async fn disable(cx: Cx, request: OneKeyStore) -> Result<Answer<NewState>, Error> {
    switch(cx, request, false).await
}

pub(crate) async fn delete(cx: Cx, request: OneKeyStore) -> Result<Done, Error> {
    done(cx.engine.delete_key_store(cx.caller, request.id()?).await)
}
