//! One server per data file. The lock is a file beside the database, so that other programs can still read that.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use super::StoreError;

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

/// The data file by its one true path: whatever links lead to it, its lock and its root key lie beside it.
///
/// # Errors
/// It is a directory, a link to nothing, or in a folder that is not there.
pub fn true_path(data: &Path) -> Result<PathBuf, StoreError> {
    let shown = data.display();
    if data.is_dir() {
        return Err(StoreError::new(format_args!("{shown} is a directory")));
    }
    if data.is_symlink() && !data.exists() {
        return Err(StoreError::new(format_args!("{shown} is a link to nothing")));
    }
    if data.exists() {
        return data.canonicalize().map_err(|e| StoreError::new(format_args!("cannot open {shown}: {e}")));
    }
    let name = data.file_name();
    let name = name.ok_or_else(|| StoreError::new(format_args!("{shown:?} is not a file name")))?;
    let folder = folder(data).canonicalize();
    Ok(folder.map_err(|e| StoreError::new(format_args!("cannot make {shown}: {e}")))?.join(name))
}

/// The folder that a file is in.
pub(super) fn folder(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The path of a file that accompanies `data`: `kmsim.db` and `.lock` give `kmsim.db.lock`.
pub(super) fn beside(data: &Path, suffix: &str) -> PathBuf {
    let mut name = data.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
