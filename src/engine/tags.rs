//! Tags: names with values that users hang on keys and secrets.

use std::collections::{BTreeMap, BTreeSet};

use super::{Caller, Draft, Engine, Error, KeyRef, Operation};
use crate::model::{Change, Ordinal, SecretName};

/// What carries tags.
#[derive(Clone, Debug)]
pub enum Tagged {
    /// A key.
    Key(KeyRef),
    /// A secret.
    Secret(SecretName),
}

/// Which tags to take away.
#[derive(Clone, Debug)]
pub enum Untag {
    /// Those with these names; a name that is not there is no mistake.
    Named(Vec<String>),
    /// All.
    All,
}

impl Engine {
    /// Hangs every tag on everything named, or, where one of them refuses or would carry too many, none on any.
    pub async fn tag(
        &self,
        caller: Caller,
        whom: Vec<Tagged>,
        tags: Vec<(String, String)>,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            for carrier in admit_each(draft, &whom, Operation::Tag)? {
                for (name, value) in &tags {
                    draft.add(match carrier {
                        Carrier::Key(key) => Change::TagSet(key, name.clone(), value.clone()),
                        Carrier::Secret(secret) => Change::SecretTagSet(secret, name.clone(), value.clone()),
                    });
                }
                if carried(draft, carrier).map_or(0, BTreeMap::len) > draft.caller().rules.tags_per_key {
                    return Err(Error::QuotaExceeded);
                }
            }
            Ok(())
        })
        .await
    }

    /// Takes tags from everything named, or, where one of them refuses, none from any.
    pub async fn untag(&self, caller: Caller, whom: Vec<Tagged>, which: Untag) -> Result<(), Error> {
        self.change(caller, move |draft| {
            for carrier in admit_each(draft, &whom, Operation::Untag)? {
                let names: Vec<String> = match &which {
                    Untag::Named(names) => names.clone(),
                    Untag::All => {
                        carried(draft, carrier).into_iter().flat_map(BTreeMap::keys).cloned().collect()
                    }
                };
                for name in names {
                    draft.add(match carrier {
                        Carrier::Key(key) => Change::TagRemoved(key, name),
                        Carrier::Secret(secret) => Change::SecretTagRemoved(secret, name),
                    });
                }
            }
            Ok(())
        })
        .await
    }
}

/// What was let at, by its number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Carrier {
    Key(Ordinal),
    Secret(Ordinal),
}

/// Everything named, each once.
fn admit_each(draft: &Draft<'_>, whom: &[Tagged], operation: Operation) -> Result<BTreeSet<Carrier>, Error> {
    let sight = draft.sight();
    let admit = |it: &Tagged| match it {
        Tagged::Key(key) => Ok(Carrier::Key(sight.admit(key, operation)?.key().ordinal)),
        Tagged::Secret(name) => Ok(Carrier::Secret(sight.usable_secret(name)?.ordinal)),
    };
    whom.iter().map(admit).collect()
}

fn carried<'a>(draft: &'a Draft<'_>, carrier: Carrier) -> Option<&'a BTreeMap<String, String>> {
    let state = draft.sight().state();
    match carrier {
        Carrier::Key(ordinal) => state.key(ordinal).map(|key| &key.tags),
        Carrier::Secret(ordinal) => state.secret(ordinal).map(|secret| &secret.tags),
    }
}
