//! Rotating managed secrets, by schedule or on request. The cloud's rules make the new value.

use std::collections::VecDeque;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::rotation::due_instants;
use super::secret_draft::{NewSecretVersion, add_version, secret_of};
use super::{Draft, Error, Renewal, SecretError};
use crate::model::{Noun, Ordinal, Secret};
use crate::world::Instant;

/// How many of the rotations that a jump of the clock makes due are done. Older versions would be
/// removed at once.
const CATCH_UP_MAX: u64 = 10;

/// Drafts what is due for a secret.
pub(super) fn settle_secret(draft: &mut Draft<'_>, secret: &Secret) {
    match secret.settings.delete_at {
        Some(at) if at <= draft.now() => draft.remove::<Secret>(secret.ordinal),
        Some(_) => {}
        None => catch_up(draft, secret),
    }
}

/// Drafts every due rotation, each dated at its own instant.
fn catch_up(draft: &mut Draft<'_>, secret: &Secret) {
    let interval = secret.settings.managed.as_ref().and_then(|managed| managed.rotation);
    let (Some(interval), Some(first)) = (interval, secret.next_rotation()) else { return };
    // Only the last are done. An even number is skipped, because some kinds alternate between two
    // accounts.
    let skipped = |owed| if owed > CATCH_UP_MAX { owed - CATCH_UP_MAX - owed % 2 } else { 0 };
    for at in due_instants(first, interval, draft.now(), skipped) {
        if rotate_on_schedule(draft, secret.ordinal, at).is_err() {
            return;
        }
    }
}

/// Drafts a rotation that is overdue after a pause, dated now.
pub(super) fn rotate_if_overdue(draft: &mut Draft<'_>, ordinal: Ordinal) {
    let due = draft.view().state().secrets.get(ordinal).and_then(|secret| secret.next_due());
    if due.is_some_and(|due| due <= draft.now()) {
        let now = draft.now();
        // A failure is recorded in the secret.
        let _ = rotate_on_schedule(draft, ordinal, now);
    }
}

/// Drafts one scheduled rotation, or records that it failed.
fn rotate_on_schedule(draft: &mut Draft<'_>, ordinal: Ordinal, at: Instant) -> Result<(), Error> {
    let secret = secret_of(draft, ordinal)?;
    let version = draft.entropy().uuid().to_string().into();
    let outcome = rotate(draft, &secret, version, at);
    if outcome.is_ok() {
        done(draft, ordinal, at, None);
    }
    if let Err(error) = &outcome {
        tracing::warn!(secret = %secret.name, %error, "a secret cannot be rotated");
        draft.edit(ordinal, |it: &mut Secret| {
            if let Some(managed) = &mut it.settings.managed {
                managed.stuck = true;
            }
        });
    }
    outcome
}

/// Drafts a version with the next value.
pub(super) fn rotate(
    draft: &mut Draft<'_>,
    secret: &Secret,
    version: Arc<str>,
    at: Instant,
) -> Result<(), Error> {
    let rules = draft.caller().secret_rules()?;
    let value = {
        let view = draft.view_at(at);
        let value = |stage: &str| -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
            secret.staged(stage).map(|version| view.value(secret, version)).transpose()
        };
        let (current, previous) = (value(rules.current)?, value(rules.previous)?);
        let config = secret.settings.managed.as_ref().map_or("", |managed| &managed.config);
        (rules.renew)(&Renewal {
            kind: &secret.kind,
            config,
            current: current.as_deref().map_or(&[], |value| value),
            previous: previous.as_deref().map(Vec::as_slice),
            now: at,
            entropy: draft.entropy(),
        })
        .ok_or(SecretError::Unsupported)?
    };
    let stages = vec![rules.current.into()];
    add_version(
        draft,
        secret.ordinal,
        NewSecretVersion { id: version, binary: false, value, stages },
        at,
    )
}

/// Drafts the record of a successful rotation.
pub(super) fn done(
    draft: &mut Draft<'_>,
    ordinal: Ordinal,
    at: Instant,
    asked: Option<VecDeque<Instant>>,
) {
    draft.edit(ordinal, |it: &mut Secret| {
        if let Some(managed) = &mut it.settings.managed {
            (managed.rotated_at, managed.stuck) = (Some(at), false);
            if let Some(asked) = asked {
                managed.asked = asked;
            }
        }
    });
}
