//! The mark: a small file beside the data that says how many transactions were acknowledged. It is
//! written after each transaction, without waiting for the disk, so it is never ahead of the data:
//! not when the process is killed, and not when the machine fails. Data that is behind it has lost
//! something.

use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use base16ct::lower::encode_string as hex;

use super::files::{OWNER_ONLY, beside, replace};
use super::header::Stamp;
use crate::algorithms::mac::{Hash, digest};

/// How the file begins, and the version of its format.
const WORD: &str = "kmsim-mark-1";
/// The file's size: always the same, so that writing it over needs no room.
const LEN: usize = 128;
const SUM_LEN: usize = 8;

/// A digest of the whole data file.
pub(super) type Digest = [u8; 32];

/// What the mark of a data file says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// There is none: the data is new, of an earlier version, or a copy.
    Absent,
    /// It is damaged.
    Unreadable,
    /// A first start had begun: nothing was acknowledged yet that this could tell.
    Begun,
    /// So much was acknowledged; and when the server ended well, what the file was like then.
    At(Stamp, Option<Digest>),
}

impl Mark {
    /// The mark's own path.
    pub(super) fn path(data: &Path) -> PathBuf {
        beside(data, ".mark")
    }

    /// Reads the mark of this data file.
    pub(super) fn read(data: &Path) -> std::io::Result<Self> {
        match std::fs::read(Self::path(data)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self::Absent),
            bytes => Ok(Self::parse(&bytes?).unwrap_or(Self::Unreadable)),
        }
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let mut words = text.split_ascii_whitespace().skip(1);
        let mark = match words.next()? {
            "begun" => Self::Begun,
            database => {
                let database = u32::from_str_radix(database, 16).ok()?;
                let transaction = words.next()?.parse().ok()?;
                let whole = match words.next()? {
                    "open" => None,
                    hex => Some(base16ct::lower::decode_vec(hex).ok()?.try_into().ok()?),
                };
                Self::At(Stamp { database, transaction }, whole)
            }
        };
        // The sum at the end is part of the text.
        (mark.text() == text).then_some(mark)
    }

    fn text(&self) -> String {
        let said = match self {
            Self::Absent | Self::Unreadable | Self::Begun => format!("{WORD} begun"),
            Self::At(Stamp { database, transaction }, whole) => {
                let whole = whole.map_or_else(|| "open".to_owned(), |digest| hex(&digest));
                format!("{WORD} {database:08x} {transaction} {whole}")
            }
        };
        let line = format!("{said} {}", sum_of(&said));
        format!("{line:<width$}\n", width = LEN - 1)
    }

    /// Keeps this mark for good, in a file of its own.
    pub(super) fn keep(&self, data: &Path) -> std::io::Result<()> {
        replace(&Self::path(data), self.text().as_bytes(), OWNER_ONLY)
    }
}

/// The mark of a file that is being served.
pub(super) struct OpenMark(File);

impl OpenMark {
    /// Keeps a mark for good, and opens it for more.
    pub(super) fn begin(data: &Path, stamp: Stamp) -> std::io::Result<Self> {
        Mark::At(stamp, None).keep(data)?;
        File::options().write(true).open(Mark::path(data)).map(Self)
    }

    /// Writes down what was acknowledged; the system takes it to the disk when it likes.
    pub(super) fn set(&self, stamp: Stamp) -> std::io::Result<()> {
        self.0.write_all_at(Mark::At(stamp, None).text().as_bytes(), 0)
    }

    /// Waits until it is on the disk.
    pub(super) fn settle(&self) -> std::io::Result<()> {
        self.0.sync_data()
    }
}

fn sum_of(said: &str) -> String {
    let mut sum = hex(&digest(Hash::Sha256, said.as_bytes()));
    sum.truncate(SUM_LEN);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_as_it_was_written_or_not_at_all() {
        let stamp = Stamp { database: 0x9f3c_2a11, transaction: u32::MAX };
        for mark in [Mark::Begun, Mark::At(stamp, None), Mark::At(stamp, Some([0xab; 32]))] {
            let text = mark.text().into_bytes();
            assert_eq!((text.len(), Mark::parse(&text)), (LEN, Some(mark)));
            for at in 0..text.len() {
                let mut changed = text.clone();
                changed[at] ^= 1;
                assert_eq!(Mark::parse(&changed), None, "{}", String::from_utf8_lossy(&changed));
                assert_eq!(Mark::parse(&text[..at]), None);
            }
        }
    }
}
