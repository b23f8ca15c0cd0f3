//! Tags: all or none, and no more than the cloud allows.

use kmsim::engine::{Error, NewKey, TagRemoval, Tagged};
use kmsim::model::Key;

use super::{Bench, by_id, on_a_bench};

async fn tags(bench: &Bench, key: &Key) -> Vec<String> {
    let found = bench.found(key).await.unwrap().0;
    found.tags.iter().map(|(name, value)| format!("{name}={value}")).collect()
}

#[test]
fn tags_are_hung_on_all_or_on_none() {
    on_a_bench(async |bench| {
        let (one, two) = (bench.key(NewKey::plain()).await, bench.key(NewKey::plain()).await);
        let tag = async |keys: &[&Key], names: &[&str]| {
            let whom = keys.iter().map(|key| Tagged::Key(by_id(key))).collect();
            let tags = names.iter().map(|it| ((*it).to_owned(), "v".to_owned())).collect();
            bench.engine.tag(bench.caller(), whom, tags).await
        };
        tag(&[&one], &["a", "b"]).await.unwrap();
        let refused = tag(&[&two, &one], &["c"]).await;
        assert!(matches!(refused, Err(Error::QuotaExceeded)), "{refused:?}");
        assert_eq!(tags(&bench, &one).await, ["a=v", "b=v"]);
        assert!(tags(&bench, &two).await.is_empty());
        // The same name again is the same tag.
        tag(&[&two, &one], &["a"]).await.unwrap();
        assert_eq!(tags(&bench, &two).await, ["a=v"]);
    });
}

#[test]
fn tags_are_taken_away_by_name_or_all() {
    on_a_bench(async |bench| {
        let key = bench.key(NewKey::plain()).await;
        let whom = || vec![Tagged::Key(by_id(&key))];
        let both = ["a", "b"].map(|it| (it.to_owned(), "v".to_owned())).to_vec();
        bench.engine.tag(bench.caller(), whom(), both).await.unwrap();
        let named = TagRemoval::Named(vec!["a".into(), "never there".into()]);
        bench.engine.untag(bench.caller(), whom(), named).await.unwrap();
        assert_eq!(tags(&bench, &key).await, ["b=v"]);
        bench.engine.untag(bench.caller(), whom(), TagRemoval::All).await.unwrap();
        assert!(tags(&bench, &key).await.is_empty());
    });
}
