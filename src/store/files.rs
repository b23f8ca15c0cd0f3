//! The data file's own path, and the files beside it: its lock, its root key, its certificate
//! authority.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::StoreError;

/// The mode of a file that only its owner reads.
pub const OWNER_ONLY: u32 = 0o600;
/// The mode of a file that anybody reads.
pub const FOR_ALL: u32 = 0o644;

/// The data file by its one true path: whatever links lead to it, its lock and its root key lie
/// beside it.
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
        return data
            .canonicalize()
            .map_err(|e| StoreError::new(format_args!("cannot open {shown}: {e}")));
    }
    let name = data.file_name();
    let name = name.ok_or_else(|| StoreError::new(format_args!("{shown:?} is not a file name")))?;
    let folder = folder(data).canonicalize();
    Ok(folder.map_err(|e| StoreError::new(format_args!("cannot make {shown}: {e}")))?.join(name))
}

/// The folder that a file is in.
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

/// Makes a file that is there with all its bytes, for good, or not at all; and not where one is
/// there already. Answers whether it made it: of several who come together, one does.
///
/// # Errors
/// It cannot be written.
pub fn keep_first(path: &Path, bytes: &[u8], mode: u32) -> std::io::Result<bool> {
    let draft = drafted(path, bytes, mode)?;
    let kept = match std::fs::hard_link(&draft, path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        // Some file systems know no second name of a file; there the last who comes wins.
        Err(_) => return std::fs::rename(&draft, path).and_then(|()| settled(path)).map(|()| true),
    };
    std::fs::remove_file(&draft)?;
    settled(path)?;
    kept
}

/// Makes a file that has all its bytes, for good, whatever was there before.
///
/// # Errors
/// It cannot be written.
pub fn replace(path: &Path, bytes: &[u8], mode: u32) -> std::io::Result<()> {
    std::fs::rename(drafted(path, bytes, mode)?, path)?;
    settled(path)
}

/// The bytes on the disk, in a file of this process's own.
fn drafted(path: &Path, bytes: &[u8], mode: u32) -> std::io::Result<PathBuf> {
    let draft = beside(path, &format!(".new-{}", std::process::id()));
    let mut file =
        File::options().create(true).truncate(true).write(true).mode(mode).open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(draft)
}

/// The folder's word that a name in it lasts.
fn settled(path: &Path) -> std::io::Result<()> {
    File::open(folder(path))?.sync_all()
}
