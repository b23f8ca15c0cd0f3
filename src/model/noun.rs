//! What every noun has in common: how it is named, changed, kept in a realm's state and stored.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Ordinal;
use super::stored::{Content, Damaged, Record, StoredChange, StoredRecord, Unseal};
use crate::world::Instant;

/// Names with values that an owner gives to a noun.
pub type Tags = BTreeMap<String, String>;

/// Something of which a realm holds many. It is stored as one record, and one more for each of its
/// parts; see [`super::stored`].
pub trait Noun: Clone + Debug + Eq + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// What its records are called.
    const KIND: &'static str;

    /// Its name, unique in its realm: a text, or several.
    type Name: Clone + Debug + Eq + Hash + Send + Sync;

    /// The index by name. `ByName` unless the noun has other names besides.
    type Names: Names<Self>;

    /// What it has many of, stored each by itself: a key's versions. `()` where it has no such
    /// parts.
    type Part;

    /// Its number.
    fn ordinal(&self) -> Ordinal;

    /// Its name.
    fn name(&self) -> &Self::Name;

    /// Its tags, if it can have tags.
    fn tags(&mut self) -> Option<&mut Tags> {
        None
    }

    /// When something next happens to it by itself.
    fn next_due(&self) -> Option<Instant> {
        None
    }

    /// Its parts with their numbers, from 1.
    fn parts(&self) -> impl Iterator<Item = (u64, &Arc<Self::Part>)> {
        std::iter::empty()
    }

    /// What is stored of the noun itself.
    fn content(&self) -> Content<'_> {
        Content::open(self)
    }

    /// What is stored of one of its parts.
    fn content_of<'a>(&'a self, _part: &'a Self::Part) -> Content<'a> {
        Content::open(&())
    }

    /// The noun of this number, from its own record and those of its parts in the order of their
    /// numbers.
    ///
    /// # Errors
    /// A record is not what [`Noun::content`] or [`Noun::content_of`] wrote, or does not unseal.
    fn read(
        ordinal: Ordinal,
        head: &StoredRecord,
        parts: &[StoredRecord],
        unseal: &Unseal<'_>,
    ) -> Result<Self, Damaged>;
}

/// What every implementation of [`Noun`] has in common: a number, a name in this field, and mostly
/// tags.
macro_rules! named_by {
    ($name:ident: $type:ty, tags) => {
        $crate::model::noun::named_by! { $name: $type }

        fn tags(&mut self) -> Option<&mut Tags> {
            Some(&mut self.tags)
        }
    };
    ($name:ident: $type:ty) => {
        type Name = $type;

        fn ordinal(&self) -> Ordinal {
            self.ordinal
        }

        fn name(&self) -> &$type {
            &self.$name
        }
    };
}
pub(super) use named_by;

/// In `impl Noun`: how a noun is read that has nothing but the body of its record. Its field
/// `ordinal` is its number.
macro_rules! read_from_body {
    () => {
        fn read(
            ordinal: Ordinal,
            head: &$crate::model::stored::StoredRecord,
            _parts: &[$crate::model::stored::StoredRecord],
            _unseal: &$crate::model::stored::Unseal<'_>,
        ) -> Result<Self, $crate::model::stored::Damaged> {
            Ok(Self { ordinal, ..head.body()? })
        }
    };
}
pub(super) use read_from_body;

/// One change of one noun: it is added, changed or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact<N> {
    before: Option<Arc<N>>,
    after: Option<Arc<N>>,
}

impl<N: Noun> Fact<N> {
    /// A noun is added.
    pub fn added(noun: Arc<N>) -> Self {
        Self { before: None, after: Some(noun) }
    }

    /// A noun is changed.
    pub fn changed(before: Arc<N>, after: Arc<N>) -> Self {
        Self { before: Some(before), after: Some(after) }
    }

    /// A noun is removed, with its parts.
    pub fn removed(noun: Arc<N>) -> Self {
        Self { before: Some(noun), after: None }
    }

    /// The noun as it was, unless it is added.
    #[must_use]
    pub fn before(&self) -> Option<&Arc<N>> {
        self.before.as_ref()
    }

    /// The noun as it is now, unless it is removed.
    #[must_use]
    pub fn after(&self) -> Option<&Arc<N>> {
        self.after.as_ref()
    }

    /// The parts that are new or changed, with their numbers.
    pub fn new_parts(&self) -> impl Iterator<Item = (u64, &Arc<N::Part>)> {
        let before: BTreeMap<_, _> = self.before.iter().flat_map(|it| it.parts()).collect();
        let after = self.after.iter().flat_map(|it| it.parts());
        after.filter(move |(number, part)| {
            before.get(number).is_none_or(|before| !Arc::ptr_eq(before, part))
        })
    }

    /// How many records it writes.
    pub(super) fn weight(&self) -> usize {
        1 + self.new_parts().count()
    }

    pub(super) fn stored(&self) -> Option<StoredChange<'_>> {
        let ordinal = self.after.as_ref().or(self.before.as_ref())?.ordinal();
        let records = self.after.as_deref().map(|after| {
            let mut records = vec![Record { part: 0, content: Some(after.content()) }];
            records.extend(
                self.new_parts()
                    .map(|(part, it)| Record { part, content: Some(after.content_of(it)) }),
            );
            let kept: Vec<_> = after.parts().map(|(part, _)| part).collect();
            let before = self.before.iter().flat_map(|it| it.parts()).map(|(part, _)| part);
            let gone = before.filter(|part| kept.binary_search(part).is_err());
            records.extend(gone.map(|part| Record { part, content: None }));
            records
        });
        Some(StoredChange { kind: N::KIND, ordinal, records })
    }
}

/// An index of the nouns of one kind by their names.
pub trait Names<N: Noun>: Clone + Debug + Default + Send + Sync {
    /// The number of the noun that has this name.
    fn ordinal(&self, name: &N::Name) -> Option<Ordinal>;

    /// Follows a change.
    fn change(&mut self, before: Option<&N>, after: Option<&N>);
}
