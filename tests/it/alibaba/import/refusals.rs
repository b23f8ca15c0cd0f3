//! Refused imports. All bad wrappings get the same answer.

use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::algorithms::asymmetric::Encryption;
use kmsim::algorithms::specs::Form;

use super::{
    RSA_OAEP_SHA1, RSA_OAEP_SHA256, RSA_PKCS1, SM2, Wrapping, external, import, material,
    parameters, populated, state, ticket,
};
use crate::kit::{Answer, Client, Server};

/// An answer as the caller sees it, without its id and date.
fn seen(answer: &Answer) -> String {
    let id = answer.json()["RequestId"].as_str().unwrap().to_owned();
    let lines = answer.head.lines().filter(|line| !line.to_lowercase().starts_with("date:"));
    lines.chain([answer.text.as_str()]).collect::<Vec<_>>().join("\n").replace(&id, "")
}

/// Everything that could be sent instead of correctly wrapped material.
fn bad_wrappings(client: &Client, key: &str, wrapping: Wrapping) -> (String, Vec<Vec<u8>>) {
    let given = ticket(client, key, wrapping);
    let other = ticket(client, key, wrapping);
    let good = given.wrap(&material(1, 32));
    let mut bad: Vec<_> = [1, 16, 24, 31, 33, 64].map(|len| given.wrap(&material(1, len))).into();
    // The right length, but different material.
    bad.push(given.wrap(&material(2, 32)));
    bad.push(other.wrap(&material(1, 32)));
    for at in [0, 1, 2, 40, 100, good.len() / 2, good.len() - 2, good.len() - 1] {
        let mut changed = good.clone();
        changed[at] ^= 1;
        bad.push(changed);
    }
    for len in [1, 2, 16, 32, 97, good.len() - 1] {
        bad.push(good[..len].to_vec());
        bad.push(good[good.len() - len..].to_vec());
    }
    bad.push([&good[..], &[0]].concat());
    bad.push([&[0], &good[..]].concat());
    bad.push(material(1, 32));
    bad.extend([[0; 256], [1; 256], [4; 256], [0x30; 256], [0xff; 256]].map(Vec::from));
    if matches!(wrapping.encryption, Encryption::Sm2(_)) {
        // In the raw format: a point that is not on the curve, and an empty text.
        bad.push([&[4], &[7; 64][..], &[0; 32], &[0; 32]].concat());
        let raw = given.wrap_as(Encryption::Sm2(Form::Raw), &material(1, 32));
        bad.push(raw[..97].to_vec());
        bad.push(raw[..raw.len() - 1].to_vec());
    } else {
        bad.push(given.wrap(b""));
        let paddings = [RSA_PKCS1, RSA_OAEP_SHA1, RSA_OAEP_SHA256];
        let others = paddings.iter().filter(|it| it.algorithm != wrapping.algorithm);
        bad.extend(others.map(|it| given.wrap_as(it.encryption, &material(1, 32))));
    }
    (given.token, bad)
}

#[test]
fn every_bad_wrapping_gets_the_same_answer() {
    let server = Server::start();
    let client = &server.client();
    let answers = thread::scope(|scope| {
        let threads = [RSA_PKCS1, RSA_OAEP_SHA1, RSA_OAEP_SHA256, SM2].map(|wrapping| {
            scope.spawn(move || {
                let (key, _) = populated(client, &material(1, 32));
                client.call("DeleteKeyMaterial", &[("KeyId", &key)]).ok();
                let (token, bad) = bad_wrappings(client, &key, wrapping);
                let mut answers: Vec<_> =
                    bad.iter().map(|wrapped| import(client, &key, &token, wrapped, None)).collect();
                for text in ["no base64!", "x", "AA=", "AAAA AAAA", "\u{e9}"] {
                    let params = [("ImportToken", &*token), ("EncryptedKeyMaterial", text)];
                    let params = [("KeyId", &*key), params[0], params[1]];
                    answers.push(client.call("ImportKeyMaterial", &params));
                }
                assert_eq!(state(client, &key), "PendingImport");
                answers
            })
        });
        threads.map(|thread| thread.join().unwrap())
    });
    let answers: Vec<_> = answers.into_iter().flatten().collect();
    assert!(answers.len() > 4 * 30);
    let first = seen(&answers[0]);
    for answer in answers {
        answer.refused(400, "InvalidKeyMaterial");
        assert_eq!(seen(&answer), first);
    }
}

#[test]
fn only_keys_of_imported_material_are_imported_into() {
    let server = Server::start();
    let client = server.client();
    let (_, given) = populated(&client, &material(1, 32));
    let service = client.call("Encrypt", &[("KeyId", "alias/acs/oss"), ("Plaintext", "x")]).ok();
    let off = client.create_key(&[]);
    client.call("DisableKey", &[("KeyId", &off)]).ok();
    for key in [
        client.create_key(&[]),
        client.create_key(&[("KeySpec", "Aliyun_SM4"), ("ProtectionLevel", "HSM")]),
        client.create_key(&[("KeySpec", "EC_SM2")]),
        service["KeyId"].as_str().unwrap().to_owned(),
        off,
    ] {
        let before = state(&client, &key);
        let delete = client.call("DeleteKeyMaterial", &[("KeyId", &key)]);
        for answer in [
            parameters(&client, &key, "RSA_2048", "RSAES_PKCS1_V1_5"),
            parameters(&client, &key, "EC_SM2", "SM2PKE"),
            given.import(&client, &key, &material(1, 32)),
            import(&client, &key, "nonsense", b"nonsense", None),
            delete,
        ] {
            assert_eq!(
                answer.refused(400, "Unsupported.Origin"),
                "This key origin is not valid for this api."
            );
        }
        assert_eq!(state(&client, &key), before);
    }
}

#[test]
fn wrapping_algorithms_must_fit_their_public_keys() {
    let server = Server::start();
    let client = server.client();
    let key = external(&client, "Aliyun_AES_256");
    for algorithm in ["RSAES_PKCS1_V1_5", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"] {
        parameters(&client, &key, "EC_SM2", algorithm).refused_parameter("WrappingAlgorithm");
    }
    parameters(&client, &key, "RSA_2048", "SM2PKE").refused_parameter("WrappingAlgorithm");
    for word in ["RSAES_OAEP_SHA_512", "rsaes_pkcs1_v1_5", "RSAES_PKCS1_V1_5 ", "RSA"] {
        parameters(&client, &key, "RSA_2048", word).refused_parameter("WrappingAlgorithm");
    }
    for word in ["RSA_3072", "RSA_4096", "EC_P256", "rsa_2048", "Aliyun_AES_256"] {
        parameters(&client, &key, word, "RSAES_PKCS1_V1_5").refused_parameter("WrappingKeySpec");
    }
    // SM2 wraps only for keys in hardware.
    for spec in ["Aliyun_AES_256", "Aliyun_SM4"] {
        let soft = client.create_key(&[("Origin", "EXTERNAL"), ("KeySpec", spec)]);
        parameters(&client, &soft, "EC_SM2", "SM2PKE").refused_parameter("WrappingKeySpec");
    }
}

#[test]
fn every_parameter_of_an_import_is_required() {
    let server = Server::start();
    let client = server.client();
    let (key, given) = populated(&client, &material(1, 32));
    let wrapped = STANDARD.encode(given.wrap(&material(1, 32)));
    let key = key.as_str();
    client.call("CreateAlias", &[("KeyId", key), ("AliasName", "alias/mine")]).ok();
    let arn = format!("acs:kms:cn-hangzhou:1000000000000001:key/{key}");
    for (action, all) in [
        (
            "GetParametersForImport",
            vec![("KeyId", key), ("WrappingAlgorithm", "SM2PKE"), ("WrappingKeySpec", "EC_SM2")],
        ),
        (
            "ImportKeyMaterial",
            vec![
                ("KeyId", key),
                ("ImportToken", &*given.token),
                ("EncryptedKeyMaterial", &*wrapped),
            ],
        ),
        ("DeleteKeyMaterial", vec![("KeyId", key)]),
    ] {
        for missing in 0..all.len() {
            let mut params = all.clone();
            let (name, _) = params.remove(missing);
            for params in [params.clone(), [&params[..], &[(name, "")]].concat()] {
                let message = client.call(action, &params).refused(400, "MissingParameter");
                assert!(message.contains(&format!("\"{name}\"")), "{action}: {message}");
            }
        }
        let named = |name: &str| {
            let mut params = all.clone();
            params[0].1 = name;
            client.call(action, &params)
        };
        named("alias/mine").refused(400, "Unsupported.Alias");
        named("alias/acs/oss").refused(400, "Unsupported.Alias");
        named("nobody").refused(404, "Forbidden.KeyNotFound");
        named("not an id").refused_parameter("KeyId");
        named(&arn).ok();
    }
    assert_eq!(state(&client, key), "PendingImport");
}

#[test]
fn external_keys_are_created_as_the_document_allows() {
    let server = Server::start();
    let client = server.client();
    for spec in ["RSA_2048", "RSA_3072", "EC_P256", "EC_P256K", "EC_SM2"] {
        client
            .call(
                "CreateKey",
                &[("KeySpec", spec), ("Origin", "EXTERNAL"), ("ProtectionLevel", "HSM")],
            )
            .refused_parameter("Origin");
    }
    for word in ["External", "external", "EXTERNAL "] {
        client.call("CreateKey", &[("Origin", word)]).refused_parameter("Origin");
    }
    let made = client.call("CreateKey", &[("Origin", "EXTERNAL")]).ok()["KeyMetadata"].clone();
    assert_eq!(
        (&made["Origin"], &made["KeyState"], &made["MaterialExpireTime"]),
        (&"EXTERNAL".into(), &"PendingImport".into(), &"".into())
    );
    // The state is reported first, because the parameters could not be used.
    let key = made["KeyId"].as_str().unwrap();
    for action in ["EnableKey", "DisableKey", "CancelKeyDeletion"] {
        client.call(action, &[("KeyId", key)]).refused(409, "Rejected.StateModifiedFailed");
    }
    for action in ["Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"] {
        let params = [("KeyId", key), ("Plaintext", "x")];
        client.call(action, &params).refused(409, "Rejected.PendingImport");
    }
}
