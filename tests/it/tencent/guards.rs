//! Refusals for reasons other than a key's state: bindings, members, clusters, regions, and an
//! account without a subscription.

use serde_json::{Value, json};

use super::coverage::OF_TAGS;
use super::imports::wrapped;
use super::wire::{Client, WIRES, refusal};
use crate::kit::{Server, Setup, table};

const BOUND: &str = "FailedOperation.CmkUsedByCloudProduct";

fn key_of(client: &Client, id: &str) -> Value {
    client.done("DescribeKey", json!({ "KeyId": id }))["KeyMetadata"].clone()
}

#[test]
fn a_bound_key_cannot_be_changed() {
    let server = Server::start();
    let client = Client::of(&server);
    let id = client.create_key(json!({ "Type": 2 }));
    let until = server.world.clock.host().millis() / 1000 + 3600;
    let mut import = wrapped(&client, &id, &[7; 16]);
    import["ValidTo"] = json!(until);
    client.done("ImportKeyMaterial", import);
    assert_eq!(key_of(&client, &id)["ValidTo"], until);
    let binding =
        |resource: &str| json!({ "KeyId": id, "ProductId": "ssm", "ResourceId": resource });
    // Binding the same resource again changes nothing. A binding removes the material's expiry.
    for resource in ["a", "a", "b"] {
        client.done("BindCloudResource", binding(resource));
    }
    assert_eq!(key_of(&client, &id)["ValidTo"], 0);
    let refused = || {
        for (action, params) in [
            ("DisableKey", json!({ "KeyId": id })),
            ("DisableKeys", json!({ "KeyIds": [id] })),
            ("ArchiveKey", json!({ "KeyId": id })),
            ("ScheduleKeyDeletion", json!({ "KeyId": id, "PendingWindowInDays": 7 })),
            ("DeleteImportedKeyMaterial", json!({ "KeyId": id })),
        ] {
            client.refused(BOUND, action, params);
        }
        assert_eq!(key_of(&client, &id)["KeyState"], "Enabled");
    };
    refused();
    client.done("UnbindCloudResource", binding("a"));
    refused();
    client.done("UnbindCloudResource", binding("b"));
    let code = "ResourceUnavailable.CloudResourceBindingNotFound";
    client.refused(code, "UnbindCloudResource", binding("b"));
    client.done("DisableKey", json!({ "KeyId": id }));
}

#[test]
fn a_batch_with_a_bound_key_changes_nothing() {
    let server = Server::start();
    let client = Client::of(&server);
    let (free, bound) = (client.create_key(json!({})), client.create_key(json!({})));
    let binding = json!({ "KeyId": bound, "ProductId": "ssm", "ResourceId": "a" });
    client.done("BindCloudResource", binding);
    client.refused(BOUND, "DisableKeys", json!({ "KeyIds": [free, bound] }));
    assert_eq!(key_of(&client, &free)["KeyState"], "Enabled");
}

#[test]
fn a_member_of_an_organization_is_refused_by_every_action() {
    let server = Server::start();
    let client = Client::of(&server);
    let named = |name: &str| {
        let rows = table("tencent/actions.tsv").into_iter();
        rows.filter(|row| row[1] == name).map(|row| row[0].clone()).collect::<Vec<_>>()
    };
    assert_eq!((named("MemberAccount").len(), named("MemberAccounts").len()), (27, 2));
    let code = "UnsupportedOperation.NotRoleOperation";
    for wire in WIRES {
        let client = client.on(wire);
        let key = client.create_key(json!({}));
        for member in [json!({ "MemberUin": 1 }), json!({ "MemberAppId": 1, "MemberUin": 2 })] {
            client.refused(code, "DescribeKey", json!({ "KeyId": key, "MemberAccount": member }));
            client.refused(code, "ListKeyDetail", json!({ "MemberAccounts": [member] }));
        }
    }
    client.done("ListKeyDetail", json!({ "MemberAccounts": [] }));
}

#[test]
fn there_is_one_cluster() {
    let server = Server::start();
    let client = Client::of(&server);
    let code = "InvalidParameterValue.InvalidHsmClusterId";
    for wire in WIRES {
        let client = client.on(wire);
        for cluster in ["", "default"] {
            let new = json!({ "Alias": Client::fresh(), "HsmClusterId": cluster });
            client.done("CreateKey", new);
            for action in ["ListKeys", "ListKeyDetail", "ListDataKeys", "ListDataKeyDetail"] {
                client.done(action, json!({ "HsmClusterId": cluster }));
            }
        }
        for action in ["ListKeys", "ListKeyDetail", "ListDataKeys", "ListDataKeyDetail"] {
            client.refused(code, action, json!({ "HsmClusterId": "cls-hsm-1" }));
        }
        let new = json!({ "Alias": Client::fresh(), "HsmClusterId": "cls-hsm-1" });
        client.refused(code, "CreateKey", new);
    }
}

#[test]
fn white_box_keys_are_in_the_services_regions_only() {
    let server = Server::start();
    let there = ["ap-beijing", "ap-guangzhou", "ap-hongkong", "ap-shanghai"];
    let regions = Client::of(&server).done("GetRegions", json!({}));
    for region in regions["Regions"].as_array().unwrap() {
        let region = region.as_str().unwrap();
        let client = Client::of(&server).in_region(region);
        let is_there = there.contains(&region);
        let status = client.done("DescribeWhiteBoxServiceStatus", json!({}));
        assert_eq!(status["ServiceEnabled"], is_there, "{region}");
        let new = json!({ "Alias": "white", "Algorithm": "AES_256" });
        let code = refusal(&client.call("CreateWhiteBoxKey", new)).0;
        let expected = if is_there { "" } else { "ResourceUnavailable.NotPurchased" };
        assert_eq!(code, expected, "{region}");
    }
}

#[test]
fn an_account_without_a_subscription_is_refused_by_every_action() {
    let accounts = "accounts:
  - { id: '4', status: not-opened, access_keys: [{ id: closed, secret: s }] }
";
    let server = Server::with(Setup { accounts: Some(accounts), ..Setup::default() });
    let client = Client::with(&server, "closed", "s");
    let open =
        ["GetRegions", "GetServiceStatus", "ListAlgorithms", "DescribeWhiteBoxServiceStatus"];
    for action in server.clouds().named("tencent").unwrap().action_names() {
        if open.contains(&action) {
            client.done(action, json!({}));
        } else if !OF_TAGS.contains(&action) {
            let code = refusal(&client.call(action, json!({}))).0;
            assert_eq!(code, "ResourceUnavailable.NotPurchased", "{action}");
        }
    }
    let status = client.done("GetServiceStatus", json!({}));
    assert_eq!((&status["ServiceEnabled"], &status["InvalidType"]), (&json!(false), &json!(0)));
    assert_eq!(
        client.done("DescribeWhiteBoxServiceStatus", json!({}))["ServiceEnabled"],
        json!(false)
    );
}

#[test]
fn a_data_key_is_not_stored_if_its_answer_cannot_be_encrypted() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key(json!({}));
    let new = json!({
        "KeyId": key, "KeySpec": "AES_256", "IsHostedByKms": 1, "DataKeyName": "kept",
        "EncryptionPublicKey": "no key",
    });
    client.refused("FailedOperation.EncryptionError", "GenerateDataKey", new);
    assert_eq!(client.done("ListDataKeys", json!({}))["TotalCount"], 0);
}

#[test]
fn a_data_key_needs_its_key() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key(json!({}));
    let new = json!({
        "KeyId": key, "KeySpec": "AES_256", "IsHostedByKms": 1, "DataKeyName": "kept",
    });
    let id = json!({ "DataKeyId": client.done("GenerateDataKey", new)["DataKeyId"] });
    client.done("DisableKey", json!({ "KeyId": key }));
    client.refused("ResourceUnavailable.CmkDisabled", "GetDataKeyPlaintext", id.clone());
    client.done("GetDataKeyCiphertextBlob", id.clone());
    client.done("DisableDataKey", id.clone());
    client.refused("ResourceUnavailable.CmkStateNotSupport", "EnableDataKey", id.clone());
    client.done("EnableKey", json!({ "KeyId": key }));
    client.done("EnableDataKey", id.clone());
    client.done("GetDataKeyPlaintext", id);
}
