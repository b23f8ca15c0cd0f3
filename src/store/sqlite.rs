//! The SQLite store. A commit is one transaction in write-ahead mode with full synchronisation: once it
//! answers, the facts survive the process and the machine.

use std::collections::HashMap;
use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use super::files::beside;
use super::writer::Writer;
use super::{Aside, RootKey, Store, StoreError, Stored, clearing, reader};
use crate::model::{Realm, RealmChange};

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// What the `seal` row holds, sealed, and for whom.
const PROOF: (&str, &[u8]) = ("seal", b"kmsim");

/// A store in one SQLite file, or in memory.
pub struct Sqlite {
    pub(super) connection: SqliteConnection,
    pub(super) root: RootKey,
    pub(super) realms: HashMap<Realm, i64>,
    /// Realms whose rows belong to nobody any more.
    pub(super) left: Vec<i64>,
}

impl Sqlite {
    /// Opens the file, making it if it is not there, and applies the migrations that it lacks.
    ///
    /// # Errors
    /// The file cannot be opened or is no database of ours, or `root` is not the key it was sealed with; then
    /// nothing in it is touched.
    pub async fn open(path: &Path, root: RootKey) -> Result<Self, StoreError> {
        if std::fs::metadata(path).is_ok_and(|file| file.len() > 0) {
            look_first(path, &root).await?;
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // What is deleted is overwritten: sealed material goes with its key.
            .pragma("secure_delete", "ON");
        Self::set_up(options, root).await
    }

    /// A store that lasts as long as the process.
    ///
    /// # Errors
    /// `SQLite` cannot work at all.
    pub async fn in_memory() -> Result<Self, StoreError> {
        let root = RootKey::draw();
        Self::set_up(SqliteConnectOptions::new().in_memory(true).foreign_keys(true), root).await
    }

    async fn set_up(options: SqliteConnectOptions, root: RootKey) -> Result<Self, StoreError> {
        let mut connection = options.disable_statement_logging().connect().await?;
        // Again, for what an interrupted start kept from the first look.
        check_proof(&mut connection, &root).await.map_err(StoreError::new)?;
        MIGRATIONS.run(&mut connection).await.map_err(StoreError::new)?;
        write_proof(&mut connection, &root).await?;
        Ok(Self { connection, root, realms: HashMap::new(), left: Vec::new() })
    }

    /// One transaction, in plain statements: when a disk fails, `SQLite` may have rolled back by itself, and only
    /// its own word tells whether a transaction is open.
    async fn write(&mut self, facts: &[RealmChange]) -> Result<(), StoreError> {
        let known = self.realms.len();
        sqlx::query("BEGIN IMMEDIATE").execute(&mut self.connection).await?;
        let mut outcome = Writer::new(&mut self.connection, &self.root, &mut self.realms).write(facts).await;
        if outcome.is_ok() {
            let committed = sqlx::query("COMMIT").execute(&mut self.connection).await;
            outcome = committed.map(drop).map_err(StoreError::from);
        }
        if outcome.is_err() {
            // The first failure is the one to tell; where `SQLite` has rolled back already, this one says so.
            let _ = sqlx::query("ROLLBACK").execute(&mut self.connection).await;
            if self.realms.len() > known {
                // Rows of new realms went with the transaction: forget their numbers, and look them up again.
                self.realms.clear();
            }
        }
        outcome
    }
}

impl Store for Sqlite {
    fn load(&mut self) -> Stored<'_, Vec<RealmChange>> {
        Box::pin(async {
            self.left = clearing::left(&mut self.connection).await?;
            reader::load(&mut self.connection, &self.root, &mut self.realms).await
        })
    }

    fn commit<'a>(&'a mut self, facts: &'a [RealmChange]) -> Stored<'a, ()> {
        Box::pin(self.write(facts))
    }

    fn aside(&mut self) -> Option<&mut dyn Aside> {
        Some(self)
    }

    fn close(self: Box<Self>) -> Stored<'static, ()> {
        Box::pin(async { self.connection.close().await.map_err(StoreError::from) })
    }
}

/// Checks a file before anything can change in it, on a connection that cannot write.
async fn look_first(path: &Path, root: &RootKey) -> Result<(), StoreError> {
    /// `SQLITE_READONLY_ROLLBACK`: what an interrupted start left must be rolled back, which takes a writer. Then
    /// there is nothing of ours in the file yet that could be sealed.
    const INTERRUPTED: &str = "776";
    // A file that was put away whole needs no other to be read, and gets none.
    let whole = !beside(path, "-wal").exists();
    let options = SqliteConnectOptions::new().filename(path).read_only(true).immutable(whole);
    let options = options.disable_statement_logging();
    let mut connection = options.connect().await?;
    let checked = check_proof(&mut connection, root).await;
    connection.close().await?;
    match checked {
        Err(Unproven::Failed(sqlx::Error::Database(error)))
            if error.code().as_deref() == Some(INTERRUPTED) =>
        {
            Ok(())
        }
        checked => checked.map_err(StoreError::new),
    }
}

/// Why data is not ours to use.
#[derive(Debug, thiserror::Error)]
enum Unproven {
    #[error("the root key is not the one that this data was sealed with")]
    AnotherKey,
    #[error("the file is another program's database")]
    Foreign,
    #[error(transparent)]
    Failed(#[from] sqlx::Error),
}

/// Finds out whether a database is empty, or ours and sealed under this key.
async fn check_proof(connection: &mut SqliteConnection, root: &RootKey) -> Result<(), Unproven> {
    let tables: Vec<String> = sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .fetch_all(&mut *connection)
        .await?;
    if !tables.iter().any(|name| name == "seal") {
        // The list of migrations is made before the first of them.
        let ours = tables.iter().all(|name| name.starts_with("_sqlx_") || name.starts_with("sqlite_"));
        return if ours { Ok(()) } else { Err(Unproven::Foreign) };
    }
    let proof: Option<Vec<u8>> =
        sqlx::query_scalar("SELECT proof FROM seal").fetch_optional(connection).await?;
    match proof {
        Some(proof) if root.open(PROOF.0, &proof).is_none_or(|text| text.as_slice() != PROOF.1) => {
            Err(Unproven::AnotherKey)
        }
        _ => Ok(()),
    }
}

async fn write_proof(connection: &mut SqliteConnection, root: &RootKey) -> Result<(), StoreError> {
    let proof = root.seal(PROOF.0, PROOF.1)?;
    sqlx::query("INSERT OR IGNORE INTO seal (id, proof) VALUES (1, ?)")
        .bind(proof)
        .execute(connection)
        .await?;
    Ok(())
}
