//! Tags: names with values on keys, secrets and certificates.

use std::collections::BTreeSet;

use super::{Caller, CertificateOperation, Draft, Engine, Error, KeyRef, Operation};
use crate::model::{CertificateId, Ordinal, SecretName, Tags};

/// Something that has tags.
#[derive(Clone, Debug)]
pub enum Tagged {
    /// A key.
    Key(KeyRef),
    /// A secret.
    Secret(SecretName),
    /// A certificate.
    Certificate(CertificateId),
}

/// Which tags to remove.
#[derive(Clone, Debug)]
pub enum TagRemoval {
    /// Those with these names. Missing names are ignored.
    Named(Vec<String>),
    /// All.
    All,
}

impl Engine {
    /// Adds every tag to everything named. If one is refused or would have too many tags, nothing
    /// changes.
    pub async fn tag(
        &self,
        caller: Caller,
        whom: Vec<Tagged>,
        tags: Vec<(String, String)>,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            for ordinal in admit_each(draft, &whom, (Operation::Tag, CertificateOperation::Tag))? {
                let most = draft.caller().rules.tags;
                let add = |all: &mut Tags| all.extend(tags.iter().cloned());
                if retag(draft, ordinal, add) > most {
                    return Err(Error::QuotaExceeded);
                }
            }
            Ok(())
        })
        .await
    }

    /// Removes tags from everything named. If one is refused, nothing changes.
    pub async fn untag(
        &self,
        caller: Caller,
        whom: Vec<Tagged>,
        which: TagRemoval,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            let operations = (Operation::Untag, CertificateOperation::Untag);
            for ordinal in admit_each(draft, &whom, operations)? {
                retag(draft, ordinal, |tags| match &which {
                    TagRemoval::Named(names) => tags.retain(|name, _| !names.contains(name)),
                    TagRemoval::All => tags.clear(),
                });
            }
            Ok(())
        })
        .await
    }
}

/// The numbers of everything named, without duplicates.
fn admit_each(
    draft: &Draft<'_>,
    whom: &[Tagged],
    (of_key, of_certificate): (Operation, CertificateOperation),
) -> Result<BTreeSet<Ordinal>, Error> {
    let view = draft.view();
    let admit = |it: &Tagged| match it {
        Tagged::Key(key) => Ok(view.admit(key, of_key)?.key().ordinal),
        Tagged::Secret(name) => Ok(view.usable_secret(name)?.ordinal),
        Tagged::Certificate(id) => {
            Ok(view.admit_certificate(id, of_certificate)?.certificate().ordinal)
        }
    };
    whom.iter().map(admit).collect()
}

/// Changes the tags of the noun with this number. Returns how many there are then.
fn retag(draft: &mut Draft<'_>, ordinal: Ordinal, edit: impl FnOnce(&mut Tags)) -> usize {
    let Some(noun) = draft.view().state().noun(ordinal) else { return 0 };
    let (change, count) = noun.retag(edit);
    if let Some(change) = change {
        draft.add(change);
    }
    count
}
