//! The SQLite store. A commit is one transaction in write-ahead mode with full synchronisation:
//! once it answers, the facts survive the process and the machine.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection};

use super::files::beside;
use super::header::Stamp;
use super::mark::{Mark, OpenMark};
use super::place::Place;
use super::rows::{self, Writer};
use super::survey::View;
use super::{RootKey, Staging, Store, StoreError, Stored};
use crate::algorithms::mac::digest_of;
use crate::model::{Realm, RealmChange};
use crate::world::Entropy;

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
    /// What a store in memory has no need of.
    kept: Option<Kept>,
}

/// What a file needs so that a loss is noticed.
struct Kept {
    data: PathBuf,
    place: Place,
    mark: OpenMark,
    stamp: Stamp,
    /// The log holds what the main file does not.
    is_ahead: bool,
    /// What is to be told once everything is read.
    warning: Option<String>,
}

impl Sqlite {
    /// Opens the file, making it if it is not there, and applies the migrations that it lacks.
    /// `main` is the file itself. A database that no mark has vouched for becomes one of its own.
    pub(super) async fn open(
        data: &Path,
        root: RootKey,
        main: &File,
        vouched: bool,
        warning: Option<String>,
    ) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(data)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // What is deleted is overwritten: sealed material goes with its key.
            .pragma("secure_delete", "ON");
        let mut store = Self::set_up(options, root).await?;
        let connection = &mut store.connection;
        let mut stamp = stamp(connection).await?;
        if !vouched {
            // Another one than before, so that no file of the original passes for one of this.
            let drawn = u32::from_be_bytes(Entropy::Os.array());
            stamp.database = if drawn == stamp.database || drawn == 0 { !drawn } else { drawn };
        }
        sqlx::raw_sql(AssertSqlSafe(format!(
            "BEGIN IMMEDIATE; UPDATE seal SET serving = 1; PRAGMA application_id = {}; {}; COMMIT",
            stamp.database.cast_signed(),
            count(stamp.transaction),
        )))
        .execute(&mut *connection)
        .await?;
        checkpoint(connection).await?;
        let mark = OpenMark::begin(data, stamp);
        let mark = mark.map_err(|e| {
            StoreError::new(format_args!("cannot write {}: {e}", Mark::path(data).display()))
        })?;
        let place = Place::of(data, main, stamp.database)?;
        store.kept =
            Some(Kept { data: data.to_owned(), place, mark, stamp, is_ahead: false, warning });
        Ok(store)
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
        Ok(Self { connection, root, realms: HashMap::new(), left: Vec::new(), kept: None })
    }

    /// One transaction.
    async fn write(&mut self, facts: &[RealmChange]) -> Result<(), StoreError> {
        let known = self.realms.len();
        self.begin().await?;
        let writer = Writer::new(&mut self.connection, &self.root, &mut self.realms, false);
        let written = writer.write(facts).await;
        let outcome = self.end(written).await;
        if outcome.is_err() && self.realms.len() > known {
            // Rows of new realms went with the transaction: forget their numbers, and look them up
            // again.
            self.realms.clear();
        }
        outcome
    }

    /// Begins a transaction, in plain statements: when a disk fails, `SQLite` may have rolled back
    /// by itself, and only its own word tells whether a transaction is open.
    pub(super) async fn begin(&mut self) -> Result<(), StoreError> {
        sqlx::query("BEGIN IMMEDIATE").execute(&mut self.connection).await?;
        Ok(())
    }

    /// Commits what went well, and takes back what did not.
    pub(super) async fn end(
        &mut self,
        mut outcome: Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        if outcome.is_ok() {
            outcome = self.finish().await;
        }
        if outcome.is_err() {
            // The first failure is the one to tell; where `SQLite` has rolled back already, this
            // one says so.
            let _ = sqlx::query("ROLLBACK").execute(&mut self.connection).await;
        } else if let Some(kept) = &mut self.kept {
            kept.count_one();
        }
        outcome
    }

    /// Commits. The count is part of the transaction, and takes no step of its own.
    async fn finish(&mut self) -> Result<(), StoreError> {
        let commit = match &mut self.kept {
            None => "COMMIT".to_owned(),
            Some(kept) => {
                kept.place.check()?;
                count(kept.stamp.transaction.wrapping_add(1)) + "; COMMIT"
            }
        };
        sqlx::raw_sql(AssertSqlSafe(commit)).execute(&mut self.connection).await?;
        Ok(())
    }

    /// Makes the main file whole, unless it is.
    async fn checkpoint(&mut self) -> Result<(), StoreError> {
        let Some(kept) = &mut self.kept else { return Ok(()) };
        kept.place.check()?;
        if kept.is_ahead {
            checkpoint(&mut self.connection).await?;
            kept.mark.settle().map_err(StoreError::new)?;
            let log = std::fs::metadata(beside(&kept.data, "-wal"));
            kept.is_ahead = log.is_ok_and(|log| log.len() > 0);
        }
        Ok(())
    }

    async fn put_away(mut self) -> Result<(), StoreError> {
        let Some(mut kept) = self.kept.take() else { return Ok(self.connection.close().await?) };
        let there = kept.place.check();
        if there.is_ok() {
            // A full disk keeps this from being written; then the next start takes it for a kill.
            let _ =
                sqlx::raw_sql("UPDATE seal SET serving = 0").execute(&mut self.connection).await;
        }
        self.connection.close().await?;
        there?;
        kept.seal_up().map_err(StoreError::new)
    }
}

impl Kept {
    /// Notes one more transaction. It is durable by now, whether or not it can be noted.
    fn count_one(&mut self) {
        self.stamp.transaction = self.stamp.transaction.wrapping_add(1);
        self.is_ahead = true;
        if let Err(error) = self.mark.set(self.stamp) {
            tracing::warn!(%error, "{} was not written", Mark::path(&self.data).display());
        }
    }

    /// Notes what the file is like, once `SQLite` has let go of it. Where another program reads it,
    /// the log may have stayed, and who closes it last changes the file.
    fn seal_up(&mut self) -> std::io::Result<()> {
        let whole = !beside(&self.data, "-wal").exists();
        let digest = whole
            .then(|| std::fs::File::open(&self.data).and_then(|mut file| digest_of(&mut file)));
        Mark::At(self.stamp, digest.transpose()?).keep(&self.data)
    }
}

impl Store for Sqlite {
    fn load(&mut self) -> Stored<'_, Vec<RealmChange>> {
        Box::pin(async {
            self.left = rows::left(&mut self.connection).await?;
            let facts = rows::load(&mut self.connection, &self.root, &mut self.realms).await?;
            if let Some(warning) = self.kept.as_mut().and_then(|kept| kept.warning.take()) {
                tracing::warn!("{warning}");
            }
            Ok(facts)
        })
    }

    fn commit<'a>(&'a mut self, facts: &'a [RealmChange]) -> Stored<'a, ()> {
        Box::pin(self.write(facts))
    }

    fn rest(&mut self) -> Stored<'_, ()> {
        Box::pin(self.checkpoint())
    }

    fn staging(&mut self) -> Option<&mut dyn Staging> {
        Some(self)
    }

    fn close(self: Box<Self>) -> Stored<'static, ()> {
        Box::pin(self.put_away())
    }
}

/// Brings everything from the log into the main file and empties the log, as far as no reader is in
/// the way: it waits for none, so that no change waits for it.
async fn checkpoint(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let now = "PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE)";
    let done = sqlx::raw_sql(now).execute(&mut *connection).await;
    sqlx::raw_sql("PRAGMA busy_timeout = 5000").execute(connection).await?;
    done.map(drop)
}

/// Where the database stands, as `SQLite` sees it.
async fn stamp(connection: &mut SqliteConnection) -> Result<Stamp, sqlx::Error> {
    let database: i32 =
        sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut *connection).await?;
    let transaction: i32 = sqlx::query_scalar("PRAGMA user_version").fetch_one(connection).await?;
    Ok(Stamp { database: database.cast_unsigned(), transaction: transaction.cast_unsigned() })
}

/// The statement that counts transactions. It writes the header, whatever it held before.
fn count(transaction: u32) -> String {
    format!("PRAGMA user_version = {}", transaction.cast_signed())
}

/// Looks at a file before anything can change in it, on a connection that cannot write: at every
/// page too, if asked. Answers nothing where an interrupted start left what has to be rolled back
/// first.
pub(super) async fn look(
    path: &Path,
    root: &RootKey,
    at_every_page: bool,
) -> Result<Option<View>, StoreError> {
    /// `SQLITE_READONLY_ROLLBACK`: what an interrupted start left must be rolled back, which takes
    /// a writer. Then there is nothing of ours in the file yet that could be sealed.
    const INTERRUPTED: &str = "776";
    // A file that was put away whole needs no other to be read, and gets none.
    let whole = !beside(path, "-wal").exists();
    let options = SqliteConnectOptions::new().filename(path).read_only(true).immutable(whole);
    let options = options.disable_statement_logging();
    let mut connection = options.connect().await?;
    let checked = match check_proof(&mut connection, root).await {
        Ok(is_sealed) => view(&mut connection, is_sealed, at_every_page).await,
        Err(unproven) => Err(unproven),
    };
    connection.close().await?;
    match checked {
        Err(Unproven::Failed(sqlx::Error::Database(error)))
            if error.code().as_deref() == Some(INTERRUPTED) =>
        {
            Ok(None)
        }
        checked => checked.map(Some).map_err(StoreError::new),
    }
}

async fn view(
    connection: &mut SqliteConnection,
    is_sealed: bool,
    at_every_page: bool,
) -> Result<View, Unproven> {
    if at_every_page {
        let found: String =
            sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(&mut *connection).await?;
        if found != "ok" {
            // SQLite tells it in several lines.
            return Err(Unproven::Damaged(found.split_whitespace().collect::<Vec<_>>().join(" ")));
        }
    }
    let has = async |connection: &mut SqliteConnection, query: &'static str| {
        sqlx::query_scalar::<_, bool>(query).fetch_one(connection).await
    };
    // Both came with a migration.
    let realms = "SELECT count(*) > 0 FROM sqlite_schema WHERE name = 'realms'";
    let serving = "SELECT count(*) > 0 FROM pragma_table_info('seal') WHERE name = 'serving'";
    let holds = has(&mut *connection, realms).await?
        && has(&mut *connection, "SELECT count(*) > 0 FROM realms").await?;
    let is_open = has(&mut *connection, serving).await?
        && has(&mut *connection, "SELECT coalesce(max(serving), 0) > 0 FROM seal").await?;
    Ok(View { stamp: stamp(connection).await?, is_sealed, holds, is_open })
}

/// Why data is not ours to use.
#[derive(Debug, thiserror::Error)]
enum Unproven {
    #[error("the root key is not the one that this data was sealed with")]
    AnotherKey,
    #[error("the file is another program's database")]
    Foreign,
    #[error("the data is damaged: {0}")]
    Damaged(String),
    #[error(transparent)]
    Failed(#[from] sqlx::Error),
}

/// Finds out whether a database is empty, or ours and sealed under this key; answers whether it is
/// sealed.
async fn check_proof(connection: &mut SqliteConnection, root: &RootKey) -> Result<bool, Unproven> {
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table'")
            .fetch_all(&mut *connection)
            .await?;
    if !tables.iter().any(|name| name == "seal") {
        // The list of migrations is made before the first of them.
        let ours =
            tables.iter().all(|name| name.starts_with("_sqlx_") || name.starts_with("sqlite_"));
        return if ours { Ok(false) } else { Err(Unproven::Foreign) };
    }
    let proof: Option<Vec<u8>> =
        sqlx::query_scalar("SELECT proof FROM seal").fetch_optional(connection).await?;
    match proof {
        Some(proof) if root.open(PROOF.0, &proof).is_none_or(|text| text.as_slice() != PROOF.1) => {
            Err(Unproven::AnotherKey)
        }
        proof => Ok(proof.is_some()),
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
