//! The log contains no secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::world::Clock;
use serde_json::{Value, json};

use super::imports::wrapped;
use super::wire::{Client, WIRES};
use crate::kit::Server;
use crate::logs::{SECRET, TOKEN, assert_hidden, traced};

/// Lets secrets pass through the server. Returns those that the server made.
fn pass_secrets(client: &Client, plain: &str) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let key = client.create_key(json!({ "Description": "hush-wrong description" }));
    let sealed = client.done("Encrypt", json!({ "KeyId": key, "Plaintext": plain }));
    let blob = json!({ "CiphertextBlob": sealed["CiphertextBlob"] });
    client.done("Decrypt", blob);
    let hosted = json!({
        "KeyId": key, "KeySpec": "AES_256", "IsHostedByKms": 1, "DataKeyName": Client::fresh(),
    });
    let made = client.done("GenerateDataKey", hosted);
    let imported = json!({
        "KeyId": key, "DataKeyName": Client::fresh(), "ImportType": 2, "ImportKeyMaterial": plain,
    });
    client.done("ImportDataKey", imported);
    client.done("GetDataKeyPlaintext", json!({ "DataKeyId": made["DataKeyId"] }));
    let white = json!({ "Alias": Client::fresh(), "Algorithm": "AES_256" });
    let white = client.done("CreateWhiteBoxKey", white);
    let params = json!({ "KeyId": white["KeyId"], "PlainText": plain });
    client.done("EncryptByWhiteBox", params);
    let external = client.create_key(json!({ "Type": 2 }));
    client.done("ImportKeyMaterial", wrapped(client, &external, &[7; 16]));
    let random = client.done("GenerateRandom", json!({ "NumberOfBytes": 40 }));
    for wrong in [
        Client { secret: "hush-wrong secret".into(), ..client.clone() },
        Client { token: Some("hush-wrong token".into()), ..client.clone() },
    ] {
        wrong.call("Encrypt", json!({ "KeyId": key, "Plaintext": plain }));
    }
    [&made["Plaintext"], &white["DecryptKey"], &random["Plaintext"]].map(text).to_vec()
}

#[test]
fn a_log_shows_no_secret() {
    let plain = STANDARD.encode("hush: the plaintext & more");
    let mut hidden: Vec<String> = [SECRET, TOKEN, &plain, "hush-wrong"].map(str::to_owned).into();
    let template = Client::of(&Server::start());
    let logs = traced(|address| {
        let client = Client {
            address,
            time: Clock::default().host().to_string(),
            id: "logid".into(),
            secret: SECRET.into(),
            ..template.clone()
        };
        let sts = Client {
            id: "STS.log".into(),
            secret: format!("{SECRET}-sts"),
            token: Some(TOKEN.into()),
            ..client.clone()
        };
        for wire in WIRES {
            for client in [client.on(wire), sts.on(wire)] {
                hidden.extend(pass_secrets(&client, &plain));
            }
        }
    });
    assert_hidden(&logs, &hidden, &["the signature is wrong", "action=\"Encrypt\""]);
}
