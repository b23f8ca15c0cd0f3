//! Taking away all that a realm holds.

use sqlx::SqliteConnection;

use super::StoreError;

/// Every table whose rows belong to a realm, those that refer to others before them.
const TABLES: [&str; 10] = [
    "key_tags",
    "aliases",
    "key_versions",
    "keys",
    "secret_tags",
    "secret_stages",
    "secret_versions",
    "secrets",
    "certificate_tags",
    "certificates",
];

/// Leaves nothing of the realm of this number but the number.
pub(super) async fn clear(connection: &mut SqliteConnection, realm: i64) -> Result<(), StoreError> {
    for table in TABLES {
        let query = format!("DELETE FROM {table} WHERE realm = ?1");
        sqlx::query(sqlx::AssertSqlSafe(query)).bind(realm).execute(&mut *connection).await?;
    }
    sqlx::query(
        "UPDATE realms SET subscribed_at = NULL, sealed_import_seal = NULL, last_ordinal = 0 WHERE id = ?1",
    )
    .bind(realm)
    .execute(connection)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use sqlx::Connection;

    use super::*;

    #[tokio::test]
    async fn every_table_of_realms_is_cleared() {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        sqlx::migrate!("./migrations").run(&mut connection).await.unwrap();
        let tables: Vec<String> = sqlx::query_scalar(
            "SELECT it.name FROM sqlite_schema it, pragma_table_info(it.name) field \
             WHERE it.type = 'table' AND field.name = 'realm'",
        )
        .fetch_all(&mut connection)
        .await
        .unwrap();
        let cleared: BTreeSet<_> = TABLES.into_iter().collect();
        assert_eq!(tables.iter().map(String::as_str).collect::<BTreeSet<_>>(), cleared);
    }
}
