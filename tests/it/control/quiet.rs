//! What the control plane shows holds no secret: no plaintext, no key of an access key, no token,
//! no signature.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::kit::{Client, Process, control, encode, form, kmsim, send};
use crate::makers::{MATERIAL, import, pair, wrapped};

const SECRET: &str = "hush-access-key-secret";
const TOKEN: &str = "hush/security+token=";
const PLAINTEXT: &str = "hush: the plaintext & more";

/// Everything that the control plane tells of what happened so far.
fn told(server: &Process, blobs: &[String]) -> String {
    let get = |path: &str| control(server.address, "GET", path, &Value::Null).text;
    let expected = json!({"action": "Decrypt", "outcome": "InternalFailure", "key": "none"});
    let mut all = get("requests?limit=1000") + &get("metrics") + &get("faults");
    all += &control(server.address, "POST", "requests/expect", &expected).text;
    for blob in blobs {
        all += &control(server.address, "POST", "inspect", &json!({"ciphertext_blob": blob})).text;
    }
    all
}

#[test]
fn the_control_plane_shows_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let accounts = folder.path().join("accounts.yaml");
    let text = format!(
        "accounts:\n  - id: \"1000000000000001\"\n    access_keys: [{{ id: logid, secret: {SECRET} }}]\n    \
         sts_tokens: [{{ id: STS.log, secret: {SECRET}-sts, token: {TOKEN}, expires: 2100-01-01T00:00:00Z }}]\n"
    );
    std::fs::write(&accounts, text).unwrap();
    let mut hidden: Vec<String> =
        [SECRET, TOKEN, PLAINTEXT, "hush-wrong"].map(str::to_owned).into();
    let mut shown =
        vec!["GenerateDataKey".to_owned(), "ReEncrypt".to_owned(), "-bytes-sha256-".to_owned()];
    let mut all = String::new();
    for mode in ["strict", "warn"] {
        let server = Process::spawn(
            kmsim(&["--data", ":memory:", "--auth", mode, "--accounts"]).arg(&accounts),
        );
        let time = kmsim::world::Clock::default().host().to_string();
        let client = |id, secret: &str| Client::new(server.address, id, secret, &time);
        let sts = client("STS.log", &format!("{SECRET}-sts")).with("SecurityToken", TOKEN);
        let mut blobs = Vec::new();
        for client in [client("logid", SECRET), sts] {
            let key = client.create_key(&[]);
            let sealed = client.call("Encrypt", &[("KeyId", &key), ("Plaintext", PLAINTEXT)]).ok();
            let blob = sealed["CiphertextBlob"].as_str().unwrap().to_owned();
            client.call("Decrypt", &[("CiphertextBlob", &blob)]).ok();
            client.call("ReEncrypt", &[("CiphertextBlob", &blob), ("DestinationKeyId", &key)]).ok();
            let data_key =
                client.call("GenerateDataKey", &[("KeyId", &key)]).ok()["Plaintext"].clone();
            let name = format!("secret-{}", blobs.len());
            let secret =
                [("SecretName", name.as_str()), ("SecretData", PLAINTEXT), ("VersionId", "1")];
            client.call("CreateSecret", &secret).ok();
            client.call("GetSecretValue", &[("SecretName", &name)]).ok();
            let (pair, version) = pair(&client, "EC_SM2", "ENCRYPT/DECRYPT");
            let brief = STANDARD.encode(PLAINTEXT);
            let params = [
                ("KeyId", pair.as_str()),
                ("KeyVersionId", &version),
                ("Algorithm", "SM2PKE"),
                ("Plaintext", &brief),
            ];
            client.call("AsymmetricEncrypt", &params).ok();
            let external = client.create_key(&[("Origin", "EXTERNAL")]);
            let material = wrapped(&client, &external, &MATERIAL);
            import(&client, &external, &material).ok();
            hidden.extend([brief, material.0, STANDARD.encode(MATERIAL)]);
            // A misspelt name hides its value too, and so does a fault that is asked for.
            client.call("Encrypt", &[("KeyId", &key), ("PlainText", PLAINTEXT)]);
            super::call_with(
                &client,
                "x-kmsim-fault: truncate",
                "GenerateDataKey",
                &[("KeyId", &key)],
            );
            let wrong = client.clone().with("SecurityToken", "hush-wrong token");
            wrong.call("Encrypt", &[("KeyId", &key), ("Plaintext", PLAINTEXT)]);
            hidden.extend([blob.clone(), data_key.as_str().unwrap().to_owned()]);
            shown.push(key);
            blobs.push(blob);
        }
        let stranger = client("logid", "hush-wrong secret");
        let params = [("KeyId", "alias/none"), ("Plaintext", PLAINTEXT), ("SecurityToken", TOKEN)];
        stranger.call("Encrypt", &params);
        let query = form(&stranger.signed("GET", "Encrypt", &params));
        send(stranger.address, &format!("GET /?{query} HTTP/1.1\r\n"), b"");
        all += &told(&server, &blobs);
    }
    for text in &hidden {
        let forms = [
            text.clone(),
            encode(text),
            encode(&encode(text)),
            STANDARD.encode(text),
            format!("{text:?}"),
        ];
        for form in &forms {
            assert!(
                !all.contains(form.trim_matches('"')),
                "the control plane shows {text:?} as {form:?}"
            );
        }
    }
    for text in &shown {
        assert!(all.contains(text), "the control plane lacks {text}");
    }
}
