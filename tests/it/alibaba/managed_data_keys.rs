//! Managed data keys: made by seeds and by the control plane, given out by name.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::kit::{Client, Server, Setup, control};

const ACCOUNTS: &str = "accounts: [{id: '1', access_keys: [{id: one, secret: s}]}]";

const SEED: &str = "
realms:
  - account: '1'
    region: cn-hangzhou
    managed_data_keys:
      - name: orders
        versions:
          - { id: xH6OPUmz, created_at: 2026-01-01T00:00:00Z, plaintext: AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= }
          - { id: second22, plaintext: Zm9ydHk= }
      - { name: one/plain, plaintext: Zm9ydHk= }
      - { name: drawn }
";

fn server() -> Server {
    Server::with(Setup { accounts: Some(ACCOUNTS), seeds: &[SEED], ..Setup::default() })
}

fn get(client: &Client, params: &[(&str, &str)]) -> Value {
    let mut answer = client.call("GetManagedDataKey", params).ok();
    answer.as_object_mut().unwrap().remove("RequestId");
    answer
}

#[test]
fn a_version_is_chosen_by_its_id_or_its_age() {
    let server = server();
    let client = server.client_as("one", "s");
    let name = ("DataKeyName", "orders");
    let first = json!({
        "DataKeyName": "orders",
        "DataKeyVersionId": "xH6OPUmz",
        "DataKeyVersionName": "kms-datakeyversion!orders!xH6OPUmz",
        "Plaintext": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    });
    let second = json!({
        "DataKeyName": "orders",
        "DataKeyVersionId": "second22",
        "DataKeyVersionName": "kms-datakeyversion!orders!second22",
        "Plaintext": "Zm9ydHk=",
    });
    for (params, expected) in [
        (vec![name], &first),
        (vec![name, ("UseLatest", "false")], &first),
        (vec![name, ("UseLatest", "true")], &second),
        (vec![name, ("DataKeyVersionId", "second22")], &second),
        (vec![name, ("DataKeyVersionId", "xH6OPUmz"), ("UseLatest", "true")], &first),
    ] {
        assert_eq!(get(&client, &params), *expected, "{params:?}");
    }
    for params in [vec![("DataKeyName", "none")], vec![name, ("DataKeyVersionId", "none")]] {
        client.call("GetManagedDataKey", &params).refused(404, "Forbidden.ResourceNotFound");
    }
    assert_eq!(get(&client, &[("DataKeyName", "one/plain")])["Plaintext"], "Zm9ydHk=");
    let drawn = get(&client, &[("DataKeyName", "drawn")]);
    assert_eq!(STANDARD.decode(drawn["Plaintext"].as_str().unwrap()).unwrap().len(), 32);
    assert_eq!(drawn["DataKeyVersionId"].as_str().unwrap().len(), 8);
}

#[test]
fn versions_are_listed_by_page() {
    let server = server();
    let client = server.client_as("one", "s");
    for _ in 0..10 {
        let asked = json!({"name": "orders"});
        control(server.address, "POST", "managed-data-keys?account=1", &asked).ok();
    }
    let list = |params: &[(&str, &str)]| {
        let params = [&[("DataKeyName", "orders")], params].concat();
        client.call("ListManagedDataKeyVersions", &params).ok()
    };
    let all = list(&[]);
    let numbers = json!([all["TotalCount"], all["PageNumber"], all["PageSize"]]);
    assert_eq!((&all["DataKeyName"], numbers), (&json!("orders"), json!([12, 1, 10])));
    let versions = &all["ManagedDataKeyVersions"]["ManagedDataKeyVersion"];
    assert_eq!(
        versions[0],
        json!({
            "DataKeyVersionId": "xH6OPUmz",
            "DataKeyVersionName": "kms-datakeyversion!orders!xH6OPUmz",
        })
    );
    let page = list(&[("PageNumber", "2")]);
    let rest = &page["ManagedDataKeyVersions"]["ManagedDataKeyVersion"];
    assert_eq!(rest.as_array().unwrap().len(), 2);
    let newest = get(&client, &[("DataKeyName", "orders"), ("UseLatest", "true")]);
    assert_eq!(newest["DataKeyVersionId"], rest[1]["DataKeyVersionId"]);
    client
        .call("ListManagedDataKeyVersions", &[("DataKeyName", "none")])
        .refused(404, "Forbidden.ResourceNotFound");
}

#[test]
fn the_control_plane_makes_data_keys_and_versions() {
    let server = server();
    let client = server.client_as("one", "s");
    let post = |scope: &str, body: &Value| {
        control(server.address, "POST", &format!("managed-data-keys{scope}"), body)
    };
    let made = post("?access_key=one", &json!({"name": "new"})).ok();
    let got = get(&client, &[("DataKeyName", "new")]);
    assert_eq!(made, json!({"name": "new", "version": got["DataKeyVersionId"]}));
    let id = made["version"].as_str().unwrap();
    assert!(id.len() == 8 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
    let second = post("?account=1", &json!({"name": "new"})).ok();
    assert_ne!(second["version"], made["version"]);
    assert_eq!(get(&client, &[("DataKeyName", "new")]), got);
    let beijing = client.clone().with("RegionId", "cn-beijing");
    beijing
        .call("GetManagedDataKey", &[("DataKeyName", "new")])
        .refused(404, "Forbidden.ResourceNotFound");
    post("?account=1&region=cn-beijing", &json!({"name": "new"})).ok();
    assert_ne!(get(&beijing, &[("DataKeyName", "new")])["Plaintext"], got["Plaintext"]);
    for (scope, body, said) in [
        ("", json!({"name": "new"}), "account or access_key"),
        ("?account=1", json!({"name": "a name"}), "name: not a managed data key's name"),
        ("?account=1", json!({"name": "a".repeat(165)}), "name: not a managed data key's name"),
        ("?account=1", json!({}), "missing field"),
    ] {
        let refused = post(scope, &body);
        let error = refused.json()["error"].as_str().unwrap().to_owned();
        assert!(refused.status == 400 && error.contains(said), "{said}: {error}");
    }
}
