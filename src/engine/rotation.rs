//! Rotation: new versions of symmetric keys, by themselves, each an interval after the last. While a key is
//! switched off or on its way out its rotation rests; one that fell due meanwhile happens when the key works again.

use std::sync::Arc;
use std::time::Duration;

use super::{Caller, Draft, Engine, Error, KeyRef, Operation};
use crate::model::{Creator, Holding, Key, KeySpec, KeyVersion, Lifecycle, Ordinal, Origin, SymmetricSpec};
use crate::world::Instant;

/// How many versions one key gets at the most when time leaps: twenty years of a rotation each week. A clock that
/// is set to the end of time must not fill the memory.
const LEAP_MAX: usize = 1_000;

impl Engine {
    /// Sets the interval of a key's rotation, or with `None` ends it. An interval that has passed already since the
    /// last version rotates at once.
    ///
    /// # Errors
    /// [`Error::KeyUnfit`] for a pair, for imported material, and for a service's own key.
    pub async fn set_rotation(
        &self,
        caller: Caller,
        key: KeyRef,
        interval: Option<Duration>,
    ) -> Result<Arc<Key>, Error> {
        self.set(caller, key, Operation::UpdateRotation, move |settings, admitted| {
            rotating_spec(admitted.key()).ok_or(Error::KeyUnfit)?;
            settings.rotation = interval;
            Ok(())
        })
        .await
    }
}

/// Drafts every rotation that has fallen due, each dated at its instant.
pub(super) fn catch_up(draft: &mut Draft<'_>, key: &Key) {
    let (Some(interval), Some(first)) = (key.settings.rotation, key.next_rotation()) else { return };
    let Some(spec) = rotating_spec(key) else { return };
    let mut dates = Vec::new();
    let mut due = first;
    while due <= draft.now() && dates.len() < LEAP_MAX {
        dates.push(due);
        due = due.plus(interval);
    }
    if due <= draft.now() {
        // The rest is skipped: the last version counts as made now.
        dates.push(draft.now());
    }
    rotate(draft, key.ordinal, spec, &dates);
}

/// Drafts the rotation that rested until now, if it is due: it happens now.
pub(super) fn wake(draft: &mut Draft<'_>, ordinal: Ordinal) {
    let Some(key) = draft.sight().state().key(ordinal).cloned() else { return };
    let due = key.next_rotation().is_some_and(|due| due <= draft.now());
    if let (true, Lifecycle::Enabled, Some(spec)) = (due, key.settings.lifecycle, rotating_spec(&key)) {
        let now = draft.now();
        rotate(draft, ordinal, spec, &[now]);
    }
}

fn rotate(draft: &mut Draft<'_>, ordinal: Ordinal, spec: SymmetricSpec, dates: &[Instant]) {
    let version = |at: &Instant| {
        let holding = Holding::Material(draft.draw_material(spec), None);
        Arc::new(KeyVersion { id: draft.entropy().uuid().into(), created_at: *at, holding })
    };
    let versions: Vec<_> = dates.iter().map(version).collect();
    draft.add_versions(ordinal, versions);
}

/// The ciphers of a key that can rotate.
fn rotating_spec(key: &Key) -> Option<SymmetricSpec> {
    match (key.spec, key.origin, &key.creator) {
        (KeySpec::Symmetric(spec), Origin::Service, Creator::User(_)) => Some(spec),
        _ => None,
    }
}
