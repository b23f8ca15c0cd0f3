//! Reading the journal: a page of entries, or a count. Filters look at records in place. Only the
//! entries that are returned are copied.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::limits::Rings;
use super::record::Record;
use super::ring::Ring;
use super::{Entry, Filter, Journal, Since};
use crate::model::Realm;

/// A page of entries, oldest first.
#[derive(Debug, Default)]
pub struct Page {
    /// The entries.
    pub entries: Vec<Entry>,
    /// The number of the last entry, if more follow.
    pub next: Option<u64>,
}

/// A count of entries.
#[derive(Debug, Default)]
pub struct Tally {
    /// How many accepted requests match.
    pub count: usize,
    /// How many refused requests claim to match, in addition.
    pub claimed: usize,
    /// The numbers of the last matching entries.
    pub last: Vec<u64>,
    /// The entries that miss the fewest conditions, the latest first.
    pub nearest: Vec<Entry>,
}

/// A source of records: the ring of a realm, or that of refused requests.
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
    /// The first matching entries, up to `limit`.
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
                // One more than the limit, to know whether more follow.
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

    /// Counts the matching entries, and returns the numbers of the last ones and the entries that
    /// come nearest.
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

    /// Passes every record and its source's index to `look`, until that returns false for the
    /// source.
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
        // Records that are written during the scan are left out. Otherwise a later one could be
        // seen without an earlier one.
        let last = self.last.load(Ordering::Acquire);
        for (at, source) in sources.iter().enumerate() {
            source.ring.scan(after, last, |record| {
                source.realm_of(record).is_none_or(|realm| look(at, record, realm))
            });
        }
    }
}

/// Copies the entries with these numbers and sources. Entries dropped in the meantime are missing.
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
