//! Tags of keys, and finding keys by their tags.

use serde_json::{Value, json};

use super::client::Client;
use crate::kit::{Server, encode};

fn tag(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": value })
}

fn tags(count: usize) -> Vec<Value> {
    (0..count).map(|at| tag(&at.to_string(), "v")).collect()
}

/// The tags of a key, as `key=value`.
fn shown(client: &Client, key: &str) -> Vec<String> {
    let told = client.done(&format!("GET {key}/tags"), json!({}));
    let tags = told["tags"].as_array().unwrap();
    assert_eq!(told["existTagsNum"], tags.len());
    let text = |tag: &Value, name: &str| tag[name].as_str().unwrap().to_owned();
    tags.iter().map(|tag| format!("{}={}", text(tag, "key"), text(tag, "value"))).collect()
}

#[test]
fn tags_are_added_replaced_and_deleted() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key(json!({}));
    let (one, many) = (format!("{key}/tags"), format!("{key}/tags/action"));
    assert_eq!(shown(&client, &key), [""; 0]);
    assert_eq!(client.done(&one, json!({ "tag": tag("b", "1") })), Value::Null);
    client.done(&one, json!({ "tag": { "key": "a" } }));
    client.done(&one, json!({ "tag": tag("b", "2") }));
    assert_eq!(shown(&client, &key), ["a=", "b=2"]);
    let all = json!([tag("b", "3"), tag("c", "4")]);
    assert_eq!(client.done(&many, json!({ "action": "create", "tags": all })), Value::Null);
    assert_eq!(shown(&client, &key), ["a=", "b=3", "c=4"]);
    let gone = json!([tag("b", "other"), { "key": "a" }, { "key": "none" }]);
    client.done(&many, json!({ "action": "delete", "tags": gone }));
    assert_eq!(shown(&client, &key), ["c=4"]);
    assert_eq!(client.done(&format!("DELETE {one}/c"), Value::Null), Value::Null);
    assert_eq!(shown(&client, &key), [""; 0]);
    let answer = client.refused("KMS.0416", &format!("DELETE {one}/c"), Value::Null);
    assert_eq!(answer.status, 404);
}

#[test]
fn the_key_of_a_tag_in_a_path_is_encoded() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key(json!({}));
    for name in ["a/b", "team name", "密钥", "a%2Fb", "a+b", "tags", "a?b#c", "."] {
        client.done(&format!("{key}/tags"), json!({ "tag": tag(name, "v") }));
        assert_eq!(shown(&client, &key), [format!("{name}=v")]);
        client.done(&format!("DELETE {key}/tags/{}", encode(name)), Value::Null);
        assert_eq!(shown(&client, &key), [""; 0], "{name}");
    }
}

#[test]
fn invalid_tags_are_refused() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key(json!({}));
    let (one, many) = (format!("{key}/tags"), format!("{key}/tags/action"));
    for (code, tag) in [
        ("KMS.0411", tag("", "v")),
        ("KMS.0411", tag(&"密".repeat(37), "v")),
        ("KMS.0410", tag("k", &"密".repeat(44))),
        ("KMS.0204", json!({ "value": "v" })),
        ("KMS.0308", json!({ "key": ["k"] })),
    ] {
        client.refused(code, &one, json!({ "tag": tag }));
        client.refused(code, &many, json!({ "action": "create", "tags": [tag] }));
    }
    for bad in ["*", "<", ">", "\\", "=", "\u{0}", "\u{1f}"] {
        client.refused("KMS.0406", &one, json!({ "tag": tag(bad, "v") }));
        client.refused("KMS.0405", &one, json!({ "tag": tag("k", bad) }));
    }
    for (code, params) in [
        ("KMS.0204", json!({ "action": "create" })),
        ("KMS.0204", json!({ "tags": [tag("k", "v")] })),
        ("KMS.0401", json!({ "action": "create", "tags": [] })),
        ("KMS.0404", json!({ "action": "update", "tags": [tag("k", "v")] })),
        ("KMS.0407", json!({ "action": "create", "tags": tags(11) })),
        ("KMS.0412", json!({ "action": "delete", "tags": [tag("k", "v"), tag("k", "w")] })),
        ("KMS.0412", json!({ "action": "create", "tags": "k" })),
        ("KMS.0412", json!({ "action": "create", "tags": tag("k", "v") })),
        ("KMS.0412", json!({ "action": "create", "tags": [tag("k", "v"), "k"] })),
    ] {
        client.refused(code, &many, params);
    }
    for other in [json!("k"), json!([tag("k", "v")])] {
        client.refused("KMS.0308", &one, json!({ "tag": other }));
    }
    client.refused("KMS.0406", &format!("DELETE {one}/k%3C"), Value::Null);
    client.refused("KMS.0411", &format!("DELETE {one}/{}", "k".repeat(37)), Value::Null);
    client.refused("KMS.0205", "GET k/tags", json!({}));
    let absent = "00000000-0000-4000-8000-000000000000";
    client.refused("KMS.0207", &format!("GET {absent}/tags"), json!({}));
    assert_eq!(shown(&client, &key), [""; 0]);
    // The longest key and value, and ten tags.
    let longest = tag(&"密".repeat(36), &"密".repeat(43));
    client.done(&one, json!({ "tag": longest }));
    client.refused("KMS.0409", &many, json!({ "action": "create", "tags": tags(10) }));
    client.done(&many, json!({ "action": "create", "tags": tags(9) }));
    client.refused("KMS.0409", &one, json!({ "tag": tag("other", "v") }));
    client.done(&one, json!({ "tag": tag("0", "new value") }));
    assert_eq!(shown(&client, &key).len(), 10);
}

#[test]
fn keys_are_found_by_tags_and_aliases() {
    let server = Server::start();
    let client = Client::of(&server);
    for (alias, team, size) in [("one", "a", "1"), ("two", "a", "2"), ("three", "b", "1")] {
        let key = client.create_key(json!({ "key_alias": alias }));
        let tags = json!([tag("team", team), tag("size", size)]);
        client.done(&format!("{key}/tags/action"), json!({ "action": "create", "tags": tags }));
    }
    client.create_key(json!({ "key_alias": "plain" }));
    client.describe("alias/evs/default");
    assert_eq!(
        client.done("GET tags", json!({})),
        json!({ "tags": [
            { "key": "size", "values": ["1", "2"] },
            { "key": "team", "values": ["a", "b"] },
        ] })
    );
    let find = |filter: &Value, action: &str| {
        let mut params = filter.clone();
        params["action"] = json!(action);
        client.done("resource_instances/action", params)
    };
    let tags = |tags: Value| json!({ "tags": tags });
    let team = |values: Value| json!({ "key": "team", "values": values });
    let size = |values: Value| json!({ "key": "size", "values": values });
    let named = |name: &str| json!([{ "key": "resource_name", "value": name }]);
    for (filter, expected) in [
        (json!({}), "plain three two one"),
        (tags(json!([])), "plain three two one"),
        (tags(json!([team(json!(["a"]))])), "two one"),
        (tags(json!([team(json!(["a", "b"]))])), "three two one"),
        (tags(json!([team(json!([]))])), "three two one"),
        (tags(json!([team(json!(["a"])), size(json!(["1"]))])), "one"),
        (tags(json!([team(json!(["c"]))])), ""),
        (json!({ "matches": named("two") }), "two"),
        (json!({ "matches": named("e") }), "three one"),
        (json!({ "matches": named("e"), "tags": [team(json!(["b"]))] }), "three"),
    ] {
        let found = find(&filter, "filter");
        let rows = found["resources"].as_array().unwrap();
        let resources: Vec<_> =
            rows.iter().map(|it| it["resource_name"].as_str().unwrap()).collect();
        assert_eq!(resources.join(" "), expected, "{filter}");
        assert_eq!(found["total_count"], resources.len(), "{filter}");
        for row in rows {
            let told = client.describe(row["resource_id"].as_str().unwrap());
            assert_eq!(row["resource_detail"], told);
        }
        assert_eq!(find(&filter, "count"), json!({ "total_count": resources.len() }));
    }
    let row = find(&json!({ "matches": named("one") }), "filter")["resources"][0].clone();
    assert_eq!(row["tags"], json!([tag("size", "1"), tag("team", "a")]));
}

#[test]
fn found_keys_are_in_pages() {
    let server = Server::start();
    let client = Client::of(&server);
    for at in 0..12 {
        client.create_key(json!({ "key_alias": format!("key-{at:02}") }));
    }
    let page = |more: Value| {
        let mut params = more;
        params["action"] = json!("filter");
        let found = client.done("resource_instances/action", params);
        assert_eq!(found["total_count"], 12);
        let rows = found["resources"].as_array().unwrap();
        let last = rows.last().map(|row| row["resource_name"].as_str().unwrap().to_owned());
        (rows.len(), last.unwrap_or_default())
    };
    for (more, rows, last) in [
        (json!({}), 10, "key-02"),
        (json!({ "limit": "1000", "offset": 0 }), 12, "key-00"),
        (json!({ "limit": 1, "offset": "3" }), 1, "key-08"),
        (json!({ "offset": "11" }), 1, "key-00"),
        (json!({ "offset": "12" }), 0, ""),
    ] {
        assert_eq!(page(more.clone()), (rows, last.to_owned()), "{more}");
    }
    for (code, more) in [
        ("KMS.1601", json!({ "limit": "0" })),
        ("KMS.1601", json!({ "limit": "1001" })),
        ("KMS.1601", json!({ "limit": "x" })),
        ("KMS.0417", json!({ "offset": "-1" })),
        ("KMS.0417", json!({ "offset": "x" })),
    ] {
        let mut params = more;
        params["action"] = json!("filter");
        client.refused(code, "resource_instances/action", params.clone());
        // Counting has no pages.
        params["action"] = json!("count");
        client.done("resource_instances/action", params);
    }
}

#[test]
fn invalid_filters_are_refused() {
    let server = Server::start();
    let client = Client::of(&server);
    let filter = |key: &str, values: Value| json!({ "key": key, "values": values });
    let values = |count: usize| -> Vec<String> { (0..count).map(|at| at.to_string()).collect() };
    let named = |value: &str| json!({ "key": "resource_name", "value": value });
    let filters = |count: usize| -> Vec<Value> {
        (0..count).map(|at| filter(&at.to_string(), json!(["v"]))).collect()
    };
    let all = |action: &str, name: &str, value: Value| json!({ "action": action, name: value });
    for (code, name, value) in [
        ("KMS.0407", "tags", json!(filters(11))),
        ("KMS.0411", "tags", json!([filter("", json!(["v"]))])),
        ("KMS.0411", "tags", json!([filter(&"k".repeat(37), json!(["v"]))])),
        ("KMS.0406", "tags", json!([filter("k=", json!(["v"]))])),
        ("KMS.0410", "tags", json!([filter("k", json!(["v".repeat(44)]))])),
        ("KMS.0405", "tags", json!([filter("k", json!(["<"]))])),
        ("KMS.0412", "tags", json!([filter("k", json!(["v"])), filter("k", json!(["w"]))])),
        ("KMS.0412", "tags", json!([filter("k", json!(["v", "v"]))])),
        ("KMS.0413", "tags", json!([filter("k", json!(values(11)))])),
        ("KMS.0402", "matches", json!([named("")])),
        ("KMS.0402", "matches", json!([named(&"密".repeat(256))])),
        ("KMS.0403", "matches", json!([{ "key": "color", "value": "red" }])),
        ("KMS.0415", "matches", json!([named("a"), named("b")])),
        ("KMS.0412", "tags", json!(["k"])),
        ("KMS.0415", "matches", json!("all")),
        ("KMS.0415", "matches", json!(["all"])),
    ] {
        for action in ["filter", "count"] {
            client.refused(code, "resource_instances/action", all(action, name, value.clone()));
        }
    }
    client.refused("KMS.0204", "resource_instances/action", json!({}));
    client.refused("KMS.0404", "resource_instances/action", json!({ "action": "Filter" }));
    for (name, value) in [
        ("tags", json!(filters(10))),
        ("tags", json!([filter(&"k".repeat(36), json!(["v".repeat(43)]))])),
        ("tags", json!([filter("k", json!(values(10)))])),
        ("matches", json!([named(&"密".repeat(255))])),
    ] {
        client.done("resource_instances/action", all("count", name, value));
    }
}
