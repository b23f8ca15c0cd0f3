//! The log contains no secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::world::Clock;
use serde_json::{Value, json};

use super::imports::wrapped;
use super::wire::{Client, WIRES};
use crate::kit::{Server, encode, kmsim};
use crate::logs::{SECRET, TOKEN, accounts_with_secrets, logged};

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
    let folder = tempfile::tempdir().unwrap();
    let (accounts, log) = (accounts_with_secrets(folder.path()), folder.path().join("log"));
    let mut hidden: Vec<String> = [SECRET, TOKEN, &plain, "hush-wrong"].map(str::to_owned).into();
    let template = Client::of(&Server::start());
    let mut logs = String::new();
    for mode in ["strict", "warn"] {
        let mut command =
            kmsim(&["--data", ":memory:", "--log", "trace", "--auth", mode, "--accounts"]);
        let server = logged(command.arg(&accounts), &log);
        let client = Client {
            address: server.address,
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
        drop(server);
        logs += &std::fs::read_to_string(&log).unwrap();
    }
    for text in &hidden {
        for form in [text.clone(), encode(text), STANDARD.encode(text), format!("{text:?}")] {
            let shown = logs.lines().find(|line| line.contains(form.trim_matches('"')));
            assert_eq!(shown, None, "the log shows {text:?} as {form:?}");
        }
    }
    for shown in ["the signature is wrong", "action=\"Encrypt\""] {
        assert!(logs.contains(shown), "the log lacks {shown}");
    }
}
