//! What every noun has in common: how it is named, changed, kept in a realm's state and stored.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;

use rpds::{HashTrieMapSync, RedBlackTreeMapSync, RedBlackTreeSetSync};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::stored::{Content, Damaged, Record, StoredChange, StoredRecord, Unseal};
use super::{AliasName, Ordinal};
use crate::world::Instant;

/// Names with values that an owner gives to a noun.
pub type Tags = BTreeMap<String, String>;

/// When something happens to nouns by itself, in order.
pub(super) type DueIndex = RedBlackTreeSetSync<(Instant, Ordinal)>;

/// Something of which a realm holds many. It is stored as one record, and one more for each of its
/// parts; see [`super::stored`].
pub trait Noun: Clone + Debug + Eq + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// What its records are called.
    const KIND: &'static str;

    /// Its name, unique in its realm: a text, or several.
    type Name: Clone + Debug + Eq + Hash + Send + Sync;

    /// The index by name. [`ByName`] unless the noun has other names besides.
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

    /// Whether the noun that it changes is still the same, or the noun that it adds is not there.
    pub(super) fn fits(&self, there: &Shelf<N>) -> bool {
        let Some(noun) = self.before.as_ref().or(self.after.as_ref()) else { return true };
        match (there.get(noun.ordinal()), &self.before) {
            (Some(there), Some(before)) => Arc::ptr_eq(there, before),
            (there, before) => there.is_none() && before.is_none(),
        }
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

/// An index of nouns that have one name each, which never changes.
#[derive(Clone, Debug)]
pub struct ByName<K: Hash + Eq>(HashTrieMapSync<K, Ordinal>);

impl<K: Hash + Eq> Default for ByName<K> {
    fn default() -> Self {
        Self(HashTrieMapSync::default())
    }
}

impl<N: Noun> Names<N> for ByName<N::Name> {
    fn ordinal(&self, name: &N::Name) -> Option<Ordinal> {
        self.0.get(name).copied()
    }

    fn change(&mut self, before: Option<&N>, after: Option<&N>) {
        match (before, after) {
            (None, Some(after)) => self.0.insert_mut(after.name().clone(), after.ordinal()),
            (Some(before), None) => drop(self.0.remove_mut(before.name())),
            (Some(_), Some(_)) | (None, None) => {}
        }
    }
}

/// A noun with an alias: a second name, unique among the nouns of its kind, which may change.
pub trait Aliased: Noun {
    /// The alias.
    fn alias(&self) -> &AliasName;
}

/// An index of nouns by their names, which never change, and by their aliases.
#[derive(Clone, Debug)]
pub struct ByNameAndAlias<K: Hash + Eq> {
    names: ByName<K>,
    aliases: HashTrieMapSync<AliasName, Ordinal>,
}

impl<K: Hash + Eq> Default for ByNameAndAlias<K> {
    fn default() -> Self {
        Self { names: ByName::default(), aliases: HashTrieMapSync::default() }
    }
}

impl<N: Aliased> Names<N> for ByNameAndAlias<N::Name> {
    fn ordinal(&self, name: &N::Name) -> Option<Ordinal> {
        Names::<N>::ordinal(&self.names, name)
    }

    fn change(&mut self, before: Option<&N>, after: Option<&N>) {
        self.names.change(before, after);
        if let Some(before) = before {
            self.aliases.remove_mut(before.alias());
        }
        if let Some(after) = after {
            self.aliases.insert_mut(after.alias().clone(), after.ordinal());
        }
    }
}

impl<N: Aliased<Names = ByNameAndAlias<<N as Noun>::Name>>> Shelf<N> {
    /// The noun that has this alias.
    #[must_use]
    pub fn by_alias(&self, alias: &AliasName) -> Option<&Arc<N>> {
        self.names.aliases.get(alias).and_then(|ordinal| self.get(*ordinal))
    }
}

/// A noun that belongs to another noun, its parent, for as long as it exists.
pub trait Child: Noun {
    /// The parent's name. The parent need not be stored.
    type Parent: Clone + Debug + Eq + Hash + Send + Sync;

    /// Its parent.
    fn parent(&self) -> &Self::Parent;
}

/// An index of nouns by their names and by their parents, none of which ever change.
#[derive(Clone, Debug)]
pub struct ByNameAndParent<K: Hash + Eq, P: Hash + Eq> {
    names: ByName<K>,
    children: HashTrieMapSync<P, RedBlackTreeSetSync<Ordinal>>,
}

impl<K: Hash + Eq, P: Hash + Eq> Default for ByNameAndParent<K, P> {
    fn default() -> Self {
        Self { names: ByName::default(), children: HashTrieMapSync::default() }
    }
}

impl<N: Child> Names<N> for ByNameAndParent<N::Name, N::Parent> {
    fn ordinal(&self, name: &N::Name) -> Option<Ordinal> {
        Names::<N>::ordinal(&self.names, name)
    }

    fn change(&mut self, before: Option<&N>, after: Option<&N>) {
        self.names.change(before, after);
        let (child, is_there) = match (before, after) {
            (None, Some(after)) => (after, true),
            (Some(before), None) => (before, false),
            (Some(_), Some(_)) | (None, None) => return,
        };
        let mut children = self.children.get(child.parent()).cloned().unwrap_or_default();
        if is_there {
            children.insert_mut(child.ordinal());
        } else {
            children.remove_mut(&child.ordinal());
        }
        if children.is_empty() {
            self.children.remove_mut(child.parent());
        } else {
            self.children.insert_mut(child.parent().clone(), children);
        }
    }
}

impl<N: Child<Names = ByNameAndParent<<N as Noun>::Name, <N as Child>::Parent>>> Shelf<N> {
    /// The nouns of this parent, oldest first.
    pub fn of(&self, parent: &N::Parent) -> impl Iterator<Item = &Arc<N>> + use<'_, N> {
        let children = self.names.children.get(parent);
        children.into_iter().flat_map(|all| all.iter()).filter_map(|child| self.get(*child))
    }
}

/// The nouns of one kind that a realm holds, by number and by name. A copy costs nothing.
#[derive(Clone, Debug)]
pub struct Shelf<N: Noun> {
    nouns: RedBlackTreeMapSync<Ordinal, Arc<N>>,
    pub(super) names: N::Names,
    parts: usize,
}

impl<N: Noun> Default for Shelf<N> {
    fn default() -> Self {
        Self { nouns: RedBlackTreeMapSync::default(), names: N::Names::default(), parts: 0 }
    }
}

impl<N: Noun> Shelf<N> {
    /// Every noun of this kind that is stored, oldest first, those included whose end is due.
    pub fn all(&self) -> impl Iterator<Item = &Arc<N>> {
        self.nouns.values()
    }

    /// How many those are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.nouns.size()
    }

    /// The noun of this number.
    #[must_use]
    pub fn get(&self, ordinal: Ordinal) -> Option<&Arc<N>> {
        self.nouns.get(&ordinal)
    }

    /// The noun of this name.
    #[must_use]
    pub fn named(&self, name: &N::Name) -> Option<&Arc<N>> {
        self.names.ordinal(name).and_then(|ordinal| self.get(ordinal))
    }

    /// How many records keep them. It costs nothing to ask.
    pub(super) fn weight(&self) -> usize {
        self.nouns.size() + self.parts
    }

    /// Follows a fact; the agenda follows as well.
    pub(super) fn apply(&mut self, fact: &Fact<N>, agenda: &mut DueIndex) {
        let Some(ordinal) = fact.after.as_ref().or(fact.before.as_ref()).map(|it| it.ordinal())
        else {
            return;
        };
        let before = self.nouns.get(&ordinal).cloned();
        self.names.change(before.as_deref(), fact.after.as_deref());
        if let Some(before) = &before {
            self.parts -= before.parts().count();
            if let Some(due) = before.next_due() {
                agenda.remove_mut(&(due, ordinal));
            }
        }
        if let Some(after) = &fact.after {
            self.parts += after.parts().count();
            if let Some(due) = after.next_due() {
                agenda.insert_mut((due, ordinal));
            }
            self.nouns.insert_mut(ordinal, Arc::clone(after));
        } else {
            self.nouns.remove_mut(&ordinal);
        }
    }
}
