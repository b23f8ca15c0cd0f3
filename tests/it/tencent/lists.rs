//! Lists: what they leave out by default, their filters, their order, their pages.

use serde_json::{Value, json};

use super::wire::{Client, WIRES};
use crate::kit::Server;

/// Keys in every state, and of every kind.
struct Stage {
    client: Client,
    /// Symmetric keys, oldest first.
    enabled: String,
    disabled: String,
    leaving: String,
    waiting: String,
    archived: String,
    pair: String,
}

impl Stage {
    fn set(server: &Server) -> Self {
        let client = Client::of(server);
        let tagged = json!([{ "TagKey": "team", "TagValue": "a" }]);
        let [enabled, disabled, leaving] = [(); 3].map(|()| client.create_key(json!({})));
        let waiting = client.create_key(json!({ "Type": 2, "Tags": tagged }));
        let archived = client.create_key(json!({ "Alias": "an_old_key" }));
        let usage = json!({ "KeyUsage": "ASYMMETRIC_SIGN_VERIFY_ECC" });
        let pair = client.create_key(usage);
        for id in [&disabled, &leaving] {
            client.done("DisableKey", json!({ "KeyId": id }));
        }
        let window = json!({ "KeyId": leaving, "PendingWindowInDays": 7 });
        client.done("ScheduleKeyDeletion", window);
        client.done("ArchiveKey", json!({ "KeyId": archived }));
        Self { client, enabled, disabled, leaving, waiting, archived, pair }
    }
}

/// The ids in a list, with the number of all rows.
fn ids(told: &Value, list: &str) -> (Vec<String>, u64) {
    let rows = told[list].as_array().unwrap();
    let ids = rows.iter().map(|it| it["KeyId"].as_str().unwrap().to_owned());
    (ids.collect(), told["TotalCount"].as_u64().unwrap())
}

#[test]
fn list_keys_leaves_out_what_is_archived_or_leaves() {
    let server = Server::start();
    let it = Stage::set(&server);
    for wire in WIRES {
        let told = it.client.on(wire).done("ListKeys", json!({}));
        let (found, total) = ids(&told, "Keys");
        assert_eq!(found, [&it.pair, &it.waiting, &it.disabled, &it.enabled].map(Clone::clone));
        assert_eq!(total, 4);
    }
    // No product makes keys here.
    assert_eq!(ids(&it.client.done("ListKeys", json!({ "Role": 1 })), "Keys"), (vec![], 0));
}

#[test]
fn list_key_detail_has_every_filter() {
    let server = Server::start();
    let it = Stage::set(&server);
    let Stage { enabled, disabled, leaving, waiting, archived, pair, .. } = &it;
    let alias = it.client.done("DescribeKey", json!({ "KeyId": enabled }));
    let alias = alias["KeyMetadata"]["Alias"].clone();
    let filter = |values: Value| json!([{ "TagKey": "team", "TagValue": values }]);
    for (params, expected) in [
        // Without a usage there are symmetric keys only, in every state, the newest first.
        (json!({}), vec![archived, waiting, leaving, disabled, enabled]),
        (json!({ "KeyUsage": "" }), vec![archived, waiting, leaving, disabled, enabled]),
        (json!({ "OrderType": 1 }), vec![enabled, disabled, leaving, waiting, archived]),
        (json!({ "KeyUsage": "ALL", "OrderType": 0, "Limit": 1 }), vec![pair]),
        (json!({ "KeyUsage": "ASYMMETRIC_SIGN_VERIFY_ECC" }), vec![pair]),
        (json!({ "KeyUsage": "ASYMMETRIC_DECRYPT_SM2" }), vec![]),
        (json!({ "KeyState": 1 }), vec![enabled]),
        (json!({ "KeyState": 2 }), vec![disabled]),
        (json!({ "KeyState": 3 }), vec![leaving]),
        (json!({ "KeyState": 4 }), vec![waiting]),
        (json!({ "KeyState": 5 }), vec![archived]),
        (json!({ "KeyState": 0, "Offset": 4 }), vec![enabled]),
        (json!({ "Origin": "EXTERNAL" }), vec![waiting]),
        (json!({ "Origin": "TENCENT_KMS", "Limit": 2 }), vec![archived, leaving]),
        (json!({ "Origin": "ALL", "Offset": 3 }), vec![disabled, enabled]),
        (json!({ "SearchKeyAlias": "n_old_k" }), vec![archived]),
        (json!({ "SearchKeyAlias": alias, "Offset": 0 }), vec![enabled]),
        (json!({ "SearchKeyAlias": &leaving[..23] }), vec![leaving]),
        (json!({ "SearchKeyAlias": "no such key" }), vec![]),
        (json!({ "TagFilters": filter(json!([])) }), vec![waiting]),
        (json!({ "TagFilters": filter(json!(["b", "a"])) }), vec![waiting]),
        (json!({ "TagFilters": filter(json!(["b"])) }), vec![]),
        (json!({ "Role": 1 }), vec![]),
        (json!({ "Offset": 100 }), vec![]),
    ] {
        for wire in WIRES {
            let told = it.client.on(wire).done("ListKeyDetail", params.clone());
            let found = ids(&told, "KeyMetadatas").0;
            let expected: Vec<String> = expected.iter().map(|id| (*id).clone()).collect();
            // The first bytes of an id are the time, which keys of a test may share.
            if params["SearchKeyAlias"] == leaving[..23] {
                assert!(found.contains(leaving));
                continue;
            }
            assert_eq!(found, expected, "{wire:?} {params}");
        }
    }
    for (name, value) in [
        ("Origin", json!("external")),
        ("KeyUsage", json!("RSA")),
        ("KeyState", json!(6)),
        ("OrderType", json!(2)),
        ("Role", json!(2)),
    ] {
        let message =
            it.client.refused("InvalidParameter", "ListKeyDetail", json!({ name: value }));
        assert!(message.contains(&format!("`{name}`")), "{message}");
    }
}

#[test]
fn pages_have_ten_rows_unless_told_otherwise() {
    let server = Server::start();
    let client = Client::of(&server);
    let mut keys: Vec<_> = (0..13).map(|_| client.create_key(json!({}))).collect();
    keys.reverse();
    for (action, list) in [("ListKeys", "Keys"), ("ListKeyDetail", "KeyMetadatas")] {
        for (params, rows) in [
            (json!({}), 0..10),
            (json!({ "Offset": 10 }), 10..13),
            (json!({ "Offset": 2, "Limit": 5 }), 2..7),
            (json!({ "Limit": 200 }), 0..13),
        ] {
            let (found, total) = ids(&client.done(action, params.clone()), list);
            assert_eq!((found.as_slice(), total), (&keys[rows], 13), "{action} {params}");
        }
    }
    // Descriptions have the order of the request, and one key that is not there fails them all.
    let asked = [&keys[3], &keys[0], &keys[7]];
    let told = client.done("DescribeKeys", json!({ "KeyIds": asked }));
    let told = told["KeyMetadatas"].as_array().unwrap();
    assert!(told.iter().zip(asked).all(|(it, id)| it["KeyId"] == id.as_str()));
    let nobody = "00000000-0000-1000-8000-000000000000";
    let params = json!({ "KeyIds": [keys[0], nobody] });
    client.refused("ResourceUnavailable.CmkNotFound", "DescribeKeys", params);
}

#[test]
fn white_box_keys_and_data_keys_are_listed() {
    let server = Server::start();
    let client = Client::of(&server);
    let tags = json!([{ "TagKey": "team", "TagValue": "a" }]);
    let white = |more: Value| {
        let mut new = json!({ "Alias": Client::fresh(), "Algorithm": "SM4" });
        new.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        client.done("CreateWhiteBoxKey", new)["KeyId"].as_str().unwrap().to_owned()
    };
    let (on, off) = (white(json!({})), white(json!({ "Tags": tags })));
    client.done("DisableWhiteBoxKey", json!({ "KeyId": off }));
    for (params, expected) in [
        (json!({}), vec![&off, &on]),
        (json!({ "KeyStatus": 1 }), vec![&on]),
        (json!({ "KeyStatus": 0 }), vec![&off]),
        (json!({ "Limit": 1 }), vec![&off]),
        (json!({ "Limit": 0, "Offset": 1 }), vec![&on]),
        (json!({ "TagFilters": [{ "TagKey": "team", "TagValue": ["a"] }] }), vec![&off]),
    ] {
        let told = client.done("DescribeWhiteBoxKeyDetails", params.clone());
        let expected: Vec<String> = expected.into_iter().cloned().collect();
        assert_eq!(ids(&told, "KeyInfos").0, expected, "{params}");
    }
    let key = client.create_key(json!({}));
    let data_key = |more: Value| {
        let mut new = json!({
            "KeyId": key, "NumberOfBytes": 24, "IsHostedByKms": 1, "DataKeyName": Client::fresh(),
        });
        new.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        client.done("GenerateDataKey", new)["DataKeyId"].as_str().unwrap().to_owned()
    };
    let (first, second) = (data_key(json!({ "Tags": tags })), data_key(json!({})));
    client.done("DisableDataKey", json!({ "DataKeyId": first }));
    for (params, expected) in [
        (json!({}), vec![&second, &first]),
        (json!({ "OrderType": 1 }), vec![&first, &second]),
        (json!({ "KeyState": 2 }), vec![&first]),
        (json!({ "KeyId": key, "DataKeyLen": 24, "Limit": 1 }), vec![&second]),
        (json!({ "DataKeyLen": 16 }), vec![]),
        (json!({ "Origin": "EXTERNAL" }), vec![]),
        (json!({ "TagFilters": [{ "TagKey": "team", "TagValue": [] }] }), vec![&first]),
        (json!({ "Role": 1 }), vec![]),
    ] {
        let told = client.done("ListDataKeyDetail", params.clone());
        let rows = told["DataKeyMetadatas"].as_array().unwrap();
        let found: Vec<_> = rows.iter().map(|it| it["DataKeyId"].as_str().unwrap()).collect();
        assert_eq!(found, expected, "{params}");
    }
    let told = client.done("ListDataKeys", json!({ "Limit": 1 }));
    assert_eq!(
        (&told["DataKeys"][0]["DataKeyId"], &told["TotalCount"]),
        (&json!(second), &json!(2))
    );
}
