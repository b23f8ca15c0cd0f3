//! Regions as requests write them: in capitals too, and maybe ones that their cloud does not have.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::Realm;

/// The region that a text names, if it can be one. Its case means nothing.
pub(crate) fn fold(text: &str) -> Option<Arc<str>> {
    Realm::is_region_id(text).then(|| text.to_ascii_lowercase().into())
}

/// How many unknown regions are told: nobody reads more.
const TOLD_MAX: usize = 64;

/// The regions that a cloud's document lists, and those besides that requests work in.
pub(crate) struct Regions {
    known: &'static [&'static str],
    unknown: Mutex<BTreeSet<Box<str>>>,
}

impl Regions {
    pub(crate) fn of(known: &'static [&'static str]) -> Self {
        Self { known, unknown: Mutex::default() }
    }

    /// Says in the log that a region is none of the document's, the first time that a request works in it.
    pub(crate) fn note(&self, region: &str) {
        if self.known.is_empty() || self.known.contains(&region) {
            return;
        }
        let mut unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
        if unknown.len() < TOLD_MAX && !unknown.contains(region) {
            unknown.insert(region.into());
            tracing::warn!(
                region,
                "the cloud is not known to have this region; it is served all the same"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_means_nothing() {
        for text in ["cn-hangzhou", "CN-HANGZHOU", "Cn-HangZhou"] {
            assert_eq!(fold(text).as_deref(), Some("cn-hangzhou"));
        }
        for bad in ["", "cn hangzhou", "cn_hangzhou", &"x".repeat(65)] {
            assert_eq!(fold(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_unknown_region_is_told_once() {
        let regions = Regions::of(&["a"]);
        let told = |region: &str| {
            regions.note(region);
            regions.unknown.lock().unwrap().len()
        };
        assert_eq!((told("a"), told("b"), told("b"), told("c")), (0, 1, 1, 2));
        for number in 0..100 {
            assert!(told(&number.to_string()) <= TOLD_MAX);
        }
        let nowhere = Regions::of(&[]);
        nowhere.note("b");
        assert!(nowhere.unknown.lock().unwrap().is_empty());
    }
}
