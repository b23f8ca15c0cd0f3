//! One server per data file. The lock is a file beside the database, so that other programs can still read that.

use std::fs::{File, TryLockError};
use std::path::Path;

use super::StoreError;
use super::files::beside;

/// Held for as long as a server uses its data file; the operating system lets go when the process ends.
#[derive(Debug)]
pub struct DataLock(#[expect(dead_code, reason = "held, never read")] File);

impl DataLock {
    /// Takes the lock of `data`, which is the file `<data>.lock`.
    ///
    /// # Errors
    /// Another process holds it, or the file cannot be made.
    pub fn take(data: &Path) -> Result<Self, StoreError> {
        let path = beside(data, ".lock");
        let file = File::options().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(|e| StoreError::new(format_args!("cannot open {}: {e}", path.display())))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => {
                let data = data.display();
                Err(StoreError::new(format_args!("{data} is in use by another kmsim")))
            }
            Err(TryLockError::Error(e)) => {
                Err(StoreError::new(format_args!("cannot lock {}: {e}", path.display())))
            }
        }
    }
}
