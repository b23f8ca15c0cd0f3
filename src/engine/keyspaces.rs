//! Access points and policies of keyspaces. A keyspace itself is only a name: another service keeps
//! it. Nothing here takes effect on keys.

use std::sync::Arc;

use super::admit::AdmittedAccessPoint;
use super::{Caller, Engine, Error, KeyspaceError, KeyspaceRules, View};
use crate::model::{
    AccessPoint, AccessPointId, AccessPointKind, KeyspaceId, KeyspacePolicy, KeyspacePolicyId,
    Material,
};

/// What a caller specifies for a new access point.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as in the access point itself")]
pub struct NewAccessPoint {
    pub keyspace: KeyspaceId,
    pub name: String,
    pub kind: AccessPointKind,
    pub identity: Option<String>,
    pub cluster: Option<String>,
    pub description: String,
}

/// What a caller specifies for a new keyspace policy.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as in the policy itself")]
pub struct NewKeyspacePolicy {
    pub keyspace: KeyspaceId,
    pub name: String,
    pub document: String,
    pub description: String,
}

impl<'a> View<'a> {
    /// The access points of a keyspace, oldest first.
    pub fn access_points(
        &self,
        keyspace: &KeyspaceId,
    ) -> impl Iterator<Item = &'a Arc<AccessPoint>> + use<'a> {
        self.state().access_points.of(keyspace)
    }

    /// The access point with this id.
    ///
    /// # Errors
    /// [`KeyspaceError::AccessPointNotFound`].
    pub fn access_point(&self, id: &AccessPointId) -> Result<AdmittedAccessPoint<'a>, Error> {
        let found = self.state().access_points.named(id);
        Ok(AdmittedAccessPoint::new(found.ok_or(KeyspaceError::AccessPointNotFound)?))
    }

    /// The policies of a keyspace, oldest first.
    pub fn keyspace_policies(
        &self,
        keyspace: &KeyspaceId,
    ) -> impl Iterator<Item = &'a Arc<KeyspacePolicy>> + use<'a> {
        self.state().keyspace_policies.of(keyspace)
    }

    /// The keyspace policy with this id.
    ///
    /// # Errors
    /// [`KeyspaceError::PolicyNotFound`].
    pub fn keyspace_policy(&self, id: &KeyspacePolicyId) -> Result<&'a Arc<KeyspacePolicy>, Error> {
        let found = self.state().keyspace_policies.named(id);
        Ok(found.ok_or(KeyspaceError::PolicyNotFound)?)
    }
}

impl Engine {
    /// Creates an access point. It is enabled. One of the kind [`AccessPointKind::Custom`] gets a
    /// key pair.
    pub async fn create_access_point(
        &self,
        caller: Caller,
        new: NewAccessPoint,
    ) -> Result<Arc<AccessPoint>, Error> {
        let spec = rules(&caller)?.pair;
        let private_key = match new.kind {
            AccessPointKind::Custom => Some(Material::new(self.generate_pair(spec).await?)),
            AccessPointKind::Machine | AccessPointKind::Cluster => None,
        };
        self.change(caller, move |draft| {
            let id = draft.entropy().uuid().to_string();
            let access_point = Arc::new(AccessPoint {
                ordinal: draft.view().state().next_ordinal(),
                id: AccessPointId::parse(&id).ok_or(Error::Internal("a UUID is no id"))?,
                keyspace: new.keyspace,
                name: new.name,
                kind: new.kind,
                identity: new.identity,
                cluster: new.cluster,
                description: new.description,
                enabled: true,
                creator: Arc::clone(&draft.caller().user),
                created_at: draft.now(),
                changed_at: draft.now(),
                private_key,
            });
            draft.insert(&access_point);
            Ok(access_point)
        })
        .await
    }

    /// Enables or disables an access point.
    pub async fn switch_access_point(
        &self,
        caller: Caller,
        id: AccessPointId,
        enabled: bool,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            let ordinal = draft.view().access_point(&id)?.access_point().ordinal;
            let now = draft.now();
            draft.edit(ordinal, |it: &mut AccessPoint| {
                (it.enabled, it.changed_at) = (enabled, now);
            });
            Ok(())
        })
        .await
    }

    /// Deletes an access point and its private key.
    pub async fn delete_access_point(
        &self,
        caller: Caller,
        id: AccessPointId,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            let ordinal = draft.view().access_point(&id)?.access_point().ordinal;
            draft.remove::<AccessPoint>(ordinal);
            Ok(())
        })
        .await
    }

    /// Creates a keyspace policy.
    pub async fn create_keyspace_policy(
        &self,
        caller: Caller,
        new: NewKeyspacePolicy,
    ) -> Result<Arc<KeyspacePolicy>, Error> {
        rules(&caller)?;
        self.change(caller, move |draft| {
            let id = draft.entropy().uuid().to_string();
            let policy = Arc::new(KeyspacePolicy {
                ordinal: draft.view().state().next_ordinal(),
                id: KeyspacePolicyId::parse(&id).ok_or(Error::Internal("a UUID is no id"))?,
                keyspace: new.keyspace,
                name: new.name,
                document: new.document,
                description: new.description,
                creator: Arc::clone(&draft.caller().user),
                created_at: draft.now(),
                changed_at: draft.now(),
            });
            draft.insert(&policy);
            Ok(policy)
        })
        .await
    }

    /// Replaces the document of a keyspace policy, and its description where given.
    pub async fn update_keyspace_policy(
        &self,
        caller: Caller,
        id: KeyspacePolicyId,
        document: String,
        description: Option<String>,
    ) -> Result<Arc<KeyspacePolicy>, Error> {
        self.change(caller, move |draft| {
            let ordinal = draft.view().keyspace_policy(&id)?.ordinal;
            let now = draft.now();
            draft.edit(ordinal, |it: &mut KeyspacePolicy| {
                it.document = document;
                it.description = description.unwrap_or(std::mem::take(&mut it.description));
                it.changed_at = now;
            });
            draft.view().keyspace_policy(&id).cloned()
        })
        .await
    }

    /// Deletes a keyspace policy.
    pub async fn delete_keyspace_policy(
        &self,
        caller: Caller,
        id: KeyspacePolicyId,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            let ordinal = draft.view().keyspace_policy(&id)?.ordinal;
            draft.remove::<KeyspacePolicy>(ordinal);
            Ok(())
        })
        .await
    }
}

/// The cloud's rules for keyspaces.
fn rules(caller: &Caller) -> Result<&'static KeyspaceRules, Error> {
    caller.rules.keyspaces.as_ref().ok_or(Error::Internal("this cloud has no keyspaces"))
}
