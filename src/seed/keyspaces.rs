//! Access points and policies of keyspaces in seeds.

use super::document::{AccessPointEntry, KeyspacePolicyEntry};
use super::error::{Place, SeedError};
use super::material::{Materials, Owner, or_new, read};
use super::realm_builder::RealmBuilder;
use super::words::{Located, Text};
use crate::engine::{Engine, KeyspaceRules, Rules};
use crate::model::{AccessPoint, AccessPointKind, KeySpec, KeyspacePolicy, Realm};

/// The cloud's rules for keyspaces.
fn rules<'a, T>(
    rules: &'a Rules,
    id: &Located<T>,
    place: Place<'_>,
) -> Result<&'a KeyspaceRules, SeedError> {
    let missing = || place.wrong("id", id, "this cloud has no keyspaces");
    rules.keyspaces.as_ref().ok_or_else(missing)
}

/// Checks the name of an access point or a policy.
fn check(rules: &KeyspaceRules, name: &Located<Text>, place: Place<'_>) -> Result<(), SeedError> {
    rules.names.check(&name.value.0.0).map_err(|what| place.wrong("name", name, what))
}

/// Adds an access point's private key to the materials, if it has one.
pub(super) async fn private_key(
    materials: &mut Materials,
    (engine, realm, cloud): (&Engine, &Realm, &Rules),
    entry: &AccessPointEntry,
    place: Place<'_>,
) -> Result<(), SeedError> {
    let id = &entry.id.value.0;
    let spec = KeySpec::Pair(rules(cloud, &entry.id, place)?.pair);
    let is_custom = entry.kind.value.0 == AccessPointKind::Custom;
    let material = match (&entry.private_key, is_custom) {
        (Some(at), false) => return Err(place.wrong("private_key", at, "needs kind: CUSTOM")),
        (None, false) => return Ok(()),
        (Some(text), true) => read(spec, text, "private_key", place)?,
        (None, true) => {
            let state = engine.state(realm);
            let there = state.access_points.named(id).and_then(|it| it.private_key.clone());
            or_new(there, engine, spec, place.file).await?
        }
    };
    materials.insert((realm.clone(), Owner::AccessPoint(id.clone())), material);
    Ok(())
}

impl RealmBuilder<'_> {
    /// Adds an access point, unless one with its id exists.
    pub(super) fn add_access_point(
        &mut self,
        entry: &AccessPointEntry,
        place: Place<'_>,
    ) -> Result<(), SeedError> {
        let id = &entry.id.value.0;
        check(rules(self.rules, &entry.id, place)?, &entry.name, place)?;
        if self.base.access_points.named(id).is_some() {
            return Ok(());
        }
        if self.state.access_points.named(id).is_some() {
            return Err(place.wrong("id", &entry.id, "given twice"));
        }
        let created_at = self.time(entry.created_at.as_ref()).unwrap_or(self.now);
        let access_point = AccessPoint {
            ordinal: self.ordinal(entry.ordinal.as_ref(), place)?,
            id: id.clone(),
            keyspace: entry.keyspace.value.0.clone(),
            name: entry.name.value.0.0.clone(),
            kind: entry.kind.value.0,
            identity: entry.identity.clone(),
            cluster: entry.cluster.clone(),
            description: entry.description.clone(),
            enabled: entry.enabled,
            creator: entry.creator.as_deref().unwrap_or(&self.realm.account).into(),
            created_at,
            changed_at: self.time(entry.changed_at.as_ref()).unwrap_or(created_at),
            private_key: self.material(Owner::AccessPoint(id.clone())),
        };
        self.insert(access_point);
        Ok(())
    }

    /// Adds a keyspace policy, unless one with its id exists.
    pub(super) fn add_keyspace_policy(
        &mut self,
        entry: &KeyspacePolicyEntry,
        place: Place<'_>,
    ) -> Result<(), SeedError> {
        let id = &entry.id.value.0;
        check(rules(self.rules, &entry.id, place)?, &entry.name, place)?;
        if self.base.keyspace_policies.named(id).is_some() {
            return Ok(());
        }
        if self.state.keyspace_policies.named(id).is_some() {
            return Err(place.wrong("id", &entry.id, "given twice"));
        }
        let created_at = self.time(entry.created_at.as_ref()).unwrap_or(self.now);
        let policy = KeyspacePolicy {
            ordinal: self.ordinal(entry.ordinal.as_ref(), place)?,
            id: id.clone(),
            keyspace: entry.keyspace.value.0.clone(),
            name: entry.name.value.0.0.clone(),
            document: entry.document.clone(),
            description: entry.description.clone(),
            creator: entry.creator.as_deref().unwrap_or(&self.realm.account).into(),
            created_at,
            changed_at: self.time(entry.changed_at.as_ref()).unwrap_or(created_at),
        };
        self.insert(policy);
        Ok(())
    }
}
