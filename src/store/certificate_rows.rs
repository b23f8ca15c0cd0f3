//! Certificates to rows, and back.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use sqlx::{Row, SqliteConnection};

use super::columns::{
    PROTECTIONS, SPECS, STATUSES, damaged, noun, number, ordinal, owned, owner_of_private_key, word,
};
use super::{RootKey, StoreError};
use crate::model::{
    Certificate, CertificateId, CertificateSettings, CertificateStatus, Issued, KeySpec, Material,
    Ordinal, Realm,
};
use crate::world::Instant;

/// Writes a new certificate with its private key and tags, into a realm and the row of this number.
pub(super) async fn add(
    connection: &mut SqliteConnection,
    root: &RootKey,
    (id, realm): (i64, &Realm),
    certificate: &Certificate,
) -> Result<(), StoreError> {
    let issued = certificate.settings.issued.as_ref();
    sqlx::query(
        "INSERT INTO certificates (realm, ordinal, certificate_id, spec, protection, exportable, created_at, \
         sealed_private_key, request, status, updated_at, certificate, chain) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )
    .bind(id)
    .bind(number(certificate.ordinal))
    .bind(certificate.id.as_str())
    .bind(word(SPECS, KeySpec::Pair(certificate.spec)))
    .bind(word(PROTECTIONS, certificate.protection))
    .bind(certificate.exportable)
    .bind(certificate.created_at.millis())
    .bind(root.seal(&owner_of_private_key(realm, &certificate.id), certificate.private_key.expose())?)
    .bind(&certificate.request)
    .bind(word(STATUSES, certificate.settings.status))
    .bind(certificate.settings.updated_at.millis())
    .bind(issued.map(|it| &it.certificate))
    .bind(issued.and_then(|it| it.chain.as_ref()))
    .execute(&mut *connection)
    .await?;
    for (name, value) in &certificate.tags {
        set_tag(connection, id, certificate.ordinal, name, value).await?;
    }
    Ok(())
}

/// Writes what a certificate's settings are now.
pub(super) async fn set(
    connection: &mut SqliteConnection,
    realm: i64,
    certificate: Ordinal,
    settings: &CertificateSettings,
) -> Result<(), StoreError> {
    let issued = settings.issued.as_ref();
    sqlx::query(
        "UPDATE certificates SET status = ?3, updated_at = ?4, certificate = ?5, chain = ?6 \
         WHERE realm = ?1 AND ordinal = ?2",
    )
    .bind(realm)
    .bind(number(certificate))
    .bind(word(STATUSES, settings.status))
    .bind(settings.updated_at.millis())
    .bind(issued.map(|it| &it.certificate))
    .bind(issued.and_then(|it| it.chain.as_ref()))
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes a certificate away, and with it all that is its own.
pub(super) async fn remove(
    connection: &mut SqliteConnection,
    realm: i64,
    certificate: Ordinal,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM certificates WHERE realm = ?1 AND ordinal = ?2")
        .bind(realm)
        .bind(number(certificate))
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes a tag, over one of the same name.
pub(super) async fn set_tag(
    connection: &mut SqliteConnection,
    realm: i64,
    certificate: Ordinal,
    name: &str,
    value: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO certificate_tags (realm, certificate, name, value) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (realm, certificate, name) DO UPDATE SET value = excluded.value",
    )
    .bind(realm)
    .bind(number(certificate))
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
    certificate: Ordinal,
    name: &str,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM certificate_tags WHERE realm = ?1 AND certificate = ?2 AND name = ?3")
        .bind(realm)
        .bind(number(certificate))
        .bind(name)
        .execute(connection)
        .await?;
    Ok(())
}

/// Every certificate, with the number of its realm.
pub(super) async fn load(
    connection: &mut SqliteConnection,
    root: &RootKey,
    realms: &HashMap<i64, Realm>,
) -> Result<Vec<(i64, Certificate)>, StoreError> {
    let mut tags = BTreeMap::<(i64, i64), BTreeMap<String, String>>::new();
    for row in
        sqlx::query(owned!("SELECT * FROM certificate_tags")).fetch_all(&mut *connection).await?
    {
        let place = (row.try_get("realm")?, row.try_get("certificate")?);
        tags.entry(place).or_default().insert(row.try_get("name")?, row.try_get("value")?);
    }
    let mut certificates = Vec::new();
    let all = owned!("SELECT * FROM certificates", "realm, ordinal");
    for row in sqlx::query(all).fetch_all(&mut *connection).await? {
        let place: (i64, i64) = (row.try_get("realm")?, row.try_get("ordinal")?);
        let realm = realms.get(&place.0).ok_or_else(|| damaged("realm"))?;
        let id = CertificateId::parse(row.try_get("certificate_id")?)
            .ok_or_else(|| damaged("certificate_id"))?;
        let KeySpec::Pair(spec) = noun(SPECS, row.try_get("spec")?, "spec")? else {
            return Err(damaged("spec"));
        };
        let sealed: Vec<u8> = row.try_get("sealed_private_key")?;
        let opened = root.open(&owner_of_private_key(realm, &id), &sealed);
        let private_key = Material::new(opened.ok_or_else(|| damaged("sealed_private_key"))?);
        let chain = row.try_get("chain")?;
        let issued = row.try_get::<Option<String>, _>("certificate")?;
        let issued = issued.map(|certificate| Arc::new(Issued { certificate, chain }));
        let status = noun(STATUSES, row.try_get("status")?, "status")?;
        if issued.is_none() != (status == CertificateStatus::Pending) {
            return Err(damaged("status"));
        }
        certificates.push((
            place.0,
            Certificate {
                ordinal: ordinal(place.1)?,
                id,
                spec,
                protection: noun(PROTECTIONS, row.try_get("protection")?, "protection")?,
                exportable: row.try_get("exportable")?,
                created_at: Instant::from_millis(row.try_get("created_at")?),
                private_key: Arc::new(private_key),
                request: row.try_get("request")?,
                settings: CertificateSettings {
                    status,
                    updated_at: Instant::from_millis(row.try_get("updated_at")?),
                    issued,
                },
                tags: tags.remove(&place).unwrap_or_default(),
            },
        ));
    }
    Ok(certificates)
}
