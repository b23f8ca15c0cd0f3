//! A rule: which requests it matches, when it applies, and its effect.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use super::effect::{Effect, fraction};
use crate::model::KeyId;
use crate::watch::{RequestScope, Subject};
use crate::world::Entropy;

/// The requests that a rule matches.
#[derive(Clone, Debug)]
pub struct Target {
    /// The scope.
    pub requests: RequestScope,
    /// The names of the clouds, at least one.
    pub clouds: Vec<&'static str>,
    /// The action; `None` for all.
    pub action: Option<Box<str>>,
    /// The key that is named, by id or alias; `None` for all.
    pub key: Option<Box<str>>,
    /// The secret that is named; `None` for all.
    pub secret: Option<Box<str>>,
}

/// Which of the matching requests are affected.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// All.
    Always,
    /// The first N.
    First(u64),
    /// Only the Nth, counted from 1.
    Nth(u64),
    /// Every Nth.
    Every(u64),
    /// Each with this probability, between 0 and 1.
    #[serde(rename = "probability")]
    Chance(f64),
}

/// A rule with its counts.
#[derive(Debug)]
pub struct Rule {
    /// Its number, which is never reused.
    pub id: u64,
    /// Which requests it matches.
    pub target: Target,
    /// Which of those it affects.
    pub when: When,
    /// Its effect.
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

    /// How many of them it affected.
    #[must_use]
    pub fn hits(&self) -> u64 {
        self.hits.load(Ordering::Relaxed)
    }

    /// Counts a matching request. Returns whether the rule applies to it.
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

/// Whether the request is about the key with this name.
fn is_about(subject: &Subject, name: &str, resolve: &impl Fn(&str) -> Option<KeyId>) -> bool {
    if subject.keys.iter().any(|key| key.has_name(name)) {
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
