//! The SQLite store. A commit is one transaction in write-ahead mode with full synchronisation: once it
//! answers, the facts survive the process and the machine.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use super::rows::Writer;
use super::{RootKey, Store, StoreError, Stored, rows};
use crate::model::{Realm, RealmChange};
use crate::world::World;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// What the `seal` row holds, sealed, and for whom.
const PROOF: (&str, &[u8]) = ("seal", b"kmsim");

/// A store in one SQLite file, or in memory.
pub struct Sqlite {
    connection: SqliteConnection,
    root: RootKey,
    world: Arc<World>,
    realms: HashMap<Realm, i64>,
}

impl Sqlite {
    /// Opens the file, making it if it is not there, and applies the migrations that it lacks.
    ///
    /// # Errors
    /// The file cannot be opened or is no database of ours, or `root` is not the key it was sealed with; then
    /// nothing in it is touched.
    pub async fn open(path: &Path, root: RootKey, world: Arc<World>) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true);
        Self::set_up(options, root, world).await
    }

    /// A store that lasts as long as the process.
    ///
    /// # Errors
    /// `SQLite` cannot work at all.
    pub async fn in_memory(world: Arc<World>) -> Result<Self, StoreError> {
        let root = RootKey::draw(&world.entropy);
        Self::set_up(SqliteConnectOptions::new().in_memory(true).foreign_keys(true), root, world).await
    }

    async fn set_up(
        options: SqliteConnectOptions,
        root: RootKey,
        world: Arc<World>,
    ) -> Result<Self, StoreError> {
        let mut connection = options.disable_statement_logging().connect().await?;
        check_proof(&mut connection, &root).await?;
        MIGRATIONS.run(&mut connection).await.map_err(StoreError::new)?;
        write_proof(&mut connection, &root, &world).await?;
        Ok(Self { connection, root, world, realms: HashMap::new() })
    }

    async fn write(&mut self, facts: &[RealmChange]) -> Result<(), StoreError> {
        let known = self.realms.len();
        let mut transaction = self.connection.begin().await?;
        let mut writer = Writer::new(&mut transaction, &self.root, &self.world.entropy, &mut self.realms);
        let written = async {
            for (realm, fact) in facts {
                writer.write(realm, fact).await?;
            }
            Ok(())
        }
        .await;
        let outcome = match written {
            Ok(()) => transaction.commit().await.map_err(StoreError::from),
            Err(error) => {
                // The first failure is the one to tell; rolling back what was not committed cannot lose more.
                let _ = transaction.rollback().await;
                Err(error)
            }
        };
        if outcome.is_err() && self.realms.len() > known {
            // Rows of new realms went with the transaction: forget their numbers, and look them up again.
            self.realms.clear();
        }
        outcome
    }
}

impl Store for Sqlite {
    fn load(&mut self) -> Stored<'_, Vec<RealmChange>> {
        Box::pin(rows::load(&mut self.connection, &self.root, &mut self.realms))
    }

    fn commit<'a>(&'a mut self, facts: &'a [RealmChange]) -> Stored<'a, ()> {
        Box::pin(self.write(facts))
    }
}

async fn check_proof(connection: &mut SqliteConnection, root: &RootKey) -> Result<(), StoreError> {
    let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema WHERE name = 'seal'")
        .fetch_one(&mut *connection)
        .await?;
    if tables == 0 {
        return Ok(());
    }
    let proof: Option<Vec<u8>> =
        sqlx::query_scalar("SELECT proof FROM seal").fetch_optional(connection).await?;
    match proof {
        Some(proof) if root.open(PROOF.0, &proof).is_none_or(|text| text.as_slice() != PROOF.1) => {
            Err(StoreError::new("the root key is not the one that this data was sealed with"))
        }
        _ => Ok(()),
    }
}

async fn write_proof(
    connection: &mut SqliteConnection,
    root: &RootKey,
    world: &World,
) -> Result<(), StoreError> {
    let proof = root.seal(&world.entropy, PROOF.0, PROOF.1)?;
    sqlx::query("INSERT OR IGNORE INTO seal (id, proof) VALUES (1, ?)")
        .bind(proof)
        .execute(connection)
        .await?;
    Ok(())
}
