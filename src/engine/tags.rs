//! Tags: names with values that users hang on keys.

use super::{Caller, Engine, Error, KeyRef, Operation};
use crate::model::Change;

/// Which tags to take away.
#[derive(Clone, Debug)]
pub enum Untag {
    /// Those with these names; a name that is not there is no mistake.
    Named(Vec<String>),
    /// All.
    All,
}

impl Engine {
    /// Hangs every tag on every key, or, where one of the keys refuses, none on any.
    pub async fn tag(
        &self,
        caller: Caller,
        keys: Vec<KeyRef>,
        tags: Vec<(String, String)>,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            for key in &keys {
                let ordinal = draft.sight().admit(key, Operation::Tag)?.key().ordinal;
                for (name, value) in &tags {
                    draft.add(Change::TagSet(ordinal, name.clone(), value.clone()));
                }
            }
            Ok(())
        })
        .await
    }

    /// Takes tags from every key, or, where one of the keys refuses, none from any.
    pub async fn untag(&self, caller: Caller, keys: Vec<KeyRef>, which: Untag) -> Result<(), Error> {
        self.change(caller, move |draft| {
            for key in &keys {
                let (ordinal, names) = {
                    let key = draft.sight().admit(key, Operation::Untag)?.key();
                    let gone = |name: &&String| match &which {
                        Untag::Named(names) => names.contains(name),
                        Untag::All => true,
                    };
                    (key.ordinal, key.tags.keys().filter(gone).cloned().collect::<Vec<_>>())
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
