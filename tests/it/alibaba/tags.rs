//! Tags, by the older and the newer actions.

use serde_json::{Value, json};

use crate::kit::{Client, Server};

fn tags(client: &Client, key: &str) -> Value {
    let listed = client.call("ListResourceTags", &[("KeyId", key)]).ok();
    let entries = listed["Tags"]["Tag"].as_array().unwrap();
    entries.iter().map(|tag| json!([tag["TagKey"], tag["TagValue"]])).collect()
}

#[test]
fn tags_are_set_replaced_and_removed() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[("Tags", r#"[{"TagKey":"a","TagValue":"1"}]"#)]);
    assert_eq!(
        client.call("ListResourceTags", &[("KeyId", &key)]).ok()["Tags"],
        json!({ "Tag": [{ "KeyId": key, "TagKey": "a", "TagValue": "1" }] })
    );
    let more = r#"[{"TagKey":"a","TagValue":"2"},{"TagKey":"b","TagValue":""}]"#;
    client.call("TagResource", &[("KeyId", &key), ("Tags", more)]).ok();
    assert_eq!(tags(&client, &key), json!([["a", "2"], ["b", ""]]));
    client.call("UntagResource", &[("KeyId", &key), ("TagKeys", r#"["a","unknown"]"#)]).ok();
    assert_eq!(tags(&client, &key), json!([["b", ""]]));
    client.call("UntagResource", &[("KeyId", &key), ("TagKeys", r#"["b"]"#)]).ok();
    assert_eq!(
        client.call("ListResourceTags", &[("KeyId", &key)]).ok()["Tags"],
        json!({ "Tag": [] })
    );
}

#[test]
fn a_bad_tag_sets_none() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[]);
    let long = "k".repeat(129);
    for (name, value, code) in [
        ("", "v", "InvalidParameter.TagKey"),
        ("aliyun-x", "v", "InvalidParameter.TagKey"),
        ("acs:x", "v", "InvalidParameter.TagKey"),
        ("a#b", "v", "InvalidParameter.TagKey"),
        (&long, "v", "InvalidParameter.TagKey"),
        ("k", "v#", "InvalidParameter.TagValue"),
        ("k", &long, "InvalidParameter.TagValue"),
    ] {
        let list =
            json!([{ "TagKey": "good", "TagValue": "x" }, { "TagKey": name, "TagValue": value }]);
        client
            .call("TagResource", &[("KeyId", &key), ("Tags", &list.to_string())])
            .refused(400, code);
    }
    let twice = r#"[{"TagKey":"k","TagValue":"1"},{"TagKey":"k","TagValue":"2"}]"#;
    client
        .call("TagResource", &[("KeyId", &key), ("Tags", twice)])
        .refused(400, "Duplicate.TagKey");
    let eleven: Vec<_> =
        (0..11).map(|n| json!({ "TagKey": format!("k{n}"), "TagValue": "" })).collect();
    client
        .call("TagResource", &[("KeyId", &key), ("Tags", &json!(eleven).to_string())])
        .refused_parameter("Tags");
    client.create_key(&[("Tags", &json!(eleven).to_string())]);
    assert_eq!(tags(&client, &key), json!([]));
}

#[test]
fn the_newer_actions_take_many_resources() {
    let server = Server::start();
    let client = server.client();
    let (a, b) = (client.create_key(&[]), client.create_key(&[]));
    let both = [("ResourceType", "key"), ("ResourceId.1", &a), ("ResourceId.2", &b)];
    let with = |extra: &[(&'static str, &'static str)]| [&both[..], extra].concat();
    client
        .call(
            "TagResources",
            &with(&[("Tag.1.Key", "k"), ("Tag.1.Value", "v"), ("Tag.2.Key", "l")]),
        )
        .ok();
    let listed = client.call("ListTagResources", &both).ok();
    assert_eq!(listed["TagResources"]["TagResource"].as_array().unwrap().len(), 4);
    assert_eq!(
        listed["TagResources"]["TagResource"][0],
        json!({ "ResourceId": a, "ResourceType": "key", "TagKey": "k", "TagValue": "v" })
    );
    client
        .call("UntagResources", &[("ResourceType", "key"), ("ResourceId.1", &a), ("TagKey.1", "k")])
        .ok();
    let by_tag = [("ResourceType", "key"), ("Tag.1.Key", "k"), ("Tag.1.Value", "v")];
    let listed = client.call("ListTagResources", &by_tag).ok();
    assert_eq!(listed["TagResources"]["TagResource"][0]["ResourceId"], json!(b));
    client.call("UntagResources", &with(&[("All", "true")])).ok();
    let listed = client.call("ListTagResources", &both).ok();
    assert_eq!(
        (&listed["TagResources"], &listed["NextToken"]),
        (&json!({ "TagResource": [] }), &json!(""))
    );
    let unknown = [
        ("ResourceType", "key"),
        ("ResourceId.1", &a),
        ("ResourceId.2", "unknown"),
        ("Tag.1.Key", "k"),
    ];
    client.call("TagResources", &unknown).refused(404, "InvalidResourceId.NotFound");
    assert_eq!(tags(&client, &a), json!([]), "all or none");
}

#[test]
fn tagged_resources_come_in_pages_of_200() {
    let server = Server::start();
    let client = server.client();
    let twenty: Vec<_> =
        (0..20).map(|n| json!({ "TagKey": format!("k{n}"), "TagValue": "v" })).collect();
    for _ in 0..11 {
        client.create_key(&[("Tags", &json!(twenty).to_string())]);
    }
    let first = client.call("ListTagResources", &[("ResourceType", "key")]).ok();
    assert_eq!(first["TagResources"]["TagResource"].as_array().unwrap().len(), 200);
    let token = first["NextToken"].as_str().unwrap();
    let rest =
        client.call("ListTagResources", &[("ResourceType", "key"), ("NextToken", token)]).ok();
    assert_eq!(rest["TagResources"]["TagResource"].as_array().unwrap().len(), 20);
    assert_eq!(rest["NextToken"], "");
}
