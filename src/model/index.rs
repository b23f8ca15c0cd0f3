//! The indexes of shelves: by names, by aliases, by parents, and by what lists are filtered by.

use std::fmt::Debug;
use std::hash::Hash;
use std::iter::Peekable;
use std::sync::Arc;

use rpds::HashTrieMapSync;

use super::noun::{Names, Noun};
use super::ranked::{Iter, RankedMap};
use super::shelf::Shelf;
use super::{AliasName, Ordinal};

/// Numbers of nouns, in order.
type Ordinals = RankedMap<Ordinal, ()>;

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
        self.names().aliases.get(alias).and_then(|ordinal| self.get(*ordinal))
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
    children: HashTrieMapSync<P, Ordinals>,
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
            children.insert(child.ordinal(), ());
        } else {
            children.remove(&child.ordinal());
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
        let children = self.names().children.get(parent);
        children.into_iter().flat_map(Ordinals::iter).filter_map(|(child, ())| self.get(*child))
    }

    /// The number of nouns of the parent that has most.
    #[must_use]
    pub fn most_of_a_parent(&self) -> usize {
        self.names().children.values().map(Ordinals::len).max().unwrap_or(0)
    }
}

/// An index of nouns by their facets: what lists of them are filtered by. It has one entry for each
/// combination that occurs, of which there are few.
#[derive(Clone, Debug)]
pub(super) struct ByFacets<F: Hash + Eq>(HashTrieMapSync<F, Ordinals>);

impl<F: Hash + Eq> Default for ByFacets<F> {
    fn default() -> Self {
        Self(HashTrieMapSync::default())
    }
}

impl<F: Hash + Eq + Clone> ByFacets<F> {
    /// Follows a change of a noun.
    pub(super) fn change(&mut self, ordinal: Ordinal, before: Option<F>, after: Option<F>) {
        if before == after {
            return;
        }
        if let Some(before) = before
            && let Some(group) = self.0.get_mut(&before)
        {
            group.remove(&ordinal);
            if group.is_empty() {
                self.0.remove_mut(&before);
            }
        }
        if let Some(after) = after {
            if let Some(group) = self.0.get_mut(&after) {
                group.insert(ordinal, ());
            } else {
                let mut group = Ordinals::default();
                group.insert(ordinal, ());
                self.0.insert_mut(after, group);
            }
        }
    }

    /// The nouns whose facets pass.
    pub(super) fn select(&self, pass: impl Fn(&F) -> bool) -> Selection<'_> {
        let groups = self.0.iter().filter(|(facets, _)| pass(facets)).map(|(_, group)| group);
        Selection(groups.collect())
    }
}

/// The numbers of some nouns, in disjoint groups.
#[derive(Clone, Debug)]
pub struct Selection<'a>(Vec<&'a Ordinals>);

impl<'a> Selection<'a> {
    /// How many they are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.iter().map(|group| group.len()).sum()
    }

    /// Those from this index on, oldest first.
    pub fn skip(&self, index: usize) -> impl Iterator<Item = Ordinal> + use<'a> {
        let start = self.start(index);
        let mut rest: Vec<_> =
            self.0.iter().map(|group| group.after(group.rank(&start)).peekable()).collect();
        std::iter::from_fn(move || {
            let first = |group: &mut Peekable<Iter<'_, Ordinal, ()>>| {
                group.peek().map(|(ordinal, ())| **ordinal)
            };
            let next = rest.iter_mut().filter_map(|group| Some((first(group)?, group)));
            let (ordinal, group) = next.min_by_key(|(ordinal, _)| *ordinal)?;
            group.next();
            Some(ordinal)
        })
    }

    /// The least number that this many of them are below.
    fn start(&self, index: usize) -> Ordinal {
        let last = self.0.iter().filter_map(|group| group.last()).map(|(last, ())| *last).max();
        let (mut low, mut high) = (0, last.map_or(0, |last| last + 1));
        while low < high {
            let middle = low + (high - low) / 2;
            if self.0.iter().map(|group| group.rank(&middle)).sum::<usize>() < index {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_is_in_order_from_any_index() {
        let mut index = ByFacets::<u64>::default();
        for ordinal in 1..=3000 {
            index.change(ordinal, None, Some(ordinal % 7));
        }
        for ordinal in (10..3000).step_by(3) {
            index.change(ordinal, Some(ordinal % 7), (ordinal.is_multiple_of(2)).then_some(9));
        }
        let is_kept = |it: &u64| *it < 10 || !(*it - 10).is_multiple_of(3) || *it == 3000;
        let group =
            |it: u64| if is_kept(&it) { Some(it % 7) } else { (it.is_multiple_of(2)).then_some(9) };
        for wanted in
            [&[0][..], &[9], &[1, 4], &[2, 3, 9], &[5, 8], &[8], &[0, 1, 2, 3, 4, 5, 6, 9]]
        {
            let expected: Vec<_> =
                (1..=3000).filter(|it| group(*it).is_some_and(|it| wanted.contains(&it))).collect();
            let selection = index.select(|facets| wanted.contains(facets));
            assert_eq!(selection.count(), expected.len());
            for skipped in [0, 1, 2, 99, 400, expected.len(), expected.len() + 1, usize::MAX] {
                let rest: Vec<_> = selection.skip(skipped).collect();
                assert_eq!(rest, expected.get(skipped..).unwrap_or_default(), "{skipped}");
            }
        }
        for ordinal in 1..=3000 {
            index.change(ordinal, group(ordinal), None);
        }
        assert_eq!(index.0.size(), 0);
    }
}
