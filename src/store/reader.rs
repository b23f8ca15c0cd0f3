//! Rows to facts.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::columns::{
    ORIGINS, PROTECTIONS, SPECS, USAGES, damaged, noun, ordinal, owned, owner,
    owner_of_fingerprint, owner_of_import_seal,
};
use super::{RootKey, StoreError, certificate_rows, secret_rows};
use crate::model::{
    AliasName, Change, Creator, Fingerprint, Holding, Key, KeyId, KeyVersion, Lifecycle, Material,
    Realm, RealmChange, Settings, VersionId,
};
use crate::world::Instant;

/// Every fact in the database.
pub(super) async fn load(
    connection: &mut SqliteConnection,
    root: &RootKey,
    numbers: &mut HashMap<Realm, i64>,
) -> Result<Vec<RealmChange>, StoreError> {
    let mut realms = HashMap::new();
    let mut facts = Vec::new();
    for row in sqlx::query("SELECT * FROM realms WHERE spare = 0 ORDER BY id")
        .fetch_all(&mut *connection)
        .await?
    {
        let realm =
            Realm::new(row.try_get("dialect")?, row.try_get("account")?, row.try_get("region")?);
        let id: i64 = row.try_get("id")?;
        if let Some(at) = row.try_get::<Option<i64>, _>("subscribed_at")? {
            facts.push((realm.clone(), Change::Subscribed(Instant::from_millis(at))));
        }
        if let Some(sealed) = row.try_get::<Option<Vec<u8>>, _>("sealed_import_seal")? {
            let opened = root.open(&owner_of_import_seal(&realm), &sealed);
            let seal = Material::new(opened.ok_or_else(|| damaged("sealed_import_seal"))?);
            facts.push((realm.clone(), Change::ImportSealDrawn(Arc::new(seal))));
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
    for row in sqlx::query(owned!("SELECT * FROM key_tags")).fetch_all(&mut *connection).await? {
        let key = (row.try_get("realm")?, row.try_get("key")?);
        tags.entry(key).or_default().insert(row.try_get("name")?, row.try_get("value")?);
    }
    let mut versions = BTreeMap::<(i64, i64), Vec<SqliteRow>>::new();
    let all = owned!("SELECT * FROM key_versions", "realm, key, number");
    for row in sqlx::query(all).fetch_all(&mut *connection).await? {
        versions.entry((row.try_get("realm")?, row.try_get("key")?)).or_default().push(row);
    }
    let all = owned!("SELECT * FROM keys", "realm, ordinal");
    for row in sqlx::query(all).fetch_all(&mut *connection).await? {
        let place = (row.try_get("realm")?, row.try_get("ordinal")?);
        let realm = realm(&row, "realm")?;
        let versions = versions.remove(&place).unwrap_or_default();
        let key = read_key(root, &realm, &row, &versions, tags.remove(&place).unwrap_or_default())?;
        facts.push((realm, Change::KeyAdded(Arc::new(key))));
    }
    let all = owned!("SELECT * FROM aliases", "realm, name");
    for row in sqlx::query(all).fetch_all(&mut *connection).await? {
        let name = AliasName::parse(row.try_get("name")?).ok_or_else(|| damaged("name"))?;
        facts
            .push((realm(&row, "realm")?, Change::AliasBound(name, ordinal(row.try_get("key")?)?)));
    }
    for (id, secret) in secret_rows::load(&mut *connection).await? {
        let realm = realms.get(&id).cloned().ok_or_else(|| damaged("realm"))?;
        facts.push((realm, Change::SecretAdded(Arc::new(secret))));
    }
    for (id, certificate) in certificate_rows::load(&mut *connection, root, &realms).await? {
        let realm = realms.get(&id).cloned().ok_or_else(|| damaged("realm"))?;
        facts.push((realm, Change::CertificateAdded(Arc::new(certificate))));
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
            name: row.try_get("name")?,
            description: row.try_get("description")?,
            lifecycle: match (row.try_get("lifecycle")?, delete_at) {
                ("enabled", None) => Lifecycle::Enabled,
                ("disabled", None) => Lifecycle::Disabled,
                ("pending-deletion", Some(at)) => {
                    Lifecycle::PendingDeletion(Instant::from_millis(at))
                }
                _ => return Err(damaged("lifecycle")),
            },
            deletion_protection: row.try_get("deletion_protection")?,
            rotation: row
                .try_get::<Option<i64>, _>("rotation")?
                .map(|millis| u64::try_from(millis).map_err(|_| damaged("rotation")))
                .transpose()?
                .map(Duration::from_millis),
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
    let holding = if let Some(sealed) = sealed {
        let opened = root.open(&owner(realm, key, id), &sealed);
        let expires = row.try_get::<Option<i64>, _>("expires_at")?.map(Instant::from_millis);
        Holding::Material(Material::new(opened.ok_or_else(|| damaged("sealed_material"))?), expires)
    } else {
        let sealed: Option<Vec<u8>> = row.try_get("sealed_fingerprint")?;
        let open = |sealed: Vec<u8>| root.open(&owner_of_fingerprint(realm, key, id), &sealed);
        let last =
            sealed.map(|it| open(it).ok_or_else(|| damaged("sealed_fingerprint"))).transpose()?;
        Holding::Nothing { last: last.map(|bytes| Fingerprint::from_bytes(bytes.to_vec())) }
    };
    Ok(KeyVersion { id, created_at: Instant::from_millis(row.try_get("created_at")?), holding })
}
