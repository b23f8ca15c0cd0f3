//! A rule: which requests, when, and what.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use super::effect::{Effect, fraction};
use crate::model::KeyId;
use crate::watch::{RequestScope, Subject};
use crate::world::Entropy;

/// The requests that a rule matches.
#[derive(Clone, Debug)]
pub struct Target {
    /// Whose.
    pub requests: RequestScope,
    /// Of which clouds, by name: never none.
    pub clouds: Vec<&'static str>,
    /// The action; without one, all.
    pub action: Option<Box<str>>,
    /// The key that is named, by id or alias; without one, all.
    pub key: Option<Box<str>>,
    /// The secret that is named; without one, all.
    pub secret: Option<Box<str>>,
}

/// Which of the matching requests are struck.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Every one.
    Always,
    /// The first so many.
    First(u64),
    /// This one alone, counted from 1.
    Nth(u64),
    /// One in so many: the last of each such group.
    Every(u64),
    /// Each with this probability, between 0 and 1.
    #[serde(rename = "probability")]
    Chance(f64),
}

/// A rule with its counts.
#[derive(Debug)]
pub struct Rule {
    /// Its number. None comes twice.
    pub id: u64,
    /// Which requests it matches.
    pub target: Target,
    /// Which of those it strikes.
    pub when: When,
    /// What happens to them.
    pub effect: Effect,
    matched: AtomicU64,
    hits: AtomicU64,
}

impl Rule {
    pub(super) fn new(id: u64, target: Target, when: When, effect: Effect) -> Self {
        Self { id, target, when, effect, matched: AtomicU64::new(0), hits: AtomicU64::new(0) }
    }

    /// How many requests it matched.
    #[must_use]
    pub fn matched(&self) -> u64 {
        self.matched.load(Ordering::Relaxed)
    }

    /// How many of them it struck.
    #[must_use]
    pub fn hits(&self) -> u64 {
        self.hits.load(Ordering::Relaxed)
    }

    /// Counts a request that it matches, and whether it strikes it.
    pub(super) fn applies(
        &self,
        subject: &Subject,
        resolve: &impl Fn(&str) -> Option<KeyId>,
        entropy: &Entropy,
    ) -> bool {
        if !self.target.takes(subject, resolve) {
            return false;
        }
        let number = self.matched.fetch_add(1, Ordering::Relaxed) + 1;
        let applies = self.when.picks(number, entropy);
        self.hits.fetch_add(u64::from(applies), Ordering::Relaxed);
        applies
    }
}

impl Target {
    fn takes(&self, subject: &Subject, resolve: &impl Fn(&str) -> Option<KeyId>) -> bool {
        let is = |wanted: &Option<Box<str>>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
        };
        self.clouds.contains(&&*subject.realm.dialect)
            && self.requests.has(&subject.realm, subject.access_key.as_deref())
            && is(&self.action, subject.action.as_deref())
            && is(&self.secret, subject.secret.as_deref())
            && self.key.as_deref().is_none_or(|name| is_about(subject, name, resolve))
    }
}

/// Whether one of the keys that a request is about is the one of this name.
fn is_about(subject: &Subject, name: &str, resolve: &impl Fn(&str) -> Option<KeyId>) -> bool {
    if subject.keys.iter().any(|key| key.is_called(name)) {
        return true;
    }
    let known = subject.keys.iter().any(|key| key.id.is_some());
    let id = if known { resolve(name) } else { None };
    id.is_some_and(|id| subject.keys.iter().any(|key| key.id.as_ref() == Some(&id)))
}

impl When {
    fn picks(self, number: u64, entropy: &Entropy) -> bool {
        match self {
            Self::Always => true,
            Self::First(count) => number <= count,
            Self::Nth(nth) => number == nth,
            Self::Every(count) => number.is_multiple_of(count),
            Self::Chance(chance) => fraction(entropy) < chance,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_counts_from_one() {
        let entropy = Entropy::seeded("");
        let picked =
            |when: When| (1..=6).filter(|n| when.picks(*n, &entropy)).collect::<Vec<u64>>();
        assert_eq!(picked(When::Always), [1, 2, 3, 4, 5, 6]);
        assert_eq!(picked(When::First(2)), [1, 2]);
        assert_eq!(picked(When::Nth(3)), [3]);
        assert_eq!(picked(When::Every(3)), [3, 6]);
        assert_eq!(picked(When::Chance(1.0)), [1, 2, 3, 4, 5, 6]);
        assert_eq!(picked(When::Chance(0.0)), [0; 0]);
        let half = (0..1000).filter(|n| When::Chance(0.5).picks(*n, &entropy)).count();
        assert!((400..600).contains(&half), "{half}");
    }
}
