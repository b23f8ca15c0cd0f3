//! The canonical path of the data file, and the files beside it: lock, root key, certificate
//! authority.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::StoreError;

/// The mode of a file that only its owner can read.
pub const OWNER_ONLY: u32 = 0o600;
/// The mode of a file that everyone can read.
pub const FOR_ALL: u32 = 0o644;

/// The canonical path of the data file. Its lock and root key are beside it, whatever links lead
/// there.
///
/// # Errors
/// It is a directory, a dangling link, or in a missing folder.
pub fn true_path(data: &Path) -> Result<PathBuf, StoreError> {
    let shown = data.display();
    if data.is_dir() {
        return Err(StoreError::new(format_args!("{shown} is a directory")));
    }
    if data.is_symlink() && !data.exists() {
        return Err(StoreError::new(format_args!("{shown} is a link to nothing")));
    }
    if data.exists() {
        return data
            .canonicalize()
            .map_err(|e| StoreError::new(format_args!("cannot open {shown}: {e}")));
    }
    let name = data.file_name();
    let name = name.ok_or_else(|| StoreError::new(format_args!("{shown:?} is not a file name")))?;
    let folder = folder(data).canonicalize();
    Ok(folder.map_err(|e| StoreError::new(format_args!("cannot make {shown}: {e}")))?.join(name))
}

/// The folder of a file.
fn folder(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The path of a file that accompanies `data`: `kmsim.db` and `.lock` give `kmsim.db.lock`.
#[must_use]
pub fn beside(data: &Path, suffix: &str) -> PathBuf {
    let mut name = data.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Creates a file atomically and durably, unless it exists. Returns whether it was created: of
/// several concurrent calls, one creates it.
///
/// # Errors
/// It cannot be written.
pub fn keep_first(path: &Path, bytes: &[u8], mode: u32) -> std::io::Result<bool> {
    let draft = write_temporary(path, bytes, mode)?;
    let kept = match std::fs::hard_link(&draft, path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        // On file systems without hard links, the last writer wins.
        Err(_) => {
            return std::fs::rename(&draft, path).and_then(|()| sync_folder(path)).map(|()| true);
        }
    };
    std::fs::remove_file(&draft)?;
    sync_folder(path)?;
    kept
}

/// Creates or replaces a file atomically and durably.
///
/// # Errors
/// It cannot be written.
pub fn replace(path: &Path, bytes: &[u8], mode: u32) -> std::io::Result<()> {
    std::fs::rename(write_temporary(path, bytes, mode)?, path)?;
    sync_folder(path)
}

/// Writes the bytes to disk, in a temporary file of this process.
fn write_temporary(path: &Path, bytes: &[u8], mode: u32) -> std::io::Result<PathBuf> {
    let draft = beside(path, &format!(".new-{}", std::process::id()));
    let mut file =
        File::options().create(true).truncate(true).write(true).mode(mode).open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(draft)
}

/// Waits until the folder's entry is on the disk.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    File::open(folder(path))?.sync_all()
}
