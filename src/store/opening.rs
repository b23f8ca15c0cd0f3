//! How a data file is opened: what lies there is looked at first, and nothing is written before all
//! is found to be in order. Then the order of the writing says after a kill how far it had come:
//! the mark that a start has begun, the root key, the database, and the mark that says how much is
//! acknowledged.

use std::path::Path;

use super::lock::DataLock;
use super::mark::Mark;
use super::sqlite::{Sqlite, look};
use super::survey::Survey;
use super::{RootKey, StoreError, true_path};

/// Opens the store in a data file, which is made where there is none, with the lock that keeps
/// other servers from it. The lock must outlive the store. Without a root key in base64, that is
/// the one in a file beside it.
///
/// # Errors
/// Another server has the file, the root key is another, or the data is not all that was
/// acknowledged; then nothing in it is touched.
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
        // Where the file is byte for byte what was closed, no page of it needs to be looked at.
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

/// Marks that a start has begun, so that whatever it leaves when it is killed is not taken for a
/// loss.
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
