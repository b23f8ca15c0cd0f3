//! Versions of keys, by schedule and on request.

use kmsim::algorithms::specs::PairSpec;
use kmsim::engine::{Error, KeyError, NewKey};
use kmsim::model::{KeySpec, KeyUsage};

use super::{DAY, TICK, by_id, just_before, start, with_engine};

#[test]
fn a_version_comes_with_each_interval_and_old_ciphertexts_open() {
    with_engine(async |test| {
        let key = test.key(NewKey { rotation: Some(10 * DAY), ..NewKey::plain() }).await;
        let old = test.seal(&key, b"old").unwrap();
        test.advance(just_before(10 * DAY)).await;
        assert_eq!(test.found(&key).await.unwrap().0.versions.len(), 1);
        test.advance(TICK + 25 * DAY).await;
        let found = test.found(&key).await.unwrap().0;
        let made: Vec<_> = found.versions.iter().map(|it| it.created_at).collect();
        assert_eq!(made, [0, 10, 20, 30].map(|days| start().plus(days * DAY)));
        let new = test.seal(&key, b"new").unwrap();
        assert_ne!(old[..36], new[..36], "another version");
        assert_eq!(test.open(&old).unwrap(), b"old");
        assert_eq!(test.open(&new).unwrap(), b"new");
    });
}

#[test]
fn a_leap_in_time_makes_the_last_versions_only() {
    with_engine(async |test| {
        let key = test.key(NewKey { rotation: Some(7 * DAY), ..NewKey::plain() }).await;
        test.advance(7 * DAY * 1000).await;
        let found = test.found(&key).await.unwrap().0;
        assert_eq!(found.versions.len(), 13);
        assert_eq!(found.versions.last().unwrap().created_at, start().plus(7 * DAY * 1000));
    });
}

#[test]
fn a_rotation_that_is_switched_off_rests() {
    with_engine(async |test| {
        let key = test.key(NewKey { rotation: Some(7 * DAY), ..NewKey::plain() }).await;
        test.engine.set_rotation(test.caller(), by_id(&key), None).await.unwrap();
        test.advance(70 * DAY).await;
        assert_eq!(test.found(&key).await.unwrap().0.versions.len(), 1);
    });
}

#[test]
fn pairs_get_versions_by_hand_a_day_apart_and_three_at_most() {
    with_engine(async |test| {
        let spec = KeySpec::Pair(PairSpec::EcP256);
        let new = NewKey { spec, usage: KeyUsage::SignVerify, ..NewKey::plain() };
        let key = test.key(new).await;
        let add = async || test.engine.create_version(test.caller(), by_id(&key)).await;
        add().await.unwrap();
        let soon = add().await;
        assert!(matches!(soon, Err(Error::Key(KeyError::VersionTooSoon))), "{soon:?}");
        test.advance(DAY).await;
        add().await.unwrap();
        test.advance(DAY).await;
        let full = add().await;
        assert!(matches!(full, Err(Error::QuotaExceeded)), "{full:?}");
        let symmetric = test.key(NewKey::plain()).await;
        let refused = test.engine.set_rotation(test.caller(), by_id(&key), Some(DAY)).await;
        assert!(matches!(refused, Err(Error::Key(KeyError::Unsupported))), "{refused:?}");
        test.engine.set_rotation(test.caller(), by_id(&symmetric), Some(DAY)).await.unwrap();
    });
}
