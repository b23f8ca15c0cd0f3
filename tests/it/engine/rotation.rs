//! Versions of keys, by schedule and on request.

use kmsim::algorithms::specs::PairSpec;
use kmsim::engine::{Error, KeyError, NewKey};
use kmsim::model::{Key, KeySpec, KeyUsage};

use super::{DAY, TICK, by_id, just_before, start, with_engine};

#[test]
fn each_interval_adds_a_version_and_old_ciphertexts_decrypt() {
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
fn a_jump_in_time_creates_the_last_versions_only() {
    with_engine(async |test| {
        let key = test.key(NewKey { rotation: Some(7 * DAY), ..NewKey::plain() }).await;
        test.advance(7 * DAY * 1000).await;
        let found = test.found(&key).await.unwrap().0;
        assert_eq!(found.versions.len(), 13);
        assert_eq!(found.versions.last().unwrap().created_at, start().plus(7 * DAY * 1000));
    });
}

#[test]
fn a_disabled_rotation_creates_no_versions() {
    with_engine(async |test| {
        let key = test.key(NewKey { rotation: Some(7 * DAY), ..NewKey::plain() }).await;
        test.engine.set_rotation(test.caller(), by_id(&key), None).await.unwrap();
        test.advance(70 * DAY).await;
        assert_eq!(test.found(&key).await.unwrap().0.versions.len(), 1);
    });
}

#[test]
fn pairs_get_versions_on_request_a_day_apart_and_three_at_most() {
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

#[test]
fn a_symmetric_key_rotates_when_asked_a_day_apart() {
    with_engine(async |test| {
        let key = test.key(NewKey { rotation: Some(10 * DAY), ..NewKey::plain() }).await;
        let rotate = async |key: &Key| test.engine.rotate_now(test.caller(), by_id(key)).await;
        rotate(&key).await.unwrap();
        let soon = rotate(&key).await;
        assert!(matches!(soon, Err(Error::Key(KeyError::VersionTooSoon))), "{soon:?}");
        test.advance(DAY).await;
        rotate(&key).await.unwrap();
        test.advance(10 * DAY).await;
        let found = test.found(&key).await.unwrap().0;
        let made: Vec<_> = found.versions.iter().map(|it| it.created_at).collect();
        assert_eq!(made, [0, 0, 1, 11].map(|days| start().plus(days * DAY)));
        let soon = rotate(&key).await;
        assert!(matches!(soon, Err(Error::Key(KeyError::VersionTooSoon))), "{soon:?}");
        let spec = KeySpec::Pair(PairSpec::EcP256);
        let pair = NewKey { spec, usage: KeyUsage::SignVerify, ..NewKey::plain() };
        let pair = test.key(pair).await;
        let refused = rotate(&pair).await;
        assert!(matches!(refused, Err(Error::Key(KeyError::Unsupported))), "{refused:?}");
    });
}

#[test]
fn a_rotation_is_ended_once_or_more() {
    with_engine(async |test| {
        let key = test.key(NewKey { rotation: Some(7 * DAY), ..NewKey::plain() }).await;
        for _ in 0..2 {
            test.engine.end_rotation(test.caller(), by_id(&key)).await.unwrap();
        }
        test.advance(70 * DAY).await;
        assert_eq!(test.found(&key).await.unwrap().0.versions.len(), 1);
    });
}
