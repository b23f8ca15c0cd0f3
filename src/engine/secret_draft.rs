//! Drafts of new versions of secrets, and of the stages that label them.

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
    /// The stages that it gets.
    pub stages: Vec<Arc<str>>,
}

/// The drafted state of the secret with this number.
pub(super) fn secret_of(draft: &Draft<'_>, ordinal: Ordinal) -> Result<Arc<Secret>, Error> {
    draft.view().state().secrets.get(ordinal).cloned().ok_or(SecretError::NotFound.into())
}

/// Drafts a new version, created at `at`. Its stages are taken from the versions that had them, and
/// the version that was current becomes the previous one. Then the oldest versions without a stage
/// are removed until few enough are left.
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
        set_stage(draft.caller(), &mut settings, stage, number)?;
    }
    settings.updated_at = at;
    draft.edit(ordinal, |it: &mut Secret| {
        it.versions.push(Arc::new(version));
        it.settings = settings;
    });
    prune(draft, ordinal)
}

/// Moves a stage to a version, unless that version has too many stages.
pub(super) fn set_stage(
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
        // When every version has a stage, none may be removed, and so none may be added.
        let number = unstaged.ok_or(Error::QuotaExceeded)?.number;
        draft.edit(ordinal, |it: &mut Secret| it.versions.retain(|it| it.number != number));
    }
}
