//! Managed data keys: versions are added, and none ever changes.

use kmsim::engine::{Error, ManagedDataKeyError, ManagedDataKeyQuery};
use kmsim::model::{ManagedDataKeyName, ManagedDataKeyVersionId};

use super::{TestEngine, with_engine};

fn named(name: &str) -> ManagedDataKeyName {
    ManagedDataKeyName::parse(name).unwrap()
}

async fn add(test: &TestEngine, name: &str) -> Result<ManagedDataKeyVersionId, Error> {
    let added = test.engine.add_managed_data_key_version(test.caller(), named(name)).await;
    added.map(|version| version.id.clone())
}

fn read(
    test: &TestEngine,
    name: &str,
    query: &ManagedDataKeyQuery,
) -> Result<(ManagedDataKeyVersionId, Vec<u8>), Error> {
    let snapshot = test.engine.snapshot(&test.caller);
    let admitted = snapshot.view(&test.caller).managed_data_key(&named(name))?;
    let version = admitted.version(query)?;
    Ok((version.id.clone(), admitted.bytes(version).to_vec()))
}

#[test]
fn versions_keep_their_bytes() {
    with_engine(async |test| {
        let (first, newest) = (ManagedDataKeyQuery::First, ManagedDataKeyQuery::Newest);
        let missing = read(&test, "a", &first);
        assert!(matches!(missing, Err(Error::ManagedDataKey(ManagedDataKeyError::NotFound))));
        let one = add(&test, "a").await.unwrap();
        let (_, bytes) = read(&test, "a", &first).unwrap();
        assert_eq!((bytes.len(), read(&test, "a", &newest).unwrap().0), (32, one.clone()));
        let two = add(&test, "a").await.unwrap();
        assert_eq!(read(&test, "a", &first).unwrap(), (one.clone(), bytes.clone()));
        assert_eq!(read(&test, "a", &newest).unwrap().0, two);
        assert_ne!(read(&test, "a", &newest).unwrap().1, bytes);
        let by_id = |id: &ManagedDataKeyVersionId| ManagedDataKeyQuery::Id(id.clone());
        assert_eq!(read(&test, "a", &by_id(&one)).unwrap().1, bytes);
        let other = add(&test, "b").await.unwrap();
        let refused = read(&test, "a", &by_id(&other));
        assert!(matches!(
            refused,
            Err(Error::ManagedDataKey(ManagedDataKeyError::VersionNotFound))
        ));
    });
}

#[test]
fn versions_are_as_many_as_the_rules_allow() {
    with_engine(async |test| {
        for _ in 0..3 {
            add(&test, "a").await.unwrap();
        }
        let refused = add(&test, "a").await;
        assert!(matches!(
            refused,
            Err(Error::ManagedDataKey(ManagedDataKeyError::TooManyVersions))
        ));
        add(&test, "b").await.unwrap();
    });
}
