//! An ordered map that knows the rank of each entry, so that a page of a long list costs what the
//! page shows. It is a persistent B+ tree whose branches count the entries below them: a copy costs
//! nothing and shares every node that did not change. Crates of persistent maps do not count.

use std::borrow::Borrow;
use std::slice;
use std::sync::Arc;

/// The most entries of a leaf, and the most children of a branch.
const WIDTH: usize = 32;

/// Below this many entries or children, a node is merged with its neighbour where both fit.
const NARROW: usize = WIDTH / 4;

/// An ordered map with ranks. Every operation takes logarithmic time.
#[derive(Clone, Debug)]
pub(super) struct RankedMap<K, V> {
    root: Arc<Node<K, V>>,
}

/// All leaves have the same depth. Only the root can be empty.
#[derive(Clone, Debug)]
enum Node<K, V> {
    Leaf(Vec<(K, V)>),
    Branch(Vec<Child<K, V>>),
}

#[derive(Clone, Debug)]
struct Child<K, V> {
    /// The least key below.
    first: K,
    /// The number of entries below.
    count: usize,
    node: Arc<Node<K, V>>,
}

impl<K, V> Default for RankedMap<K, V> {
    fn default() -> Self {
        Self { root: Arc::new(Node::Leaf(Vec::new())) }
    }
}

impl<K: Ord + Clone, V: Clone> RankedMap<K, V> {
    /// The number of entries.
    #[must_use]
    pub(super) fn len(&self) -> usize {
        self.root.count()
    }

    /// Whether there is no entry.
    #[must_use]
    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of this key.
    #[must_use]
    pub(super) fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let mut node = &*self.root;
        loop {
            match node {
                Node::Leaf(entries) => {
                    let index = entries.binary_search_by(|(it, _)| it.borrow().cmp(key)).ok()?;
                    return entries.get(index).map(|(_, value)| value);
                }
                Node::Branch(children) => node = &children.get(way(children, key))?.node,
            }
        }
    }

    /// The number of entries whose keys are less than this key.
    #[must_use]
    pub(super) fn rank<Q: Ord + ?Sized>(&self, key: &Q) -> usize
    where
        K: Borrow<Q>,
    {
        let (mut node, mut rank) = (&*self.root, 0);
        loop {
            match node {
                Node::Leaf(entries) => {
                    return rank + entries.partition_point(|(it, _)| it.borrow() < key);
                }
                Node::Branch(children) => {
                    let (before, rest) = children.split_at(way(children, key));
                    rank += before.iter().map(|child| child.count).sum::<usize>();
                    let Some(child) = rest.first() else { return rank };
                    node = &child.node;
                }
            }
        }
    }

    /// The first entry.
    #[must_use]
    pub(super) fn first(&self) -> Option<(&K, &V)> {
        self.iter().next()
    }

    /// The last entry.
    #[must_use]
    pub(super) fn last(&self) -> Option<(&K, &V)> {
        self.after(self.len().checked_sub(1)?).next()
    }

    /// Every entry, in the order of the keys.
    pub(super) fn iter(&self) -> Iter<'_, K, V> {
        self.after(0)
    }

    /// The entries after so many.
    pub(super) fn after(&self, rank: usize) -> Iter<'_, K, V> {
        let (mut node, mut rank) = (&*self.root, rank);
        let mut branches = Vec::new();
        loop {
            match node {
                Node::Leaf(entries) => {
                    let leaf = entries.get(rank..).unwrap_or_default().iter();
                    return Iter { branches, leaf };
                }
                Node::Branch(children) => {
                    let mut rest = children.iter();
                    let Some(child) = rest.find(|child| {
                        let is_before = child.count <= rank;
                        if is_before {
                            rank -= child.count;
                        }
                        !is_before
                    }) else {
                        return Iter { branches: Vec::new(), leaf: [].iter() };
                    };
                    branches.push(rest);
                    node = &child.node;
                }
            }
        }
    }

    /// Adds an entry, or replaces its value. Returns the value that it replaces.
    pub(super) fn insert(&mut self, key: K, value: V) -> Option<V> {
        let (replaced, right) = Node::insert(&mut self.root, key, value);
        if let Some(right) = right {
            let left = std::mem::take(self).root;
            let children = [left, right].into_iter().filter_map(Child::of).collect();
            self.root = Arc::new(Node::Branch(children));
        }
        replaced
    }

    /// Removes an entry, and returns its value.
    pub(super) fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        // Otherwise the nodes on the way would be copied for nothing.
        self.get(key)?;
        let removed = Node::remove(&mut self.root, key);
        while let Node::Branch(children) = &*self.root {
            match children.as_slice() {
                [] => *self = Self::default(),
                [only] => self.root = Arc::clone(&only.node),
                _ => break,
            }
        }
        removed
    }
}

/// The index of the child below which a key belongs.
fn way<K: Borrow<Q>, V, Q: Ord + ?Sized>(children: &[Child<K, V>], key: &Q) -> usize {
    children.partition_point(|child| child.first.borrow() <= key).saturating_sub(1)
}

/// Inserts into a list that is not full. Its memory stays within a full list's.
fn put<T>(list: &mut Vec<T>, index: usize, one: T) {
    if list.len() == list.capacity() {
        list.reserve_exact(list.len().min(WIDTH.saturating_sub(list.len())).max(1));
    }
    list.insert(index, one);
}

/// Appends to a list. Its memory stays within a full list's, if both fit into one.
fn join<T>(list: &mut Vec<T>, more: Vec<T>) {
    list.reserve_exact(more.len());
    list.extend(more);
}

/// Inserts into a list. One that is full is split first, and its second part is returned. A list
/// that grows at its end stays full, because keys mostly arrive in order.
fn put_or_split<T>(list: &mut Vec<T>, index: usize, one: T) -> Option<Vec<T>> {
    if list.len() < WIDTH {
        put(list, index, one);
        return None;
    }
    let middle = if index == list.len() { index } else { list.len() / 2 };
    let mut right = list.split_off(middle);
    match index.checked_sub(middle) {
        Some(index) => put(&mut right, index, one),
        None => put(list, index, one),
    }
    Some(right)
}

impl<K: Ord + Clone, V: Clone> Child<K, V> {
    /// `None` for an empty node.
    fn of(node: Arc<Node<K, V>>) -> Option<Self> {
        Some(Self { first: node.first()?.clone(), count: node.count(), node })
    }
}

impl<K: Ord + Clone, V: Clone> Node<K, V> {
    fn first(&self) -> Option<&K> {
        match self {
            Self::Leaf(entries) => entries.first().map(|(key, _)| key),
            Self::Branch(children) => children.first().map(|child| &child.first),
        }
    }

    fn count(&self) -> usize {
        match self {
            Self::Leaf(entries) => entries.len(),
            Self::Branch(children) => children.iter().map(|child| child.count).sum(),
        }
    }

    /// The number of entries or children.
    fn width(&self) -> usize {
        match self {
            Self::Leaf(entries) => entries.len(),
            Self::Branch(children) => children.len(),
        }
    }

    /// Returns the value that was replaced, and the second part of the node if it was split.
    fn insert(this: &mut Arc<Self>, key: K, value: V) -> (Option<V>, Option<Arc<Self>>) {
        match Arc::make_mut(this) {
            Self::Leaf(entries) => match entries.binary_search_by(|(it, _)| it.cmp(&key)) {
                Ok(index) => {
                    let entry = entries.get_mut(index);
                    (entry.map(|(_, it)| std::mem::replace(it, value)), None)
                }
                Err(index) => {
                    let right = put_or_split(entries, index, (key, value));
                    (None, right.map(|it| Arc::new(Self::Leaf(it))))
                }
            },
            Self::Branch(children) => {
                let index = way(children, &key);
                let Some(child) = children.get_mut(index) else { return (None, None) };
                if key < child.first {
                    child.first = key.clone();
                }
                let (replaced, right) = Self::insert(&mut child.node, key, value);
                if right.is_some() {
                    child.count = child.node.count();
                } else if replaced.is_none() {
                    child.count += 1;
                }
                let right = right.and_then(Child::of);
                let split = right.and_then(|right| put_or_split(children, index + 1, right));
                (replaced, split.map(|it| Arc::new(Self::Branch(it))))
            }
        }
    }

    fn remove<Q: Ord + ?Sized>(this: &mut Arc<Self>, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        match Arc::make_mut(this) {
            Self::Leaf(entries) => {
                let index = entries.binary_search_by(|(it, _)| it.borrow().cmp(key)).ok()?;
                Some(entries.remove(index).1)
            }
            Self::Branch(children) => {
                let index = way(children, key);
                let child = children.get_mut(index)?;
                let removed = Self::remove(&mut child.node, key)?;
                child.count -= 1;
                match child.node.first() {
                    Some(first) if *first != child.first => child.first = first.clone(),
                    Some(_) => {}
                    None => _ = children.remove(index),
                }
                merge(children, index);
                merge(children, index.saturating_sub(1));
                Some(removed)
            }
        }
    }

    /// Appends the content of a node of the same depth.
    fn append(&mut self, right: Self) {
        match (self, right) {
            (Self::Leaf(entries), Self::Leaf(more)) => join(entries, more),
            (Self::Branch(children), Self::Branch(more)) => join(children, more),
            (Self::Leaf(_), Self::Branch(_)) | (Self::Branch(_), Self::Leaf(_)) => {}
        }
    }
}

/// Merges a child with the next if one is narrow and both fit into one.
fn merge<K: Ord + Clone, V: Clone>(children: &mut Vec<Child<K, V>>, index: usize) {
    let Some([left, right]) = children.get(index..index + 2) else { return };
    let (left, right) = (left.node.width(), right.node.width());
    if left.min(right) >= NARROW || left + right > WIDTH {
        return;
    }
    let right = children.remove(index + 1);
    if let Some(left) = children.get_mut(index) {
        left.count += right.count;
        Arc::make_mut(&mut left.node).append(Arc::unwrap_or_clone(right.node));
    }
}

/// The entries of a [`RankedMap`] from some rank on.
#[derive(Clone, Debug)]
pub(super) struct Iter<'a, K, V> {
    /// The rest of each branch on the way to the leaf, from the root.
    branches: Vec<slice::Iter<'a, Child<K, V>>>,
    leaf: slice::Iter<'a, (K, V)>,
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((key, value)) = self.leaf.next() {
                return Some((key, value));
            }
            let mut node = loop {
                match self.branches.last_mut()?.next() {
                    Some(child) => break &*child.node,
                    None => _ = self.branches.pop(),
                }
            };
            while let Node::Branch(children) = node {
                let mut rest = children.iter();
                node = &rest.next()?.node;
                self.branches.push(rest);
            }
            if let Node::Leaf(entries) = node {
                self.leaf = entries.iter();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chacha20::ChaCha20Rng;
    use chacha20::rand_core::{Rng as _, SeedableRng as _};

    use super::*;

    /// Checks what the tree promises of its nodes, and returns its depth.
    fn checked(node: &Node<u16, u16>, is_root: bool) -> usize {
        assert!(node.width() <= WIDTH);
        assert!(is_root || node.width() > 0);
        match node {
            Node::Leaf(entries) => {
                assert!(entries.capacity() <= WIDTH);
                1
            }
            Node::Branch(children) => {
                assert!(!is_root || children.len() > 1);
                let depths = children.iter().map(|child| {
                    assert_eq!(Some(&child.first), child.node.first());
                    assert_eq!(child.count, child.node.count());
                    checked(&child.node, false)
                });
                let depths: Vec<_> = depths.collect();
                assert!(depths.iter().all(|it| it == &depths[0]));
                depths[0] + 1
            }
        }
    }

    fn assert_same(map: &RankedMap<u16, u16>, model: &BTreeMap<u16, u16>, probe: u16) {
        checked(&map.root, true);
        assert_eq!(map.len(), model.len());
        assert_eq!(map.is_empty(), model.is_empty());
        assert!(map.iter().eq(model.iter()));
        assert_eq!(map.first(), model.first_key_value());
        assert_eq!(map.last(), model.last_key_value());
        assert_eq!(map.get(&probe), model.get(&probe));
        assert_eq!(map.rank(&probe), model.range(..probe).count());
        let rank = usize::from(probe) % (model.len() + 2);
        assert!(map.after(rank).eq(model.iter().skip(rank)));
    }

    #[test]
    fn it_is_an_ordered_map() {
        for seed in 0..48 {
            let mut rng = ChaCha20Rng::from_seed([seed; 32]);
            let mut random = |below: u32| u16::try_from(rng.next_u32() % below).unwrap();
            let (mut map, mut model) = (RankedMap::default(), BTreeMap::new());
            let mut kept = Vec::new();
            // It grows at first, and shrinks in the end.
            for step in 0..2000 {
                let (key, value) = (random(1200), random(1500));
                if u32::from(random(100)) < 10 + step / 25 {
                    assert_eq!(map.remove(&key), model.remove(&key));
                } else {
                    assert_eq!(map.insert(key, value), model.insert(key, value));
                }
                if step % 20 == 0 {
                    assert_same(&map, &model, value);
                }
                if step % 400 == 0 {
                    kept.push((map.clone(), model.clone()));
                }
            }
            // Later changes of a copy left these alone.
            for (map, model) in kept {
                assert_same(&map, &model, random(1500));
            }
        }
    }

    /// The number of leaves below a node.
    fn leaves(node: &Node<u16, u16>) -> usize {
        match node {
            Node::Leaf(_) => 1,
            Node::Branch(children) => children.iter().map(|it| leaves(&it.node)).sum(),
        }
    }

    #[test]
    fn what_arrives_in_order_fills_its_leaves() {
        let mut map = RankedMap::default();
        for key in 0..4096 {
            map.insert(key, key);
        }
        assert_eq!(leaves(&map.root), 4096 / WIDTH);
        assert_eq!(checked(&map.root, true), 3);
        for key in 0..4096 {
            assert_eq!(map.remove(&key), Some(key));
        }
        assert!(map.is_empty());
        assert_eq!(checked(&map.root, true), 1);
    }
}
