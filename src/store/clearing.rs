//! Taking away all that a realm holds.

use sqlx::SqliteConnection;

use super::StoreError;

/// Every table whose rows belong to a realm, those that refer to others before them, and the column by which its rows
/// go a few at a time.
const TABLES: [(&str, &str); 10] = [
    ("key_tags", "key"),
    ("aliases", "key"),
    ("key_versions", "key"),
    ("keys", "ordinal"),
    ("secret_tags", "secret"),
    ("secret_stages", "secret"),
    ("secret_versions", "secret"),
    ("secrets", "ordinal"),
    ("certificate_tags", "certificate"),
    ("certificates", "ordinal"),
];

/// How many rows a sweep takes away, and those that have the same number as the last.
const ROWS_AT_ONCE: i64 = 200;

/// Leaves nothing of the realm of this number but the number.
pub(super) async fn clear(connection: &mut SqliteConnection, realm: i64) -> Result<(), StoreError> {
    for (table, _) in TABLES {
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

/// The numbers of the realms that belong to nobody.
pub(super) async fn left(connection: &mut SqliteConnection) -> Result<Vec<i64>, StoreError> {
    Ok(sqlx::query_scalar("SELECT id FROM realms WHERE spare = 1").fetch_all(connection).await?)
}

/// Takes away some of the rows of a realm that belongs to nobody. Answers whether that was all.
pub(super) async fn sweep(
    connection: &mut SqliteConnection,
    realm: i64,
) -> Result<bool, StoreError> {
    let spare = sqlx::query("SELECT 1 FROM realms WHERE id = ?1 AND spare = 1").bind(realm);
    if spare.fetch_optional(&mut *connection).await?.is_none() {
        return Ok(true);
    }
    let mut room = ROWS_AT_ONCE;
    for (table, column) in TABLES {
        let query = format!(
            "SELECT {column} FROM {table} WHERE realm = ?1 ORDER BY {column} LIMIT 1 OFFSET ?2"
        );
        let query =
            sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(query)).bind(realm).bind(room - 1);
        let last = query.fetch_optional(&mut *connection).await?;
        let query = format!("DELETE FROM {table} WHERE realm = ?1 AND {column} <= ?2");
        let query =
            sqlx::query(sqlx::AssertSqlSafe(query)).bind(realm).bind(last.unwrap_or(i64::MAX));
        let gone = query.execute(&mut *connection).await?.rows_affected();
        room -= i64::try_from(gone).unwrap_or(i64::MAX);
        if room <= 0 {
            return Ok(false);
        }
    }
    sqlx::query("DELETE FROM realms WHERE id = ?1").bind(realm).execute(connection).await?;
    Ok(true)
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
        let cleared: BTreeSet<_> = TABLES.into_iter().map(|(table, _)| table).collect();
        assert_eq!(tables.iter().map(String::as_str).collect::<BTreeSet<_>>(), cleared);
    }
}
