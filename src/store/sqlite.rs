//! The SQLite store. A commit is one transaction in write-ahead mode with full synchronisation.
//! Once it returns, the facts survive a crash of the process or the machine.

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
use super::{RootKey, Staging, Store, StoreError, Stored, TakeFact};
use crate::algorithms::mac::digest_of;
use crate::model::{Realm, RealmChange};
use crate::world::Entropy;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// The owner and the text that the `seal` row seals.
const PROOF: (&str, &[u8]) = ("seal", b"kmsim");

/// A store in one SQLite file, or in memory.
pub struct Sqlite {
    pub(super) connection: SqliteConnection,
    pub(super) root: RootKey,
    pub(super) realms: HashMap<Realm, i64>,
    /// Ids of replaced or discarded realms, whose rows are to be deleted.
    pub(super) obsolete: Vec<i64>,
    /// `None` for a store in memory.
    file: Option<FileState>,
}

/// What detects lost data of a file.
struct FileState {
    data: PathBuf,
    place: Place,
    mark: OpenMark,
    stamp: Stamp,
    /// The log has content that the main file lacks.
    is_ahead: bool,
    /// A warning to log after loading.
    warning: Option<String>,
}

impl Sqlite {
    /// Opens or creates the file, and applies missing migrations. `main` is the file itself. Unless
    /// a mark has `vouched` for it, the database gets a new id.
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
            // Deleted content is overwritten, so that sealed material is deleted with its key.
            .pragma("secure_delete", "ON");
        let mut store = Self::set_up(options, root).await?;
        let connection = &mut store.connection;
        let mut stamp = stamp(connection).await?;
        if !vouched {
            // A new id, so that no file of the original can be mistaken for one of this copy.
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
        store.file =
            Some(FileState { data: data.to_owned(), place, mark, stamp, is_ahead: false, warning });
        Ok(store)
    }

    /// A store in memory.
    ///
    /// # Errors
    /// SQLite fails to start.
    pub async fn in_memory() -> Result<Self, StoreError> {
        let root = RootKey::generate();
        Self::set_up(SqliteConnectOptions::new().in_memory(true).foreign_keys(true), root).await
    }

    async fn set_up(options: SqliteConnectOptions, root: RootKey) -> Result<Self, StoreError> {
        let mut connection = options.disable_statement_logging().connect().await?;
        // Checked again: an interrupted start may have prevented the first check.
        check_proof(&mut connection, &root).await.map_err(StoreError::new)?;
        let mut upgrade = connection.begin().await?;
        let before = schema_version(&mut upgrade).await?;
        MIGRATIONS.run(&mut *upgrade).await.map_err(StoreError::new)?;
        if schema_version(&mut upgrade).await? != before {
            // Data that cannot be loaded stays as the older version left it.
            rows::load(&mut upgrade, &root, &mut HashMap::new(), &mut |_, _| {}).await?;
        }
        upgrade.commit().await?;
        write_proof(&mut connection, &root).await?;
        Ok(Self { connection, root, realms: HashMap::new(), obsolete: Vec::new(), file: None })
    }

    /// Writes facts in one transaction.
    async fn write(&mut self, facts: &[RealmChange]) -> Result<(), StoreError> {
        let known = self.realms.len();
        self.begin().await?;
        let writer = Writer::new(&mut self.connection, &self.root, &mut self.realms, false);
        let written = writer.write(facts).await;
        let outcome = self.end(written).await;
        if outcome.is_err() && self.realms.len() > known {
            // The rows of new realms were rolled back, so their ids are looked up again.
            self.realms.clear();
        }
        outcome
    }

    /// Begins a transaction with a plain statement. SQLite may roll back by itself when a disk
    /// fails, so only SQLite knows whether a transaction is open.
    pub(super) async fn begin(&mut self) -> Result<(), StoreError> {
        sqlx::query("BEGIN IMMEDIATE").execute(&mut self.connection).await?;
        Ok(())
    }

    /// Commits on success, and rolls back after a failure.
    pub(super) async fn end(
        &mut self,
        mut outcome: Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        if outcome.is_ok() {
            outcome = self.finish().await;
        }
        if outcome.is_err() {
            // The first failure is the one to report. If SQLite has already rolled back, this
            // fails.
            let _ = sqlx::query("ROLLBACK").execute(&mut self.connection).await;
        } else if let Some(file) = &mut self.file {
            file.count_transaction();
        }
        outcome
    }

    /// Commits. The count is part of the transaction and takes no step of its own.
    async fn finish(&mut self) -> Result<(), StoreError> {
        let commit = match &mut self.file {
            None => "COMMIT".to_owned(),
            Some(file) => {
                file.place.check()?;
                count(file.stamp.transaction.wrapping_add(1)) + "; COMMIT"
            }
        };
        sqlx::raw_sql(AssertSqlSafe(commit)).execute(&mut self.connection).await?;
        Ok(())
    }

    /// Brings the log into the main file, if necessary.
    async fn checkpoint(&mut self) -> Result<(), StoreError> {
        let Some(file) = &mut self.file else { return Ok(()) };
        file.place.check()?;
        if file.is_ahead {
            checkpoint(&mut self.connection).await?;
            file.mark.settle().map_err(StoreError::new)?;
            let log = std::fs::metadata(beside(&file.data, "-wal"));
            file.is_ahead = log.is_ok_and(|log| log.len() > 0);
        }
        Ok(())
    }

    async fn close_file(mut self) -> Result<(), StoreError> {
        let Some(mut file) = self.file.take() else { return Ok(self.connection.close().await?) };
        let there = file.place.check();
        if there.is_ok() {
            // If a full disk prevents this, the next start assumes a kill.
            let _ =
                sqlx::raw_sql("UPDATE seal SET serving = 0").execute(&mut self.connection).await;
        }
        self.connection.close().await?;
        there?;
        file.record_digest().map_err(StoreError::new)
    }
}

impl FileState {
    /// Counts a transaction. It is durable even if the mark cannot be written.
    fn count_transaction(&mut self) {
        self.stamp.transaction = self.stamp.transaction.wrapping_add(1);
        self.is_ahead = true;
        if let Err(error) = self.mark.set(self.stamp) {
            tracing::warn!(%error, "{} was not written", Mark::path(&self.data).display());
        }
    }

    /// Records the digest of the closed file. If another program still reads it, the log remains,
    /// and the last program to close it changes the file.
    fn record_digest(&mut self) -> std::io::Result<()> {
        let whole = !beside(&self.data, "-wal").exists();
        let digest = whole
            .then(|| std::fs::File::open(&self.data).and_then(|mut file| digest_of(&mut file)));
        Mark::At(self.stamp, digest.transpose()?).keep(&self.data)
    }
}

impl Store for Sqlite {
    fn load<'a>(&'a mut self, take: &'a mut TakeFact<'_>) -> Stored<'a, ()> {
        Box::pin(async {
            self.obsolete = rows::hidden_realms(&mut self.connection).await?;
            rows::load(&mut self.connection, &self.root, &mut self.realms, take).await?;
            if let Some(warning) = self.file.as_mut().and_then(|file| file.warning.take()) {
                tracing::warn!("{warning}");
            }
            Ok(())
        })
    }

    fn commit<'a>(&'a mut self, facts: &'a [RealmChange]) -> Stored<'a, ()> {
        Box::pin(self.write(facts))
    }

    fn maintain(&mut self) -> Stored<'_, ()> {
        Box::pin(self.checkpoint())
    }

    fn staging(&mut self) -> Option<&mut dyn Staging> {
        Some(self)
    }

    fn close(self: Box<Self>) -> Stored<'static, ()> {
        Box::pin(self.close_file())
    }
}

/// Brings the log into the main file and truncates it, as far as readers allow. It does not wait
/// for readers, because changes would wait too.
async fn checkpoint(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let now = "PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE)";
    let done = sqlx::raw_sql(now).execute(&mut *connection).await;
    sqlx::raw_sql("PRAGMA busy_timeout = 5000").execute(connection).await?;
    done.map(drop)
}

/// The database's stamp, as SQLite reads it.
async fn stamp(connection: &mut SqliteConnection) -> Result<Stamp, sqlx::Error> {
    let database: i32 =
        sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut *connection).await?;
    let transaction: i32 = sqlx::query_scalar("PRAGMA user_version").fetch_one(connection).await?;
    Ok(Stamp { database: database.cast_unsigned(), transaction: transaction.cast_unsigned() })
}

/// The statement that counts transactions. It always writes the header.
fn count(transaction: u32) -> String {
    format!("PRAGMA user_version = {}", transaction.cast_signed())
}

/// Checks a file before anything can change in it, on a read-only connection. Checks every page if
/// asked to. `None` when an interrupted start must be rolled back first.
pub(super) async fn look(
    path: &Path,
    root: &RootKey,
    at_every_page: bool,
) -> Result<Option<View>, StoreError> {
    /// `SQLITE_READONLY_ROLLBACK`: an interrupted start must be rolled back, which needs a writer.
    /// Then the file has nothing sealed yet.
    const INTERRUPTED: &str = "776";
    // A cleanly closed file is read without its companions, and none are created.
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
        Err(Unusable::Failed(sqlx::Error::Database(error)))
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
) -> Result<View, Unusable> {
    if at_every_page {
        let found: String =
            sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(&mut *connection).await?;
        if found != "ok" {
            // SQLite's message has several lines.
            return Err(Unusable::Damaged(found.split_whitespace().collect::<Vec<_>>().join(" ")));
        }
    }
    let has = async |connection: &mut SqliteConnection, query: &'static str| {
        sqlx::query_scalar::<_, bool>(query).fetch_one(connection).await
    };
    // Both were added by migrations.
    let realms = "SELECT count(*) > 0 FROM sqlite_schema WHERE name = 'realms'";
    let serving = "SELECT count(*) > 0 FROM pragma_table_info('seal') WHERE name = 'serving'";
    let holds = has(&mut *connection, realms).await?
        && has(&mut *connection, "SELECT count(*) > 0 FROM realms").await?;
    let is_open = has(&mut *connection, serving).await?
        && has(&mut *connection, "SELECT coalesce(max(serving), 0) > 0 FROM seal").await?;
    Ok(View { stamp: stamp(connection).await?, is_sealed, holds, is_open })
}

/// Why data cannot be used.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error("the root key is not the one that this data was sealed with")]
    AnotherKey,
    #[error("the file is another program's database")]
    Foreign,
    #[error(
        "the data was written by a newer kmsim: it has schema {0}, and this one supports schemas \
         up to {1}"
    )]
    Newer(i64, i64),
    #[error("the data is damaged: {0}")]
    Damaged(String),
    #[error(transparent)]
    Failed(#[from] sqlx::Error),
}

/// Checks that a database is empty, or ours, not newer than this program, and sealed under this
/// key. Returns whether it is sealed.
async fn check_proof(connection: &mut SqliteConnection, root: &RootKey) -> Result<bool, Unusable> {
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table'")
            .fetch_all(&mut *connection)
            .await?;
    if !tables.iter().any(|name| name == "seal") {
        // The list of migrations is created before the first migration runs.
        let ours =
            tables.iter().all(|name| name.starts_with("_sqlx_") || name.starts_with("sqlite_"));
        return if ours { Ok(false) } else { Err(Unusable::Foreign) };
    }
    if tables.iter().any(|name| name == "_sqlx_migrations") {
        let schema = "SELECT coalesce(max(version), 0) FROM _sqlx_migrations";
        let schema: i64 = sqlx::query_scalar(schema).fetch_one(&mut *connection).await?;
        let supported = MIGRATIONS.iter().map(|migration| migration.version).max();
        if let Some(supported) = supported.filter(|supported| schema > *supported) {
            return Err(Unusable::Newer(schema, supported));
        }
    }
    let proof: Option<Vec<u8>> =
        sqlx::query_scalar("SELECT proof FROM seal").fetch_optional(connection).await?;
    match proof {
        Some(proof) if root.open(PROOF.0, &proof).is_none_or(|text| text.as_slice() != PROOF.1) => {
            Err(Unusable::AnotherKey)
        }
        proof => Ok(proof.is_some()),
    }
}

/// A number that changes with the tables.
async fn schema_version(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("PRAGMA schema_version").fetch_one(connection).await
}

async fn write_proof(connection: &mut SqliteConnection, root: &RootKey) -> Result<(), StoreError> {
    let proof = root.seal(PROOF.0, PROOF.1)?;
    sqlx::query("INSERT OR IGNORE INTO seal (id, proof) VALUES (1, ?)")
        .bind(proof)
        .execute(connection)
        .await?;
    Ok(())
}
