//! Facts to rows.

use std::collections::HashMap;
use std::sync::Arc;

use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::columns::{
    ORIGINS, PROTECTIONS, SPECS, USAGES, damaged, lifecycle_columns, number, owner,
    owner_of_fingerprint, owner_of_import_seal, rotation_column, word,
};
use super::{RootKey, StoreError, certificate_rows, clearing, secret_rows};
use crate::model::{
    Change, Creator, Fingerprint, Holding, Key, KeyId, KeyVersion, Ordinal, Realm, RealmChange,
    Settings,
};
use crate::world::Instant;

/// How many keys one statement takes: their columns, and up to 20 tags each, stay below the 32,766 values that `SQLite`
/// binds at the most.
const KEYS_AT_ONCE: usize = 64;

/// The same for versions.
const VERSIONS_AT_ONCE: usize = 1000;

/// A key to write, and the number of its realm.
struct NewKey<'a> {
    id: i64,
    realm: &'a Realm,
    key: &'a Key,
}

impl NewKey<'_> {
    fn owner(&self) -> Owner<'_> {
        Owner { id: self.id, realm: self.realm, key: self.key.ordinal, key_id: &self.key.id }
    }
}

/// Whose versions are written.
struct Owner<'a> {
    id: i64,
    realm: &'a Realm,
    key: Ordinal,
    key_id: &'a KeyId,
}

/// The columns of what a version holds.
struct Held {
    material: Option<Vec<u8>>,
    expires_at: Option<i64>,
    fingerprint: Option<Vec<u8>>,
}

/// Writes facts within one transaction.
pub(super) struct Writer<'a> {
    connection: &'a mut SqliteConnection,
    root: &'a RootKey,
    realms: &'a mut HashMap<Realm, i64>,
    /// Whether new realms are spare ones.
    aside: bool,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        connection: &'a mut SqliteConnection,
        root: &'a RootKey,
        realms: &'a mut HashMap<Realm, i64>,
    ) -> Self {
        Self { connection, root, realms, aside: false }
    }

    /// The same for realms that nobody sees yet.
    pub(super) fn aside(
        connection: &'a mut SqliteConnection,
        root: &'a RootKey,
        realms: &'a mut HashMap<Realm, i64>,
    ) -> Self {
        Self { connection, root, realms, aside: true }
    }

    /// Writes the facts in their order. Keys that were made one after the other go in together.
    pub(super) async fn write(&mut self, facts: &[RealmChange]) -> Result<(), StoreError> {
        let is_new_key = |fact: &RealmChange| matches!(fact.1, Change::KeyAdded(_));
        for run in facts.chunk_by(|a, b| is_new_key(a) && is_new_key(b)) {
            let mut new_keys = Vec::new();
            for (realm, fact) in run {
                let id = self.realm(realm).await?;
                match fact {
                    Change::KeyAdded(key) => new_keys.push(NewKey { id, realm, key }),
                    other => self.write_one(id, realm, other).await?,
                }
            }
            for some in new_keys.chunks(KEYS_AT_ONCE) {
                self.add_keys(some).await?;
            }
        }
        Ok(())
    }

    async fn write_one(&mut self, id: i64, realm: &Realm, fact: &Change) -> Result<(), StoreError> {
        let query = match fact {
            Change::RealmCleared => return clearing::clear(self.connection, id).await,
            Change::Subscribed(at) => {
                sqlx::query("UPDATE realms SET subscribed_at = ?2 WHERE id = ?1")
                    .bind(id)
                    .bind(at.millis())
            }
            Change::ImportSealDrawn(seal) => {
                let sealed = self.root.seal(&owner_of_import_seal(realm), seal.expose())?;
                sqlx::query("UPDATE realms SET sealed_import_seal = ?2 WHERE id = ?1")
                    .bind(id)
                    .bind(sealed)
            }
            Change::Counted(last) => return self.count(id, *last).await,
            Change::KeyAdded(key) => return self.add_keys(&[NewKey { id, realm, key }]).await,
            Change::KeySet(key, settings) => return self.set_key(id, *key, settings).await,
            Change::VersionsAdded(key, versions) => {
                let (key_id, from) = self.key(id, *key).await?;
                let owner = Owner { id, realm, key: *key, key_id: &key_id };
                let rows: Vec<_> =
                    (from..).zip(versions).map(|(at, version)| (&owner, at, version)).collect();
                return self.add_versions(&rows).await;
            }
            Change::VersionSet(key, version) => {
                let (key_id, _) = self.key(id, *key).await?;
                return self
                    .set_version(&Owner { id, realm, key: *key, key_id: &key_id }, version)
                    .await;
            }
            Change::KeyRemoved(key) => {
                // Its number is kept, so that no other key gets it.
                self.count(id, *key).await?;
                sqlx::query("DELETE FROM keys WHERE realm = ?1 AND ordinal = ?2")
                    .bind(id)
                    .bind(number(*key))
            }
            Change::SecretAdded(secret) => {
                return secret_rows::add(self.connection, id, secret).await;
            }
            Change::SecretSet(secret, settings) => {
                return secret_rows::set(self.connection, id, *secret, settings).await;
            }
            Change::SecretVersionAdded(secret, version) => {
                return secret_rows::add_version(self.connection, id, *secret, version).await;
            }
            Change::SecretVersionRemoved(secret, version) => {
                return secret_rows::remove_version(self.connection, id, *secret, *version).await;
            }
            Change::SecretRemoved(secret) => {
                self.count(id, *secret).await?;
                return secret_rows::remove(self.connection, id, *secret).await;
            }
            Change::SecretTagSet(secret, name, value) => {
                return secret_rows::set_tag(self.connection, id, *secret, name, value).await;
            }
            Change::SecretTagRemoved(secret, name) => {
                return secret_rows::remove_tag(self.connection, id, *secret, name).await;
            }
            Change::CertificateAdded(certificate) => {
                let place = (id, realm);
                return certificate_rows::add(self.connection, self.root, place, certificate).await;
            }
            Change::CertificateSet(certificate, settings) => {
                return certificate_rows::set(self.connection, id, *certificate, settings).await;
            }
            Change::CertificateRemoved(certificate) => {
                self.count(id, *certificate).await?;
                return certificate_rows::remove(self.connection, id, *certificate).await;
            }
            Change::CertificateTagSet(certificate, name, value) => {
                return certificate_rows::set_tag(self.connection, id, *certificate, name, value)
                    .await;
            }
            Change::CertificateTagRemoved(certificate, name) => {
                return certificate_rows::remove_tag(self.connection, id, *certificate, name).await;
            }
            Change::PolicySet(key, policy) => {
                sqlx::query("UPDATE keys SET policy = ?3 WHERE realm = ?1 AND ordinal = ?2")
                    .bind(id)
                    .bind(number(*key))
                    .bind(policy)
            }
            Change::AliasBound(name, key) => sqlx::query(
                "INSERT INTO aliases (realm, name, key) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (realm, name) DO UPDATE SET key = excluded.key",
            )
            .bind(id)
            .bind(name.as_str())
            .bind(number(*key)),
            Change::AliasRemoved(name) => {
                sqlx::query("DELETE FROM aliases WHERE realm = ?1 AND name = ?2")
                    .bind(id)
                    .bind(name.as_str())
            }
            Change::TagSet(key, name, value) => sqlx::query(
                "INSERT INTO key_tags (realm, key, name, value) VALUES (?1, ?2, ?3, ?4) \
                 ON CONFLICT (realm, key, name) DO UPDATE SET value = excluded.value",
            )
            .bind(id)
            .bind(number(*key))
            .bind(name)
            .bind(value),
            Change::TagRemoved(key, name) => {
                sqlx::query("DELETE FROM key_tags WHERE realm = ?1 AND key = ?2 AND name = ?3")
                    .bind(id)
                    .bind(number(*key))
                    .bind(name)
            }
        };
        query.execute(&mut *self.connection).await?;
        Ok(())
    }

    async fn realm(&mut self, realm: &Realm) -> Result<i64, StoreError> {
        if let Some(id) = self.realms.get(realm) {
            return Ok(*id);
        }
        let query = if self.aside {
            sqlx::query_scalar(
                "INSERT INTO realms (dialect, account, region, spare) \
                 SELECT '', '', coalesce(max(id), 0) + 1, 1 FROM realms RETURNING id",
            )
        } else {
            sqlx::query_scalar(
                "INSERT INTO realms (dialect, account, region) VALUES (?, ?, ?) \
                 ON CONFLICT DO UPDATE SET region = excluded.region RETURNING id",
            )
            .bind(&*realm.dialect)
            .bind(&*realm.account)
            .bind(&*realm.region)
        };
        let id = query.fetch_one(&mut *self.connection).await?;
        self.realms.insert(realm.clone(), id);
        Ok(id)
    }

    /// One statement for the keys, one for their versions, one for their tags.
    async fn add_keys(&mut self, keys: &[NewKey<'_>]) -> Result<(), StoreError> {
        let mut rows = QueryBuilder::<Sqlite>::new(
            "INSERT INTO keys (realm, ordinal, key_id, spec, usage, origin, protection, creator, creator_type, \
             created_at, instance, policy, name, description, lifecycle, delete_at, deletion_protection, rotation) ",
        );
        rows.push_values(keys, |mut row, NewKey { id, key, .. }| {
            let (creator, creator_type) = match &key.creator {
                Creator::User(name) => (name, "user"),
                Creator::Service(name) => (name, "service"),
            };
            let (lifecycle, delete_at) = lifecycle_columns(key.settings.lifecycle);
            row.push_bind(*id)
                .push_bind(number(key.ordinal))
                .push_bind(key.id.as_str())
                .push_bind(word(SPECS, key.spec))
                .push_bind(word(USAGES, key.usage))
                .push_bind(word(ORIGINS, key.origin))
                .push_bind(word(PROTECTIONS, key.protection))
                .push_bind(&**creator)
                .push_bind(creator_type)
                .push_bind(key.created_at.millis())
                .push_bind(&key.instance)
                .push_bind(&key.policy)
                .push_bind(&key.settings.name)
                .push_bind(&key.settings.description)
                .push_bind(lifecycle)
                .push_bind(delete_at)
                .push_bind(&key.settings.deletion_protection)
                .push_bind(rotation_column(&key.settings));
        });
        rows.build().execute(&mut *self.connection).await?;
        let owners: Vec<_> = keys.iter().map(NewKey::owner).collect();
        let versions = owners.iter().zip(keys).flat_map(|(owner, NewKey { key, .. })| {
            (0i64..).zip(&key.versions).map(move |(at, version)| (owner, at, version))
        });
        self.add_versions(&versions.collect::<Vec<_>>()).await?;
        self.add_tags(keys).await
    }

    /// The id of a key, and the number that its next version gets.
    async fn key(&mut self, id: i64, key: Ordinal) -> Result<(KeyId, i64), StoreError> {
        let (text, next): (String, i64) = sqlx::query_as(
            "SELECT key_id, (SELECT coalesce(max(number), -1) + 1 FROM key_versions WHERE realm = ?1 AND key = ?2) \
             FROM keys WHERE realm = ?1 AND ordinal = ?2",
        )
        .bind(id)
        .bind(number(key))
        .fetch_one(&mut *self.connection)
        .await?;
        Ok((KeyId::parse(&text).ok_or_else(|| damaged("key_id"))?, next))
    }

    async fn add_versions(
        &mut self,
        versions: &[(&Owner<'_>, i64, &Arc<KeyVersion>)],
    ) -> Result<(), StoreError> {
        for some in versions.chunks(VERSIONS_AT_ONCE) {
            let mut sealed = Vec::with_capacity(some.len());
            for (owner, at, version) in some {
                sealed.push((owner, at, version, self.held(owner, version)?));
            }
            let mut rows = QueryBuilder::<Sqlite>::new(
                "INSERT INTO key_versions (realm, key, number, version_id, created_at, sealed_material, \
                 expires_at, sealed_fingerprint) ",
            );
            rows.push_values(sealed, |mut row, (owner, at, version, held)| {
                row.push_bind(owner.id)
                    .push_bind(number(owner.key))
                    .push_bind(at)
                    .push_bind(version.id.to_string())
                    .push_bind(version.created_at.millis())
                    .push_bind(held.material)
                    .push_bind(held.expires_at)
                    .push_bind(held.fingerprint);
            });
            rows.build().execute(&mut *self.connection).await?;
        }
        Ok(())
    }

    async fn set_version(
        &mut self,
        owner: &Owner<'_>,
        version: &KeyVersion,
    ) -> Result<(), StoreError> {
        let held = self.held(owner, version)?;
        sqlx::query(
            "UPDATE key_versions SET sealed_material = ?3, expires_at = ?4, sealed_fingerprint = ?5 \
             WHERE realm = ?1 AND version_id = ?2",
        )
        .bind(owner.id)
        .bind(version.id.to_string())
        .bind(held.material)
        .bind(held.expires_at)
        .bind(held.fingerprint)
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    /// What a version holds, as columns.
    fn held(&self, of: &Owner<'_>, version: &KeyVersion) -> Result<Held, StoreError> {
        let (realm, key, id) = (of.realm, of.key_id, version.id);
        Ok(match &version.holding {
            Holding::Material(material, expires) => Held {
                material: Some(self.root.seal(&owner(realm, key, id), material.expose())?),
                expires_at: expires.map(Instant::millis),
                fingerprint: None,
            },
            Holding::Nothing { last } => {
                let seal = |it: &Fingerprint| {
                    self.root.seal(&owner_of_fingerprint(realm, key, id), it.as_bytes())
                };
                Held {
                    material: None,
                    expires_at: None,
                    fingerprint: last.as_ref().map(seal).transpose()?,
                }
            }
        })
    }

    async fn add_tags(&mut self, keys: &[NewKey<'_>]) -> Result<(), StoreError> {
        let mut tags = Vec::new();
        for NewKey { id, key, .. } in keys {
            for (name, value) in &key.tags {
                tags.push((*id, number(key.ordinal), name, value));
            }
        }
        if tags.is_empty() {
            return Ok(());
        }
        let mut rows =
            QueryBuilder::<Sqlite>::new("INSERT INTO key_tags (realm, key, name, value) ");
        rows.push_values(tags, |mut row, (id, key, name, value)| {
            row.push_bind(id).push_bind(key).push_bind(name).push_bind(value);
        });
        rows.build().execute(&mut *self.connection).await?;
        Ok(())
    }

    async fn count(&mut self, id: i64, last: Ordinal) -> Result<(), StoreError> {
        sqlx::query("UPDATE realms SET last_ordinal = max(last_ordinal, ?2) WHERE id = ?1")
            .bind(id)
            .bind(number(last))
            .execute(&mut *self.connection)
            .await?;
        Ok(())
    }

    async fn set_key(
        &mut self,
        id: i64,
        key: Ordinal,
        settings: &Settings,
    ) -> Result<(), StoreError> {
        let (lifecycle, delete_at) = lifecycle_columns(settings.lifecycle);
        sqlx::query(
            "UPDATE keys SET description = ?3, lifecycle = ?4, delete_at = ?5, deletion_protection = ?6, \
             rotation = ?7, name = ?8 WHERE realm = ?1 AND ordinal = ?2",
        )
        .bind(id)
        .bind(number(key))
        .bind(&settings.description)
        .bind(lifecycle)
        .bind(delete_at)
        .bind(&settings.deletion_protection)
        .bind(rotation_column(settings))
        .bind(&settings.name)
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }
}
