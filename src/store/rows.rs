//! Facts to rows, and rows to facts.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};

use super::{RootKey, StoreError};
use crate::model::{
    AliasName, Change, Creator, Key, KeyId, KeyUsage, KeyVersion, Lifecycle, Material, Ordinal, Origin,
    ProtectionLevel, Realm, RealmChange, Settings, SymmetricSpec, VersionId,
};
use crate::world::Instant;

const SPECS: &[(SymmetricSpec, &str)] = &[
    (SymmetricSpec::Aes128, "aes-128"),
    (SymmetricSpec::Aes192, "aes-192"),
    (SymmetricSpec::Aes256, "aes-256"),
    (SymmetricSpec::Sm4, "sm4"),
];
const USAGES: &[(KeyUsage, &str)] =
    &[(KeyUsage::EncryptDecrypt, "encrypt-decrypt"), (KeyUsage::SignVerify, "sign-verify")];
const ORIGINS: &[(Origin, &str)] = &[(Origin::Service, "service"), (Origin::External, "external")];
const PROTECTIONS: &[(ProtectionLevel, &str)] =
    &[(ProtectionLevel::Software, "software"), (ProtectionLevel::Hsm, "hsm")];

/// How many keys one statement takes: their columns, and up to 20 tags each, stay below the 32,766 values that `SQLite`
/// binds at the most.
const KEYS_AT_ONCE: usize = 64;

/// A key to write, and the number of its realm.
struct NewKey<'a> {
    id: i64,
    realm: &'a Realm,
    key: &'a Key,
}

/// Writes facts within one transaction.
pub(super) struct Writer<'a> {
    connection: &'a mut SqliteConnection,
    root: &'a RootKey,
    realms: &'a mut HashMap<Realm, i64>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        connection: &'a mut SqliteConnection,
        root: &'a RootKey,
        realms: &'a mut HashMap<Realm, i64>,
    ) -> Self {
        Self { connection, root, realms }
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
            Change::Subscribed(at) => {
                sqlx::query("UPDATE realms SET subscribed_at = ?2 WHERE id = ?1").bind(id).bind(at.millis())
            }
            Change::Counted(last) => return self.count(id, *last).await,
            Change::KeyAdded(key) => return self.add_keys(&[NewKey { id, realm, key }]).await,
            Change::KeySet(key, settings) => return self.set_key(id, *key, settings).await,
            Change::KeyRemoved(key) => {
                // Its number is kept, so that no other key gets it.
                self.count(id, *key).await?;
                sqlx::query("DELETE FROM keys WHERE realm = ?1 AND ordinal = ?2").bind(id).bind(number(*key))
            }
            Change::AliasBound(name, key) => sqlx::query(
                "INSERT INTO aliases (realm, name, key) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (realm, name) DO UPDATE SET key = excluded.key",
            )
            .bind(id)
            .bind(name.as_str())
            .bind(number(*key)),
            Change::AliasRemoved(name) => {
                sqlx::query("DELETE FROM aliases WHERE realm = ?1 AND name = ?2").bind(id).bind(name.as_str())
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
        let id = sqlx::query_scalar(
            "INSERT INTO realms (dialect, account, region) VALUES (?, ?, ?) \
             ON CONFLICT DO UPDATE SET region = excluded.region RETURNING id",
        )
        .bind(&*realm.dialect)
        .bind(&*realm.account)
        .bind(&*realm.region)
        .fetch_one(&mut *self.connection)
        .await?;
        self.realms.insert(realm.clone(), id);
        Ok(id)
    }

    /// One statement for the keys, one for their versions, one for their tags.
    async fn add_keys(&mut self, keys: &[NewKey<'_>]) -> Result<(), StoreError> {
        let mut rows = QueryBuilder::<Sqlite>::new(
            "INSERT INTO keys (realm, ordinal, key_id, spec, usage, origin, protection, creator, creator_type, \
             created_at, instance, policy, description, lifecycle, delete_at, deletion_protection) ",
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
                .push_bind(&key.settings.description)
                .push_bind(lifecycle)
                .push_bind(delete_at)
                .push_bind(&key.settings.deletion_protection);
        });
        rows.build().execute(&mut *self.connection).await?;
        self.add_versions(keys).await?;
        self.add_tags(keys).await
    }

    async fn add_versions(&mut self, keys: &[NewKey<'_>]) -> Result<(), StoreError> {
        let mut versions = Vec::with_capacity(keys.len());
        for NewKey { id, realm, key } in keys {
            for (index, version) in (0i64..).zip(&key.versions) {
                let owner = || owner(realm, &key.id, version.id);
                let seal = |material: &Material| self.root.seal(&owner(), material.expose());
                versions.push((
                    *id,
                    key.ordinal,
                    index,
                    version,
                    version.material.as_ref().map(seal).transpose()?,
                ));
            }
        }
        let mut rows = QueryBuilder::<Sqlite>::new(
            "INSERT INTO key_versions (realm, key, number, version_id, created_at, sealed_material) ",
        );
        rows.push_values(versions, |mut row, (id, key, index, version, sealed)| {
            row.push_bind(id)
                .push_bind(number(key))
                .push_bind(index)
                .push_bind(version.id.to_string())
                .push_bind(version.created_at.millis())
                .push_bind(sealed);
        });
        rows.build().execute(&mut *self.connection).await?;
        Ok(())
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
        let mut rows = QueryBuilder::<Sqlite>::new("INSERT INTO key_tags (realm, key, name, value) ");
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

    async fn set_key(&mut self, id: i64, key: Ordinal, settings: &Settings) -> Result<(), StoreError> {
        let (lifecycle, delete_at) = lifecycle_columns(settings.lifecycle);
        sqlx::query(
            "UPDATE keys SET description = ?3, lifecycle = ?4, delete_at = ?5, deletion_protection = ?6 \
             WHERE realm = ?1 AND ordinal = ?2",
        )
        .bind(id)
        .bind(number(key))
        .bind(&settings.description)
        .bind(lifecycle)
        .bind(delete_at)
        .bind(&settings.deletion_protection)
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }
}

/// Every fact in the database.
pub(super) async fn load(
    connection: &mut SqliteConnection,
    root: &RootKey,
    numbers: &mut HashMap<Realm, i64>,
) -> Result<Vec<RealmChange>, StoreError> {
    let mut realms = HashMap::new();
    let mut facts = Vec::new();
    for row in sqlx::query("SELECT * FROM realms ORDER BY id").fetch_all(&mut *connection).await? {
        let realm = Realm::new(row.try_get("dialect")?, row.try_get("account")?, row.try_get("region")?);
        let id: i64 = row.try_get("id")?;
        if let Some(at) = row.try_get::<Option<i64>, _>("subscribed_at")? {
            facts.push((realm.clone(), Change::Subscribed(Instant::from_millis(at))));
        }
        facts.push((realm.clone(), Change::Counted(ordinal(row.try_get("last_ordinal")?)?)));
        numbers.insert(realm.clone(), id);
        realms.insert(id, realm);
    }
    let realm = |row: &SqliteRow, column: &str| -> Result<Realm, StoreError> {
        let id: i64 = row.try_get(column)?;
        realms.get(&id).cloned().ok_or_else(|| damaged("realm"))
    };
    let mut tags = BTreeMap::<(i64, i64), BTreeMap<String, String>>::new();
    for row in sqlx::query("SELECT * FROM key_tags").fetch_all(&mut *connection).await? {
        let key = (row.try_get("realm")?, row.try_get("key")?);
        tags.entry(key).or_default().insert(row.try_get("name")?, row.try_get("value")?);
    }
    let mut versions = BTreeMap::<(i64, i64), Vec<SqliteRow>>::new();
    let all = "SELECT * FROM key_versions ORDER BY realm, key, number";
    for row in sqlx::query(all).fetch_all(&mut *connection).await? {
        versions.entry((row.try_get("realm")?, row.try_get("key")?)).or_default().push(row);
    }
    for row in sqlx::query("SELECT * FROM keys ORDER BY realm, ordinal").fetch_all(&mut *connection).await? {
        let place = (row.try_get("realm")?, row.try_get("ordinal")?);
        let realm = realm(&row, "realm")?;
        let versions = versions.remove(&place).unwrap_or_default();
        let key = read_key(root, &realm, &row, &versions, tags.remove(&place).unwrap_or_default())?;
        facts.push((realm, Change::KeyAdded(Arc::new(key))));
    }
    for row in sqlx::query("SELECT * FROM aliases ORDER BY realm, name").fetch_all(&mut *connection).await? {
        let name = AliasName::parse(row.try_get("name")?).ok_or_else(|| damaged("name"))?;
        facts.push((realm(&row, "realm")?, Change::AliasBound(name, ordinal(row.try_get("key")?)?)));
    }
    Ok(facts)
}

fn read_key(
    root: &RootKey,
    realm: &Realm,
    row: &SqliteRow,
    versions: &[SqliteRow],
    tags: BTreeMap<String, String>,
) -> Result<Key, StoreError> {
    let id = KeyId::parse(row.try_get("key_id")?).ok_or_else(|| damaged("key_id"))?;
    let creator: &str = row.try_get("creator")?;
    let delete_at: Option<i64> = row.try_get("delete_at")?;
    Ok(Key {
        ordinal: ordinal(row.try_get("ordinal")?)?,
        spec: noun(SPECS, row.try_get("spec")?, "spec")?,
        usage: noun(USAGES, row.try_get("usage")?, "usage")?,
        origin: noun(ORIGINS, row.try_get("origin")?, "origin")?,
        protection: noun(PROTECTIONS, row.try_get("protection")?, "protection")?,
        creator: match row.try_get("creator_type")? {
            "service" => Creator::Service(creator.into()),
            _ => Creator::User(creator.into()),
        },
        created_at: Instant::from_millis(row.try_get("created_at")?),
        instance: row.try_get("instance")?,
        policy: row.try_get("policy")?,
        settings: Settings {
            description: row.try_get("description")?,
            lifecycle: match (row.try_get("lifecycle")?, delete_at) {
                ("enabled", None) => Lifecycle::Enabled,
                ("disabled", None) => Lifecycle::Disabled,
                ("pending-deletion", Some(at)) => Lifecycle::PendingDeletion(Instant::from_millis(at)),
                _ => return Err(damaged("lifecycle")),
            },
            deletion_protection: row.try_get("deletion_protection")?,
        },
        versions: versions
            .iter()
            .map(|row| read_version(root, realm, &id, row).map(Arc::new))
            .collect::<Result<_, _>>()?,
        tags,
        id,
    })
}

fn read_version(
    root: &RootKey,
    realm: &Realm,
    key: &KeyId,
    row: &SqliteRow,
) -> Result<KeyVersion, StoreError> {
    let text: &str = row.try_get("version_id")?;
    let id = VersionId::parse(text.as_bytes()).ok_or_else(|| damaged("version_id"))?;
    let sealed: Option<Vec<u8>> = row.try_get("sealed_material")?;
    let open = |sealed: Vec<u8>| {
        let opened = root.open(&owner(realm, key, id), &sealed);
        opened.map(Material::new).ok_or_else(|| damaged("sealed_material"))
    };
    Ok(KeyVersion {
        id,
        created_at: Instant::from_millis(row.try_get("created_at")?),
        material: sealed.map(open).transpose()?,
    })
}

/// What sealed material is bound to.
fn owner(realm: &Realm, key: &KeyId, version: VersionId) -> String {
    format!("{}/{}/{}/{key}/{version}", realm.dialect, realm.account, realm.region)
}

fn lifecycle_columns(lifecycle: Lifecycle) -> (&'static str, Option<i64>) {
    match lifecycle {
        Lifecycle::Enabled => ("enabled", None),
        Lifecycle::Disabled => ("disabled", None),
        Lifecycle::PendingDeletion(at) => ("pending-deletion", Some(at.millis())),
    }
}

/// An ordinal as a column; the two agree far beyond any number of keys.
fn number(ordinal: Ordinal) -> i64 {
    i64::try_from(ordinal).unwrap_or(i64::MAX)
}

fn ordinal(number: i64) -> Result<Ordinal, StoreError> {
    Ordinal::try_from(number).map_err(|_| damaged("ordinal"))
}

fn word<T: Copy + PartialEq>(words: &[(T, &'static str)], noun: T) -> &'static str {
    words.iter().find(|(it, _)| *it == noun).map_or("", |(_, word)| word)
}

fn noun<T: Copy>(words: &[(T, &'static str)], word: &str, column: &str) -> Result<T, StoreError> {
    words.iter().find(|(_, it)| *it == word).map(|(noun, _)| *noun).ok_or_else(|| damaged(column))
}

fn damaged(column: &str) -> StoreError {
    StoreError::new(format_args!("the data is damaged: column {column} cannot be read"))
}
