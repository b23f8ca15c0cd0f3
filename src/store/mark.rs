//! The mark: a small file beside the data with the number of acknowledged transactions. It is
//! written after each transaction, without waiting for the disk. So it is never ahead of the data,
//! whether the process or the machine fails. Data that is behind its mark has lost transactions.

use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use base16ct::lower::encode_string as hex;

use super::files::{OWNER_ONLY, beside, replace};
use super::header::Stamp;
use crate::algorithms::mac::{Hash, digest};

/// The first word: the file type and the version of its format.
const WORD: &str = "kmsim-mark-1";
/// The file's size. It is constant, so that overwriting it needs no disk space.
const LEN: usize = 128;
const SUM_LEN: usize = 8;

/// A digest of the whole data file.
pub(super) type Digest = [u8; 32];

/// The content of a mark.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// There is none: the data is new, was written by an early version, or is a copy.
    Absent,
    /// It is damaged.
    Unreadable,
    /// A first start has begun and has acknowledged nothing yet.
    Begun,
    /// The acknowledged transactions and, after a clean shutdown, the file's digest.
    At(Stamp, Option<Digest>),
}

impl Mark {
    /// The path of the mark.
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
        // The checksum is part of the text.
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

    /// Writes this mark durably, as a new file.
    pub(super) fn keep(&self, data: &Path) -> std::io::Result<()> {
        replace(&Self::path(data), self.text().as_bytes(), OWNER_ONLY)
    }
}

/// The mark of a file that is in use.
pub(super) struct OpenMark(File);

impl OpenMark {
    /// Writes a mark durably, and opens it for updates.
    pub(super) fn begin(data: &Path, stamp: Stamp) -> std::io::Result<Self> {
        Mark::At(stamp, None).keep(data)?;
        File::options().write(true).open(Mark::path(data)).map(Self)
    }

    /// Writes the acknowledged transactions, without waiting for the disk.
    pub(super) fn set(&self, stamp: Stamp) -> std::io::Result<()> {
        self.0.write_all_at(Mark::At(stamp, None).text().as_bytes(), 0)
    }

    /// Waits until the mark is on the disk.
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
    fn a_mark_is_read_exactly_or_not_at_all() {
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
