//! Two clouds on one port: how requests are told apart, and that no cloud sees the other's keys.

use kmsim::dialects::AuthMode;
use serde_json::json;

use super::wire::{Client, NEW, Wire, element, told};
use crate::kit::{Server, Setup, control, send};

#[test]
fn one_access_key_works_in_two_realms_of_two_clouds() {
    let server = Server::start();
    // The region is the same, the account is the same.
    let here = Client { region: "cn-hangzhou".into(), ..Client::of(&server) };
    let there = server.client();
    let (mine, theirs) = (here.create_key(), there.create_key(&[]));
    assert_eq!(here.call("DescribeKeys", &[]).ok()["KeySet"].as_array().unwrap().len(), 1);
    assert_eq!(there.call("ListKeys", &[]).ok()["TotalCount"], 1);
    there.call("DescribeKey", &[("KeyId", &mine)]).refused(404, "Forbidden.KeyNotFound");
    super::wire::invalid(&here.call("DescribeKeys", &[("KeyId", &theirs)]), "KeyId");
    // A ciphertext decrypts on its own cloud only.
    let blob = here.encrypt(&mine);
    there.call("Decrypt", &[("CiphertextBlob", &blob)]).refused(404, "Forbidden.KeyNotFound");
    let health = control(server.address, "GET", "health", &json!(null)).ok();
    assert_eq!(health["dialects"], json!(["alibaba", "kingsoft", "tencent", "huawei"]));
}

#[test]
fn regions_and_accounts_are_separate() {
    let accounts = "accounts:\n  - { id: '1', access_keys: [{ id: a, secret: s }] }\n  - { id: '2', access_keys: [{ id: b, secret: s }] }\n";
    let server = Server::with(Setup { accounts: Some(accounts), ..Setup::default() });
    let count =
        |client: &Client| client.call("DescribeKeys", &[]).ok()["KeySet"].as_array().unwrap().len();
    let (a, b) = (Client::with(&server, "a", "s"), Client::with(&server, "b", "s"));
    let far = Client { region: "cn-shanghai-2".into(), ..a.clone() };
    a.create_key();
    assert_eq!([count(&a), count(&b), count(&far)], [1, 0, 0]);
    for wire in super::wire::SIGNED {
        assert_eq!([count(&a.on(wire)), count(&far.on(wire))], [1, 0], "{wire:?}");
    }
}

#[test]
fn without_checks_the_region_is_the_clouds_own() {
    let server = Server::with(Setup { auth: AuthMode::Off, ..Setup::default() });
    let client = Client::of(&server).on(Wire::Unsigned);
    let key = client.create_key();
    let there = Client { common: vec![("Region", "cn-beijing-6".into())], ..client.clone() };
    assert_eq!(there.call("DescribeKeys", &[]).ok()["KeySet"][0]["KeyId"], key);
    let elsewhere = Client { common: vec![("Region", "cn-shanghai-2".into())], ..client.clone() };
    assert_eq!(elsewhere.call("DescribeKeys", &[]).ok()["KeySet"], json!([]));
    let nowhere = Client { common: vec![("Region", "no region".into())], ..client.clone() };
    assert_eq!(told(&nowhere.call("DescribeKeys", &[])).1, "SignatureDoesNotMatch");
    // The document's own sample, without a path.
    let head = "GET http://kkms.api.ksyun.com?Action=DescribeKeys&Version=2016-03-04 HTTP/1.1\r\n";
    assert_eq!(element(&send(server.address, head, b"").text, "KeyId"), key);
    // Another access key, known or not, is another account.
    let worker = Client { common: vec![("Accesskey", "worker-1".into())], ..client };
    assert_eq!(worker.call("DescribeKeys", &[]).ok()["KeySet"], json!([]));
}

#[test]
fn a_tolerated_failed_check_is_reported() {
    let server = Server::with(Setup { auth: AuthMode::Warn, ..Setup::default() });
    let client = Client::of(&server);
    let key = client.create_key();
    let failed = |client: Client, code: &str| {
        let answer = client.call("DescribeKeys", &[]);
        assert_eq!(answer.header("x-kmsim-auth"), Some(code));
        assert_eq!(answer.ok()["KeySet"][0]["KeyId"], key);
    };
    for wire in super::wire::SIGNED {
        failed(Client { secret: "wrong".into(), ..client.on(wire) }, "SignatureDoesNotMatch");
        failed(
            Client { time: "2029-01-01T00:00:00Z".into(), ..client.on(wire) },
            "SignatureDoesNotMatch",
        );
    }
    failed(client.on(Wire::Unsigned), "MissingAuthenticationToken");
    assert_eq!(client.call("CreateKey", &NEW).header("x-kmsim-auth"), None);
}
