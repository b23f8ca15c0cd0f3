//! Tags: names with values on nouns of every kind.

use std::collections::BTreeSet;

use super::{
    Caller, CertificateOperation, DataKeyOperation, Draft, Engine, Error, KeyRef, Operation,
};
use crate::model::{
    CertificateId, DataKeyId, InstanceId, Ordinal, SecretName, Tags, WhiteBoxKeyId,
};

/// Something that has tags.
#[derive(Clone, Debug)]
pub enum Tagged {
    /// A key.
    Key(KeyRef),
    /// A secret.
    Secret(SecretName),
    /// A certificate.
    Certificate(CertificateId),
    /// A white-box key.
    WhiteBoxKey(WhiteBoxKeyId),
    /// A data key.
    DataKey(DataKeyId),
    /// An instance of the service.
    Instance(InstanceId),
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
        self.replace_tags(caller, whom, Vec::new(), tags).await
    }

    /// Removes the tags with the names in `gone` from everything named, and adds others, in one
    /// change. If one is refused or would have too many tags then, nothing changes.
    pub async fn replace_tags(
        &self,
        caller: Caller,
        whom: Vec<Tagged>,
        gone: Vec<String>,
        tags: Vec<(String, String)>,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            if !gone.is_empty() {
                admit_each(draft, &whom, REMOVE)?;
            }
            for ordinal in admit_each(draft, &whom, ADD)? {
                let most = draft.caller().rules.tags;
                let count = retag(draft, ordinal, |all| {
                    all.retain(|name, _| !gone.contains(name));
                    all.extend(tags.iter().cloned());
                });
                if count > most {
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
            for ordinal in admit_each(draft, &whom, REMOVE)? {
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

/// What a change of tags is on each kind of noun that has states.
type Operations = (Operation, CertificateOperation, DataKeyOperation);

const ADD: Operations = (Operation::Tag, CertificateOperation::Tag, DataKeyOperation::Tag);
const REMOVE: Operations = (Operation::Untag, CertificateOperation::Untag, DataKeyOperation::Untag);

/// The numbers of everything named, without duplicates.
fn admit_each(
    draft: &Draft<'_>,
    whom: &[Tagged],
    (of_key, of_certificate, of_data_key): Operations,
) -> Result<BTreeSet<Ordinal>, Error> {
    let view = draft.view();
    let admit = |it: &Tagged| match it {
        Tagged::Key(key) => Ok(view.admit(key, of_key)?.key().ordinal),
        Tagged::Secret(name) => Ok(view.usable_secret(name)?.ordinal),
        Tagged::Certificate(id) => {
            Ok(view.admit_certificate(id, of_certificate)?.certificate().ordinal)
        }
        Tagged::WhiteBoxKey(id) => Ok(view.white_box_key(id)?.key().ordinal),
        Tagged::DataKey(id) => Ok(view.admit_data_key(id, of_data_key)?.0.ordinal),
        Tagged::Instance(id) => Ok(view.instance(id)?.ordinal),
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
