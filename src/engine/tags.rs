//! Tags: names with values that users hang on keys, secrets and certificates.

use std::collections::{BTreeMap, BTreeSet};

use super::{Caller, CertificateOperation, Draft, Engine, Error, KeyRef, Operation};
use crate::model::{CertificateId, Change, Ordinal, SecretName};

/// What carries tags.
#[derive(Clone, Debug)]
pub enum Tagged {
    /// A key.
    Key(KeyRef),
    /// A secret.
    Secret(SecretName),
    /// A certificate.
    Certificate(CertificateId),
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
            for carrier in admit_each(draft, &whom, (Operation::Tag, CertificateOperation::Tag))? {
                for (name, value) in &tags {
                    draft.add(match carrier {
                        Carrier::Key(key) => Change::TagSet(key, name.clone(), value.clone()),
                        Carrier::Secret(secret) => {
                            Change::SecretTagSet(secret, name.clone(), value.clone())
                        }
                        Carrier::Certificate(it) => {
                            Change::CertificateTagSet(it, name.clone(), value.clone())
                        }
                    });
                }
                if carried(draft, carrier).map_or(0, BTreeMap::len) > draft.caller().rules.tags {
                    return Err(Error::QuotaExceeded);
                }
            }
            Ok(())
        })
        .await
    }

    /// Takes tags from everything named, or, where one of them refuses, none from any.
    pub async fn untag(
        &self,
        caller: Caller,
        whom: Vec<Tagged>,
        which: Untag,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            for carrier in
                admit_each(draft, &whom, (Operation::Untag, CertificateOperation::Untag))?
            {
                let names: Vec<String> = match &which {
                    Untag::Named(names) => names.clone(),
                    Untag::All => carried(draft, carrier)
                        .into_iter()
                        .flat_map(BTreeMap::keys)
                        .cloned()
                        .collect(),
                };
                for name in names {
                    draft.add(match carrier {
                        Carrier::Key(key) => Change::TagRemoved(key, name),
                        Carrier::Secret(secret) => Change::SecretTagRemoved(secret, name),
                        Carrier::Certificate(it) => Change::CertificateTagRemoved(it, name),
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
    Certificate(Ordinal),
}

/// Everything named, each once.
fn admit_each(
    draft: &Draft<'_>,
    whom: &[Tagged],
    (of_key, of_certificate): (Operation, CertificateOperation),
) -> Result<BTreeSet<Carrier>, Error> {
    let sight = draft.sight();
    let admit = |it: &Tagged| match it {
        Tagged::Key(key) => Ok(Carrier::Key(sight.admit(key, of_key)?.key().ordinal)),
        Tagged::Secret(name) => Ok(Carrier::Secret(sight.usable_secret(name)?.ordinal)),
        Tagged::Certificate(id) => Ok(Carrier::Certificate(
            sight.admit_certificate(id, of_certificate)?.certificate().ordinal,
        )),
    };
    whom.iter().map(admit).collect()
}

fn carried<'a>(draft: &'a Draft<'_>, carrier: Carrier) -> Option<&'a BTreeMap<String, String>> {
    let state = draft.sight().state();
    match carrier {
        Carrier::Key(ordinal) => state.key(ordinal).map(|key| &key.tags),
        Carrier::Secret(ordinal) => state.secret(ordinal).map(|secret| &secret.tags),
        Carrier::Certificate(ordinal) => {
            state.certificate(ordinal).map(|certificate| &certificate.tags)
        }
    }
}
