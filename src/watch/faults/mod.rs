//! Faults on demand: rules that affect the requests that they match. Without any rule, a request
//! pays one load of a flag.

mod effect;
mod rule;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;

pub use effect::{Effect, EffectError, EffectFields, End, FaultPlan, Latency, Point};
pub use rule::{Rule, Target, When};

use super::{RequestScope, Subject};
use crate::model::KeyId;
use crate::world::Entropy;

/// The maximum number of rules.
const MAX_RULES: usize = 10_000;

/// The rules, in the order in which they were armed.
#[derive(Debug, Default)]
pub struct Faults {
    armed: AtomicBool,
    rules: ArcSwap<Vec<Arc<Rule>>>,
    last: AtomicU64,
    changing: Mutex<()>,
}

impl Faults {
    /// Whether there is any rule.
    #[must_use]
    pub fn any_armed(&self) -> bool {
        self.armed.load(Ordering::Acquire)
    }

    /// Arms a rule; `None` if there are too many.
    pub fn arm(&self, target: Target, when: When, effect: Effect) -> Option<Arc<Rule>> {
        self.change(|rules| {
            if rules.len() >= MAX_RULES {
                return None;
            }
            let id = self.last.fetch_add(1, Ordering::Relaxed) + 1;
            let rule = Arc::new(Rule::new(id, target, when, effect));
            rules.push(Arc::clone(&rule));
            Some(rule)
        })
    }

    /// The rules whose scope lies within this one.
    #[must_use]
    pub fn of(&self, requests: &RequestScope) -> Vec<Arc<Rule>> {
        self.rules
            .load()
            .iter()
            .filter(|rule| requests.covers(&rule.target.requests))
            .cloned()
            .collect()
    }

    /// Removes the rules within this scope that `goes` selects, and returns how many.
    pub fn disarm(&self, requests: &RequestScope, goes: impl Fn(&Rule) -> bool) -> usize {
        self.change(|rules| {
            let before = rules.len();
            rules.retain(|rule| !(requests.covers(&rule.target.requests) && goes(rule)));
            before - rules.len()
        })
    }

    /// Applies the rules to a request, in order, until one replaces the outcome. `resolve` finds
    /// the key that a rule names in the request's realm.
    pub fn apply(
        &self,
        plan: &mut FaultPlan,
        subject: &Subject,
        resolve: impl Fn(&str) -> Option<KeyId>,
        entropy: &Entropy,
    ) {
        for rule in self.rules.load().iter() {
            if rule.applies(subject, &resolve, entropy) {
                plan.add(&rule.effect, Some(rule.id), entropy);
            }
            if plan.has_end() {
                break;
            }
        }
    }

    fn change<T>(&self, change: impl FnOnce(&mut Vec<Arc<Rule>>) -> T) -> T {
        // The data is consistent even after a panic.
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rules = Vec::clone(&self.rules.load());
        let answer = change(&mut rules);
        let armed = !rules.is_empty();
        self.rules.store(Arc::new(rules));
        self.armed.store(armed, Ordering::Release);
        answer
    }
}
