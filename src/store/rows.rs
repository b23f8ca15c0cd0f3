//! Changes to rows, and rows to changes. Every noun of a realm is in the table `records`, in the
//! form that [`crate::model`] gives it. The realms are in `realms`. The SQL stays within what
//! `SQLite` and `PostgreSQL` have in common.

use std::collections::{BTreeMap, HashMap};

use futures_util::TryStreamExt;
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};

use super::{RootKey, StoreError, TakeFact};
use crate::model::{
    Change, Content, Damaged, Hidden, Material, Ordinal, Realm, RealmChange, StoredChange,
    StoredRecord,
};
use crate::world::Instant;

/// How many records one statement writes. At six values each this stays below SQLite's limit of
/// 32,766 bound values.
const RECORDS_AT_ONCE: usize = 256;

/// How many records of a replaced realm one statement deletes.
const SWEPT_AT_ONCE: i64 = 200;

/// The owner that a realm's import seal is sealed for.
const IMPORT_SEAL: &str = "import";

/// A record of a realm: kind, ordinal and part.
type Place = (i64, &'static str, i64, i64);

/// Writes changes within one transaction.
pub(super) struct Writer<'a> {
    connection: &'a mut SqliteConnection,
    root: &'a RootKey,
    realms: &'a mut HashMap<Realm, i64>,
    /// Whether new realms are staged.
    staged: bool,
    /// The new content of each changed record. `None` deletes it.
    records: BTreeMap<Place, Option<Row>>,
    /// The counted ordinals of each realm.
    counted: BTreeMap<i64, Ordinal>,
}

/// The content of a row of `records`.
struct Row {
    body: String,
    sealed: Option<Vec<u8>>,
}

impl<'a> Writer<'a> {
    /// A writer. If `staged`, its new realms are not visible.
    pub(super) fn new(
        connection: &'a mut SqliteConnection,
        root: &'a RootKey,
        realms: &'a mut HashMap<Realm, i64>,
        staged: bool,
    ) -> Self {
        let (records, counted) = (BTreeMap::new(), BTreeMap::new());
        Self { connection, root, realms, staged, records, counted }
    }

    /// Writes the changes. Each record is written once, as the last change leaves it.
    pub(super) async fn write(mut self, facts: &[RealmChange]) -> Result<(), StoreError> {
        for (realm, change) in facts {
            let id = self.realm(realm).await?;
            match change {
                Change::RealmCleared => {
                    self.flush().await?;
                    clear(self.connection, id).await?;
                }
                Change::Subscribed(at) => {
                    sqlx::query("UPDATE realms SET subscribed_at = $2 WHERE id = $1")
                        .bind(id)
                        .bind(at.millis())
                        .execute(&mut *self.connection)
                        .await?;
                }
                Change::ImportSealDrawn(seal) => {
                    let sealed = self.root.seal(&owner(realm, IMPORT_SEAL), seal.expose())?;
                    sqlx::query("UPDATE realms SET sealed_import_seal = $2 WHERE id = $1")
                        .bind(id)
                        .bind(sealed)
                        .execute(&mut *self.connection)
                        .await?;
                }
                Change::Counted(last) => self.count(id, *last),
                noun => {
                    if let Some(change) = noun.stored() {
                        self.take(id, realm, change).await?;
                    }
                }
            }
        }
        self.flush().await
    }

    /// Collects the record changes of a noun.
    async fn take(
        &mut self,
        id: i64,
        realm: &Realm,
        change: StoredChange<'_>,
    ) -> Result<(), StoreError> {
        let StoredChange { kind, ordinal, records } = change;
        let noun = number(ordinal);
        let Some(records) = records else {
            self.records.retain(|place, _| (place.0, place.1, place.2) != (id, kind, noun));
            // Its number stays counted, so that it is not used again.
            self.count(id, ordinal);
            sqlx::query("DELETE FROM records WHERE realm = $1 AND kind = $2 AND ordinal = $3")
                .bind(id)
                .bind(kind)
                .bind(noun)
                .execute(&mut *self.connection)
                .await?;
            return Ok(());
        };
        for record in records {
            let row = record.content.map(|content| self.row(realm, content)).transpose()?;
            self.records.insert((id, kind, noun, number(record.part)), row);
        }
        Ok(())
    }

    fn row(&self, realm: &Realm, Content { body, secret }: Content<'_>) -> Result<Row, StoreError> {
        let seal = |whose: String, bytes: &[u8]| self.root.seal(&owner(realm, &whose), bytes);
        let sealed = match secret {
            None => None,
            Some(Hidden::Material(whose, it)) => Some(seal(whose, it.expose())?),
            Some(Hidden::Fingerprint(whose, it)) => Some(seal(whose, it.as_bytes())?),
            Some(Hidden::Ciphertext(sealed)) => Some(sealed),
        };
        Ok(Row { body, sealed })
    }

    fn count(&mut self, id: i64, last: Ordinal) {
        let counted = self.counted.entry(id).or_default();
        *counted = last.max(*counted);
    }

    /// Writes the collected changes.
    async fn flush(&mut self) -> Result<(), StoreError> {
        let mut written = Vec::with_capacity(self.records.len());
        for (place, row) in std::mem::take(&mut self.records) {
            if let Some(row) = row {
                written.push((place, row));
                continue;
            }
            let (id, kind, noun, part) = place;
            sqlx::query(
                "DELETE FROM records WHERE realm = $1 AND kind = $2 AND ordinal = $3 AND part = $4",
            )
            .bind(id)
            .bind(kind)
            .bind(noun)
            .bind(part)
            .execute(&mut *self.connection)
            .await?;
        }
        for some in written.chunks(RECORDS_AT_ONCE) {
            let mut rows = QueryBuilder::<Sqlite>::new(
                "INSERT INTO records (realm, kind, ordinal, part, body, sealed) ",
            );
            rows.push_values(some, |mut row, ((id, kind, noun, part), Row { body, sealed })| {
                row.push_bind(*id).push_bind(*kind).push_bind(*noun).push_bind(*part);
                row.push_bind(body).push_bind(sealed);
            });
            rows.push(
                " ON CONFLICT (realm, kind, ordinal, part) \
                 DO UPDATE SET body = excluded.body, sealed = excluded.sealed",
            );
            rows.build().execute(&mut *self.connection).await?;
        }
        for (id, last) in std::mem::take(&mut self.counted) {
            sqlx::query("UPDATE realms SET last_ordinal = $2 WHERE id = $1 AND last_ordinal < $2")
                .bind(id)
                .bind(number(last))
                .execute(&mut *self.connection)
                .await?;
        }
        Ok(())
    }

    async fn realm(&mut self, realm: &Realm) -> Result<i64, StoreError> {
        if let Some(id) = self.realms.get(realm) {
            return Ok(*id);
        }
        let query = if self.staged {
            sqlx::query_scalar(
                "INSERT INTO realms (dialect, account, region, spare) \
                 SELECT '', '', coalesce(max(id), 0) + 1, 1 FROM realms RETURNING id",
            )
        } else {
            sqlx::query_scalar(
                "INSERT INTO realms (dialect, account, region) VALUES ($1, $2, $3) \
                 ON CONFLICT (dialect, account, region) \
                 DO UPDATE SET region = excluded.region RETURNING id",
            )
            .bind(&*realm.dialect)
            .bind(&*realm.account)
            .bind(&*realm.region)
        };
        let id = query.fetch_one(&mut *self.connection).await?;
        self.realms.insert(realm.clone(), id);
        Ok(id)
    }
}

/// Gives every stored change to `take`: the realms' own, and the addition of each noun. Adds the
/// realms to `ids`.
pub(super) async fn load(
    connection: &mut SqliteConnection,
    root: &RootKey,
    ids: &mut HashMap<Realm, i64>,
    take: &mut TakeFact<'_>,
) -> Result<(), StoreError> {
    type Columns = (i64, String, String, String, Option<i64>, Option<Vec<u8>>, i64);
    let mut realms = HashMap::new();
    let rows: Vec<Columns> = sqlx::query_as(
        "SELECT id, dialect, account, region, subscribed_at, sealed_import_seal, last_ordinal \
         FROM realms WHERE spare = 0 ORDER BY id",
    )
    .fetch_all(&mut *connection)
    .await?;
    for (id, dialect, account, region, subscribed, sealed, last) in rows {
        let realm = Realm::new(&dialect, &account, &region);
        if let Some(at) = subscribed {
            take(&realm, Change::Subscribed(Instant::from_millis(at)));
        }
        if let Some(sealed) = sealed {
            let opened = root.open(&owner(&realm, IMPORT_SEAL), &sealed);
            let seal = Material::new(opened.ok_or(Damaged("sealed_import_seal"))?);
            take(&realm, Change::ImportSealDrawn(seal));
        }
        take(&realm, Change::Counted(unsigned(last)?));
        ids.insert(realm.clone(), id);
        realms.insert(id, realm);
    }
    let mut records = Records { root, realms, take, noun: None, kept: Vec::new() };
    let mut rows = sqlx::query(
        "SELECT realm, kind, ordinal, part, body, sealed FROM records \
         ORDER BY realm, kind, ordinal, part",
    )
    .fetch(&mut *connection);
    while let Some(row) = rows.try_next().await? {
        let (realm, ordinal, part): (i64, i64, i64) =
            (row.try_get(0)?, row.try_get(2)?, row.try_get(3)?);
        let record =
            StoredRecord { part: unsigned(part)?, body: row.try_get(4)?, sealed: row.try_get(5)? };
        records.take((realm, row.try_get(1)?, ordinal), record)?;
    }
    records.end_noun()
}

/// Collects the records of each noun, in order of their place.
struct Records<'a, 'b> {
    root: &'a RootKey,
    /// The visible realms.
    realms: HashMap<i64, Realm>,
    take: &'a mut TakeFact<'b>,
    /// The current noun: realm, kind and ordinal.
    noun: Option<(i64, String, i64)>,
    kept: Vec<StoredRecord>,
}

impl Records<'_, '_> {
    fn take(
        &mut self,
        (realm, kind, ordinal): (i64, &str, i64),
        record: StoredRecord,
    ) -> Result<(), StoreError> {
        let is_same = self
            .noun
            .as_ref()
            .is_some_and(|noun| (noun.0, noun.1.as_str(), noun.2) == (realm, kind, ordinal));
        if !is_same {
            self.end_noun()?;
            self.noun = Some((realm, kind.to_owned(), ordinal));
        }
        self.kept.push(record);
        Ok(())
    }

    fn end_noun(&mut self) -> Result<(), StoreError> {
        if let Some((id, kind, ordinal)) = self.noun.take()
            && let Some((head, parts)) = self.kept.split_first()
            && let Some(realm) = self.realms.get(&id)
        {
            if head.part != 0 {
                return Err(Damaged("part").into());
            }
            let unseal = |whose: &str, sealed: &[u8]| self.root.open(&owner(realm, whose), sealed);
            (self.take)(realm, Change::read((&kind, unsigned(ordinal)?), head, parts, &unseal)?);
        }
        self.kept.clear();
        Ok(())
    }
}

/// Deletes everything of a realm but its id.
async fn clear(connection: &mut SqliteConnection, id: i64) -> Result<(), StoreError> {
    for query in [
        "DELETE FROM records WHERE realm = $1",
        "UPDATE realms SET subscribed_at = NULL, sealed_import_seal = NULL, last_ordinal = 0 WHERE id = $1",
    ] {
        sqlx::query(query).bind(id).execute(&mut *connection).await?;
    }
    Ok(())
}

/// The ids of staged and replaced realms.
pub(super) async fn hidden_realms(
    connection: &mut SqliteConnection,
) -> Result<Vec<i64>, StoreError> {
    Ok(sqlx::query_scalar("SELECT id FROM realms WHERE spare = 1").fetch_all(connection).await?)
}

/// Deletes some records of a replaced or discarded realm. Returns whether that was all.
pub(super) async fn sweep(connection: &mut SqliteConnection, id: i64) -> Result<bool, StoreError> {
    let spare = sqlx::query("SELECT 1 FROM realms WHERE id = $1 AND spare = 1").bind(id);
    if spare.fetch_optional(&mut *connection).await?.is_none() {
        return Ok(true);
    }
    let swept = sqlx::query(
        "DELETE FROM records WHERE realm = $1 AND (kind, ordinal, part) IN \
         (SELECT kind, ordinal, part FROM records WHERE realm = $1 \
          ORDER BY kind, ordinal, part LIMIT $2)",
    );
    let swept = swept.bind(id).bind(SWEPT_AT_ONCE).execute(&mut *connection).await?;
    if swept.rows_affected() > 0 {
        return Ok(false);
    }
    sqlx::query("DELETE FROM realms WHERE id = $1").bind(id).execute(connection).await?;
    Ok(true)
}

/// The associated data of a sealed text.
fn owner(realm: &Realm, whose: &str) -> String {
    format!("{}/{}/{}/{whose}", realm.dialect, realm.account, realm.region)
}

/// A number as a column value. They cannot differ for any realistic number of nouns.
fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> Result<u64, Damaged> {
    u64::try_from(number).map_err(|_| Damaged("ordinal"))
}

#[cfg(test)]
mod tests {
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
        assert_eq!(tables, ["records"]);
    }
}
