//! Rotating managed secrets: a new value that their cloud's rules make of the last one, by schedule
//! or because somebody asks.

use std::collections::VecDeque;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::rotation::owed;
use super::secret_draft::{NewSecretVersion, add_version, secret_of};
use super::{Draft, Error, Renewal, SecretError};
use crate::model::{Noun, Ordinal, Secret};
use crate::world::Instant;

/// How many of the rotations that a leap in time owes are done: more than these nobody could ever
/// see.
const LEAP_MAX: u64 = 10;

/// Drafts what has fallen due for a secret.
pub(super) fn fall_due(draft: &mut Draft<'_>, secret: &Secret) {
    match secret.settings.delete_at {
        Some(at) if at <= draft.now() => draft.remove::<Secret>(secret.ordinal),
        Some(_) => {}
        None => catch_up(draft, secret),
    }
}

/// Drafts every rotation that has fallen due, each dated at its instant.
fn catch_up(draft: &mut Draft<'_>, secret: &Secret) {
    let interval = secret.settings.managed.as_ref().and_then(|managed| managed.rotation);
    let (Some(interval), Some(first)) = (interval, secret.next_rotation()) else { return };
    // Of a great many only the last are done, as many as leave whoever takes turns in turn.
    let skipped = |owed| if owed > LEAP_MAX { owed - LEAP_MAX - owed % 2 } else { 0 };
    for at in owed(first, interval, draft.now(), skipped) {
        if rotate_by_itself(draft, secret.ordinal, at).is_err() {
            return;
        }
    }
}

/// Drafts the rotation that rested until now, if it is due: it happens now.
pub(super) fn wake(draft: &mut Draft<'_>, ordinal: Ordinal) {
    let due = draft.view().state().secrets.get(ordinal).and_then(|secret| secret.next_due());
    if due.is_some_and(|due| due <= draft.now()) {
        let now = draft.now();
        // Where it cannot be done, the secret says so.
        let _ = rotate_by_itself(draft, ordinal, now);
    }
}

/// Drafts one rotation, or that it cannot be done.
fn rotate_by_itself(draft: &mut Draft<'_>, ordinal: Ordinal, at: Instant) -> Result<(), Error> {
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

/// Drafts a version with a new value.
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

/// Drafts that a secret was rotated.
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
