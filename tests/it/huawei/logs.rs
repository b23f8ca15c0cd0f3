//! The log contains no secret.

use kmsim::algorithms::mac::{Hash, digest};
use kmsim::world::Clock;
use serde_json::{Value, json};

use super::client::Client;
use crate::kit::Server;
use crate::logs::{SECRET, TOKEN, assert_hidden, traced};

/// Lets secrets pass through the server. Returns those that the server made.
fn pass_secrets(client: &Client, plain: &str) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let key = client.create_key(json!({ "key_description": "hush-wrong description" }));
    let with = |more: Value| {
        let mut params = json!({ "key_id": key });
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        params
    };
    let sealed = client.done("encrypt-data", with(json!({ "plain_text": plain })));
    client.done("decrypt-data", json!({ "cipher_text": sealed["cipher_text"] }));
    let made = client.done("create-datakey", with(json!({})));
    let opened = json!({ "cipher_text": made["cipher_text"], "datakey_cipher_length": "32" });
    client.done("decrypt-datakey", with(opened));
    let data_key = [plain.as_bytes(), &digest(Hash::Sha256, plain.as_bytes())].concat();
    let length = plain.len().to_string();
    let given = json!({
        "plain_text": base16ct::upper::encode_string(&data_key), "datakey_plain_length": length,
    });
    client.done("encrypt-datakey", with(given));
    let random = client.done("gen-random", json!({ "random_data_length": "320" }));
    let pair = client.done("create-ec-datakey-pair", with(json!({ "key_spec": "ECC_NIST_P256" })));
    for wrong in [
        Client { secret: "hush-wrong secret".into(), ..client.clone() },
        Client { security_token: Some("hush-wrong token".into()), ..client.clone() },
    ] {
        wrong.call("encrypt-data", with(json!({ "plain_text": plain })));
    }
    [&made["plain_text"], &random["random_data"], &pair["private_key_plain_text"]]
        .map(text)
        .to_vec()
}

#[test]
fn a_log_shows_no_secret() {
    const PLAIN: &str = "hush: the plaintext & more";
    let hex = base16ct::upper::encode_string(PLAIN.as_bytes());
    let mut hidden: Vec<String> =
        [SECRET, TOKEN, PLAIN, &*hex, "hush-wrong"].map(str::to_owned).into();
    let template = Client::of(&Server::start());
    let logs = traced(|address| {
        let client = Client {
            address,
            time: Clock::default().host().to_string(),
            id: "logid".into(),
            secret: SECRET.into(),
            ..template.clone()
        };
        let temporary = Client {
            id: "STS.log".into(),
            secret: format!("{SECRET}-sts"),
            security_token: Some(TOKEN.into()),
            ..client.clone()
        };
        for client in [client, temporary] {
            hidden.extend(pass_secrets(&client, PLAIN));
        }
    });
    assert_hidden(&logs, &hidden, &["the signature is wrong", "action=\"EncryptData\""]);
}
