//! Every error code: a request causes each that kmsim answers, and a fault can answer all of them.

mod stage;

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use self::stage::{Stage, with};
use super::client::{Client, refusal};
use super::coverage::not_yet;
use super::imports::wrapped;
use crate::kit::{Answer, days, send, table};

const FOREIGN: &str = "0000000000000000000000000000000f";
const ABSENT: &str = "00000000-0000-4000-8000-000000000000";

/// Tags with these keys.
fn tags(keys: impl Iterator<Item = String>) -> Value {
    keys.map(|key| json!({ "key": key, "value": "v" })).collect()
}

type Produce = fn(&Stage) -> Answer;

/// A request that causes each code.
#[rustfmt::skip]
const PRODUCERS: &[(&str, Produce)] = &[
    ("APIGW.0101", |it| it.call("GET no-such-action", json!({}))),
    ("APIGW.0105", |it| {
        let head = "POST /v1.0/p/kms/list-keys HTTP/1.1\r\nX-Sdk-Date: x\r\nX-Long: ";
        send(it.server.address, &format!("{head}{}\r\n", "x".repeat(140_000)), b"")
    }),
    ("APIGW.0201", |it| send(it.server.address, "POST /v1.0/p/kms/list-keys HTTP/1.1\r\n", &vec![b' '; 12 * 1024 * 1024 + 1])),
    ("APIGW.0301", |it| Client { secret: "wrong".into(), ..it.client.clone() }.call("GET tags", json!({}))),
    ("KMS.0102", |it| {
        it.fails.store(true, Ordering::SeqCst);
        it.call("create-key", json!({ "key_alias": "a" }))
    }),
    ("KMS.0106", |it| {
        let (there, key) = it.replica(json!({}));
        there.call("rotate-on-demand", with(&key, json!({})))
    }),
    ("KMS.0201", |it| send(it.server.address, "GET /v1.0/p/kms/%ff/tags HTTP/1.1\r\n", b"")),
    ("KMS.0202", |it| it.client.send("POST", &format!("/v1.0/{}/kms/describe-key", it.client.project), "[]")),
    ("KMS.0204", |it| it.call("describe-key", json!({}))),
    ("KMS.0205", |it| it.call("describe-key", json!({ "key_id": "k" }))),
    ("KMS.0206", |it| it.on_key("describe-key", json!({ "sequence": "1" }))),
    ("KMS.0207", |it| it.call("describe-key", json!({ "key_id": ABSENT }))),
    ("KMS.0208", |it| it.on_key("create-datakey", json!({ "encryption_context": "a" }))),
    ("KMS.0209", |it| {
        let key = it.key(json!({}));
        it.client.done("disable-key", with(&key, json!({})));
        it.call("create-datakey", with(&key, json!({})))
    }),
    ("KMS.0210", |it| {
        let key = it.key(json!({}));
        it.client.done("schedule-key-deletion", with(&key, json!({ "pending_days": "7" })));
        it.call("create-datakey", with(&key, json!({})))
    }),
    ("KMS.0211", |it| it.call("disable-key", json!({ "key_id": "alias/evs/default" }))),
    ("KMS.0215", |it| it.call("PUT tags", json!({}))),
    ("KMS.0301", |it| send(it.server.address, "GET /v1.0/p/kms/tags HTTP/1.1\r\n", b"")),
    ("KMS.0302", |it| it.with_token("none", &it.client.project)),
    ("KMS.0303", |it| {
        let token = it.token();
        it.server.world.clock.advance(days(2));
        it.server.world.clock.set_host(it.server.world.clock.host().plus(days(2)));
        it.with_token(&token, &it.client.project)
    }),
    ("KMS.0305", |it| Client { project: FOREIGN.into(), ..it.client.clone() }.call("GET tags", json!({}))),
    ("KMS.0306", |it| it.client_as("bob").call("list-keys", json!({}))),
    ("KMS.0308", |it| it.on_key("get-parameters-for-import", json!({ "wrapping_algorithm": "ROT13" }))),
    ("KMS.0309", |it| it.on_key("get-parameters-for-import", json!({ "wrapping_algorithm": "RSAES_OAEP_SHA_256" }))),
    ("KMS.0310", |it| {
        let key = it.key(json!({ "origin": "external" }));
        let import = wrapped(&it.client, &key, &[7; 32]);
        it.client.done("import-key-material", import.params());
        it.call("import-key-material", import.params())
    }),
    ("KMS.0311", |it| it.import(|import| import.material = vec![1; 256])),
    ("KMS.0312", |it| it.on(json!({ "origin": "external" }), "enable-key-rotation", json!({}))),
    ("KMS.0313", |it| it.on_key("update-key-rotation-interval", json!({ "rotation_interval": 30 }))),
    ("KMS.0314", |it| it.client_as("closed").call("list-keys", json!({}))),
    ("KMS.0324", |it| it.on(json!({ "key_spec": "RSA_2048" }), "enable-key-rotation", json!({}))),
    ("KMS.0325", |it| it.on(json!({ "key_spec": "RSA_2048", "key_usage": "ENCRYPT_DECRYPT" }), "create-datakey", json!({}))),
    ("KMS.0328", |it| it.client_as("debtor").call("list-keys", json!({}))),
    ("KMS.0329", |it| it.sign("EC_P256", "ECDSA_SHA_256", 31)),
    ("KMS.0331", |it| it.on_key("get-publickey", json!({}))),
    ("KMS.0332", |it| it.sign("EC_P256", "RSASSA_PSS_SHA_256", 32)),
    ("KMS.0334", |it| {
        let kind = json!({ "key_spec": "RSA_2048", "key_usage": "ENCRYPT_DECRYPT" });
        it.on(kind, "sign", json!({ "message": STANDARD.encode([7; 32]), "signing_algorithm": "RSASSA_PSS_SHA_256" }))
    }),
    ("KMS.0335", |it| it.encrypt("RSA_2048", "SIGN_VERIFY", "RSAES_OAEP_SHA_256", "a")),
    ("KMS.0338", |it| it.call("enable-key-rotation", with(&it.in_store("kms"), json!({})))),
    ("KMS.0339", |it| {
        let key = it.in_store("external");
        it.call("get-parameters-for-import", with(&key, json!({ "wrapping_algorithm": "RSAES_OAEP_SHA_256" })))
    }),
    ("KMS.0340", |it| it.call("create-pin", json!({}))),
    ("KMS.0341", |it| it.on(json!({ "key_spec": "HMAC_256" }), "encrypt-data", json!({ "plain_text": "a" }))),
    ("KMS.0401", |it| it.tag(json!([]))),
    ("KMS.0402", |it| it.search(json!({ "matches": [{ "key": "resource_name", "value": "" }] }))),
    ("KMS.0403", |it| it.search(json!({ "matches": [{ "key": "color", "value": "red" }] }))),
    ("KMS.0404", |it| it.call("resource_instances/action", json!({ "action": "sort" }))),
    ("KMS.0405", |it| it.tag(json!([{ "key": "k", "value": "<" }]))),
    ("KMS.0406", |it| it.tag(json!([{ "key": "<", "value": "v" }]))),
    ("KMS.0407", |it| it.tag(tags((0..11).map(|n| n.to_string())))),
    ("KMS.0409", |it| {
        let key = it.key(json!({}));
        let all = tags((0..10).map(|n| n.to_string()));
        it.client.done(&format!("{key}/tags/action"), json!({ "action": "create", "tags": all }));
        it.call(&format!("{key}/tags"), json!({ "tag": { "key": "k", "value": "v" } }))
    }),
    ("KMS.0410", |it| it.tag(json!([{ "key": "k", "value": "v".repeat(44) }]))),
    ("KMS.0411", |it| it.tag(tags(["k".repeat(37)].into_iter()))),
    ("KMS.0412", |it| it.tag(tags(["k".to_owned(), "k".to_owned()].into_iter()))),
    ("KMS.0413", |it| {
        let values: Vec<_> = (0..11).map(|n| n.to_string()).collect();
        it.search(json!({ "tags": [{ "key": "k", "values": values }] }))
    }),
    ("KMS.0415", |it| it.search(json!({ "matches": [{ "key": "resource_name", "value": "a" }, { "key": "resource_name", "value": "b" }] }))),
    ("KMS.0416", |it| {
        let key = it.key(json!({}));
        it.call(&format!("DELETE {key}/tags/none"), Value::Null)
    }),
    ("KMS.0417", |it| it.search(json!({ "offset": "-1" }))),
    ("KMS.1101", |it| it.call("create-key", json!({ "key_alias": "own/default" }))),
    ("KMS.1103", |it| it.on_key("update-key-description", json!({ "key_description": "d".repeat(256) }))),
    ("KMS.1104", |it| {
        it.key(json!({ "key_alias": "taken" }));
        it.call("create-key", json!({ "key_alias": "taken" }))
    }),
    ("KMS.1105", |it| {
        let small = it.client_as("small");
        small.create_key(json!({}));
        small.call("create-key", json!({ "key_alias": "a" }))
    }),
    ("KMS.1114", |it| it.call("create-key", json!({ "key_alias": "a", "key_spec": "EC_P256", "key_usage": "ENCRYPT_DECRYPT" }))),
    ("KMS.1115", |it| it.call("create-key", json!({ "key_alias": "a", "key_spec": "AES_256", "key_usage": "SIGN_VERIFY" }))),
    ("KMS.1201", |it| it.on_key("enable-key", json!({}))),
    ("KMS.1301", |it| it.twice(json!({}), "disable-key", json!({}))),
    ("KMS.1401", |it| it.on_key("schedule-key-deletion", json!({ "pending_days": "6" }))),
    ("KMS.1402", |it| it.twice(json!({}), "schedule-key-deletion", json!({ "pending_days": "7" }))),
    ("KMS.1404", |it| {
        let key = it.key(json!({ "origin": "external" }));
        it.client.done("import-key-material", wrapped(&it.client, &key, &[7; 32]).params());
        let there = it.client.in_region("cn-east-3");
        it.client.done(&format!("/v2/{{project_id}}/kms/keys/{key}/replicate"), json!({
            "key_id": key, "replica_region": "cn-east-3", "key_alias": "r", "replica_project_id": there.project,
        }));
        there.call("get-parameters-for-import", with(&key, json!({ "wrapping_algorithm": "RSAES_OAEP_SHA_256" })))
    }),
    ("KMS.1501", |it| it.on_key("cancel-key-deletion", json!({}))),
    ("KMS.1601", |it| it.call("list-keys", json!({ "limit": "many" }))),
    ("KMS.1602", |it| it.call("list-keys", json!({ "marker": "-1" }))),
    ("KMS.1603", |it| it.call("GET /v1.0/{project_id}/keystores", json!({ "offset": "-1" }))),
    ("KMS.1801", |it| it.call("gen-random", json!({ "random_data_length": "0" }))),
    ("KMS.1802", |it| it.call("gen-random", json!({ "random_data_length": "9" }))),
    ("KMS.1901", |it| it.on_key("create-datakey", json!({ "datakey_length": "8200" }))),
    ("KMS.1902", |it| it.on_key("create-datakey", json!({ "key_spec": "AES_192" }))),
    ("KMS.1903", |it| it.on_key("create-datakey", json!({ "datakey_length": "9" }))),
    ("KMS.2101", |it| it.on_key("encrypt-data", json!({ "plain_text": "" }))),
    ("KMS.2102", |it| it.on_key("encrypt-datakey", json!({ "plain_text": "00", "datakey_plain_length": "1025" }))),
    ("KMS.2103", |it| it.on_key("encrypt-datakey", json!({ "plain_text": "0".repeat(66), "datakey_plain_length": "1" }))),
    ("KMS.2104", |it| it.on_key("encrypt-datakey", json!({ "plain_text": "0".repeat(66), "datakey_plain_length": "2" }))),
    ("KMS.2105", |it| it.encrypt("AES_256", "ENCRYPT_DECRYPT", "RSAES_OAEP_SHA_256", "a")),
    ("KMS.2106", |it| it.encrypt("RSA_2048", "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "a")),
    ("KMS.2108", |it| it.encrypt("RSA_2048", "ENCRYPT_DECRYPT", "RSAES_OAEP_SHA_256", &"a".repeat(191))),
    ("KMS.2201", |it| it.call("decrypt-data", json!({ "cipher_text": "a" }))),
    ("KMS.2202", |it| it.on_key("decrypt-datakey", json!({ "cipher_text": "00", "datakey_cipher_length": "1025" }))),
    ("KMS.2203", |it| {
        let key = it.key(json!({}));
        let data = it.client.done("encrypt-data", with(&key, json!({ "plain_text": "a" })));
        let data = STANDARD.decode(data["cipher_text"].as_str().unwrap()).unwrap();
        let cipher = base16ct::upper::encode_string(&data);
        it.call("decrypt-datakey", with(&key, json!({ "cipher_text": cipher, "datakey_cipher_length": "1" })))
    }),
    ("KMS.2204", |it| {
        let key = it.key(json!({}));
        let made = it.client.done("create-datakey", with(&key, json!({})));
        it.call("decrypt-datakey", with(&key, json!({ "cipher_text": made["cipher_text"], "datakey_cipher_length": "31" })))
    }),
    ("KMS.2401", |it| it.grant(json!(["create-grant"]), "b0b")),
    ("KMS.2402", |it| it.grant(json!(["encrypt-data"]), "not-an-id")),
    ("KMS.2404", |it| {
        let key = it.key(json!({}));
        let params = with(&key, json!({ "grantee_principal": "b0b", "operations": ["encrypt-data"] }));
        for _ in 0..100 {
            it.client.done("create-grant", params.clone());
        }
        it.call("create-grant", params)
    }),
    ("KMS.2405", |it| {
        let small = it.client_as("small");
        let key = small.create_key(json!({}));
        let params = with(&key, json!({ "grantee_principal": "b0b", "operations": ["encrypt-data"] }));
        small.done("create-grant", params.clone());
        small.call("create-grant", params)
    }),
    ("KMS.2501", |it| it.on_key("revoke-grant", json!({ "grant_id": "0".repeat(64) }))),
    ("KMS.2502", |it| {
        let key = it.key(json!({}));
        let params = with(&key, json!({ "grantee_principal": "b0b", "operations": ["encrypt-data"] }));
        let grant = it.client.done("create-grant", params);
        it.on_key("revoke-grant", json!({ "grant_id": grant["grant_id"] }))
    }),
    ("KMS.2601", |it| {
        let key = it.key(json!({ "origin": "external" }));
        let import = wrapped(&it.client, &key, &[7; 32]);
        it.server.world.clock.advance(Duration::from_hours(25));
        it.call("import-key-material", import.params())
    }),
    ("KMS.2602", |it| it.import(|import| import.expiration = Some(1))),
    ("KMS.2603", |it| {
        let other = it.key(json!({ "origin": "external" }));
        it.import(|import| import.key = other)
    }),
    ("KMS.2604", |it| {
        let key = it.key(json!({ "origin": "external" }));
        it.call("import-key-material", wrapped(&it.client, &key, &[7; 16]).params())
    }),
    ("KMS.2605", |it| it.import(|import| import.token = STANDARD.encode([7; 300]))),
    ("KMS.2606", |it| {
        let key = it.key(json!({ "origin": "external" }));
        it.client.done("import-key-material", wrapped(&it.client, &key, &[7; 32]).params());
        it.client.done("delete-imported-key-material", with(&key, json!({})));
        it.call("import-key-material", wrapped(&it.client, &key, &[8; 32]).params())
    }),
    ("KMS.2701", |it| it.on(json!({ "origin": "external" }), "delete-imported-key-material", json!({}))),
    ("KMS.2901", |it| it.twice(json!({}), "enable-key-rotation", json!({}))),
    ("KMS.3804", |it| it.capsule(json!({}))),
    ("KMS.3806", |it| it.capsule(json!({ "ecs_signature": "YQ==" }))),
    ("KMS.8003", |it| it.call(&format!("GET /v1.0/{{project_id}}/keystores/{ABSENT}"), json!({}))),
    ("KMS.3001", |it| {
        let key = it.key(json!({}));
        it.client.done("enable-key-rotation", with(&key, json!({})));
        it.call("update-key-rotation-interval", with(&key, json!({ "rotation_interval": 29 })))
    }),
];

#[test]
fn every_code_has_its_cause() {
    let mut wrong = Vec::new();
    let rows = table("huawei/errors.tsv");
    let row_of = |code: &str| rows.iter().find(|row| row[0] == code);
    for (code, produce) in PRODUCERS {
        let stage = Stage::set();
        let answer = produce(&stage);
        let (found, message) = refusal(&answer);
        let row = row_of(code).unwrap_or_else(|| panic!("errors.tsv lacks {code}"));
        let is_message = match row[5].split_once("...") {
            Some((start, end)) => message.starts_with(start) && message.ends_with(end),
            None => message == row[5],
        };
        if found != *code || answer.status.to_string() != row[1] || !is_message {
            wrong.push(format!("{code}: {} {}", answer.status, answer.text));
        }
        if row[3] == "fault" {
            wrong.push(format!("{code}: errors.tsv says that only a fault answers it"));
        }
    }
    let caused: BTreeSet<_> = PRODUCERS.iter().map(|(code, _)| *code).collect();
    let waiting: BTreeSet<_> = not_yet().1.into_iter().collect();
    for row in rows.iter().filter(|row| row[0].contains('.')) {
        let (is_caused, is_waiting) = (caused.contains(&*row[0]), waiting.contains(&row[0]));
        if is_caused == is_waiting {
            wrong.push(format!("{}: caused {is_caused}, in not-yet.txt {is_waiting}", row[0]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_fault_can_answer_every_code() {
    let stage = Stage::set();
    for row in table("huawei/errors.tsv") {
        let target = format!("/v1.0/{}/kms/tags", stage.client.project);
        let head = stage.client.head("GET", &target, "");
        let head = format!("{head}x-kmsim-fault: {}\r\n", row[0]);
        let answer = send(stage.server.address, &head, b"");
        let body = answer.json();
        let error = body.get("error").unwrap_or(&body);
        let code = error.get("error_code").or(error.get("title"));
        assert_eq!(code.and_then(Value::as_str), Some(&*row[0]), "{}", answer.text);
        assert_eq!(answer.status.to_string(), row[1], "{}", row[0]);
    }
}
