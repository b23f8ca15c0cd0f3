//! One server per data file. A lock file beside the data keeps out whoever comes by the same path,
//! and leaves the data to be read by other programs. A lock on the data file itself keeps out
//! whoever comes by another name: a hard link, a bind mount.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use super::StoreError;
use super::files::beside;

/// Held for as long as a server uses its data file; the operating system lets go when the process
/// ends.
///
/// It must be taken before `SQLite` opens the file, and dropped after `SQLite` closed it:
/// `SQLite`'s own locks are of the kind that a process loses, all of them, when it closes any
/// descriptor of the file.
#[derive(Debug)]
pub struct DataLock {
    data: PathBuf,
    #[expect(dead_code, reason = "held, never read")]
    lock: File,
    main: Option<File>,
}

impl DataLock {
    /// Takes the lock of `data`: the file `<data>.lock`, and `data` itself where it is there.
    ///
    /// # Errors
    /// Another process holds it, or a file cannot be opened.
    pub fn take(data: &Path) -> Result<Self, StoreError> {
        let lock =
            File::options().create(true).truncate(false).write(true).open(beside(data, ".lock"));
        let lock = lock.map_err(|e| cannot("open", &beside(data, ".lock"), &e))?;
        exclude(&lock, data, &beside(data, ".lock"))?;
        let mut taken = Self { data: data.to_owned(), lock, main: None };
        if data.exists() {
            taken.hold()?;
        }
        Ok(taken)
    }

    /// The data file, which is made empty where it is not there.
    pub(super) fn hold(&mut self) -> Result<&File, StoreError> {
        if self.main.is_none() {
            // Opened to write: on a layered file system a reader would keep the file of the layer
            // below.
            let main = File::options()
                .create(true)
                .truncate(false)
                .read(true)
                .write(true)
                .open(&self.data);
            let main = main.map_err(|e| cannot("open", &self.data, &e))?;
            // Elsewhere such a lock would keep out SQLite's own.
            if cfg!(target_os = "linux") {
                exclude(&main, &self.data, &self.data)?;
            }
            self.main = Some(main);
        }
        self.main.as_ref().ok_or_else(|| StoreError::new("the data file is not open"))
    }

    /// The data file, where it is there.
    pub(super) fn main(&self) -> Option<&File> {
        self.main.as_ref()
    }
}

fn exclude(file: &File, data: &Path, path: &Path) -> Result<(), StoreError> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => {
            let data = data.display();
            Err(StoreError::new(format_args!("{data} is in use by another kmsim")))
        }
        Err(TryLockError::Error(e)) => Err(cannot("lock", path, &e)),
    }
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::new(format_args!("cannot {what} {}: {error}", path.display()))
}
