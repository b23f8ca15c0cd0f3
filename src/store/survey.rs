//! Checks the files of a database before SQLite opens it: are they complete, and do they belong
//! together? SQLite itself does its best with what it finds. It skips what it cannot read, and
//! applies a write-ahead log to whatever file is beside it.

use std::fs::File;
use std::io::{Read, Seek};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::StoreError;
use super::files::beside;
use super::header::{self, Header, Stamp};
use super::mark::{Digest, Mark};
use super::root_key::RootKey;
use super::wal::Wal;
use crate::algorithms::mac::digest_of;

/// The first bytes of a rollback journal that SQLite would roll back.
const HOT: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];

/// What SQLite reads from the files, without changing them.
pub(super) struct View {
    pub(super) stamp: Stamp,
    /// It has the proof of a root key.
    pub(super) is_sealed: bool,
    /// It has any realms.
    pub(super) holds: bool,
    /// Its server did not close it.
    pub(super) is_open: bool,
}

/// The files of a database, before SQLite opens them.
pub(super) struct Survey<'a> {
    data: &'a Path,
    pub(super) mark: Mark,
    has_root_key: bool,
    /// The length of the main file; zero when it is missing.
    len: u64,
    header: Option<Header>,
    /// The write-ahead log, if it has any content.
    wal: Option<Wal>,
    is_hot: bool,
    /// The digest of the main file, if the mark has one to compare.
    digest: Option<Digest>,
}

impl<'a> Survey<'a> {
    /// Reads the files of `data`. `main` is the open main file.
    pub(super) fn of(data: &'a Path, main: Option<&File>) -> Result<Self, StoreError> {
        let cannot = |path: PathBuf| {
            move |e: std::io::Error| {
                StoreError::new(format_args!("cannot read {}: {e}", path.display()))
            }
        };
        let mark = Mark::read(data).map_err(cannot(Mark::path(data)))?;
        let wal = beside(data, "-wal");
        let wal = Wal::read(&wal).map_err(cannot(wal))?;
        let mut survey = Self {
            data,
            mark,
            has_root_key: RootKey::path(data).exists(),
            len: 0,
            header: None,
            wal,
            is_hot: is_hot(&beside(data, "-journal")),
            digest: None,
        };
        if let Some(mut main) = main {
            survey.len = main.metadata().map_err(cannot(data.to_owned()))?.len();
            let mut first = [0; header::LEN];
            survey.header =
                main.read_exact_at(&mut first, 0).ok().and_then(|()| Header::of(&first));
            if matches!(survey.mark, Mark::At(_, Some(_))) {
                let digest = main.rewind().and_then(|()| digest_of(&mut main));
                survey.digest = Some(digest.map_err(cannot(data.to_owned()))?);
            }
        }
        Ok(survey)
    }

    /// Whether there is no data at all.
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether the main file is, byte for byte, as its server closed it.
    pub(super) fn is_as_it_was_closed(&self) -> bool {
        matches!(self.mark, Mark::At(_, whole @ Some(_)) if whole == self.digest)
    }

    /// Refuses files that do not belong together or are incomplete.
    pub(super) fn check_files(&self) -> Result<(), StoreError> {
        let data = self.data.display();
        if self.is_empty() {
            return self.check_absence();
        }
        let header = self.header;
        let header =
            header.ok_or_else(|| refusal(format_args!("{data} is damaged, or not a database")))?;
        if self.mark == Mark::Begun {
            // The first start did not finish, so nothing was acknowledged.
            return Ok(());
        }
        if self.is_hot && header.stamp.database != 0 {
            return Err(refusal(format_args!("{data}-journal is not this file's: remove it")));
        }
        let log = self.wal.as_ref().filter(|wal| wal.size > 0);
        if matches!(self.mark, Mark::At(_, Some(_))) {
            if log.is_some() {
                return Err(refusal(format_args!(
                    "{data}-wal came after the server closed {data}: remove it, or {} to serve both",
                    self.mark_path()
                )));
            }
            if !self.is_as_it_was_closed() {
                return Err(refusal(format_args!(
                    "{data} is not what its server closed: restore it, or remove {} to serve what is there",
                    self.mark_path()
                )));
            }
        }
        if let Some(wal) = log {
            self.check_log(header, wal)?;
        }
        let pages = log.map_or(header.pages, |wal| u64::from(wal.size));
        let there = self.len / header.page_size;
        let is_in_log = |page| {
            u32::try_from(page).is_ok_and(|page| log.is_some_and(|wal| wal.pages.contains(&page)))
        };
        if !(there + 1..=pages).all(is_in_log) {
            return Err(refusal(format_args!("{data} is damaged: it ends too early")));
        }
        Ok(())
    }

    /// Refuses to create a new database where there was one before.
    fn check_absence(&self) -> Result<(), StoreError> {
        let (data, mark, root) = (self.data.display(), self.mark_path(), RootKey::path(self.data));
        let state = if self.data.exists() { "empty" } else { "missing" };
        let root = root.display();
        match &self.mark {
            Mark::At(..) | Mark::Unreadable => Err(refusal(format_args!(
                "{data} is {state}, but {mark} says that it held data: restore it, or remove \
                 {mark} and {root} to start empty"
            ))),
            Mark::Absent if self.has_root_key => Err(refusal(format_args!(
                "{data} is {state}, but its root key is there: restore it, or remove {root} to start empty"
            ))),
            Mark::Absent if self.wal.as_ref().is_some_and(|wal| wal.size > 0) => {
                Err(refusal(format_args!(
                    "{data} is {state}, but {data}-wal holds data: restore it, or remove {data}-wal to start empty"
                )))
            }
            Mark::Begun | Mark::Absent => Ok(()),
        }
    }

    /// Refuses a log of another file, or from another time.
    fn check_log(&self, header: Header, wal: &Wal) -> Result<(), StoreError> {
        let data = self.data.display();
        let unfit = |what: std::fmt::Arguments<'_>| {
            refusal(format_args!(
                "{what}: restore the two that belong together, or remove {data}-wal"
            ))
        };
        let main = header.stamp;
        // Files of the earliest versions have no stamps.
        let (first, last) = wal.stamps.unwrap_or_default();
        let is_of = |stamp: Stamp| stamp.database == main.database;
        if wal.page_size != header.page_size || !is_of(first) || !is_of(last) {
            return Err(unfit(format_args!("{data}-wal is another file's")));
        }
        if main.until(first) > 1 {
            return Err(unfit(format_args!("{data} is older than {data}-wal")));
        }
        if main.until(last) < 0 {
            return Err(unfit(format_args!("{data}-wal is damaged, or older than {data}")));
        }
        Ok(())
    }

    /// Refuses data that lacks acknowledged transactions. Returns a warning when that cannot be
    /// decided.
    pub(super) fn check_contents(&self, view: &View) -> Result<Option<String>, StoreError> {
        let (data, mark) = (self.data.display(), self.mark_path());
        if !view.is_sealed && (view.holds || !self.has_just_begun()) {
            return Err(refusal(format_args!(
                "{data} has lost what it was sealed with: restore it, or remove it with all that lies beside \
                 it to start empty"
            )));
        }
        let there = view.stamp.transaction;
        match self.mark {
            Mark::At(known, _) if known.database != view.stamp.database => {
                Err(refusal(format_args!(
                    "{mark} belongs to another database: restore that, or remove {mark} to serve {data}"
                )))
            }
            Mark::At(known, _) if known.until(view.stamp) < 0 => Err(refusal(format_args!(
                "{data} ends with transaction {there}, but {} were acknowledged: restore it with its -wal, or \
                 remove {mark} to serve what is there",
                known.transaction
            ))),
            Mark::Unreadable => Ok(Some(format!(
                "{mark} is damaged: whether {data} holds all that was acknowledged is not known; \
                 it ends with transaction {there}"
            ))),
            Mark::Absent if view.is_open || self.wal.as_ref().is_some_and(|wal| wal.is_damaged) => {
                Ok(Some(format!(
                    "{data} was copied from a server that ran or was killed, or {data}-wal is damaged: what \
                     was acknowledged after transaction {there}, if anything, is not in it"
                )))
            }
            Mark::At(..) | Mark::Begun | Mark::Absent => Ok(None),
        }
    }

    /// Whether an interrupted first start is possible.
    fn has_just_begun(&self) -> bool {
        self.mark == Mark::Begun || self.mark == Mark::Absent && !self.has_root_key
    }

    fn mark_path(&self) -> String {
        Mark::path(self.data).display().to_string()
    }
}

fn is_hot(journal: &Path) -> bool {
    let mut first = [0; HOT.len()];
    File::open(journal).and_then(|mut file| file.read_exact(&mut first)).is_ok() && first == HOT
}

fn refusal(what: std::fmt::Arguments<'_>) -> StoreError {
    StoreError::new(what)
}
