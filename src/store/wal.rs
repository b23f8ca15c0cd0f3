//! Reads a write-ahead log without SQLite, to learn which transactions SQLite will apply. The
//! format is <https://www.sqlite.org/fileformat2.html#the_write_ahead_log>.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};
use std::path::Path;

use super::header::{Stamp, number};

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// The read buffer's size, in bytes.
const AT_ONCE: usize = 1 << 20;

/// The content of a log.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Wal {
    /// The size of its pages; zero when its header is damaged.
    pub(super) page_size: u64,
    /// The stamps of the first and the last transaction that have one.
    pub(super) stamps: Option<(Stamp, Stamp)>,
    /// The pages that its transactions changed.
    pub(super) pages: HashSet<u32>,
    /// The database's size in pages after the last transaction; zero when there is none.
    pub(super) size: u32,
    /// More frames of this log follow an unreadable one.
    pub(super) is_damaged: bool,
}

impl Wal {
    /// Reads the log in this file. `None` when it is missing or empty.
    pub(super) fn read(path: &Path) -> std::io::Result<Option<Self>> {
        let file = match File::open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        Self::of(&mut BufReader::with_capacity(AT_ONCE, file))
    }

    fn of(bytes: &mut impl Read) -> std::io::Result<Option<Self>> {
        let mut header = [0; HEADER];
        if !filled(bytes, &mut header)? {
            return Ok(None);
        }
        let Some((mut sum, page_size)) = begun(&header) else {
            return Ok(Some(Self { is_damaged: true, ..Self::default() }));
        };
        let salts = &header[16..24];
        let mut wal = Self { page_size: page_size as u64, ..Self::default() };
        let mut frame = vec![0; FRAME_HEADER + page_size];
        let (mut pages, mut stamp) = (Vec::new(), None);
        while filled(bytes, &mut frame)? {
            let (head, page) = frame.split_at(FRAME_HEADER);
            if head[8..16] != *salts {
                break;
            }
            sum.add(&head[..8]);
            sum.add(page);
            let (Some(at), Some(size)) = (number(head, 0), number(head, 4)) else { break };
            if !sum.is(&head[16..24]) || at == 0 {
                wal.is_damaged = goes_on(bytes, &mut frame, salts)?;
                break;
            }
            pages.push(at);
            if at == 1 {
                stamp = Stamp::in_page(page);
            }
            if size > 0 {
                wal.size = size;
                wal.pages.extend(pages.drain(..));
                if let Some(stamp) = stamp.take() {
                    let first = wal.stamps.map_or(stamp, |(first, _)| first);
                    wal.stamps = Some((first, stamp));
                }
            }
        }
        Ok(Some(wal))
    }
}

/// Whether more frames of the same log follow. A half-written frame of a killed process is the last
/// one.
fn goes_on(bytes: &mut impl Read, frame: &mut [u8], salts: &[u8]) -> std::io::Result<bool> {
    while filled(bytes, frame)? {
        if frame[8..16] == *salts {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The initial checksum and the page size, if the header is valid.
fn begun(header: &[u8; HEADER]) -> Option<(Sum, usize)> {
    let magic = number(header, 0)?;
    let page_size = number(header, 8)?;
    let is_size = page_size.is_power_of_two() && (512..=65_536).contains(&page_size);
    if magic & !1 != 0x377f_0682 || !is_size {
        return None;
    }
    let mut sum = Sum { halves: [0; 2], is_big_endian: magic & 1 == 1 };
    sum.add(&header[..24]);
    sum.is(&header[24..32]).then_some((sum, page_size as usize))
}

/// The running checksum of a log.
struct Sum {
    halves: [u32; 2],
    is_big_endian: bool,
}

impl Sum {
    fn add(&mut self, bytes: &[u8]) {
        let word = if self.is_big_endian { u32::from_be_bytes } else { u32::from_le_bytes };
        let [mut even, mut odd] = self.halves;
        for words in bytes.as_chunks::<4>().0.as_chunks::<2>().0 {
            even = even.wrapping_add(word(words[0])).wrapping_add(odd);
            odd = odd.wrapping_add(word(words[1])).wrapping_add(even);
        }
        self.halves = [even, odd];
    }

    fn is(&self, bytes: &[u8]) -> bool {
        [number(bytes, 0), number(bytes, 4)] == self.halves.map(Some)
    }
}

/// Reads a full `buffer`. `false` at the end of the file.
fn filled(bytes: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<bool> {
    match bytes.read_exact(buffer) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        read => read.map(|()| true),
    }
}
