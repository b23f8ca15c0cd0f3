//! New versions of secrets, as drafts, and the stages that they stand at.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::{Caller, Draft, Error, KeyRef, Operation, SecretError, envelope};
use crate::model::{Ordinal, Secret, SecretSettings, SecretVersion};
use crate::world::Instant;

/// A value that becomes a version of a secret.
#[derive(Clone)]
#[expect(missing_docs, reason = "as in the version itself")]
pub struct NewSecretVersion {
    pub id: Arc<str>,
    pub binary: bool,
    pub value: Zeroizing<Vec<u8>>,
    /// The stages that it takes.
    pub stages: Vec<Arc<str>>,
}

/// The secret of this number, as drafted so far.
pub(super) fn secret_of(draft: &Draft<'_>, ordinal: Ordinal) -> Result<Arc<Secret>, Error> {
    draft.view().state().secrets.get(ordinal).cloned().ok_or(SecretError::NotFound.into())
}

/// Drafts a new version, made at `at`. The stages that it takes leave the versions at which they
/// stood; from the current one goes to the one before. Of the versions at no stage, the oldest go
/// once there are too many.
pub(super) fn add_version(
    draft: &mut Draft<'_>,
    ordinal: Ordinal,
    new: NewSecretVersion,
    at: Instant,
) -> Result<(), Error> {
    let secret = secret_of(draft, ordinal)?;
    let envelope = {
        let view = draft.view_at(at);
        let key = view.admit(&KeyRef::Id(secret.key.clone()), Operation::GenerateDataKey)?;
        envelope::close(&key, draft.entropy(), (&secret.name, &new.id), &new.value)?
    };
    let last = secret.versions.iter().map(|version| version.number).max().unwrap_or_default();
    let version = SecretVersion {
        id: new.id,
        number: last + 1,
        created_at: at,
        binary: new.binary,
        envelope,
    };
    let number = version.number;
    draft.count(1);
    let mut settings = secret.settings.clone();
    for stage in new.stages {
        stand(draft.caller(), &mut settings, stage, number)?;
    }
    settings.updated_at = at;
    draft.edit(ordinal, |it: &mut Secret| {
        it.versions.push(Arc::new(version));
        it.settings = settings;
    });
    prune(draft, ordinal)
}

/// Moves a stage to a version, unless too many stand there already.
pub(super) fn stand(
    caller: &Caller,
    settings: &mut SecretSettings,
    stage: Arc<str>,
    number: u64,
) -> Result<(), Error> {
    let rules = caller.secret_rules()?;
    let before = settings.stages.insert(Arc::clone(&stage), number);
    match before {
        Some(before) if *stage == *rules.current && before != number => {
            settings.stages.insert(rules.previous.into(), before);
        }
        _ => {}
    }
    let there = settings.stages.values().filter(|at| **at == number).count();
    if there > rules.stages_per_version { Err(Error::QuotaExceeded) } else { Ok(()) }
}

fn prune(draft: &mut Draft<'_>, ordinal: Ordinal) -> Result<(), Error> {
    let most = draft.caller().secret_rules()?.versions;
    loop {
        let secret = secret_of(draft, ordinal)?;
        if secret.versions.len() <= most {
            return Ok(());
        }
        let unstaged =
            secret.versions.iter().find(|version| secret.stages_of(version).next().is_none());
        // Where every version is at a stage, none may go, and so none may come.
        let number = unstaged.ok_or(Error::QuotaExceeded)?.number;
        draft.edit(ordinal, |it: &mut Secret| it.versions.retain(|it| it.number != number));
    }
}
