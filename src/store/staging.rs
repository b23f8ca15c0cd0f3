//! Staging. One transaction for many thousand rows would delay every other change. So the rows are
//! written in small transactions under spare realm ids, which nothing reads. One small transaction
//! swaps the ids, and the old rows are deleted in small transactions afterwards. A crash leaves
//! spare rows, and the next start deletes them.

use sqlx::{QueryBuilder, SqliteConnection};

use super::rows::{Writer, sweep};
use super::{Sqlite, Staged, Staging, StoreError, Stored};
use crate::model::{Realm, RealmChange};

/// How many realms one statement renames. At four values each this stays below SQLite's limit of
/// 32,766 bound values.
const REALMS_AT_ONCE: usize = 1000;

impl Staging for Sqlite {
    fn write<'a>(&'a mut self, staged: &'a mut Staged, facts: &'a [RealmChange]) -> Stored<'a, ()> {
        Box::pin(async move {
            let newest = staged.0.values().copied().max().unwrap_or_default();
            self.begin().await?;
            let writer = Writer::new(&mut self.connection, &self.root, &mut staged.0, true);
            let written = writer.write(facts).await;
            let ended = self.end(written).await;
            if ended.is_err() {
                // The ids from this transaction will be given to other realms.
                staged.0.retain(|_, id| *id <= newest);
            }
            ended
        })
    }

    fn swap<'a>(&'a mut self, realms: &'a [Realm], staged: &'a mut Staged) -> Stored<'a, ()> {
        Box::pin(async move {
            self.begin().await?;
            let mut left = Vec::new();
            let exchanged = swap(&mut self.connection, realms, staged, &mut left).await;
            self.end(exchanged).await?;
            for realm in realms {
                self.realms.remove(realm);
            }
            self.realms.extend(staged.0.drain());
            self.obsolete.append(&mut left);
            Ok(())
        })
    }

    fn discard(&mut self, staged: Staged) {
        self.obsolete.extend(staged.0.into_values());
    }

    fn sweep(&mut self) -> Stored<'_, bool> {
        Box::pin(async move {
            let Some(realm) = self.obsolete.last().copied() else { return Ok(false) };
            self.begin().await?;
            let swept = sweep(&mut self.connection, realm).await;
            let (swept, is_gone) = match swept {
                Ok(is_gone) => (Ok(()), is_gone),
                Err(error) => (Err(error), false),
            };
            self.end(swept).await?;
            if is_gone {
                self.obsolete.pop();
            }
            Ok(!self.obsolete.is_empty())
        })
    }
}

async fn swap(
    connection: &mut SqliteConnection,
    realms: &[Realm],
    staged: &Staged,
    left: &mut Vec<i64>,
) -> Result<(), StoreError> {
    for some in realms.chunks(REALMS_AT_ONCE) {
        let mut query = QueryBuilder::new(
            "UPDATE realms SET dialect = '', account = '', region = id, spare = 1 \
             WHERE (dialect, account, region) IN (",
        );
        query.push_values(some, |mut row, realm| {
            row.push_bind(&*realm.dialect).push_bind(&*realm.account).push_bind(&*realm.region);
        });
        query.push(") RETURNING id");
        left.extend(query.build_query_scalar::<i64>().fetch_all(&mut *connection).await?);
    }
    let staged: Vec<_> = staged.0.iter().collect();
    for some in staged.chunks(REALMS_AT_ONCE) {
        let mut query = QueryBuilder::new(
            "UPDATE realms SET dialect = it.column2, account = it.column3, region = it.column4, spare = 0 FROM (",
        );
        query.push_values(some, |mut row, (realm, id)| {
            row.push_bind(**id);
            row.push_bind(&*realm.dialect).push_bind(&*realm.account).push_bind(&*realm.region);
        });
        query.push(") AS it WHERE realms.id = it.column1");
        query.build().execute(&mut *connection).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use sqlx::Row;

    use super::super::Store;
    use super::*;
    use crate::model::{Change, Material};
    use crate::world::Instant;
    use zeroize::Zeroizing;

    fn facts(realm: &Realm, millis: i64) -> Vec<RealmChange> {
        let seal = Material::new(Zeroizing::new(vec![7; 32]));
        let subscribed = Change::Subscribed(Instant::from_millis(millis));
        [subscribed, Change::ImportSealDrawn(seal)].map(|fact| (realm.clone(), fact)).to_vec()
    }

    async fn open(path: &Path) -> (Sqlite, Vec<RealmChange>) {
        let (mut store, _) = super::super::open(path, None).await.unwrap();
        let mut facts = Vec::new();
        let mut take = |realm: &Realm, fact| facts.push((realm.clone(), fact));
        store.load(&mut take).await.unwrap();
        (store, facts)
    }

    async fn rows(store: &mut Sqlite) -> i64 {
        let row = sqlx::query("SELECT count(*) FROM realms")
            .fetch_one(&mut store.connection)
            .await
            .unwrap();
        row.get(0)
    }

    #[tokio::test]
    async fn staged_realms_become_visible_by_the_swap_and_leftovers_are_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kmsim.db");
        let (one, two) = (Realm::new("cloud", "1", "r"), Realm::new("cloud", "2", "r"));
        let (mut store, _) = open(&path).await;
        store.commit(&[facts(&one, 1), facts(&two, 1)].concat()).await.unwrap();
        let mut staged = Staged::default();
        let staging = store.staging().unwrap();
        staging.write(&mut staged, &facts(&one, 2)).await.unwrap();
        drop(store);

        // A crash in between: the next start sees nothing of the staged realms.
        let (mut store, seen) = open(&path).await;
        let counted = |facts: &[RealmChange], millis| {
            let at = Change::Subscribed(Instant::from_millis(millis));
            facts.iter().filter(|(_, fact)| *fact == at).count()
        };
        assert_eq!((counted(&seen, 1), counted(&seen, 2)), (2, 0));
        assert_eq!(rows(&mut store).await, 3);
        while store.staging().unwrap().sweep().await.unwrap() {}
        assert_eq!(rows(&mut store).await, 2);

        let mut staged = Staged::default();
        let staging = store.staging().unwrap();
        staging.write(&mut staged, &facts(&one, 2)).await.unwrap();
        staging.swap(&[one.clone(), two.clone()], &mut staged).await.unwrap();
        // Later writes go to the swapped rows, and to new ones.
        store.commit(&facts(&two, 3)).await.unwrap();
        while store.staging().unwrap().sweep().await.unwrap() {}
        assert_eq!(rows(&mut store).await, 2);
        drop(store);
        let (_, seen) = open(&path).await;
        assert_eq!((counted(&seen, 1), counted(&seen, 2), counted(&seen, 3)), (0, 1, 1));
        assert_eq!(seen.len(), 6, "including the counted ordinals");
    }

    #[tokio::test]
    async fn discarding_deletes_no_rows_of_other_realms() {
        let mut store = Sqlite::in_memory().await.unwrap();
        let realm = Realm::new("cloud", "1", "r");
        let mut staged = Staged::default();
        let staging = store.staging().unwrap();
        staging.write(&mut staged, &facts(&realm, 2)).await.unwrap();
        staging.discard(staged);
        while staging.sweep().await.unwrap() {}
        // The id is used again.
        store.commit(&facts(&realm, 1)).await.unwrap();
        while store.staging().unwrap().sweep().await.unwrap() {}
        assert_eq!(rows(&mut store).await, 1);
    }
}
