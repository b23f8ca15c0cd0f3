//! Three clouds on one port: how requests are recognised, and which realms share data.

use kmsim::dialects::AuthMode;
use serde_json::{Value, json};

use super::wire::{Client, WIRES, done, refusal};
use crate::kingsoft::wire::Client as Kingsoft;
use crate::kit::{Server, Setup, send};

fn count(client: &Client) -> Value {
    client.done("ListKeys", json!({}))["TotalCount"].clone()
}

#[test]
fn one_access_key_works_in_three_clouds() {
    let server = Server::start();
    // Region and account are the same.
    let here = Client::of(&server);
    let alibaba = server.client().with("RegionId", &here.region);
    let kingsoft = Kingsoft { region: here.region.clone(), ..Kingsoft::of(&server) };
    let (mine, theirs) = (here.create_key(json!({})), alibaba.create_key(&[]));
    let other = kingsoft.create_key();
    for wire in WIRES {
        assert_eq!(count(&here.on(wire)), 1, "{wire:?}");
        for id in [&theirs, &other] {
            let answer = here.on(wire).call("DescribeKey", json!({ "KeyId": id }));
            assert_ne!(refusal(&answer).0, "", "{id}");
        }
    }
    alibaba.call("DescribeKey", &[("KeyId", &mine)]).refused(404, "Forbidden.KeyNotFound");
    assert_eq!(alibaba.call("ListKeys", &[]).ok()["TotalCount"], 1);
    let listed = kingsoft.call("DescribeKeys", &[]).ok();
    assert_eq!(listed["KeySet"].as_array().unwrap().len(), 1);
    // A ciphertext decrypts only on its own cloud.
    let sealed = here.done("Encrypt", json!({ "KeyId": mine, "Plaintext": "aGVsbG8=" }));
    let blob = sealed["CiphertextBlob"].as_str().unwrap();
    assert!(alibaba.call("Decrypt", &[("CiphertextBlob", blob)]).status >= 400);
    let sealed = alibaba.call("Encrypt", &[("KeyId", &theirs), ("Plaintext", "aGVsbG8=")]).ok();
    let params = json!({ "CiphertextBlob": sealed["CiphertextBlob"] });
    here.refused("InvalidParameterValue.InvalidCiphertext", "Decrypt", params);
}

#[test]
fn regions_and_accounts_are_separate() {
    let accounts = "accounts:\n  - { id: '1', access_keys: [{ id: a, secret: s }] }\n  \
                    - { id: '2', access_keys: [{ id: b, secret: s }] }\n";
    let server = Server::with(Setup { accounts: Some(accounts), ..Setup::default() });
    let (a, b) = (Client::with(&server, "a", "s"), Client::with(&server, "b", "s"));
    let far = a.in_region("ap-singapore");
    let key = a.create_key(json!({}));
    let sealed = a.done("Encrypt", json!({ "KeyId": key, "Plaintext": "aGVsbG8=" }));
    for wire in WIRES {
        assert_eq!([&a, &b, &far].map(|it| count(&it.on(wire))), [1, 0, 0], "{wire:?}");
        for other in [&b, &far] {
            let other = other.on(wire);
            let id = json!({ "KeyId": key });
            other.refused("ResourceUnavailable.CmkNotFound", "DescribeKey", id);
            let blob = json!({ "CiphertextBlob": sealed["CiphertextBlob"] });
            let code = refusal(&other.call("Decrypt", blob)).0;
            assert_ne!(code, "", "{wire:?}");
        }
    }
}

#[test]
fn a_request_without_a_region_is_in_the_default_one() {
    for (region, there) in [(None, "ap-guangzhou"), (Some("ap-beijing"), "ap-beijing")] {
        let server = Server::with(Setup { region, ..Setup::default() });
        let client = Client::of(&server);
        client.in_region(there).create_key(json!({}));
        for wire in WIRES {
            let found = [there, "", "ap-seoul"].map(|it| count(&client.in_region(it).on(wire)));
            assert_eq!(found, [1, 1, 0], "{there} {wire:?}");
        }
    }
}

#[test]
fn without_checks_a_request_needs_no_signature() {
    let server = Server::with(Setup { auth: AuthMode::Off, ..Setup::default() });
    let client = Client { secret: "any".into(), ..Client::of(&server) };
    let key = client.create_key(json!({}));
    let head = client.head("DescribeKey", "POST", "", "application/json");
    let body = json!({ "KeyId": key }).to_string();
    // Without an access key, the request belongs to the default account.
    assert_eq!(done(&send(server.address, &head, body.as_bytes()))["KeyMetadata"]["KeyId"], key);
    for wire in WIRES {
        assert_eq!(count(&client.on(wire)), 1);
        let other = Client { id: "worker-1".into(), ..client.on(wire) };
        assert_eq!(count(&other), 0, "another access key is another account");
    }
}

#[test]
fn a_tolerated_failed_check_is_reported() {
    let server = Server::with(Setup { auth: AuthMode::Warn, ..Setup::default() });
    let client = Client::of(&server);
    client.create_key(json!({}));
    for wire in WIRES {
        for (mistaken, code) in [
            (Client { secret: "wrong".into(), ..client.on(wire) }, "AuthFailure.SignatureFailure"),
            (
                Client { time: "2029-01-01T00:00:00Z".into(), ..client.on(wire) },
                "AuthFailure.SignatureExpire",
            ),
        ] {
            let answer = mistaken.call("ListKeys", json!({}));
            assert_eq!(answer.header("x-kmsim-auth"), Some(code), "{wire:?}");
            assert_eq!(done(&answer)["TotalCount"], 1);
        }
    }
    assert_eq!(client.call("ListKeys", json!({})).header("x-kmsim-auth"), None);
}
