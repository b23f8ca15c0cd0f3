//! Managed data keys: the service stores their bytes, and gives them out by name.

use std::sync::Arc;

use super::admit::AdmittedManagedDataKey;
use super::{Caller, Draft, Engine, Error, ManagedDataKeyError, ManagedDataKeyRules, View};
use crate::model::{
    ManagedDataKey, ManagedDataKeyName, ManagedDataKeyVersion, ManagedDataKeyVersionId,
};

/// Which version of a managed data key a caller asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ManagedDataKeyQuery {
    /// The one with this id.
    Id(ManagedDataKeyVersionId),
    /// The oldest.
    First,
    /// The newest.
    Newest,
}

impl<'a> View<'a> {
    /// The managed data key with this name.
    ///
    /// # Errors
    /// [`ManagedDataKeyError::NotFound`].
    pub fn managed_data_key(
        &self,
        name: &ManagedDataKeyName,
    ) -> Result<AdmittedManagedDataKey<'a>, Error> {
        let data_key = self.state().managed_data_keys.named(name);
        let data_key = data_key.ok_or(ManagedDataKeyError::NotFound)?;
        Ok(AdmittedManagedDataKey::new(data_key))
    }
}

impl<'a> AdmittedManagedDataKey<'a> {
    /// The version that the query asks for.
    ///
    /// # Errors
    /// [`ManagedDataKeyError::VersionNotFound`].
    pub fn version(
        self,
        query: &ManagedDataKeyQuery,
    ) -> Result<&'a Arc<ManagedDataKeyVersion>, Error> {
        let data_key = self.data_key();
        let version = match query {
            ManagedDataKeyQuery::Id(id) => data_key.version(id),
            ManagedDataKeyQuery::First => data_key.versions.first(),
            ManagedDataKeyQuery::Newest => data_key.versions.last(),
        };
        Ok(version.ok_or(ManagedDataKeyError::VersionNotFound)?)
    }
}

impl Engine {
    /// Adds a version with random bytes to a managed data key. If there is none with this name,
    /// creates it with its first version.
    ///
    /// # Errors
    /// [`ManagedDataKeyError::TooManyVersions`].
    pub async fn add_managed_data_key_version(
        &self,
        caller: Caller,
        name: ManagedDataKeyName,
    ) -> Result<Arc<ManagedDataKeyVersion>, Error> {
        self.change(caller, move |draft| {
            let rules = rules(draft)?;
            let version = Arc::new(ManagedDataKeyVersion {
                id: (rules.new_version_id)(draft.entropy()),
                created_at: draft.now(),
                bytes: draft.generate_material(rules.len),
            });
            let there = draft.view().state().managed_data_keys.named(&name).cloned();
            if let Some(there) = there {
                if there.versions.len() >= rules.versions {
                    return Err(ManagedDataKeyError::TooManyVersions.into());
                }
                let added = Arc::clone(&version);
                draft.edit(there.ordinal, |it: &mut ManagedDataKey| it.versions.push(added));
            } else {
                let ordinal = draft.view().state().next_ordinal();
                let versions = vec![Arc::clone(&version)];
                draft.insert(&Arc::new(ManagedDataKey { ordinal, name, versions }));
            }
            Ok(version)
        })
        .await
    }
}

/// The cloud's rules for managed data keys.
fn rules(draft: &Draft<'_>) -> Result<&'static ManagedDataKeyRules, Error> {
    let rules = draft.caller().rules.managed_data_keys.as_ref();
    rules.ok_or(Error::Internal("this cloud has no managed data keys"))
}
