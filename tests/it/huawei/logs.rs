//! The log contains no secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::algorithms::mac::{Hash, digest};
use kmsim::world::Clock;
use serde_json::{Value, json};

use super::client::Client;
use crate::kit::{Server, encode, kmsim};
use crate::logs::{SECRET, TOKEN, accounts_with_secrets, logged};

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
    let folder = tempfile::tempdir().unwrap();
    let (accounts, log) = (accounts_with_secrets(folder.path()), folder.path().join("log"));
    let hex = base16ct::upper::encode_string(PLAIN.as_bytes());
    let mut hidden: Vec<String> =
        [SECRET, TOKEN, PLAIN, &*hex, "hush-wrong"].map(str::to_owned).into();
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
        let temporary = Client {
            id: "STS.log".into(),
            secret: format!("{SECRET}-sts"),
            security_token: Some(TOKEN.into()),
            ..client.clone()
        };
        for client in [client, temporary] {
            hidden.extend(pass_secrets(&client, PLAIN));
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
    for shown in ["the signature is wrong", "action=\"EncryptData\""] {
        assert!(logs.contains(shown), "the log lacks {shown}");
    }
}
