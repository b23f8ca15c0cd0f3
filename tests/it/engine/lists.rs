//! Lists by facets against lists that look at every noun, over random histories.

use std::fmt::Debug;
use std::sync::Arc;

use kmsim::algorithms::asymmetric::PairSpec;
use kmsim::engine::{KeyRef, List, NewKey, View};
use kmsim::model::{
    AliasName, Key, KeyFacets, KeySpec, KeyState, KeyUsage, Origin, ProtectionLevel, SymmetricSpec,
};

use super::{DAY, TestEngine, with_engine};

/// A generator of small numbers, repeatable.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }
}

/// Filters as clouds have them.
const FILTERS: &[fn(&KeyFacets) -> bool] = &[
    |_| true,
    |_| false,
    |it| it.state == KeyState::Enabled,
    |it| it.state == KeyState::PendingDeletion,
    |it| it.state == KeyState::PendingImport,
    |it| it.spec == KeySpec::Pair(PairSpec::EcP256),
    |it| it.usage == KeyUsage::EncryptDecrypt && it.state != KeyState::Disabled,
    |it| it.group.as_deref() == Some("blue"),
    |it| it.origin == Origin::External || it.protection == ProtectionLevel::Hsm,
];

/// Checks that pages of the list are slices of `rows`, from both ends.
fn assert_same<'a, T: PartialEq + Debug>(list: impl Fn() -> List<'a, T>, rows: &[T]) {
    assert_eq!(list().total(), rows.len());
    assert_eq!(list().all(), rows);
    for (from, most) in [(0, 3), (1, 7), (rows.len() / 2, 5), (rows.len(), 2), (5, usize::MAX)] {
        let end = rows.len().min(from.saturating_add(most));
        let expected: Vec<_> = rows.get(from..end).unwrap_or_default().iter().collect();
        assert_eq!(list().page(from, most).iter().collect::<Vec<_>>(), expected);
        let newest: Vec<_> = rows.iter().rev().skip(from).take(most).collect();
        assert_eq!(list().page_from_end(from, most).iter().collect::<Vec<_>>(), newest);
    }
}

fn assert_lists(view: View<'_>) {
    for pass in FILTERS {
        let rows: Vec<_> = view.keys().filter(|(key, state)| pass(&key.facets(*state))).collect();
        assert_same(|| view.list_keys(pass), &rows);
    }
    assert_same(|| view.list_all_keys(), &view.keys().collect::<Vec<_>>());
    assert_same(|| view.list_aliases(), &view.aliases().collect::<Vec<_>>());
}

fn some_key(dice: &mut Dice) -> NewKey {
    let plain = NewKey::plain();
    let group = dice.of(&[None, Some("blue".to_owned()), Some("red".to_owned())]);
    let protection = dice.of(&[ProtectionLevel::Software, ProtectionLevel::Hsm]);
    match dice.below(4) {
        0 => NewKey { origin: Origin::External, group, ..plain },
        1 => NewKey {
            spec: KeySpec::Pair(PairSpec::EcP256),
            usage: KeyUsage::SignVerify,
            protection,
            ..plain
        },
        2 => NewKey { spec: KeySpec::Symmetric(SymmetricSpec::Sm4), group, protection, ..plain },
        _ => NewKey { group, ..plain },
    }
}

/// One random change. What the key's state does not allow changes nothing.
async fn step(test: &TestEngine, dice: &mut Dice, keys: &mut Vec<Arc<Key>>, index: usize) {
    let engine = &test.engine;
    if keys.is_empty() || dice.below(3) == 0 {
        keys.push(test.key(some_key(dice)).await);
        return;
    }
    let key = KeyRef::Id(dice.of(keys).id.clone());
    let alias = || AliasName::parse(&format!("alias/{}", index % 50)).unwrap();
    let _: Result<(), _> = match dice.below(7) {
        0 => engine.disable_key(test.caller(), key).await.map(drop),
        1 => engine.enable_key(test.caller(), key).await.map(drop),
        2 => engine.schedule_deletion(test.caller(), key, DAY * 5).await.map(drop),
        3 => engine.cancel_deletion(test.caller(), key).await.map(drop),
        4 => engine.create_alias(test.caller(), alias(), key).await,
        5 => engine.delete_alias(test.caller(), alias()).await,
        _ => engine.update_alias(test.caller(), alias(), key).await,
    };
}

#[test]
fn lists_by_facets_hold_what_a_look_at_every_key_finds() {
    with_engine(async |test| {
        let (mut dice, mut keys) = (Dice(1), Vec::new());
        let mut behind = 0;
        for index in 0..600 {
            step(&test, &mut dice, &mut keys, index).await;
            if index % 20 > 0 {
                continue;
            }
            let look = || {
                let snapshot = test.engine.snapshot(&test.caller);
                assert_lists(snapshot.view(&test.caller));
                snapshot.view(&test.caller).keys().count()
            };
            look();
            // Time passes, and what is due has not happened yet.
            test.engine.world().clock.advance(DAY);
            let before = look();
            test.engine.settle(&test.caller.realm).await;
            assert_eq!(look(), before);
            let stored = test.engine.snapshot(&test.caller);
            behind += usize::from(stored.view(&test.caller).list_all_keys().total() < keys.len());
        }
        assert!(behind > 10, "keys were deleted");
    });
}
