//! Tags: names with values on keys, secrets and certificates.

use std::collections::BTreeSet;

use super::{Caller, CertificateOperation, Draft, Engine, Error, KeyRef, Operation};
use crate::model::{Certificate, CertificateId, Held, Key, Ordinal, Secret, SecretName, Tags};

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
            for admitted in admit_each(draft, &whom, (Operation::Tag, CertificateOperation::Tag))? {
                let most = draft.caller().rules.tags;
                let add = |all: &mut Tags| all.extend(tags.iter().cloned());
                if admitted.retag(draft, add) > most {
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
            for admitted in admit_each(draft, &whom, operations)? {
                admitted.retag(draft, |tags| match &which {
                    TagRemoval::Named(names) => tags.retain(|name, _| !names.contains(name)),
                    TagRemoval::All => tags.clear(),
                });
            }
            Ok(())
        })
        .await
    }
}

/// An admitted noun, by its number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Admitted {
    Key(Ordinal),
    Secret(Ordinal),
    Certificate(Ordinal),
}

/// Everything named, without duplicates.
fn admit_each(
    draft: &Draft<'_>,
    whom: &[Tagged],
    (of_key, of_certificate): (Operation, CertificateOperation),
) -> Result<BTreeSet<Admitted>, Error> {
    let view = draft.view();
    let admit = |it: &Tagged| match it {
        Tagged::Key(key) => Ok(Admitted::Key(view.admit(key, of_key)?.key().ordinal)),
        Tagged::Secret(name) => Ok(Admitted::Secret(view.usable_secret(name)?.ordinal)),
        Tagged::Certificate(id) => Ok(Admitted::Certificate(
            view.admit_certificate(id, of_certificate)?.certificate().ordinal,
        )),
    };
    whom.iter().map(admit).collect()
}

impl Admitted {
    /// Changes the tags. Returns how many there are then.
    fn retag(self, draft: &mut Draft<'_>, edit: impl FnOnce(&mut Tags)) -> usize {
        fn retag<N: Held>(
            draft: &mut Draft<'_>,
            ordinal: Ordinal,
            edit: impl FnOnce(&mut Tags),
        ) -> usize {
            let mut count = 0;
            draft.edit(ordinal, |noun: &mut N| {
                edit(noun.tags());
                count = noun.tags().len();
            });
            count
        }
        match self {
            Self::Key(ordinal) => retag::<Key>(draft, ordinal, edit),
            Self::Secret(ordinal) => retag::<Secret>(draft, ordinal, edit),
            Self::Certificate(ordinal) => retag::<Certificate>(draft, ordinal, edit),
        }
    }
}
