//! Versions of keys: made by schedule, dated at their instants, and by hand.

use kmsim::algorithms::specs::PairSpec;
use kmsim::engine::{Error, KeyError, NewKey};
use kmsim::model::{KeySpec, KeyUsage};

use super::{DAY, TICK, by_id, just_before, on_a_bench, start};

#[test]
fn a_version_comes_with_each_interval_and_old_ciphertexts_open() {
    on_a_bench(async |bench| {
        let key = bench.key(NewKey { rotation: Some(10 * DAY), ..NewKey::plain() }).await;
        let old = bench.seal(&key, b"old").unwrap();
        bench.advance(just_before(10 * DAY)).await;
        assert_eq!(bench.found(&key).await.unwrap().0.versions.len(), 1);
        bench.advance(TICK + 25 * DAY).await;
        let found = bench.found(&key).await.unwrap().0;
        let made: Vec<_> = found.versions.iter().map(|it| it.created_at).collect();
        assert_eq!(made, [0, 10, 20, 30].map(|days| start().plus(days * DAY)));
        let new = bench.seal(&key, b"new").unwrap();
        assert_ne!(old[..36], new[..36], "another version");
        assert_eq!(bench.open(&old).unwrap(), b"old");
        assert_eq!(bench.open(&new).unwrap(), b"new");
    });
}

#[test]
fn a_leap_in_time_makes_the_last_versions_only() {
    on_a_bench(async |bench| {
        let key = bench.key(NewKey { rotation: Some(7 * DAY), ..NewKey::plain() }).await;
        bench.advance(7 * DAY * 1000).await;
        let found = bench.found(&key).await.unwrap().0;
        assert_eq!(found.versions.len(), 13);
        assert_eq!(found.versions.last().unwrap().created_at, start().plus(7 * DAY * 1000));
    });
}

#[test]
fn a_rotation_that_is_switched_off_rests() {
    on_a_bench(async |bench| {
        let key = bench.key(NewKey { rotation: Some(7 * DAY), ..NewKey::plain() }).await;
        bench.engine.set_rotation(bench.caller(), by_id(&key), None).await.unwrap();
        bench.advance(70 * DAY).await;
        assert_eq!(bench.found(&key).await.unwrap().0.versions.len(), 1);
    });
}

#[test]
fn pairs_get_versions_by_hand_a_day_apart_and_three_at_most() {
    on_a_bench(async |bench| {
        let spec = KeySpec::Pair(PairSpec::EcP256);
        let new = NewKey { spec, usage: KeyUsage::SignVerify, ..NewKey::plain() };
        let key = bench.key(new).await;
        let add = async || bench.engine.create_version(bench.caller(), by_id(&key)).await;
        add().await.unwrap();
        let soon = add().await;
        assert!(matches!(soon, Err(Error::Key(KeyError::VersionTooSoon))), "{soon:?}");
        bench.advance(DAY).await;
        add().await.unwrap();
        bench.advance(DAY).await;
        let full = add().await;
        assert!(matches!(full, Err(Error::QuotaExceeded)), "{full:?}");
        let symmetric = bench.key(NewKey::plain()).await;
        let refused = bench.engine.set_rotation(bench.caller(), by_id(&key), Some(DAY)).await;
        assert!(matches!(refused, Err(Error::Key(KeyError::Unsupported))), "{refused:?}");
        bench.engine.set_rotation(bench.caller(), by_id(&symmetric), Some(DAY)).await.unwrap();
    });
}
