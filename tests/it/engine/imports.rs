//! Imported material: tokens that expire, material that expires, and the same material only.

use std::time::Duration;

use kmsim::algorithms::specs::{Encryption, Form};
use kmsim::engine::{Error, ImportError, ImportParameters, NewKey, Wrapped, Wrapping};
use kmsim::model::{Key, KeyState, Origin};
use kmsim::world::Instant;

use super::{Bench, DAY, TICK, by_id, just_before, on_a_bench};

const HOUR: Duration = Duration::from_hours(1);

async fn prepared(bench: &Bench, key: &Key) -> ImportParameters {
    let wrapping = Wrapping::Sm2;
    bench.engine.import_parameters(bench.caller(), by_id(key), wrapping).await.unwrap()
}

async fn import(
    bench: &Bench,
    key: &Key,
    with: &ImportParameters,
    material: &[u8],
    expires: Option<Instant>,
) -> Result<(), Error> {
    let how = Encryption::Sm2(Form::Der);
    let mut rng = bench.engine.world().entropy.rng();
    let material = with.public.encrypt(how, material, &mut rng).unwrap();
    let wrapped = Wrapped { token: with.token.clone(), material, expires };
    bench.engine.import_material(bench.caller(), by_id(key), wrapped).await
}

fn external() -> NewKey {
    NewKey { origin: Origin::External, ..NewKey::plain() }
}

#[test]
fn a_key_waits_for_its_material_and_takes_the_same_again_only() {
    on_a_bench(async |bench| {
        let key = bench.key(external()).await;
        assert_eq!(bench.state_of(&key).await, Some(KeyState::PendingImport));
        let with = prepared(&bench, &key).await;
        import(&bench, &key, &with, &[1; 32], None).await.unwrap();
        assert_eq!(bench.state_of(&key).await, Some(KeyState::Enabled));
        let blob = bench.seal(&key, b"text").unwrap();
        bench.engine.delete_material(bench.caller(), by_id(&key)).await.unwrap();
        assert_eq!(bench.state_of(&key).await, Some(KeyState::PendingImport));
        let other = import(&bench, &key, &with, &[2; 32], None).await;
        assert!(matches!(other, Err(Error::Import(ImportError::MaterialDiffers))), "{other:?}");
        import(&bench, &key, &with, &[1; 32], None).await.unwrap();
        assert_eq!(bench.open(&blob).unwrap(), b"text");
    });
}

#[test]
fn a_token_is_good_for_its_key_and_for_its_time() {
    on_a_bench(async |bench| {
        let (key, other) = (bench.key(external()).await, bench.key(external()).await);
        let with = prepared(&bench, &key).await;
        let refused = import(&bench, &other, &with, &[1; 32], None).await;
        assert!(matches!(refused, Err(Error::Import(ImportError::TokenInvalid))), "{refused:?}");
        bench.advance(DAY).await;
        let late = import(&bench, &key, &with, &[1; 32], None).await;
        assert!(matches!(late, Err(Error::Import(ImportError::TokenExpired))), "{late:?}");
    });
}

#[test]
fn material_expires_at_the_very_instant() {
    on_a_bench(async |bench| {
        let key = bench.key(external()).await;
        let with = prepared(&bench, &key).await;
        import(&bench, &key, &with, &[1; 32], Some(bench.now().plus(DAY))).await.unwrap();
        bench.advance(just_before(DAY)).await;
        assert_eq!(bench.state_of(&key).await, Some(KeyState::Enabled));
        bench.advance(TICK).await;
        assert_eq!(bench.state_of(&key).await, Some(KeyState::PendingImport));
    });
}

#[test]
fn material_that_the_service_drew_is_not_imported_over() {
    on_a_bench(async |bench| {
        let key = bench.key(NewKey::plain()).await;
        let refused =
            bench.engine.import_parameters(bench.caller(), by_id(&key), Wrapping::Sm2).await;
        assert!(matches!(refused, Err(Error::Import(ImportError::NotExternal))), "{refused:?}");
    });
}

#[test]
fn material_of_another_length_or_wrapped_otherwise_is_invalid() {
    on_a_bench(async |bench| {
        let key = bench.key(external()).await;
        let with = prepared(&bench, &key).await;
        let short = import(&bench, &key, &with, &[1; 16], None).await;
        assert!(matches!(short, Err(Error::Import(ImportError::MaterialInvalid))), "{short:?}");
        let material = b"nothing that the public key made".to_vec();
        let wrapped = Wrapped { token: with.token.clone(), material, expires: None };
        let other = bench.engine.import_material(bench.caller(), by_id(&key), wrapped).await;
        assert!(matches!(other, Err(Error::Import(ImportError::MaterialInvalid))), "{other:?}");
    });
}

#[test]
fn an_import_enables_a_key_where_its_cloud_says_so() {
    on_a_bench(async |bench| {
        let key = bench.key(external()).await;
        let with = prepared(&bench, &key).await;
        import(&bench, &key, &with, &[1; 32], Some(bench.now().plus(HOUR))).await.unwrap();
        bench.engine.disable_key(bench.caller(), by_id(&key)).await.unwrap();
        bench.advance(HOUR).await;
        assert_eq!(bench.state_of(&key).await, Some(KeyState::PendingImport));
        import(&bench, &key, &with, &[1; 32], None).await.unwrap();
        assert_eq!(bench.state_of(&key).await, Some(KeyState::Enabled));
    });
}

#[test]
fn material_of_a_key_in_use_does_not_expire() {
    on_a_bench(async |bench| {
        let key = bench.key(external()).await;
        let with = prepared(&bench, &key).await;
        import(&bench, &key, &with, &[1; 32], Some(bench.now().plus(DAY))).await.unwrap();
        let (product, resource) = ("store".to_owned(), "a".to_owned());
        bench.engine.bind_resource(bench.caller(), by_id(&key), product, resource).await.unwrap();
        bench.advance(7 * DAY).await;
        assert_eq!(bench.state_of(&key).await, Some(KeyState::Enabled));
    });
}
