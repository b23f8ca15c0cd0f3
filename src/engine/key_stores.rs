//! Key stores. The material of their keys is kept as that of every other key. What differs is what
//! their keys can do.

use std::sync::Arc;

use super::{
    Caller, Draft, Engine, Error, KeyError, KeyStoreError, KeyStoreRules, Operation, View,
};
use crate::model::{AliasName, Key, KeyStore, KeyStoreId};

/// What a caller specifies for a new key store.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as in the key store itself")]
pub struct NewKeyStore {
    pub alias: AliasName,
    pub kind: String,
    pub cluster: Option<String>,
    pub authority: Option<String>,
}

impl<'a> View<'a> {
    /// Every key store, oldest first.
    pub fn key_stores(&self) -> impl Iterator<Item = &'a Arc<KeyStore>> + use<'a> {
        self.state().key_stores.all()
    }

    /// The key store with this id.
    ///
    /// # Errors
    /// [`KeyStoreError::NotFound`].
    pub fn key_store(&self, id: &KeyStoreId) -> Result<&'a Arc<KeyStore>, Error> {
        Ok(self.state().key_stores.named(id).ok_or(KeyStoreError::NotFound)?)
    }

    /// Checks that the store of a key allows the operation.
    ///
    /// # Errors
    /// [`KeyError::InStore`] for what no store allows; [`KeyError::StoreDisabled`].
    pub(super) fn check_store(&self, key: &Key, operation: Operation) -> Result<(), Error> {
        let (Some(store), Some(_)) = (&key.instance, &self.caller().rules.key_stores) else {
            return Ok(());
        };
        if operation.replaces_material() || operation == Operation::Replicate {
            return Err(KeyError::InStore(operation).into());
        }
        if operation.uses_material() && !self.usable_store(store)?.enabled {
            return Err(KeyError::StoreDisabled.into());
        }
        Ok(())
    }

    /// Checks that a new key can be put into a store, if its cloud has key stores.
    pub(super) fn check_store_of_new(&self, store: Option<&str>) -> Result<(), Error> {
        match (store, &self.caller().rules.key_stores) {
            (Some(store), Some(_)) if !self.usable_store(store)?.enabled => {
                Err(KeyError::StoreDisabled.into())
            }
            _ => Ok(()),
        }
    }

    fn usable_store(&self, id: &str) -> Result<&'a Arc<KeyStore>, Error> {
        self.key_store(&KeyStoreId::parse(id).ok_or(KeyStoreError::NotFound)?)
    }
}

impl Engine {
    /// Creates a key store. It is enabled.
    ///
    /// # Errors
    /// [`KeyStoreError::AliasTaken`]; [`KeyStoreError::ClusterTaken`].
    pub async fn create_key_store(
        &self,
        caller: Caller,
        new: NewKeyStore,
    ) -> Result<Arc<KeyStore>, Error> {
        self.change(caller, move |draft| {
            let kind = rules(draft)?.kinds.iter().find(|kind| *kind.word == *new.kind);
            let kind = kind.ok_or(Error::Internal("no such kind of key store"))?;
            let view = draft.view();
            if view.state().key_stores.by_alias(&new.alias).is_some() {
                return Err(KeyStoreError::AliasTaken.into());
            }
            if kind.is_taken(new.cluster.as_deref(), view.key_stores()) {
                return Err(KeyStoreError::ClusterTaken.into());
            }
            let id = draft.entropy().uuid().to_string();
            let key_store = Arc::new(KeyStore {
                ordinal: view.state().next_ordinal(),
                id: KeyStoreId::parse(&id).ok_or(Error::Internal("a UUID is no id"))?,
                alias: new.alias,
                kind: new.kind,
                cluster: new.cluster,
                authority: new.authority,
                enabled: true,
                creator: Arc::clone(&draft.caller().user),
                created_at: draft.now(),
            });
            draft.insert(&key_store);
            Ok(key_store)
        })
        .await
    }

    /// Enables or disables a key store. While it is disabled, its keys cannot be used.
    pub async fn switch_key_store(
        &self,
        caller: Caller,
        id: KeyStoreId,
        enabled: bool,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            let ordinal = draft.view().key_store(&id)?.ordinal;
            draft.edit(ordinal, |it: &mut KeyStore| it.enabled = enabled);
            Ok(())
        })
        .await
    }

    /// Deletes a key store.
    ///
    /// # Errors
    /// [`KeyStoreError::InUse`] while it has keys, in any state.
    pub async fn delete_key_store(&self, caller: Caller, id: KeyStoreId) -> Result<(), Error> {
        self.change(caller, move |draft| {
            let view = draft.view();
            let ordinal = view.key_store(&id)?.ordinal;
            if view.list_keys(|it| it.instance.as_deref() == Some(id.as_str())).total() > 0 {
                return Err(KeyStoreError::InUse.into());
            }
            draft.remove::<KeyStore>(ordinal);
            Ok(())
        })
        .await
    }
}

/// The cloud's rules for key stores.
fn rules(draft: &Draft<'_>) -> Result<&'static KeyStoreRules, Error> {
    let rules = draft.caller().rules.key_stores.as_ref();
    rules.ok_or(Error::Internal("this cloud has no key stores"))
}
