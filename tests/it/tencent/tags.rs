//! The tag service, as far as Terraform's provider calls it.

use serde_json::{Value, json};

use super::wire::Client;
use crate::kit::Server;

const VERSION: &str = "2018-08-13";

/// A key with the tags `a` and `b`, its name there, and a client of the tag service.
fn tagged(server: &Server) -> (String, Client) {
    let client = Client::of(server);
    let tags = json!([{ "TagKey": "a", "TagValue": "1" }, { "TagKey": "b", "TagValue": "2" }]);
    let key = client.create_key(json!({ "Tags": tags }));
    let shown = client.done("DescribeKey", json!({ "KeyId": key }));
    let resource = shown["KeyMetadata"]["ResourceId"].as_str().unwrap().to_owned();
    (resource, Client { version: VERSION, ..client })
}

/// The tags of a resource, as `key=value`.
fn tags(client: &Client, resource: &str) -> Vec<String> {
    let params = described(&json!({ "ResourceIds": [resource] }));
    let told = client.done("DescribeResourceTagsByResourceIds", params);
    let rows = told["Tags"].as_array().unwrap();
    assert_eq!(told["TotalCount"], rows.len());
    let text = |row: &Value, member: &str| row[member].as_str().unwrap().to_owned();
    let mut all: Vec<String> = rows
        .iter()
        .inspect(|row| assert_eq!(row["ResourceId"], resource))
        .map(|row| format!("{}={}", text(row, "TagKey"), text(row, "TagValue")))
        .collect();
    all.sort();
    all
}

fn described(more: &Value) -> Value {
    let mut params = json!({ "ServiceType": "kms", "ResourcePrefix": "key",
        "ResourceRegion": "ap-guangzhou", "ResourceIds": ["a"], "Limit": 400, "Offset": 0 });
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    params
}

#[test]
fn tags_are_replaced_and_deleted_together() {
    let server = Server::start();
    let (resource, client) = tagged(&server);
    assert_eq!(tags(&client, &resource), ["a=1", "b=2"]);
    client.done(
        "ModifyResourceTags",
        json!({
            "Resource": format!("qcs::kms:ap-guangzhou:uin/:key/{resource}"),
            "ReplaceTags": [{ "TagKey": "b", "TagValue": "3" }, { "TagKey": "c", "TagValue": "" }],
            "DeleteTags": [{ "TagKey": "a" }, { "TagKey": "never there" }],
        }),
    );
    assert_eq!(tags(&client, &resource), ["b=3", "c="]);
    assert!(tags(&client, "creatorUin/1/23e80852-1e38-11e9-b129-5cb9019b4b01").is_empty());
}

#[test]
fn wrong_tags_are_refused_by_the_tag_services_codes() {
    let server = Server::start();
    let (resource, client) = tagged(&server);
    let named = |region: &str, resource: &str| format!("qcs::kms:{region}:uin/:key/{resource}");
    let own = named("ap-guangzhou", &resource);
    let tag = |key: &str| json!({ "TagKey": key, "TagValue": "v" });
    let many = |prefix: &str| (0..10).map(|it| tag(&format!("{prefix}{it}"))).collect::<Vec<_>>();
    let (long, above) = (tag(&"k".repeat(128)), [many("x"), vec![tag("y")]].concat());
    let replace = |tags: Value| json!({ "Resource": own, "ReplaceTags": tags });
    let both =
        json!({ "Resource": own, "ReplaceTags": [tag("a")], "DeleteTags": [{ "TagKey": "a" }] });
    let value = json!([{ "TagKey": "k", "TagValue": "v".repeat(256) }]);
    let id = resource.rsplit('/').next().unwrap();
    for other in ["uin/:key/creatorUin/2/", "uin/2:key/", ":key/", "uin:key/"] {
        let other = format!("qcs::kms:ap-guangzhou:{other}{id}");
        let params = json!({ "Resource": other, "ReplaceTags": [tag("a")] });
        let code = "InvalidParameterValue.ResourceDescriptionError";
        client.refused(code, "ModifyResourceTags", params);
    }
    assert!(tags(&client, &format!("creatorUin/2/{id}")).is_empty());
    for (code, params) in [
        ("InvalidParameterValue.DeleteTagsParamError", both),
        ("InvalidParameter.Tag", json!({ "Resource": own })),
        ("InvalidParameter.Tag", replace(json!([tag("c"), tag("c")]))),
        ("InvalidParameter.Tag", replace(json!(above))),
        ("InvalidParameterValue.TagKeyEmpty", replace(json!([tag("")]))),
        ("InvalidParameterValue.TagKeyLengthExceeded", replace(json!([long]))),
        ("InvalidParameter.ReservedTagKey", replace(json!([tag("qcloud")]))),
        ("InvalidParameterValue.TagValueLengthExceeded", replace(value)),
        ("MissingParameter", json!({ "ReplaceTags": [tag("c")] })),
    ] {
        client.refused(code, "ModifyResourceTags", params);
    }
    let unknown = "creatorUin/1/23e80852-1e38-11e9-b129-5cb9019b4b01";
    for wrong in ["a", &named("ap-beijing", &resource), &named("ap-guangzhou", unknown)] {
        let params = json!({ "Resource": wrong, "ReplaceTags": [tag("c")] });
        client.refused(
            "InvalidParameterValue.ResourceDescriptionError",
            "ModifyResourceTags",
            params,
        );
    }
    for (code, more) in [
        ("InvalidParameterValue.ResourcePrefixInvalid", json!({ "ResourcePrefix": "" })),
        ("InvalidParameterValue.RegionInvalid", json!({ "ResourceRegion": "ap-nowhere" })),
        ("InvalidParameterValue.ResourceIdInvalid", json!({ "ResourceIds": vec!["a"; 51] })),
    ] {
        client.refused(code, "DescribeResourceTagsByResourceIds", described(&more));
    }
    assert_eq!(tags(&client, &resource), ["a=1", "b=2"]);
    let chinese = Client { language: "zh-CN", ..client.clone() };
    let params = json!({ "Resource": "a", "ReplaceTags": [tag("c")] });
    let code = "InvalidParameterValue.ResourceDescriptionError";
    assert_eq!(chinese.refused(code, "ModifyResourceTags", params), "资源描述错误。");
    // Fifty tags are the most.
    for prefix in ["p", "q", "r", "s"] {
        client.done("ModifyResourceTags", replace(json!(many(prefix))));
    }
    let code = "LimitExceeded.ResourceAttachedTags";
    client.refused(code, "ModifyResourceTags", replace(json!(many("t"))));
}
