//! Whole realms, written aside. One transaction for many thousand rows would keep every other change waiting. So the
//! rows are written in small transactions under a spare number that nobody reads; one small transaction exchanges the
//! numbers; and the rows that were replaced go in small transactions again. A crash in between leaves spare rows, which
//! the next start takes away.

use std::collections::HashMap;

use sqlx::{QueryBuilder, SqliteConnection};

use super::writer::Writer;
use super::{Sqlite, StoreError, Stored, clearing};
use crate::model::{Realm, RealmChange};

/// How many realms one statement renames. Four values each stay below the 32,766 that `SQLite` binds at the most.
const REALMS_AT_ONCE: usize = 1000;

/// Realms that are written aside, and the numbers of their rows.
#[derive(Debug, Default)]
pub struct Spares(HashMap<Realm, i64>);

/// Writes whole realms aside and exchanges them.
pub trait Aside: Send {
    /// Writes facts of realms that nobody sees yet.
    fn write<'a>(&'a mut self, spares: &'a mut Spares, facts: &'a [RealmChange]) -> Stored<'a, ()>;

    /// Puts the spares in the place of their realms, and takes away all that these realms held: all of it, durably,
    /// or nothing. A realm without a spare holds nothing afterwards.
    fn exchange<'a>(&'a mut self, realms: &'a [Realm], spares: &'a mut Spares) -> Stored<'a, ()>;

    /// Gives up what was written aside.
    fn abandon(&mut self, spares: Spares);

    /// Takes away some of the rows that belong to nobody. Answers whether there are more.
    fn sweep(&mut self) -> Stored<'_, bool>;
}

impl Aside for Sqlite {
    fn write<'a>(&'a mut self, spares: &'a mut Spares, facts: &'a [RealmChange]) -> Stored<'a, ()> {
        Box::pin(async move {
            let newest = spares.0.values().copied().max().unwrap_or_default();
            begin(&mut self.connection).await?;
            let mut writer = Writer::aside(&mut self.connection, &self.root, &mut spares.0);
            let written = writer.write(facts).await;
            let ended = end(&mut self.connection, written).await;
            if ended.is_err() {
                // Numbers that were given in this transaction are given again: to others.
                spares.0.retain(|_, id| *id <= newest);
            }
            ended
        })
    }

    fn exchange<'a>(&'a mut self, realms: &'a [Realm], spares: &'a mut Spares) -> Stored<'a, ()> {
        Box::pin(async move {
            begin(&mut self.connection).await?;
            let mut left = Vec::new();
            let exchanged = exchange(&mut self.connection, realms, spares, &mut left).await;
            end(&mut self.connection, exchanged).await?;
            for realm in realms {
                self.realms.remove(realm);
            }
            self.realms.extend(spares.0.drain());
            self.left.append(&mut left);
            Ok(())
        })
    }

    fn abandon(&mut self, spares: Spares) {
        self.left.extend(spares.0.into_values());
    }

    fn sweep(&mut self) -> Stored<'_, bool> {
        Box::pin(async move {
            let Some(realm) = self.left.last().copied() else { return Ok(false) };
            begin(&mut self.connection).await?;
            let swept = clearing::sweep(&mut self.connection, realm).await;
            let (swept, is_gone) = match swept {
                Ok(is_gone) => (Ok(()), is_gone),
                Err(error) => (Err(error), false),
            };
            end(&mut self.connection, swept).await?;
            if is_gone {
                self.left.pop();
            }
            Ok(!self.left.is_empty())
        })
    }
}

async fn begin(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query("BEGIN IMMEDIATE").execute(connection).await?;
    Ok(())
}

/// Commits what went well, and takes back what did not.
async fn end(connection: &mut SqliteConnection, outcome: Result<(), StoreError>) -> Result<(), StoreError> {
    let ended = match outcome {
        Ok(()) => sqlx::query("COMMIT").execute(&mut *connection).await.map(drop).map_err(StoreError::from),
        Err(error) => Err(error),
    };
    if ended.is_err() {
        // The first failure is the one to tell; where `SQLite` has rolled back already, this one says so.
        let _ = sqlx::query("ROLLBACK").execute(connection).await;
    }
    ended
}

async fn exchange(
    connection: &mut SqliteConnection,
    realms: &[Realm],
    spares: &Spares,
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
    let spares: Vec<_> = spares.0.iter().collect();
    for some in spares.chunks(REALMS_AT_ONCE) {
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
