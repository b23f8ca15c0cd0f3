//! One server per data file. A lock file beside the data keeps out servers that use the same path,
//! and lets other programs read the data. A lock on the data file itself keeps out servers that use
//! another path, such as a hard link or a bind mount.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use super::StoreError;
use super::files::beside;

/// Held while a server uses its data file. The operating system releases it when the process ends.
///
/// It must be taken before SQLite opens the file and dropped after SQLite closes it: a process
/// loses all of SQLite's locks on a file when it closes any descriptor of that file.
#[derive(Debug)]
pub struct DataLock {
    data: PathBuf,
    #[expect(dead_code, reason = "held, never read")]
    lock: File,
    main: Option<File>,
}

impl DataLock {
    /// Takes the lock: the file `<data>.lock`, and `data` itself if it exists.
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

    /// The data file, created empty if it is missing.
    pub(super) fn hold(&mut self) -> Result<&File, StoreError> {
        if self.main.is_none() {
            // Opened for writing: on an overlay file system, a reader would open the lower layer's
            // file.
            let main = File::options()
                .create(true)
                .truncate(false)
                .read(true)
                .write(true)
                .open(&self.data);
            let main = main.map_err(|e| cannot("open", &self.data, &e))?;
            // On other systems this lock would conflict with SQLite's own.
            if cfg!(target_os = "linux") {
                exclude(&main, &self.data, &self.data)?;
            }
            self.main = Some(main);
        }
        self.main.as_ref().ok_or_else(|| StoreError::new("the data file is not open"))
    }

    /// The data file, if it exists.
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
