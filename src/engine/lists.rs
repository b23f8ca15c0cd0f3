//! Lists of which a page costs what it shows, however much the realm holds.

use std::sync::Arc;

use super::{KeyRef, View};
use crate::model::{
    AliasName, Key, KeyFacets, KeyState, Noun, Secret, SecretFacets, SecretName, Selection, Shelf,
};

/// A list of which a page is asked for, oldest first.
pub struct List<'a, T> {
    total: usize,
    rows: Rows<'a, T>,
}

enum Rows<'a, T> {
    /// Every row.
    All(Vec<T>),
    /// The rows from an index on.
    From(Box<dyn Fn(usize) -> Box<dyn Iterator<Item = T> + 'a> + 'a>),
}

impl<'a, T> List<'a, T> {
    fn of(total: usize, from: impl Fn(usize) -> Box<dyn Iterator<Item = T> + 'a> + 'a) -> Self {
        Self { total, rows: Rows::From(Box::new(from)) }
    }

    /// The number of rows.
    #[must_use]
    pub fn total(&self) -> usize {
        self.total
    }

    /// Every row.
    #[must_use]
    pub fn all(self) -> Vec<T> {
        let total = self.total;
        self.page(0, total)
    }

    /// At most so many rows from this index on.
    #[must_use]
    pub fn page(self, from: usize, most: usize) -> Vec<T> {
        let most = most.min(self.total.saturating_sub(from));
        match self.rows {
            Rows::All(rows) => rows.into_iter().skip(from).take(most).collect(),
            Rows::From(rows) if most > 0 => rows(from).take(most).collect(),
            Rows::From(_) => Vec::new(),
        }
    }

    /// The same, newest first: the index counts from the end.
    #[must_use]
    pub fn page_from_end(self, from: usize, most: usize) -> Vec<T> {
        let end = self.total.saturating_sub(from);
        let start = end.saturating_sub(most);
        let mut rows = self.page(start, end - start);
        rows.reverse();
        rows
    }

    /// The rows that pass. It takes time for every row.
    #[must_use]
    pub fn filtered(self, pass: impl Fn(&T) -> bool) -> Self {
        self.all().into_iter().filter(|row| pass(row)).collect()
    }
}

impl<T> FromIterator<T> for List<'_, T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        let rows: Vec<_> = rows.into_iter().collect();
        Self { total: rows.len(), rows: Rows::All(rows) }
    }
}

/// A key with its state.
pub type KeyRow<'a> = (&'a Arc<Key>, KeyState);

impl<'a> View<'a> {
    /// Whether something is due that has not happened yet. Until then, the indexes of the state
    /// are behind the time.
    fn is_behind(&self) -> bool {
        self.state().due(self.now()).next().is_some()
    }

    /// The existing keys whose facets pass, with their states, oldest first.
    pub fn list_keys(&self, pass: impl Fn(&KeyFacets) -> bool) -> List<'a, KeyRow<'a>> {
        let now = self.now();
        if self.is_behind() {
            return self.keys().filter(|(key, state)| pass(&key.facets(*state))).collect();
        }
        let keys = &self.state().keys;
        let row = move |key: &'a Arc<Key>| Some((key, key.state(now)?));
        let selected = keys.select(pass);
        List::of(selected.count(), move |from| {
            Box::new(found(keys, &selected, from).filter_map(row))
        })
    }

    /// Every existing key with its state, oldest first.
    #[must_use]
    pub fn list_all_keys(&self) -> List<'a, KeyRow<'a>> {
        let now = self.now();
        if self.is_behind() {
            return self.keys().collect();
        }
        let keys = &self.state().keys;
        let row = move |key: &'a Arc<Key>| Some((key, key.state(now)?));
        List::of(keys.count(), move |from| Box::new(keys.skip(from).filter_map(row)))
    }

    /// The existing keys among these, each once, oldest first.
    pub fn list_named(&self, names: impl Iterator<Item = KeyRef>) -> List<'a, KeyRow<'a>> {
        let mut rows: Vec<_> = names.filter_map(|name| self.find(&name).ok()).collect();
        rows.sort_unstable_by_key(|(key, _)| key.ordinal);
        rows.dedup_by_key(|(key, _)| key.ordinal);
        rows.into_iter().collect()
    }

    /// The existing secrets whose facets pass, oldest first.
    pub fn list_secrets(&self, pass: impl Fn(&SecretFacets) -> bool) -> List<'a, &'a Arc<Secret>> {
        if self.is_behind() {
            return self.secrets().filter(|secret| pass(&secret.facets())).collect();
        }
        let secrets = &self.state().secrets;
        let selected = secrets.select(pass);
        List::of(selected.count(), move |from| Box::new(found(secrets, &selected, from)))
    }

    /// The existing secrets among these, each once, oldest first.
    pub fn list_named_secrets(
        &self,
        names: impl Iterator<Item = SecretName>,
    ) -> List<'a, &'a Arc<Secret>> {
        let mut rows: Vec<_> = names.filter_map(|name| self.secret(&name).ok()).collect();
        rows.sort_unstable_by_key(|secret| secret.ordinal);
        rows.dedup_by_key(|secret| secret.ordinal);
        rows.into_iter().collect()
    }

    /// Every alias of an existing key, by name.
    #[must_use]
    pub fn list_aliases(&self) -> List<'a, (&'a AliasName, &'a Arc<Key>)> {
        if self.is_behind() {
            return self.aliases().collect();
        }
        let keys = &self.state().keys;
        List::of(keys.count_aliases(), move |from| Box::new(keys.aliases(from)))
    }
}

/// The selected nouns from this index on.
fn found<'a, N: Noun>(
    shelf: &'a Shelf<N>,
    selected: &Selection<'a>,
    from: usize,
) -> impl Iterator<Item = &'a Arc<N>> + use<'a, N> {
    selected.skip(from).filter_map(|ordinal| shelf.get(ordinal))
}
