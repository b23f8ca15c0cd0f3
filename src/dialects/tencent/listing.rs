//! What lists of keys, data keys and white-box keys share: pages, orders and filters.

use super::rules;
use super::values::OpenText;
use super::words::OriginWord;
use crate::dialects::Error;
use crate::engine::List;
use crate::model::Origin;

fn invalid(name: &'static str) -> Error {
    Error::Invalid(name.into())
}

/// A page of a list.
#[derive(Clone, Copy)]
pub(super) struct Page {
    offset: usize,
    limit: usize,
}

impl Page {
    /// The page of a request: 1 to 200 rows, 10 by default.
    ///
    /// # Errors
    /// `Limit` is out of range.
    pub(super) fn parse(offset: Option<u64>, limit: Option<u64>) -> Result<Self, Error> {
        let (range, default) = rules::PAGE;
        let limit = limit.unwrap_or(default);
        if range.contains(&limit) { Ok(Self::new(offset, limit)) } else { Err(invalid("Limit")) }
    }

    /// A page of any length.
    pub(super) fn new(offset: Option<u64>, limit: u64) -> Self {
        let index = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        Self { offset: index(offset.unwrap_or_default()), limit: index(limit) }
    }

    /// The rows of the page, and the number of all rows.
    pub(super) fn cut<T>(self, rows: Vec<T>) -> (Vec<T>, usize) {
        let total = rows.len();
        (rows.into_iter().skip(self.offset).take(self.limit).collect(), total)
    }

    /// The same for a list, which is sorted by creation, oldest first.
    pub(super) fn of<T>(self, list: List<'_, T>, is_ascending: bool) -> (Vec<T>, usize) {
        let total = list.total();
        let cut = if is_ascending { List::page } else { List::page_from_end };
        (cut(list, self.offset, self.limit), total)
    }

    /// The same for rows that are sorted by their creation, oldest first.
    pub(super) fn cut_ordered<T>(self, mut rows: Vec<T>, is_ascending: bool) -> (Vec<T>, usize) {
        if !is_ascending {
            rows.reverse();
        }
        self.cut(rows)
    }
}

/// Whether `Role` selects what users created (0, the default) or what cloud products created (1).
///
/// # Errors
/// It has another value.
pub(super) fn is_of_users(role: Option<u64>) -> Result<bool, Error> {
    match role.unwrap_or_default() {
        0 => Ok(true),
        1 => Ok(false),
        _ => Err(invalid("Role")),
    }
}

/// Whether `OrderType` sorts by creation, oldest first (1) or newest first (0, the default).
///
/// # Errors
/// It has another value.
pub(super) fn is_ascending(order_type: Option<impl TryInto<u64>>) -> Result<bool, Error> {
    match order_type.map_or(Ok(0), TryInto::try_into) {
        Ok(0) => Ok(false),
        Ok(1) => Ok(true),
        _ => Err(invalid("OrderType")),
    }
}

/// The state that `KeyState` selects by its number, which counts from 1; `None` for all states (0,
/// the default).
///
/// # Errors
/// It has another value.
pub(super) fn state_filter<S: Copy>(
    states: &[S],
    number: Option<impl TryInto<usize>>,
) -> Result<Option<S>, Error> {
    match number.map_or(Ok(0), TryInto::try_into) {
        Ok(0) => Ok(None),
        Ok(number) => states.get(number - 1).copied().map(Some).ok_or_else(|| invalid("KeyState")),
        Err(_) => Err(invalid("KeyState")),
    }
}

/// The origin that `Origin` selects; `None` for all origins (`ALL`, the default).
///
/// # Errors
/// It has another value.
pub(super) fn origin_filter(word: Option<OpenText>) -> Result<Option<Origin>, Error> {
    match word.map(|it| it.0).unwrap_or_default() {
        word if matches!(&*word, "" | "ALL") => Ok(None),
        word => OriginWord::try_from(word).map(|it| Some(it.0)).map_err(|_| invalid("Origin")),
    }
}
