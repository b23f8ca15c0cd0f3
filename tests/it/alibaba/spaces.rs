//! White space in base64: people paste it from files, and tools write it on several lines.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::alibaba::certificates::certificate;
use crate::kit::{Answer, Client, Server, control};
use crate::makers::{DIGEST, STRANGER, newest_version, pair, wrapped};

/// The same base64 as files and tools write it.
fn spaced(text: &str) -> Vec<String> {
    let lines = |end: &str| {
        let lines: Vec<_> =
            text.as_bytes().chunks(5).map(|line| String::from_utf8_lossy(line)).collect();
        lines.join(end)
    };
    vec![
        format!("{text}\n"),
        format!("{text}\r\n"),
        format!(" \t\r\n{text}\n\n\t "),
        lines("\n"),
        lines("\r\n") + "\r\n",
        lines(" \t"),
        text.chars().flat_map(|letter| [' ', letter]).collect(),
    ]
}

/// Texts that are almost base64, but malformed.
fn broken(text: &str) -> Vec<String> {
    let bare = text.trim_end_matches('=');
    vec![
        format!("{text}\u{b}"),
        format!("{text}\u{a0}"),
        format!("{text}\0"),
        format!("{text}="),
        format!("-{}", &text[1..]),
        format!("{bare}\u{3000}"),
    ]
}

struct Case {
    action: &'static str,
    params: Vec<(&'static str, String)>,
    /// The parameter that is base64.
    name: &'static str,
    /// Whether the action can be repeated, because it changes nothing.
    again: bool,
}

impl Case {
    fn of(action: &'static str, name: &'static str, params: &[(&'static str, &str)]) -> Self {
        let params = params.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self { action, params, name, again: true }
    }

    fn ask(&self, client: &Client, value: &str) -> Answer {
        let value = |(name, own): &(&'static str, String)| {
            (*name, if *name == self.name { value.to_owned() } else { own.clone() })
        };
        let params: Vec<_> = self.params.iter().map(value).collect();
        let params: Vec<_> = params.iter().map(|(name, value)| (*name, value.as_str())).collect();
        client.call(self.action, &params)
    }
}

/// Every base64 parameter, with a call in which it has a good value.
#[expect(clippy::too_many_lines, reason = "a table, row by row")]
fn cases(client: &Client) -> Vec<Case> {
    let text = |answer: &Value, name: &str| answer[name].as_str().unwrap().to_owned();
    let key = client.create_key(&[]);
    let sealed = client.call("GenerateDataKey", &[("KeyId", &key)]).ok();
    let blob = text(&sealed, "CiphertextBlob");
    let (sm2, version) = pair(client, "EC_SM2", "ENCRYPT/DECRYPT");
    let by_sm2 = [("KeyId", sm2.as_str()), ("KeyVersionId", &version), ("Algorithm", "SM2PKE")];
    let with = |more: &[(&'static str, &str)]| {
        let own = by_sm2.iter().map(|(name, value)| (*name, (*value).to_owned()));
        own.chain(more.iter().map(|(name, value)| (*name, (*value).to_owned()))).collect::<Vec<_>>()
    };
    let (p256, signing) = pair(client, "EC_P256", "SIGN/VERIFY");
    let by_p256 = [
        ("KeyId", p256.as_str()),
        ("KeyVersionId", &signing),
        ("Algorithm", "ECDSA_SHA_256"),
        ("Digest", DIGEST),
    ];
    let signature = text(&client.call("AsymmetricSign", &by_p256).ok(), "Value");
    let plain = [&by_sm2[..], &[("Plaintext", "dGV4dA==")]].concat();
    let to_sm2 = text(&client.call("AsymmetricEncrypt", &plain).ok(), "CiphertextBlob");
    let own = Case {
        action: "AsymmetricEncrypt",
        params: with(&[("Plaintext", "dGV4dA==")]),
        name: "Plaintext",
        again: true,
    };
    let back = Case {
        action: "AsymmetricDecrypt",
        params: with(&[("CiphertextBlob", &to_sm2)]),
        name: "CiphertextBlob",
        again: true,
    };
    let wrapping = [("WrappingKeySpec", "RSA_2048"), ("WrappingAlgorithm", "RSAES_OAEP_SHA_256")];
    let public = [("PublicKeyBlob", STRANGER), wrapping[0], wrapping[1]];
    let id = certificate(client, "RSA_2048", "ACTIVE");
    let of = ("CertificateId", id.as_str());
    let (sign, seal) = (("Algorithm", "RSA_PKCS1_SHA_256"), ("Algorithm", "RSAES_OAEP_SHA_256"));
    let message = [of, sign, ("Message", "dGV4dA=="), ("MessageType", "RAW")];
    let by_certificate =
        text(&client.call("CertificatePrivateKeySign", &message).ok(), "SignatureValue");
    let to_certificate = [of, seal, ("Plaintext", "dGV4dA==")];
    let for_certificate =
        text(&client.call("CertificatePublicKeyEncrypt", &to_certificate).ok(), "CiphertextBlob");
    let signed = [&message[..], &[("SignatureValue", by_certificate.as_str())]].concat();
    let external = client.create_key(&[("Origin", "EXTERNAL")]);
    let (token, material) = wrapped(client, &external, &[3; 32]);
    let import = [
        ("KeyId", external.as_str()),
        ("ImportToken", &token),
        ("EncryptedKeyMaterial", &material),
    ];
    vec![
        Case::of("Decrypt", "CiphertextBlob", &[("CiphertextBlob", &blob)]),
        Case::of(
            "ReEncrypt",
            "CiphertextBlob",
            &[("CiphertextBlob", &blob), ("DestinationKeyId", &key)],
        ),
        Case::of(
            "ReEncrypt",
            "CiphertextBlob",
            &[
                ("CiphertextBlob", &to_sm2),
                ("DestinationKeyId", &key),
                ("SourceKeyId", &sm2),
                ("SourceKeyVersionId", &version),
                ("SourceEncryptionAlgorithm", "SM2PKE"),
            ],
        ),
        Case::of(
            "ExportDataKey",
            "CiphertextBlob",
            &[&public[..], &[("CiphertextBlob", &blob)]].concat(),
        ),
        Case::of(
            "ExportDataKey",
            "PublicKeyBlob",
            &[&public[..], &[("CiphertextBlob", &blob)]].concat(),
        ),
        Case::of(
            "GenerateAndExportDataKey",
            "PublicKeyBlob",
            &[&public[..], &[("KeyId", &key)]].concat(),
        ),
        own,
        back,
        Case::of("AsymmetricSign", "Digest", &by_p256),
        Case::of("AsymmetricVerify", "Digest", &[&by_p256[..], &[("Value", &signature)]].concat()),
        Case::of("AsymmetricVerify", "Value", &[&by_p256[..], &[("Value", &signature)]].concat()),
        Case::of("CertificatePrivateKeySign", "Message", &message),
        Case::of("CertificatePublicKeyVerify", "Message", &signed),
        Case::of("CertificatePublicKeyVerify", "SignatureValue", &signed),
        Case::of("CertificatePublicKeyEncrypt", "Plaintext", &to_certificate),
        Case::of(
            "CertificatePrivateKeyDecrypt",
            "CiphertextBlob",
            &[of, seal, ("CiphertextBlob", &for_certificate)],
        ),
        Case { again: false, ..Case::of("ImportKeyMaterial", "ImportToken", &import) },
        Case { again: false, ..Case::of("ImportKeyMaterial", "EncryptedKeyMaterial", &import) },
    ]
}

#[test]
fn only_white_space_is_ignored_in_base64() {
    let server = Server::start();
    let client = server.client();
    for case in cases(&client) {
        let what = format!("{} {}", case.action, case.name);
        let good = &case.params.iter().find(|(name, _)| *name == case.name).unwrap().1;
        for text in broken(good) {
            let answer = case.ask(&client, &text);
            assert_eq!(answer.status, 400, "{what} {text:?}: {answer:?}");
        }
        for text in spaced(good) {
            let answer = case.ask(&client, &text).ok();
            assert!(answer.get("Value").is_none_or(|it| *it != false), "{what} {text:?}");
            assert!(answer.get("SignatureValid").is_none_or(|it| *it != false), "{what} {text:?}");
        }
        if case.again {
            case.ask(&client, " \r\n\t").refused(400, "InvalidParameter");
        }
    }
}

#[test]
fn the_plaintext_of_encrypt_is_a_text_and_stays_unchanged() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[]);
    let text = " aGVs\r\nbG8=\n";
    let sealed = client.call("Encrypt", &[("KeyId", &key), ("Plaintext", text)]).ok();
    let blob = ("CiphertextBlob", sealed["CiphertextBlob"].as_str().unwrap());
    assert_eq!(client.call("Decrypt", &[blob]).ok()["Plaintext"], text);
    // The exported value has the bytes that the text encodes.
    let (rsa, version) = pair(&client, "RSA_2048", "ENCRYPT/DECRYPT");
    let public = [("KeyId", rsa.as_str()), ("KeyVersionId", &version)];
    let pem = client.call("GetPublicKey", &public).ok()["PublicKey"].as_str().unwrap().to_owned();
    // The contents of a PEM, on several lines.
    let inside: Vec<_> = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let inside = inside.join("\r\n");
    let how = [("WrappingKeySpec", "RSA_2048"), ("WrappingAlgorithm", "RSAES_OAEP_SHA_256")];
    let exported =
        client.call("ExportDataKey", &[blob, ("PublicKeyBlob", &inside), how[0], how[1]]).ok();
    let wrapped = ("CiphertextBlob", exported["ExportedDataKey"].as_str().unwrap());
    let opened = client.call(
        "AsymmetricDecrypt",
        &[public[0], public[1], ("Algorithm", "RSAES_OAEP_SHA_256"), wrapped],
    );
    assert_eq!(opened.ok()["Plaintext"], STANDARD.encode("hello"));
}

#[test]
fn journal_and_inspect_ignore_it_too() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[]);
    let version = newest_version(&client, &key);
    let sealed = client.call("Encrypt", &[("KeyId", &key), ("Plaintext", "x")]).ok();
    for blob in spaced(sealed["CiphertextBlob"].as_str().unwrap()) {
        client.call("Decrypt", &[("CiphertextBlob", &blob)]).ok();
        let page = control(server.address, "GET", "requests?action=Decrypt", &Value::Null).ok();
        let keys = &page["requests"].as_array().unwrap().last().unwrap()["keys"];
        assert_eq!(*keys, json!([{"name": null, "id": key, "version": version}]), "{blob:?}");
        let shown =
            control(server.address, "POST", "inspect", &json!({"ciphertext_blob": blob})).ok();
        assert_eq!(
            (&shown["would_decrypt"], &shown["key"]),
            (&json!(true), &json!(key)),
            "{blob:?}"
        );
    }
}
