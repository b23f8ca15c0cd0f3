//! Region ids in requests. They may be in upper case, or unknown to the cloud's document.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::Realm;

/// The region id in lower case; `None` if the text cannot be one.
pub(crate) fn fold(text: &str) -> Option<Arc<str>> {
    Realm::is_region_id(text).then(|| text.to_ascii_lowercase().into())
}

/// How many unknown regions are logged. More would fill the log.
const LOGGED_MAX: usize = 64;

/// The regions in a cloud's document, and the unknown regions that requests used.
pub(crate) struct Regions {
    known: &'static [&'static str],
    unknown: Mutex<BTreeSet<Box<str>>>,
}

impl Regions {
    pub(crate) fn of(known: &'static [&'static str]) -> Self {
        Self { known, unknown: Mutex::default() }
    }

    /// Logs an unknown region the first time that a request uses it.
    pub(crate) fn note(&self, region: &str) {
        if self.known.is_empty() || self.known.contains(&region) {
            return;
        }
        let mut unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
        if unknown.len() < LOGGED_MAX && !unknown.contains(region) {
            unknown.insert(region.into());
            tracing::warn!(
                region,
                "the cloud's document does not list this region; it is served all the same"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn region_ids_ignore_case() {
        for text in ["cn-hangzhou", "CN-HANGZHOU", "Cn-HangZhou"] {
            assert_eq!(fold(text).as_deref(), Some("cn-hangzhou"));
        }
        for bad in ["", "cn hangzhou", "cn_hangzhou", &"x".repeat(65)] {
            assert_eq!(fold(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_unknown_region_is_logged_once() {
        let regions = Regions::of(&["a"]);
        let logged = |region: &str| {
            regions.note(region);
            regions.unknown.lock().unwrap().len()
        };
        assert_eq!((logged("a"), logged("b"), logged("b"), logged("c")), (0, 1, 1, 2));
        for number in 0..100 {
            assert!(logged(&number.to_string()) <= LOGGED_MAX);
        }
        let nowhere = Regions::of(&[]);
        nowhere.note("b");
        assert!(nowhere.unknown.lock().unwrap().is_empty());
    }
}
