//! Tags: names with values that users hang on keys.

use std::collections::BTreeSet;

use super::{Caller, Draft, Engine, Error, KeyRef, Operation};
use crate::model::{Change, Ordinal};

/// Which tags to take away.
#[derive(Clone, Debug)]
pub enum Untag {
    /// Those with these names; a name that is not there is no mistake.
    Named(Vec<String>),
    /// All.
    All,
}

impl Engine {
    /// Hangs every tag on every key, or, where one of the keys refuses or would carry too many, none on any.
    pub async fn tag(
        &self,
        caller: Caller,
        keys: Vec<KeyRef>,
        tags: Vec<(String, String)>,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            for ordinal in admit_each(draft, &keys, Operation::Tag)? {
                for (name, value) in &tags {
                    draft.add(Change::TagSet(ordinal, name.clone(), value.clone()));
                }
                let carried = draft.sight().state().key(ordinal).map_or(0, |key| key.tags.len());
                if carried > draft.caller().rules.tags_per_key {
                    return Err(Error::QuotaExceeded);
                }
            }
            Ok(())
        })
        .await
    }

    /// Takes tags from every key, or, where one of the keys refuses, none from any.
    pub async fn untag(&self, caller: Caller, keys: Vec<KeyRef>, which: Untag) -> Result<(), Error> {
        self.change(caller, move |draft| {
            for ordinal in admit_each(draft, &keys, Operation::Untag)? {
                let names: Vec<String> = match &which {
                    Untag::Named(names) => names.clone(),
                    Untag::All => carried_names(draft, ordinal),
                };
                for name in names {
                    draft.add(Change::TagRemoved(ordinal, name));
                }
            }
            Ok(())
        })
        .await
    }
}

/// The numbers of the keys, each once.
fn admit_each(draft: &Draft<'_>, keys: &[KeyRef], operation: Operation) -> Result<BTreeSet<Ordinal>, Error> {
    let sight = draft.sight();
    keys.iter().map(|key| Ok(sight.admit(key, operation)?.key().ordinal)).collect()
}

fn carried_names(draft: &Draft<'_>, ordinal: Ordinal) -> Vec<String> {
    let key = draft.sight().state().key(ordinal);
    key.into_iter().flat_map(|key| key.tags.keys().cloned()).collect()
}
