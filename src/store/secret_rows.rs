//! Secrets to rows, and back.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::StoreError;
use super::columns::{damaged, number, ordinal, owned};
use crate::model::{
    Envelope, KeyId, Managed, Ordinal, Secret, SecretName, SecretSettings, SecretVersion,
};
use crate::world::Instant;

/// Writes a new secret with its versions and tags, into the realm of this number.
pub(super) async fn add(
    connection: &mut SqliteConnection,
    realm: i64,
    secret: &Secret,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO secrets (realm, ordinal, name, kind, created_at, key_id, key_is_named, instance, \
         description, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, '', 0)",
    )
    .bind(realm)
    .bind(number(secret.ordinal))
    .bind(secret.name.as_str())
    .bind(&*secret.kind)
    .bind(secret.created_at.millis())
    .bind(secret.key.as_str())
    .bind(secret.key_is_named)
    .bind(&secret.instance)
    .execute(&mut *connection)
    .await?;
    for version in &secret.versions {
        add_version(connection, realm, secret.ordinal, version).await?;
    }
    for (name, value) in &secret.tags {
        set_tag(connection, realm, secret.ordinal, name, value).await?;
    }
    set(connection, realm, secret.ordinal, &secret.settings).await
}

/// Writes what a secret's settings and stages are now.
pub(super) async fn set(
    connection: &mut SqliteConnection,
    realm: i64,
    secret: Ordinal,
    settings: &SecretSettings,
) -> Result<(), StoreError> {
    let managed = settings.managed.as_ref();
    let interval = managed.and_then(|it| it.rotation);
    let asked: Vec<_> =
        managed.iter().flat_map(|it| &it.asked).map(|at| at.millis().to_string()).collect();
    sqlx::query(
        "UPDATE secrets SET description = ?3, updated_at = ?4, delete_at = ?5, policy = ?6, config = ?7, \
         rotation = ?8, stuck = ?9, rotated_at = ?10, asked = ?11 WHERE realm = ?1 AND ordinal = ?2",
    )
    .bind(realm)
    .bind(number(secret))
    .bind(&settings.description)
    .bind(settings.updated_at.millis())
    .bind(settings.delete_at.map(Instant::millis))
    .bind(&settings.policy)
    .bind(managed.map(|it| &it.config))
    .bind(interval.map(|it| i64::try_from(it.as_millis()).unwrap_or(i64::MAX)))
    .bind(managed.is_some_and(|it| it.stuck))
    .bind(managed.and_then(|it| it.rotated_at).map(Instant::millis))
    .bind(asked.join(","))
    .execute(&mut *connection)
    .await?;
    sqlx::query("DELETE FROM secret_stages WHERE realm = ?1 AND secret = ?2")
        .bind(realm)
        .bind(number(secret))
        .execute(&mut *connection)
        .await?;
    for (stage, at) in &settings.stages {
        sqlx::query(
            "INSERT INTO secret_stages (realm, secret, stage, number) VALUES (?1, ?2, ?3, ?4)",
        )
        .bind(realm)
        .bind(number(secret))
        .bind(&**stage)
        .bind(number(*at))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Writes a new version.
pub(super) async fn add_version(
    connection: &mut SqliteConnection,
    realm: i64,
    secret: Ordinal,
    version: &SecretVersion,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO secret_versions (realm, secret, number, version_id, created_at, is_binary, sealed_data_key, \
         sealed_value) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )
    .bind(realm)
    .bind(number(secret))
    .bind(number(version.number))
    .bind(&*version.id)
    .bind(version.created_at.millis())
    .bind(version.binary)
    .bind(&version.envelope.data_key)
    .bind(&version.envelope.value)
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes a version away.
pub(super) async fn remove_version(
    connection: &mut SqliteConnection,
    realm: i64,
    secret: Ordinal,
    version: u64,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM secret_versions WHERE realm = ?1 AND secret = ?2 AND number = ?3")
        .bind(realm)
        .bind(number(secret))
        .bind(number(version))
        .execute(connection)
        .await?;
    Ok(())
}

/// Takes a secret away, and with it all that is its own.
pub(super) async fn remove(
    connection: &mut SqliteConnection,
    realm: i64,
    secret: Ordinal,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM secrets WHERE realm = ?1 AND ordinal = ?2")
        .bind(realm)
        .bind(number(secret))
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes a tag, over one of the same name.
pub(super) async fn set_tag(
    connection: &mut SqliteConnection,
    realm: i64,
    secret: Ordinal,
    name: &str,
    value: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO secret_tags (realm, secret, name, value) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (realm, secret, name) DO UPDATE SET value = excluded.value",
    )
    .bind(realm)
    .bind(number(secret))
    .bind(name)
    .bind(value)
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes a tag away.
pub(super) async fn remove_tag(
    connection: &mut SqliteConnection,
    realm: i64,
    secret: Ordinal,
    name: &str,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM secret_tags WHERE realm = ?1 AND secret = ?2 AND name = ?3")
        .bind(realm)
        .bind(number(secret))
        .bind(name)
        .execute(connection)
        .await?;
    Ok(())
}

/// A secret by the number of its realm and its own.
type Place = (i64, i64);

/// Every secret, with the number of its realm.
pub(super) async fn load(
    connection: &mut SqliteConnection,
) -> Result<Vec<(i64, Secret)>, StoreError> {
    let place = |row: &SqliteRow| -> Result<Place, StoreError> {
        Ok((row.try_get("realm")?, row.try_get("secret")?))
    };
    let mut versions = BTreeMap::<Place, Vec<Arc<SecretVersion>>>::new();
    let all = owned!("SELECT * FROM secret_versions", "realm, secret, number");
    for row in sqlx::query(all).fetch_all(&mut *connection).await? {
        versions.entry(place(&row)?).or_default().push(Arc::new(SecretVersion {
            id: row.try_get::<&str, _>("version_id")?.into(),
            number: ordinal(row.try_get("number")?)?,
            created_at: Instant::from_millis(row.try_get("created_at")?),
            binary: row.try_get("is_binary")?,
            envelope: Envelope {
                data_key: row.try_get("sealed_data_key")?,
                value: row.try_get("sealed_value")?,
            },
        }));
    }
    let mut stages = BTreeMap::<Place, BTreeMap<Arc<str>, u64>>::new();
    for row in
        sqlx::query(owned!("SELECT * FROM secret_stages")).fetch_all(&mut *connection).await?
    {
        let at = ordinal(row.try_get("number")?)?;
        stages.entry(place(&row)?).or_default().insert(row.try_get::<&str, _>("stage")?.into(), at);
    }
    let mut tags = BTreeMap::<Place, BTreeMap<String, String>>::new();
    for row in sqlx::query(owned!("SELECT * FROM secret_tags")).fetch_all(&mut *connection).await? {
        tags.entry(place(&row)?).or_default().insert(row.try_get("name")?, row.try_get("value")?);
    }
    let mut secrets = Vec::new();
    let all = owned!("SELECT * FROM secrets", "realm, ordinal");
    for row in sqlx::query(all).fetch_all(&mut *connection).await? {
        let place: Place = (row.try_get("realm")?, row.try_get("ordinal")?);
        let instant = |column: &str| -> Result<Option<Instant>, StoreError> {
            Ok(row.try_get::<Option<i64>, _>(column)?.map(Instant::from_millis))
        };
        secrets.push((
            place.0,
            Secret {
                ordinal: ordinal(place.1)?,
                name: SecretName::parse(row.try_get("name")?).ok_or_else(|| damaged("name"))?,
                kind: row.try_get::<&str, _>("kind")?.into(),
                created_at: Instant::from_millis(row.try_get("created_at")?),
                key: KeyId::parse(row.try_get("key_id")?).ok_or_else(|| damaged("key_id"))?,
                key_is_named: row.try_get("key_is_named")?,
                instance: row.try_get("instance")?,
                settings: SecretSettings {
                    description: row.try_get("description")?,
                    updated_at: Instant::from_millis(row.try_get("updated_at")?),
                    delete_at: instant("delete_at")?,
                    policy: row.try_get("policy")?,
                    managed: managed(&row)?,
                    stages: stages.remove(&place).unwrap_or_default(),
                },
                versions: versions.remove(&place).unwrap_or_default(),
                tags: tags.remove(&place).unwrap_or_default(),
            },
        ));
    }
    Ok(secrets)
}

fn managed(row: &SqliteRow) -> Result<Option<Managed>, StoreError> {
    let Some(config) = row.try_get::<Option<String>, _>("config")? else { return Ok(None) };
    let interval = row.try_get::<Option<i64>, _>("rotation")?;
    let interval = interval.map(u64::try_from).transpose().map_err(|_| damaged("rotation"))?;
    let asked = row.try_get::<&str, _>("asked")?.split(',').filter(|it| !it.is_empty());
    let asked: Result<VecDeque<_>, _> =
        asked.map(|it| it.parse().map(Instant::from_millis)).collect();
    Ok(Some(Managed {
        config,
        rotation: interval.map(Duration::from_millis),
        stuck: row.try_get("stuck")?,
        rotated_at: row.try_get::<Option<i64>, _>("rotated_at")?.map(Instant::from_millis),
        asked: asked.map_err(|_| damaged("asked"))?,
    }))
}
