//! Aliases, and service keys, which are found by alias.

use serde_json::json;

use crate::kit::Server;

#[test]
fn an_alias_points_to_one_key_at_a_time() {
    let server = Server::start();
    let client = server.client();
    let (first, second) = (client.create_key(&[]), client.create_key(&[]));
    let bind =
        |action: &str, key: &str| client.call(action, &[("KeyId", key), ("AliasName", "alias/a")]);
    let target = || client.call("DescribeKey", &[("KeyId", "alias/a")]);
    bind("UpdateAlias", &first).refused(404, "Forbidden.AliasNotFound");
    bind("CreateAlias", &first).ok();
    bind("CreateAlias", &second).refused(400, "AliasAlreadyExists");
    assert_eq!(target().ok()["KeyMetadata"]["KeyId"], json!(first));
    bind("UpdateAlias", &second).ok();
    assert_eq!(target().ok()["KeyMetadata"]["KeyId"], json!(second));
    bind("UpdateAlias", "unknown").refused(404, "Forbidden.KeyNotFound");
    client.call("DeleteAlias", &[("AliasName", "alias/a")]).ok();
    client.call("DeleteAlias", &[("AliasName", "alias/a")]).refused(404, "Forbidden.AliasNotFound");
    target().refused(404, "Forbidden.AliasNotFound");
    client.call("DescribeKey", &[("KeyId", &second)]).ok();
    bind("CreateAlias", "alias/b").refused(400, "Unsupported.Alias");
}

#[test]
fn lists_are_paged_and_end_in_empty_pages() {
    let server = Server::start();
    let client = server.client();
    let (key, other) = (client.create_key(&[]), client.create_key(&[]));
    for n in 0..12 {
        let name = format!("alias/n{n:02}");
        client
            .call(
                "CreateAlias",
                &[("KeyId", if n < 11 { &key } else { &other }), ("AliasName", &name)],
            )
            .ok();
    }
    let page = client.call("ListAliases", &[("PageNumber", "2"), ("PageSize", "5")]).ok();
    assert_eq!(page["TotalCount"], 12);
    assert_eq!((&page["PageNumber"], &page["PageSize"]), (&json!(2), &json!(5)));
    assert_eq!(
        page["Aliases"]["Alias"][0],
        json!({
            "AliasName": "alias/n05",
            "KeyId": key,
            "AliasArn": "acs:kms:cn-hangzhou:1000000000000001:alias/n05",
        })
    );
    let past = client.call("ListAliases", &[("PageNumber", "9")]).ok();
    assert_eq!((&past["Aliases"], &past["TotalCount"]), (&json!({ "Alias": [] }), &json!(12)));
    let of_key = client.call("ListAliasesByKeyId", &[("KeyId", &other)]).ok();
    assert_eq!(of_key["Aliases"]["Alias"][0]["AliasName"], "alias/n11");
    assert_eq!(of_key["TotalCount"], 1);
}

#[test]
fn a_service_key_is_created_on_first_use() {
    let server = Server::start();
    let client = server.client();
    // Any other name is a typing error, and is refused.
    for wrong in ["alias/acs/mes", "alias/acs/MSE", "alias/acs/mse/a", "alias/acs/demo"] {
        for action in ["DescribeKey", "GenerateDataKey", "GetKeyPolicy"] {
            client.call(action, &[("KeyId", wrong)]).refused(404, "Forbidden.AliasNotFound");
        }
    }
    assert_eq!(client.call("ListKeys", &[]).ok()["TotalCount"], 0);
    // Describing it creates it too.
    for service in ["acm", "ecs", "oss", "rds", "secretsmanager"] {
        let alias = format!("alias/acs/{service}");
        let seen = client.call("DescribeKey", &[("KeyId", &alias)]).ok()["KeyMetadata"].clone();
        assert_eq!([&seen["Creator"], &seen["KeyState"]], [service, "Enabled"]);
        let sealed = client.call("Encrypt", &[("KeyId", &alias), ("Plaintext", "x")]).ok();
        assert_eq!(sealed["KeyId"], seen["KeyId"]);
    }
    let sealed = client.call("GenerateDataKey", &[("KeyId", "alias/acs/mse")]).ok();
    let again = client.call("Encrypt", &[("KeyId", "alias/acs/mse"), ("Plaintext", "x")]).ok();
    assert_eq!(sealed["KeyId"], again["KeyId"]);
    let described = client.call("DescribeKey", &[("KeyId", "alias/acs/mse")]).ok();
    assert_eq!(described["KeyMetadata"]["Creator"], "mse");
    let service = r#"[{"Key":"CreatorType","Values":["Service"]}]"#;
    assert_eq!(client.call("ListKeys", &[("Filters", service)]).ok()["TotalCount"], 6);
    let key = client.create_key(&[]);
    for name in ["alias/acs/mine", "alias/acs", "alias/acs/mse"] {
        for action in ["CreateAlias", "UpdateAlias"] {
            client
                .call(action, &[("KeyId", &key), ("AliasName", name)])
                .refused_parameter("AliasName");
        }
        client.call("DeleteAlias", &[("AliasName", name)]).refused_parameter("AliasName");
    }
}
