//! Imported material: tokens expire, material expires, and only the same material is imported
//! again.

use kmsim::algorithms::specs::{Encryption, Form};
use kmsim::engine::{Error, ImportError, ImportParameters, NewKey, Wrapped, Wrapping};
use kmsim::model::{Key, KeyState, Origin};
use kmsim::world::Instant;

use super::{DAY, TICK, TestEngine, by_id, just_before, with_engine};

async fn prepared(test: &TestEngine, key: &Key) -> ImportParameters {
    let wrapping = Wrapping::Sm2;
    test.engine.import_parameters(test.caller(), by_id(key), wrapping).await.unwrap()
}

async fn import(
    test: &TestEngine,
    key: &Key,
    with: &ImportParameters,
    material: &[u8],
    expires: Option<Instant>,
) -> Result<(), Error> {
    let how = Encryption::Sm2(Form::Der);
    let mut rng = test.engine.world().entropy.rng();
    let material = with.public.encrypt(how, material, &mut rng).unwrap();
    let wrapped = Wrapped { token: with.token.clone(), material, expires };
    test.engine.import_material(test.caller(), by_id(key), wrapped).await
}

fn external() -> NewKey {
    NewKey { origin: Origin::External, ..NewKey::plain() }
}

#[test]
fn a_key_waits_for_its_material_and_takes_the_same_again_only() {
    with_engine(async |test| {
        let key = test.key(external()).await;
        assert_eq!(test.state_of(&key).await, Some(KeyState::PendingImport));
        let with = prepared(&test, &key).await;
        import(&test, &key, &with, &[1; 32], None).await.unwrap();
        assert_eq!(test.state_of(&key).await, Some(KeyState::Enabled));
        let blob = test.seal(&key, b"text").unwrap();
        test.engine.delete_material(test.caller(), by_id(&key)).await.unwrap();
        assert_eq!(test.state_of(&key).await, Some(KeyState::PendingImport));
        let other = import(&test, &key, &with, &[2; 32], None).await;
        assert!(matches!(other, Err(Error::Import(ImportError::MaterialInvalid))), "{other:?}");
        import(&test, &key, &with, &[1; 32], None).await.unwrap();
        assert_eq!(test.open(&blob).unwrap(), b"text");
    });
}

#[test]
fn a_token_is_good_for_its_key_and_for_its_time() {
    with_engine(async |test| {
        let (key, other) = (test.key(external()).await, test.key(external()).await);
        let with = prepared(&test, &key).await;
        let refused = import(&test, &other, &with, &[1; 32], None).await;
        assert!(matches!(refused, Err(Error::Import(ImportError::TokenInvalid))), "{refused:?}");
        test.advance(DAY).await;
        let late = import(&test, &key, &with, &[1; 32], None).await;
        assert!(matches!(late, Err(Error::Import(ImportError::TokenExpired))), "{late:?}");
    });
}

#[test]
fn material_expires_at_the_very_instant() {
    with_engine(async |test| {
        let key = test.key(external()).await;
        let with = prepared(&test, &key).await;
        import(&test, &key, &with, &[1; 32], Some(test.now().plus(DAY))).await.unwrap();
        test.advance(just_before(DAY)).await;
        assert_eq!(test.state_of(&key).await, Some(KeyState::Enabled));
        test.advance(TICK).await;
        assert_eq!(test.state_of(&key).await, Some(KeyState::PendingImport));
    });
}

#[test]
fn material_that_the_service_drew_is_not_imported_over() {
    with_engine(async |test| {
        let key = test.key(NewKey::plain()).await;
        let refused =
            test.engine.import_parameters(test.caller(), by_id(&key), Wrapping::Sm2).await;
        assert!(matches!(refused, Err(Error::Import(ImportError::NotExternal))), "{refused:?}");
    });
}
