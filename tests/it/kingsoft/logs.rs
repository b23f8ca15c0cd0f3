//! The log explains wrong signatures, and contains no secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::world::Clock;

use super::wire::{Client, NEW, SIGNED, Wire, told};
use crate::kit::Server;
use crate::logs::{SECRET, TOKEN, assert_hidden, traced};

#[test]
fn a_wrong_signature_is_explained_without_secrets() {
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
        for client in SIGNED.iter().flat_map(|wire| [client.on(*wire), sts.on(*wire)]) {
            let named = [&NEW[1..], &[("KeyName", "hush-wrong name")]].concat();
            let made = client.call("CreateKey", &named).ok();
            let key = made["Key"]["KeyId"].as_str().unwrap();
            let sealed = client.call("Encrypt", &[("KeyId", key), ("Plaintext", &plain)]).ok();
            let blob = sealed["CiphertextBlob"].as_str().unwrap();
            client.call("Decrypt", &[("KeyId", key), ("CiphertextBlob", blob)]).ok();
            let drawn =
                client.call("GenerateDataKey", &[("KeyId", key), ("KeySpec", "AES256")]).ok();
            let wrong = Client { secret: "hush-wrong secret".into(), ..client.clone() };
            wrong.call("Encrypt", &[("KeyId", key), ("Plaintext", &plain)]);
            let wrong = Client { token: Some("hush-wrong token".into()), ..client.clone() };
            wrong.call("Encrypt", &[("KeyId", key), ("Plaintext", &plain)]);
            hidden.extend([blob, drawn["Plaintext"].as_str().unwrap()].map(str::to_owned));
        }
    });
    assert_hidden(
        &logs,
        &hidden,
        &["the signature does not match", "string_to_sign=\"AWS4-HMAC-SHA256", "GET\\n/\\nAction="],
    );
    assert!(logs.contains("the signature over these parameters does not match"), "{logs}");
}

#[test]
fn a_forged_scope_is_refused_before_the_signature_is_computed() {
    let server = Server::start();
    let client = Client { region: "no region".into(), ..Client::of(&server).on(Wire::Header) };
    let (status, code, message) = told(&client.call("DescribeKeys", &[]));
    assert_eq!((status, code.as_str()), (403, "SignatureDoesNotMatch"));
    assert_eq!(message, "Credential should be scoped to a valid region, not:no region.");
}
