//! Detects that the files of an open database were removed or replaced. SQLite would keep writing
//! to the removed file, and its contents would be lost.

use std::fs::File;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::StoreError;
use super::files::beside;
use super::header::{self, Header, Stamp};

/// Device and inode, which identify an open file.
type Identity = (u64, u64);

/// The files of an open database.
pub(super) struct Place {
    main: File,
    files: Vec<(PathBuf, Identity)>,
    /// The id of the database.
    database: u32,
    /// The stamp in the main file at the last check.
    last: Stamp,
    len: u64,
}

impl Place {
    /// Records the files of an open database.
    pub(super) fn of(data: &Path, main: &File, database: u32) -> Result<Self, StoreError> {
        let mut files =
            vec![(data.to_owned(), identity(&main.metadata().map_err(StoreError::new)?))];
        for suffix in ["-wal", "-shm"] {
            let path = beside(data, suffix);
            // Without shared memory, a file system has no write-ahead log.
            if let Ok(file) = std::fs::metadata(&path) {
                files.push((path, identity(&file)));
            }
        }
        let main = main.try_clone().map_err(StoreError::new)?;
        let mut place = Self { main, files, database, last: Stamp::default(), len: 0 };
        place.last = place.header()?.stamp;
        place.check()?;
        Ok(place)
    }

    /// Checks that every file is still in its place.
    pub(super) fn check(&mut self) -> Result<(), StoreError> {
        for (path, known) in &self.files {
            let found = std::fs::metadata(path).map_err(|e| gone(path, &e))?;
            if identity(&found) != *known {
                return Err(gone(path, &"another file is there"));
            }
        }
        let header = self.header()?;
        let is_ours =
            header.stamp.database == self.database || header.stamp.database == self.last.database;
        if !is_ours || self.last.until(header.stamp) < 0 {
            return Err(gone(&self.files[0].0, &"it holds other data"));
        }
        self.last = header.stamp;
        let len = self.main.metadata().map_err(StoreError::new)?.len();
        if len < self.len && len < header.pages * header.page_size {
            return Err(gone(&self.files[0].0, &"it was cut short"));
        }
        self.len = len;
        Ok(())
    }

    fn header(&self) -> Result<Header, StoreError> {
        let mut bytes = [0; header::LEN];
        let read = self.main.read_exact_at(&mut bytes, 0).ok().and_then(|()| Header::of(&bytes));
        read.ok_or_else(|| gone(&self.files[0].0, &"it is no database any more"))
    }
}

fn identity(file: &std::fs::Metadata) -> Identity {
    (file.dev(), file.ino())
}

fn gone(path: &Path, why: &dyn std::fmt::Display) -> StoreError {
    let path = path.display();
    StoreError::new(format_args!("{path} was removed or replaced while it is served: {why}"))
}
