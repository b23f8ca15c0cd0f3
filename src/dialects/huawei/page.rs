//! Pages of lists: `limit` rows from the index `marker`. The next page's index is `next_marker`.

use std::ops::RangeInclusive;

use serde::Serialize;

use super::values::Decimal;
use super::{codes, rules};
use crate::dialects::{Code, Error};
use crate::engine::List;

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
        let from = (marker, codes::INVALID_MARKER, "marker");
        Self::read(limit, (1..=LIMIT_MAX, LIMIT_MAX), from)
    }

    /// The page of a request that has an offset: by default, ten rows from the first.
    ///
    /// # Errors
    /// `KMS.1601` or `KMS.1603`.
    pub(super) fn at_offset(
        limit: Option<&Decimal>,
        offset: Option<&Decimal>,
    ) -> Result<Self, Error> {
        let from = (offset, codes::INVALID_OFFSET, "offset");
        Self::read(limit, (1..=LIMIT_MAX, 10), from)
    }

    /// The page of a request for resources by their tags: by default, ten rows from the first.
    ///
    /// # Errors
    /// `KMS.1601` or `KMS.0417`.
    pub(super) fn of_resources(
        limit: Option<&Decimal>,
        offset: Option<&Decimal>,
    ) -> Result<Self, Error> {
        Self::read(limit, rules::RESOURCES, (offset, codes::INVALID_TAG_OFFSET, "offset"))
    }

    fn read(
        limit: Option<&Decimal>,
        (range, default): (RangeInclusive<u64>, u64),
        (from, code, name): (Option<&Decimal>, &'static Code, &str),
    ) -> Result<Self, Error> {
        let limit = match limit {
            Some(limit) => {
                let limit = limit.number().filter(|limit| range.contains(limit));
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

    /// Cuts the page out of everything that is listed. `row` is called for the page alone.
    pub(super) fn cut<T, R>(
        self,
        all: impl Iterator<Item = T>,
        mut row: impl FnMut(T) -> R,
    ) -> Rows<R> {
        let page = self.from..self.from.saturating_add(self.limit);
        let (mut rows, mut total) = (Vec::new(), 0);
        for (index, one) in all.enumerate() {
            if page.contains(&index) {
                rows.push(row(one));
            }
            total = index + 1;
        }
        self.rows(rows, total)
    }

    /// Cuts the page out of a list, newest first.
    pub(super) fn cut_newest_first<T, R>(
        self,
        list: List<'_, T>,
        row: impl FnMut(T) -> R,
    ) -> Rows<R> {
        let total = list.total();
        self.rows(list.page_from_end(self.from, self.limit).into_iter().map(row).collect(), total)
    }

    fn rows<R>(self, rows: Vec<R>, total: usize) -> Rows<R> {
        let end = self.from.saturating_add(self.limit);
        let next_marker = if end < total { end.to_string() } else { String::new() };
        Rows { rows, total, next_marker }
    }
}

impl<T> Rows<T> {
    /// Whether there is another page, as answers say it: a text, not a boolean.
    pub(super) fn truncated(&self) -> &'static str {
        if self.next_marker.is_empty() { "false" } else { "true" }
    }

    /// The rows, and what some answers say about their page.
    pub(super) fn with_info(self) -> (Vec<T>, PageInfo) {
        let current_count = self.rows.len();
        (self.rows, PageInfo { next_marker: self.next_marker, current_count })
    }
}

/// What an answer says about its page.
#[derive(Serialize)]
pub(super) struct PageInfo {
    next_marker: String,
    current_count: usize,
}
