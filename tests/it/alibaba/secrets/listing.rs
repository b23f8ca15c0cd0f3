//! The list of secrets: pages, filters, tags.

use serde_json::{Value, json};

use super::{create, fields};
use crate::kit::{Client, START, Server};

fn names(body: &Value) -> Vec<&str> {
    let list = body["SecretList"]["Secret"].as_array().unwrap();
    list.iter().map(|secret| secret["SecretName"].as_str().unwrap()).collect()
}

fn tagged(client: &Client, name: &str, description: &str, tags: &[(&str, &str)]) {
    let tags: Value =
        tags.iter().map(|(key, value)| json!({ "TagKey": key, "TagValue": value })).collect();
    create(client, name, &[("Description", description), ("Tags", &tags.to_string())]).ok();
}

#[test]
fn secrets_are_listed_in_pages_in_order_of_creation() {
    let server = Server::start();
    let client = server.client();
    let list = |params: &[(&str, &str)]| client.call("ListSecrets", params);
    let mut empty = list(&[]).ok();
    empty.as_object_mut().unwrap().remove("RequestId").unwrap();
    let expected =
        json!({ "SecretList": { "Secret": [] }, "PageNumber": 1, "PageSize": 10, "TotalCount": 0 });
    assert_eq!(empty, expected, "a list, though empty");
    let made: Vec<_> = (0..12).map(|n| format!("s{}", 50 - n)).collect();
    for name in &made {
        create(&client, name, &[]).ok();
    }
    let first = list(&[]).ok();
    assert_eq!(names(&first), made[..10]);
    assert_eq!(
        fields(&first["SecretList"]["Secret"][0]),
        "CreateTime SecretName SecretType UpdateTime"
    );
    let expected = json!({ "SecretName": "s50", "SecretType": "Generic", "CreateTime": START, "UpdateTime": START });
    assert_eq!(first["SecretList"]["Secret"][0], expected);
    let page = |number: &str, size: &str| {
        let body = list(&[("PageNumber", number), ("PageSize", size)]).ok();
        assert_eq!(body["TotalCount"], 12);
        assert_eq!(body["PageNumber"], number.parse::<u32>().unwrap());
        assert_eq!(body["PageSize"], size.parse::<u32>().unwrap());
        names(&body).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(page("2", "10"), made[10..]);
    assert_eq!(page("2", "5"), made[5..10]);
    assert_eq!(page("1", "100"), made);
    assert!(page("3", "10").is_empty());
    for (name, value) in
        [("PageNumber", "0"), ("PageSize", "0"), ("PageSize", "101"), ("FetchTags", "x")]
    {
        list(&[(name, value)]).refused_parameter(name);
    }
}

#[test]
fn filters_select() {
    let server = Server::start();
    let client = server.client();
    tagged(&client, "a", "one", &[("env", "test"), ("team", "red")]);
    tagged(&client, "b", "two", &[("env", "live")]);
    tagged(&client, "c", "one", &[("team", "test")]);
    client.instance("kst-1");
    create(&client, "d", &[("DKMSInstanceId", "kst-1")]).ok();
    let list = |filters: &Value| client.call("ListSecrets", &[("Filters", &filters.to_string())]);
    let one = |key: &str, values: &[&str]| json!([{ "Key": key, "Values": values }]);
    for (filters, expected) in [
        (json!([]), &["a", "b", "c", "d"][..]),
        (one("SecretName", &[]), &["a", "b", "c", "d"]),
        (one("SecretName", &["b"]), &["b"]),
        (one("SecretName", &["c", "unknown", "a"]), &["a", "c"]),
        (one("SecretName", &["B"]), &[]),
        (one("Description", &["one"]), &["a", "c"]),
        (one("Description", &["on"]), &[]),
        (one("TagKey", &["env"]), &["a", "b"]),
        (one("TagKey", &["env", "team"]), &["a", "b", "c"]),
        (one("TagValue", &["test"]), &["a", "c"]),
        (one("SecretType", &["Generic"]), &["a", "b", "c", "d"]),
        (one("SecretType", &["Rds"]), &[]),
        (one("DKMSInstanceId", &["kst-1"]), &["d"]),
        (one("Creator", &["1000000000000001"]), &["a", "b", "c", "d"]),
        (one("Creator", &["1000000000000002"]), &[]),
        (one("SecretName", &[&"n".repeat(192)]), &[]),
        (one("TagKey", &[&"k".repeat(256)]), &[]),
        // The values of a property are alternatives.
        (
            json!([{ "Key": "SecretName", "Values": ["a"] }, { "Key": "SecretName", "Values": ["b"] }]),
            &["a", "b"],
        ),
    ] {
        let body = list(&filters).ok();
        assert_eq!(names(&body), expected, "{filters}");
        assert_eq!(body["TotalCount"], expected.len(), "{filters}");
    }
    let eleven = ["x"; 11];
    for bad in [
        json!({}),
        json!("text"),
        json!([{ "Key": "Unknown", "Values": ["x"] }]),
        json!([{ "Values": ["x"] }]),
        json!([{ "Key": "SecretName", "Values": "a" }]),
        one("SecretName", &eleven),
        // One property at a time, and only values that it can have.
        json!([{ "Key": "Description", "Values": ["one"] }, { "Key": "TagKey", "Values": ["env"] }]),
        json!([{ "Key": "TagKey", "Values": ["env"] }, { "Key": "SecretType", "Values": [] }]),
        one("SecretName", &["a", ""]),
        one("SecretName", &["a b"]),
        one("SecretName", &[&"n".repeat(193)]),
        one("Description", &[""]),
        one("Description", &[&"d".repeat(257)]),
        one("TagKey", &[""]),
        one("TagKey", &[&"k".repeat(257)]),
        one("TagValue", &[""]),
        one("TagValue", &[&"v".repeat(257)]),
    ] {
        list(&bad).refused_parameter("Filters");
    }
    client.call("ListSecrets", &[("Filters", "[")]).refused_parameter("Filters");
    // The count is that of the selected secrets.
    let filters = one("Description", &["one"]).to_string();
    let second = [("Filters", filters.as_str()), ("PageSize", "1"), ("PageNumber", "2")];
    let body = client.call("ListSecrets", &second).ok();
    assert_eq!((names(&body), &body["TotalCount"]), (vec!["c"], &json!(2)));
}

#[test]
fn tags_are_included_on_request() {
    let server = Server::start();
    let client = server.client();
    tagged(&client, "a", "", &[("k", "v"), ("empty", "")]);
    create(&client, "b", &[]).ok();
    let list = |fetch: &str| {
        client.call("ListSecrets", &[("FetchTags", fetch)]).ok()["SecretList"]["Secret"].clone()
    };
    for entry in list("false").as_array().unwrap() {
        assert!(entry.get("Tags").is_none());
    }
    let with = list("True");
    let expected =
        json!([{ "TagKey": "empty", "TagValue": "" }, { "TagKey": "k", "TagValue": "v" }]);
    assert_eq!(with[0]["Tags"], json!({ "Tag": expected }));
    assert_eq!(with[1]["Tags"], json!({ "Tag": [] }));
}
