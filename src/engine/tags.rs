//! Tags: names with values that users hang on keys, secrets and certificates.

use std::collections::BTreeSet;

use super::{Caller, CertificateOperation, Draft, Engine, Error, KeyRef, Operation};
use crate::model::{Certificate, CertificateId, Held, Key, Ordinal, Secret, SecretName, Tags};

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
pub enum TagRemoval {
    /// Those with these names; a name that is not there is no mistake.
    Named(Vec<String>),
    /// All.
    All,
}

impl Engine {
    /// Hangs every tag on everything named, or, where one of them refuses or would carry too many,
    /// none on any.
    pub async fn tag(
        &self,
        caller: Caller,
        whom: Vec<Tagged>,
        tags: Vec<(String, String)>,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            for carrier in admit_each(draft, &whom, (Operation::Tag, CertificateOperation::Tag))? {
                let most = draft.caller().rules.tags;
                let hang = |carried: &mut Tags| carried.extend(tags.iter().cloned());
                if carrier.retag(draft, hang) > most {
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
        which: TagRemoval,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            let operations = (Operation::Untag, CertificateOperation::Untag);
            for carrier in admit_each(draft, &whom, operations)? {
                carrier.retag(draft, |carried| match &which {
                    TagRemoval::Named(names) => carried.retain(|name, _| !names.contains(name)),
                    TagRemoval::All => carried.clear(),
                });
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
    let view = draft.view();
    let admit = |it: &Tagged| match it {
        Tagged::Key(key) => Ok(Carrier::Key(view.admit(key, of_key)?.key().ordinal)),
        Tagged::Secret(name) => Ok(Carrier::Secret(view.usable_secret(name)?.ordinal)),
        Tagged::Certificate(id) => Ok(Carrier::Certificate(
            view.admit_certificate(id, of_certificate)?.certificate().ordinal,
        )),
    };
    whom.iter().map(admit).collect()
}

impl Carrier {
    /// Changes its tags. Answers how many it carries then.
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
