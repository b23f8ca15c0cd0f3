//! Rotation: symmetric keys get a new version at each interval. While a key is disabled or pending
//! deletion, rotation pauses. A rotation that fell due in the pause happens when the key is enabled
//! again.

use std::sync::Arc;
use std::time::Duration;

use super::Draft;
use crate::model::{
    Creator, Holding, Key, KeySpec, KeyStorage, KeyVersion, Lifecycle, Ordinal, Origin,
    SymmetricSpec,
};
use crate::world::Instant;

/// How many of the rotations that a jump of the clock makes due are done: monthly for a year. No
/// request could have seen the versions before them, and a clock set to the end of time must not
/// exhaust the memory.
const CATCH_UP_MAX: u64 = 12;

/// Drafts every due rotation, each dated at its own instant.
pub(super) fn catch_up(draft: &mut Draft<'_>, key: &Key) {
    let (Some(interval), Some(first)) = (key.settings.rotation, key.next_rotation()) else {
        return;
    };
    let Some(spec) = rotating_spec(key) else { return };
    rotate(
        draft,
        key.ordinal,
        spec,
        &due_instants(first, interval, draft.now(), |owed| owed.saturating_sub(CATCH_UP_MAX)),
    );
}

/// The instants at which rotations are due by now, without the first ones that are skipped.
pub(super) fn due_instants(
    first: Instant,
    interval: Duration,
    now: Instant,
    skipped: impl Fn(u64) -> u64,
) -> Vec<Instant> {
    if now < first {
        return Vec::new();
    }
    // In 128 bits, no time overflows.
    let start = i128::from(first.millis());
    let step = i128::from(i64::try_from(interval.as_millis()).unwrap_or(i64::MAX).max(1));
    let owed = (i128::from(now.millis()) - start) / step + 1;
    let owed = u64::try_from(owed).unwrap_or(u64::MAX);
    let at = |nth: u64| {
        let at = start + step * i128::from(nth);
        Instant::from_millis(i64::try_from(at).unwrap_or(i64::MAX))
    };
    (skipped(owed)..owed).map(at).collect()
}

/// Drafts a rotation that is overdue after a pause, dated now.
pub(super) fn rotate_if_overdue(draft: &mut Draft<'_>, ordinal: Ordinal) {
    let Some(key) = draft.view().state().keys.get(ordinal).cloned() else { return };
    let due = key.next_rotation().is_some_and(|due| due <= draft.now());
    if let (true, Lifecycle::Enabled, Some(spec)) =
        (due, key.settings.lifecycle, rotating_spec(&key))
    {
        let now = draft.now();
        rotate(draft, ordinal, spec, &[now]);
    }
}

/// Drafts a version for each of these dates.
pub(super) fn rotate(
    draft: &mut Draft<'_>,
    ordinal: Ordinal,
    spec: SymmetricSpec,
    dates: &[Instant],
) {
    let version = |at: &Instant| {
        let holding = Holding::Material(draft.generate_material(spec.material_len()), None);
        Arc::new(KeyVersion { id: draft.entropy().uuid().into(), created_at: *at, holding })
    };
    let versions: Vec<_> = dates.iter().map(version).collect();
    draft.add_versions(ordinal, versions);
}

/// The cipher of a key that can rotate.
pub(super) fn rotating_spec(key: &Key) -> Option<SymmetricSpec> {
    let is_in_module = key.storage == Some(KeyStorage::Module);
    match (key.spec, key.origin, &key.creator) {
        (KeySpec::Symmetric(spec), Origin::Service, Creator::User(_)) if !is_in_module => {
            Some(spec)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotations_are_due_up_to_the_end_of_time() {
        let (millis, most) = (Instant::from_millis, |owed: u64| owed.saturating_sub(2));
        for (first, interval, now, due) in [
            (10, 5, 9, vec![]),
            (10, 5, 14, vec![10]),
            (10, 5, 25, vec![20, 25]),
            (i64::MIN, 1, i64::MAX, vec![i64::MAX - 2, i64::MAX - 1]),
            (-2, i64::MAX.unsigned_abs(), i64::MAX, vec![-2, i64::MAX - 2]),
            (i64::MAX, u64::MAX, i64::MAX, vec![i64::MAX]),
        ] {
            let interval = Duration::from_millis(interval);
            let found = due_instants(millis(first), interval, millis(now), most);
            let found: Vec<_> = found.into_iter().map(Instant::millis).collect();
            assert_eq!(found, due, "{first} {interval:?} {now}");
        }
    }
}
