//! Tags on secrets, by the older and the newer actions.

use serde_json::{Value, json};

use super::{create, not_found};
use crate::kit::{Client, START, Server};

fn tags(client: &Client, name: &str) -> Value {
    let described =
        client.call("DescribeSecret", &[("SecretName", name), ("FetchTags", "true")]).ok();
    let entries = described["Tags"]["Tag"].as_array().unwrap();
    entries.iter().map(|tag| json!([tag["TagKey"], tag["TagValue"]])).collect()
}

/// A JSON list of tags `k0`, `k1` and so on.
fn many(from: usize, to: usize) -> String {
    (from..to)
        .map(|n| json!({ "TagKey": format!("k{n}"), "TagValue": "v" }))
        .collect::<Value>()
        .to_string()
}

#[test]
fn tags_are_set_replaced_and_removed() {
    let server = Server::start();
    let client = server.client();
    create(&client, "s", &[("Tags", r#"[{"TagKey":"a","TagValue":"1"}]"#)]).ok();
    create(&client, "other", &[]).ok();
    server.advance(std::time::Duration::from_hours(1));
    let name = ("SecretName", "s");
    let more = r#"[{"TagKey":"a","TagValue":"2"},{"TagKey":"b"}]"#;
    client.call("TagResource", &[name, ("Tags", more)]).ok();
    assert_eq!(tags(&client, "s"), json!([["a", "2"], ["b", ""]]));
    client.call("UntagResource", &[name, ("TagKeys", r#"["a","unknown"]"#)]).ok();
    assert_eq!(tags(&client, "s"), json!([["b", ""]]));
    client.call("UntagResource", &[name, ("TagKeys", r#"["b"]"#)]).ok();
    assert_eq!(tags(&client, "s"), json!([]));
    assert_eq!(tags(&client, "other"), json!([]));
    let described = client.call("DescribeSecret", &[name]).ok();
    assert_eq!(described["CreateTime"], START);
    let tag = ("Tags", r#"[{"TagKey":"k","TagValue":"v"}]"#);
    not_found(&client.call("TagResource", &[("SecretName", "unknown"), tag]));
    not_found(&client.call("UntagResource", &[("SecretName", "unknown"), ("TagKeys", r#"["k"]"#)]));
    client.call("TagResource", &[("SecretName", "a b"), tag]).refused_parameter("SecretName");
    client.call("UntagResource", &[name, ("TagKeys", "k")]).refused_parameter("TagKeys");
    client
        .call("UntagResource", &[name, ("TagKeys", r#"["b",""]"#)])
        .refused(400, "InvalidParameter.TagKey");
    client
        .call("TagResource", &[name, ("Tags", r#"[{"TagKey":"","TagValue":"v"}]"#)])
        .refused(400, "InvalidParameter.TagKey");
    // One resource at a time.
    let key = client.create_key(&[]);
    client.call("TagResource", &[name, ("KeyId", &key), tag]).refused_parameter("SecretName");
    assert_eq!(tags(&client, "s"), json!([]));
}

#[test]
fn a_secret_has_at_most_20_tags() {
    let server = Server::start();
    let client = server.client();
    create(&client, "s", &[("Tags", &many(0, 11))]).ok();
    let tag = |list: &str| client.call("TagResource", &[("SecretName", "s"), ("Tags", list)]);
    tag(&many(0, 11)).refused_parameter("Tags");
    tag(&many(11, 20)).ok();
    tag(&many(19, 21)).refused(400, "Rejected.LimitExceeded");
    assert_eq!(tags(&client, "s").as_array().unwrap().len(), 20, "all or none");
    tag(&many(10, 20)).ok();
    tag(r#"[{"TagKey":"acs:x"}]"#).refused(400, "InvalidParameter.TagKey");
    tag(r#"[{"TagKey":"x","TagValue":"\u00e9"}]"#).refused(400, "InvalidParameter.TagValue");
    tag(r#"[{"TagKey":"x"},{"TagKey":"x"}]"#).refused(400, "Duplicate.TagKey");
}

#[test]
fn the_newer_actions_take_many_secrets() {
    let server = Server::start();
    let client = server.client();
    create(&client, "a/1", &[]).ok();
    create(&client, "b", &[]).ok();
    let kind = ("ResourceType", "secret");
    let both = [kind, ("ResourceId.1", "a/1"), ("ResourceId.2", "b")];
    let list = |params: &[(&str, &str)]| {
        let body = client.call("ListTagResources", params).ok();
        assert_eq!(body["NextToken"], "");
        body["TagResources"]["TagResource"].clone()
    };
    assert_eq!(list(&both), json!([]), "a list, though empty");
    let set = [("Tag.1.Key", "k"), ("Tag.1.Value", "v"), ("Tag.2.Key", "l")];
    client.call("TagResources", &[&both[..], &set].concat()).ok();
    let entry = |id: &str, key: &str, value: &str| json!({ "ResourceId": id, "ResourceType": "secret", "TagKey": key, "TagValue": value });
    let all =
        [entry("a/1", "k", "v"), entry("a/1", "l", ""), entry("b", "k", "v"), entry("b", "l", "")];
    assert_eq!(list(&both), json!(all));
    assert_eq!(list(&[kind]), json!(all));
    assert_eq!(list(&[kind, ("ResourceId.1", "b")]), json!(all[2..]));
    assert_eq!(list(&[kind, ("ResourceId.1", "unknown")]), json!([]));
    assert_eq!(list(&[("ResourceType", "key")]), json!([]), "no key has any");
    client.call("UntagResources", &[kind, both[1], ("TagKey.1", "k"), ("TagKey.2", "x")]).ok();
    assert_eq!(list(&[kind, ("Tag.1.Key", "k"), ("Tag.1.Value", "v")]), json!(all[2..]));
    assert_eq!(list(&[kind, ("Tag.1.Key", "k"), ("Tag.1.Value", "w")]), json!([]));
    client.call("UntagResources", &[&both[..], &[("All", "true")]].concat()).ok();
    assert_eq!(list(&both), json!([]));

    let unknown = [kind, both[1], ("ResourceId.2", "unknown")];
    for (action, what) in
        [("TagResources", ("Tag.1.Key", "k")), ("UntagResources", ("TagKey.1", "k"))]
    {
        client
            .call(action, &[&unknown[..], &[what]].concat())
            .refused(404, "InvalidResourceId.NotFound");
    }
    assert_eq!(list(&both), json!([]), "all or none");
    client
        .call("TagResources", &[("ResourceType", "x"), both[1], set[0]])
        .refused_parameter("ResourceType");
    // A key's id names no secret.
    let key = client.create_key(&[]);
    client
        .call("TagResources", &[kind, ("ResourceId.1", &key), set[0]])
        .refused(404, "InvalidResourceId.NotFound");
}
