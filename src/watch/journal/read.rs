//! Reading: a page of entries, or how many there are. Filters look at records where they lie; only
//! those that are told are copied.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::limits::Rings;
use super::record::Record;
use super::ring::Ring;
use super::{Entry, Filter, Journal, Since};
use crate::model::Realm;

/// Some entries, oldest first.
#[derive(Debug, Default)]
pub struct Page {
    /// The entries.
    pub entries: Vec<Entry>,
    /// The number of the last, if more follow.
    pub next: Option<u64>,
}

/// How many entries there are.
#[derive(Debug, Default)]
pub struct Tally {
    /// How many of requests that were let in.
    pub count: usize,
    /// How many more of requests that were refused: they claim to be such.
    pub claimed: usize,
    /// The numbers of the last that count.
    pub last: Vec<u64>,
    /// Those that miss the fewest conditions, the latest first.
    pub nearest: Vec<Entry>,
}

/// Where records are: the ring of a realm, or the one of the refused.
struct Source<'a> {
    realm: Option<&'a Realm>,
    ring: &'a Ring,
}

impl<'a> Source<'a> {
    /// The realm of a record.
    fn realm_of<'r>(&self, record: &'r Record) -> Option<&'r Realm>
    where
        'a: 'r,
    {
        self.realm.or_else(|| record.claimed())
    }
}

impl Journal {
    /// The first entries that a filter lets through, up to `limit`.
    #[must_use]
    pub fn page(&self, filter: &Filter, limit: usize) -> Page {
        let rings = self.rings.load();
        let sources = self.sources(&rings, filter);
        let mut first = BinaryHeap::new();
        self.scan(&sources, filter, |at, record, realm| {
            let later =
                first.len() > limit && first.peek().is_some_and(|(last, _)| *last < record.id);
            if later {
                return false;
            }
            let seen = record.seen(realm);
            if filter.is_near(&seen) && filter.missing(&seen) == 0 {
                first.push((record.id, at));
                // One more than asked for, to know whether any follows.
                if first.len() > limit.saturating_add(1) {
                    first.pop();
                }
            }
            true
        });
        let mut found = first.into_sorted_vec();
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|(id, _)| *id);
        let mut entries = copies(&sources, found);
        entries.sort_unstable_by_key(|entry| entry.id);
        Page { entries, next }
    }

    /// How many entries a filter lets through, the numbers of the last of them, and the entries
    /// that come nearest to it.
    #[must_use]
    pub fn tally(&self, filter: &Filter, last: usize, nearest: usize) -> Tally {
        let rings = self.rings.load();
        let sources = self.sources(&rings, filter);
        let (mut tally, mut ids, mut near) =
            (Tally::default(), BinaryHeap::new(), BinaryHeap::new());
        self.scan(&sources, filter, |at, record, realm| {
            let seen = record.seen(realm);
            if !filter.is_near(&seen) {
                return true;
            }
            let (missing, is_refused) = (
                filter.missing(&seen),
                sources.get(at).is_some_and(|source| source.realm.is_none()),
            );
            if is_refused {
                tally.claimed += usize::from(missing == 0);
            } else if missing == 0 {
                tally.count += 1;
                ids.push(Reverse(record.id));
                if ids.len() > last {
                    ids.pop();
                }
            } else {
                near.push((missing, Reverse(record.id), at));
                if near.len() > nearest {
                    near.pop();
                }
            }
            true
        });
        tally.last = ids.into_sorted_vec().into_iter().rev().map(|Reverse(id)| id).collect();
        let near = near.into_sorted_vec();
        let order: Vec<_> = near.iter().map(|(_, Reverse(id), _)| *id).collect();
        tally.nearest =
            copies(&sources, near.into_iter().map(|(_, Reverse(id), at)| (id, at)).collect());
        tally.nearest.sort_by_key(|entry| order.iter().position(|id| *id == entry.id));
        tally
    }

    /// Whether a refused request that is still kept claimed this access key.
    #[must_use]
    pub fn is_claimed(&self, access_key: &str) -> bool {
        let mut found = false;
        self.refused.scan(0, u64::MAX, |record| {
            found = record
                .claimed()
                .is_some_and(|realm| record.seen(realm).access_key == Some(access_key));
            !found
        });
        found
    }

    fn sources<'a>(&'a self, rings: &'a Arc<Rings>, filter: &Filter) -> Vec<Source<'a>> {
        let within = rings.iter().filter(|(realm, _)| filter.requests.scope.has(realm));
        let accepted = within.map(|(realm, ring)| Source { realm: Some(realm), ring });
        accepted.chain([Source { realm: None, ring: &self.refused }]).collect()
    }

    /// Shows every record, by where it is, until `look` has seen enough of that place.
    fn scan(
        &self,
        sources: &[Source<'_>],
        filter: &Filter,
        mut look: impl FnMut(usize, &Record, &Realm) -> bool,
    ) {
        let after = match filter.since {
            Some(Since::Entry(id)) => id,
            Some(Since::Time(_)) | None => 0,
        };
        // A later one that is seen first must not hide an earlier one that comes while this goes
        // on.
        let last = self.last.load(Ordering::Acquire);
        for (at, source) in sources.iter().enumerate() {
            source.ring.scan(after, last, |record| {
                source.realm_of(record).is_none_or(|realm| look(at, record, realm))
            });
        }
    }
}

/// The entries of these numbers, each where it is; those that had to go meanwhile are not among
/// them.
fn copies(sources: &[Source<'_>], mut wanted: Vec<(u64, usize)>) -> Vec<Entry> {
    wanted.sort_unstable_by_key(|(id, at)| (*at, *id));
    let mut entries = Vec::with_capacity(wanted.len());
    for some in wanted.chunk_by(|(_, a), (_, b)| a == b) {
        let Some(source) = some.first().and_then(|(_, at)| sources.get(*at)) else { continue };
        let ids: Vec<_> = some.iter().map(|(id, _)| *id).collect();
        source.ring.each(&ids, |record| {
            entries.extend(source.realm_of(record).map(|realm| record.entry(realm)));
        });
    }
    entries
}
