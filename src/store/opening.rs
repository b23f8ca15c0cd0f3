//! Opening a data file. All files are checked before anything is written. The order of the writes
//! then shows how far an interrupted start came: the mark of a begun start, the root key, the
//! database, the mark with the acknowledged transactions.

use std::path::Path;

use super::lock::DataLock;
use super::mark::Mark;
use super::sqlite::{Sqlite, look};
use super::survey::Survey;
use super::{RootKey, StoreError, true_path};

/// Opens or creates the store in a data file, and takes the lock that keeps other servers out. The
/// lock must outlive the store. `root` is the root key in base64; without it, the key is in a file
/// beside the data.
///
/// # Errors
/// Another server uses the file, the root key is wrong, a newer kmsim wrote the data, or the data
/// lacks acknowledged transactions. Then nothing is changed.
pub async fn open(data: &Path, root: Option<&str>) -> Result<(Sqlite, DataLock), StoreError> {
    let data = true_path(data)?;
    let mut lock = DataLock::take(&data)?;
    let given = root.map(RootKey::from_base64).transpose();
    let given = given.map_err(|e| StoreError::new(format_args!("KMSIM_ROOT_KEY: {e}")))?;
    let survey = Survey::of(&data, lock.main())?;
    survey.check_files()?;
    let mut warning = None;
    let root = if survey.is_empty() {
        begin(&data, &survey.mark)?;
        given.map_or_else(|| RootKey::beside(&data), Ok)?
    } else {
        let root = given.map_or_else(|| RootKey::beside(&data), Ok)?;
        // A file that is byte for byte as it was closed needs no check of its pages.
        if let Some(view) = look(&data, &root, !survey.is_as_it_was_closed()).await? {
            warning = survey.check_contents(&view)?;
        }
        begin(&data, &survey.mark)?;
        root
    };
    let vouched = matches!(survey.mark, Mark::At(..));
    let store = Sqlite::open(&data, root, lock.hold()?, vouched, warning).await?;
    Ok((store, lock))
}

/// Marks that a start has begun, so that an interrupted one is not taken for lost data.
fn begin(data: &Path, mark: &Mark) -> Result<(), StoreError> {
    let next = match mark {
        Mark::Begun | Mark::At(_, None) => return Ok(()),
        Mark::Absent | Mark::Unreadable => Mark::Begun,
        Mark::At(stamp, Some(_)) => Mark::At(*stamp, None),
    };
    next.keep(data).map_err(|e| {
        StoreError::new(format_args!("cannot write {}: {e}", Mark::path(data).display()))
    })
}
