//! Reads the header of a database without SQLite: which database it is, and its transaction count.

/// The header's length in bytes.
pub(super) const LEN: usize = 100;

const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// A database's id and transaction count. Every transaction writes it, so the write-ahead log has
/// it too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stamp {
    /// A random number, drawn when the file is first served. `PRAGMA application_id`.
    pub(super) database: u32,
    /// The number of transactions, modulo 2^32. `PRAGMA user_version`.
    pub(super) transaction: u32,
}

impl Stamp {
    /// The stamp in the first page of a database.
    pub(super) fn in_page(page: &[u8]) -> Option<Self> {
        Some(Self { database: number(page, 68)?, transaction: number(page, 60)? })
    }

    /// How many transactions `other` is ahead. Negative when it is behind.
    pub(super) fn until(self, other: Self) -> i32 {
        other.transaction.wrapping_sub(self.transaction).cast_signed()
    }
}

/// The fields of the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) stamp: Stamp,
    pub(super) page_size: u64,
    /// The database's size in pages; zero when the header does not say.
    pub(super) pages: u64,
}

impl Header {
    /// Parses the first bytes of a database. `None` when they are something else.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.len() < LEN || !bytes.starts_with(MAGIC) {
            return None;
        }
        let page_size = match u16::from_be_bytes([bytes[16], bytes[17]]) {
            1 => 65_536,
            size if size.is_power_of_two() && size >= 512 => u64::from(size),
            _ => return None,
        };
        // The page count is valid only if it was written with the change counter.
        let holds = number(bytes, 24) == number(bytes, 92);
        let pages = number(bytes, 28).filter(|_| holds).map_or(0, u64::from);
        Some(Self { stamp: Stamp::in_page(bytes)?, page_size, pages })
    }
}

/// The big-endian number at this offset.
pub(super) fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().copied().map(u32::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(transaction: u32) -> Stamp {
        Stamp { database: 1, transaction }
    }

    #[test]
    fn the_transaction_count_wraps_around() {
        assert_eq!(stamp(3).until(stamp(5)), 2);
        assert_eq!(stamp(5).until(stamp(3)), -2);
        assert_eq!(stamp(u32::MAX).until(stamp(1)), 2);
        assert_eq!(stamp(1).until(stamp(u32::MAX)), -2);
    }

    #[test]
    fn a_header_is_read_or_refused() {
        let mut bytes = [0; LEN];
        bytes[..16].copy_from_slice(MAGIC);
        bytes[16] = 0x10;
        bytes[31] = 7;
        bytes[63] = 42;
        bytes[71] = 9;
        let read =
            Header { stamp: Stamp { database: 9, transaction: 42 }, page_size: 4096, pages: 7 };
        assert_eq!(Header::of(&bytes), Some(read));
        bytes[27] = 1;
        assert_eq!(
            Header::of(&bytes).map(|header| header.pages),
            Some(0),
            "the count is out of date"
        );
        assert_eq!(Header::of(&bytes[..99]), None);
        bytes[17] = 1;
        assert_eq!(Header::of(&bytes), None, "an invalid page size");
        assert_eq!(Header::of(&[0; LEN]), None);
    }
}
