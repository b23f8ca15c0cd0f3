//! Imported material: tokens expire, material expires, and only the same material is imported
//! again.

use std::time::Duration;

use kmsim::algorithms::specs::{Encryption, Form};
use kmsim::engine::{Error, ImportError, ImportParameters, NewKey, Wrapped, Wrapping};
use kmsim::model::{Key, KeyState, Origin};
use kmsim::world::Instant;

use super::{DAY, TICK, TestEngine, by_id, just_before, with_engine};

const HOUR: Duration = Duration::from_hours(1);

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
fn a_key_accepts_its_first_material_and_then_only_the_same() {
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
        assert!(matches!(other, Err(Error::Import(ImportError::MaterialDiffers))), "{other:?}");
        import(&test, &key, &with, &[1; 32], None).await.unwrap();
        assert_eq!(test.open(&blob).unwrap(), b"text");
    });
}

#[test]
fn a_token_is_valid_for_its_key_and_until_it_expires() {
    with_engine(async |test| {
        let (key, other) = (test.key(external()).await, test.key(external()).await);
        let with = prepared(&test, &key).await;
        let refused = import(&test, &other, &with, &[1; 32], None).await;
        assert!(matches!(refused, Err(Error::Import(ImportError::TokenOfOtherKey))), "{refused:?}");
        test.advance(DAY).await;
        let late = import(&test, &key, &with, &[1; 32], None).await;
        assert!(matches!(late, Err(Error::Import(ImportError::TokenExpired))), "{late:?}");
    });
}

#[test]
fn material_expires_at_the_exact_instant() {
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
fn generated_material_cannot_be_replaced_by_an_import() {
    with_engine(async |test| {
        let key = test.key(NewKey::plain()).await;
        let refused =
            test.engine.import_parameters(test.caller(), by_id(&key), Wrapping::Sm2).await;
        assert!(matches!(refused, Err(Error::Import(ImportError::NotExternal))), "{refused:?}");
    });
}

#[test]
fn material_of_another_length_or_wrapped_otherwise_is_invalid() {
    with_engine(async |test| {
        let key = test.key(external()).await;
        let with = prepared(&test, &key).await;
        let short = import(&test, &key, &with, &[1; 16], None).await;
        assert!(matches!(short, Err(Error::Import(ImportError::MaterialLength))), "{short:?}");
        let material = b"nothing that the public key made".to_vec();
        let wrapped = Wrapped { token: with.token.clone(), material, expires: None };
        let other = test.engine.import_material(test.caller(), by_id(&key), wrapped).await;
        assert!(matches!(other, Err(Error::Import(ImportError::MaterialInvalid))), "{other:?}");
    });
}

#[test]
fn an_import_enables_a_key_where_its_cloud_says_so() {
    with_engine(async |test| {
        let key = test.key(external()).await;
        let with = prepared(&test, &key).await;
        import(&test, &key, &with, &[1; 32], Some(test.now().plus(HOUR))).await.unwrap();
        test.engine.disable_key(test.caller(), by_id(&key)).await.unwrap();
        test.advance(HOUR).await;
        assert_eq!(test.state_of(&key).await, Some(KeyState::PendingImport));
        import(&test, &key, &with, &[1; 32], None).await.unwrap();
        assert_eq!(test.state_of(&key).await, Some(KeyState::Enabled));
    });
}

#[test]
fn material_of_a_key_in_use_does_not_expire() {
    with_engine(async |test| {
        let key = test.key(external()).await;
        let with = prepared(&test, &key).await;
        import(&test, &key, &with, &[1; 32], Some(test.now().plus(DAY))).await.unwrap();
        let (product, resource) = ("store".to_owned(), "a".to_owned());
        test.engine.bind_resource(test.caller(), by_id(&key), product, resource).await.unwrap();
        test.advance(7 * DAY).await;
        assert_eq!(test.state_of(&key).await, Some(KeyState::Enabled));
        let with = prepared(&test, &key).await;
        import(&test, &key, &with, &[1; 32], Some(test.now().plus(DAY))).await.unwrap();
        test.advance(7 * DAY).await;
        assert_eq!(test.state_of(&key).await, Some(KeyState::Enabled));
    });
}
