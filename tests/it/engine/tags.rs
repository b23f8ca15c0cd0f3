//! Tags change on all or on none, up to the cloud's limit.

use kmsim::engine::{Error, NewKey, TagRemoval, Tagged};
use kmsim::model::Key;

use super::{TestEngine, by_id, with_engine};

async fn tags(test: &TestEngine, key: &Key) -> Vec<String> {
    let found = test.found(key).await.unwrap().0;
    found.tags.iter().map(|(name, value)| format!("{name}={value}")).collect()
}

#[test]
fn tags_are_added_to_all_resources_or_to_none() {
    with_engine(async |test| {
        let (one, two) = (test.key(NewKey::plain()).await, test.key(NewKey::plain()).await);
        let tag = async |keys: &[&Key], names: &[&str]| {
            let whom = keys.iter().map(|key| Tagged::Key(by_id(key))).collect();
            let tags = names.iter().map(|it| ((*it).to_owned(), "v".to_owned())).collect();
            test.engine.tag(test.caller(), whom, tags).await
        };
        tag(&[&one], &["a", "b"]).await.unwrap();
        let refused = tag(&[&two, &one], &["c"]).await;
        assert!(matches!(refused, Err(Error::QuotaExceeded)), "{refused:?}");
        assert_eq!(tags(&test, &one).await, ["a=v", "b=v"]);
        assert!(tags(&test, &two).await.is_empty());
        // Adding a tag again replaces it.
        tag(&[&two, &one], &["a"]).await.unwrap();
        assert_eq!(tags(&test, &two).await, ["a=v"]);
    });
}

#[test]
fn tags_are_removed_by_name_or_all() {
    with_engine(async |test| {
        let key = test.key(NewKey::plain()).await;
        let whom = || vec![Tagged::Key(by_id(&key))];
        let both = ["a", "b"].map(|it| (it.to_owned(), "v".to_owned())).to_vec();
        test.engine.tag(test.caller(), whom(), both).await.unwrap();
        let named = TagRemoval::Named(vec!["a".into(), "never there".into()]);
        test.engine.untag(test.caller(), whom(), named).await.unwrap();
        assert_eq!(tags(&test, &key).await, ["b=v"]);
        test.engine.untag(test.caller(), whom(), TagRemoval::All).await.unwrap();
        assert!(tags(&test, &key).await.is_empty());
    });
}

#[test]
fn tags_are_replaced_in_one_change() {
    with_engine(async |test| {
        let key = test.key(NewKey::plain()).await;
        let replace = async |gone: &[&str], names: &[&str]| {
            let whom = vec![Tagged::Key(by_id(&key))];
            let gone = gone.iter().map(|it| (*it).to_owned()).collect();
            let tags = names.iter().map(|it| ((*it).to_owned(), "v".to_owned())).collect();
            test.engine.replace_tags(test.caller(), whom, gone, tags).await
        };
        replace(&[], &["a", "b"]).await.unwrap();
        // The limit is two. It holds for what is there afterwards.
        replace(&["a"], &["c"]).await.unwrap();
        assert_eq!(tags(&test, &key).await, ["b=v", "c=v"]);
        let refused = replace(&["b"], &["d", "e"]).await;
        assert!(matches!(refused, Err(Error::QuotaExceeded)), "{refused:?}");
        assert_eq!(tags(&test, &key).await, ["b=v", "c=v"]);
    });
}
