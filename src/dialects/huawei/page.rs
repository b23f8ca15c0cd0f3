//! Pages of lists: `limit` rows from the index `marker`. The next page's index is `next_marker`.

use serde::Serialize;

use super::codes;
use super::values::Decimal;
use crate::dialects::{Code, Error};

/// The largest `limit`: the largest number that every SDK reads. The document allows as many rows
/// as there are keys.
const LIMIT_MAX: u64 = i32::MAX as u64;

/// A page that a request asks for.
#[derive(Clone, Copy)]
pub(super) struct Page {
    from: usize,
    limit: usize,
}

/// The rows of a page.
pub(super) struct Rows<T> {
    pub(super) rows: Vec<T>,
    /// The number of the rows of all pages.
    pub(super) total: usize,
    /// The index of the next page; empty if there is none.
    pub(super) next_marker: String,
}

impl Page {
    /// The page of a request: by default, every row from the first.
    ///
    /// # Errors
    /// `KMS.1601` or `KMS.1602`.
    pub(super) fn parse(limit: Option<&Decimal>, marker: Option<&Decimal>) -> Result<Self, Error> {
        Self::read((limit, LIMIT_MAX), marker, (codes::INVALID_MARKER, "marker"))
    }

    /// The page of a request that has an offset: by default, ten rows from the first.
    ///
    /// # Errors
    /// `KMS.1601` or `KMS.1603`.
    pub(super) fn at_offset(
        limit: Option<&Decimal>,
        offset: Option<&Decimal>,
    ) -> Result<Self, Error> {
        Self::read((limit, 10), offset, (codes::INVALID_OFFSET, "offset"))
    }

    fn read(
        (limit, default): (Option<&Decimal>, u64),
        from: Option<&Decimal>,
        (code, name): (&'static Code, &str),
    ) -> Result<Self, Error> {
        let limit = match limit {
            Some(limit) => {
                let limit = limit.number().filter(|limit| (1..=LIMIT_MAX).contains(limit));
                limit.ok_or_else(|| codes::INVALID_LIMIT.with(&["limit"]))?
            }
            None => default,
        };
        let from = match from {
            Some(from) => from.number().ok_or_else(|| code.with(&[name]))?,
            None => 0,
        };
        let index = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        Ok(Self { from: index(from), limit: index(limit) })
    }

    /// Cuts the page out of all rows.
    pub(super) fn cut<T>(self, all: impl ExactSizeIterator<Item = T>) -> Rows<T> {
        let total = all.len();
        let end = self.from.saturating_add(self.limit);
        let next_marker = if end < total { end.to_string() } else { String::new() };
        Rows { rows: all.skip(self.from).take(self.limit).collect(), total, next_marker }
    }
}

/// What some answers say about their page.
#[derive(Serialize)]
pub(super) struct PageInfo {
    next_marker: String,
    current_count: usize,
}

impl PageInfo {
    /// About the page with these rows.
    pub(super) fn of<T>(rows: &Rows<T>) -> Self {
        Self { next_marker: rows.next_marker.clone(), current_count: rows.rows.len() }
    }
}
