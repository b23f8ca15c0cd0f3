//! Around the use of key pairs: names, visibility, refusals, dry runs, and the format of answers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::{DIGEST, ENCRYPT, Pair, SIGN, text};
use crate::kit::{Answer, Client, Server, Setup};

/// Every action on a pair of this usage, with its parameters besides key and version.
fn actions(pair: &Pair, usage: &str) -> Vec<(&'static str, Vec<(&'static str, String)>)> {
    let mut all = vec![("GetPublicKey", vec![])];
    if usage == SIGN {
        let algorithm = ("Algorithm", "SM2DSA".to_owned());
        let digest = ("Digest", STANDARD.encode(DIGEST));
        let value = ("Value", STANDARD.encode(pair.sign("SM2DSA", &DIGEST)));
        all.push(("AsymmetricSign", vec![algorithm.clone(), digest.clone()]));
        all.push(("AsymmetricVerify", vec![algorithm, digest, value]));
    } else {
        let algorithm = ("Algorithm", "SM2PKE".to_owned());
        let blob = ("CiphertextBlob", STANDARD.encode(pair.encrypt("SM2PKE", b"text")));
        all.push(("AsymmetricEncrypt", vec![algorithm.clone(), ("Plaintext", "dGV4dA==".into())]));
        all.push(("AsymmetricDecrypt", vec![algorithm, blob]));
    }
    all
}

fn call(client: &Client, action: &str, names: [&str; 2], params: &[(&str, String)]) -> Answer {
    let mut all = vec![("KeyId", names[0]), ("KeyVersionId", names[1])];
    all.extend(params.iter().map(|(name, value)| (*name, value.as_str())));
    client.call(action, &all)
}

#[test]
fn a_pair_is_named_by_id_alias_or_arn() {
    let server = Server::start();
    for usage in [SIGN, ENCRYPT] {
        let pair = Pair::make(&server.client(), "EC_SM2", usage);
        let alias = format!("alias/{}", usage.replace('/', "-"));
        pair.client.call("CreateAlias", &[("KeyId", &pair.id), ("AliasName", &alias)]).ok();
        let arn = |region: &str, name: &str| format!("acs:kms:{region}:1000000000000001:{name}");
        let key = format!("key/{}", pair.id);
        for (action, params) in actions(&pair, usage) {
            for name in [&pair.id, &alias, &arn("cn-hangzhou", &key), &arn("cn-hangzhou", &alias)] {
                let answer = call(&pair.client, action, [name, &pair.version], &params).ok();
                assert_eq!(
                    (text(&answer, "KeyId"), text(&answer, "KeyVersionId")),
                    pair.names(),
                    "{action}"
                );
            }
            let call = |name: &str| call(&pair.client, action, [name, &pair.version], &params);
            call(&arn("cn-beijing", &key)).refused(404, "Forbidden.KeyNotFound");
            call("3f0bd6f7-0000-4000-8000-000000000000").refused(404, "Forbidden.KeyNotFound");
            call("alias/none").refused(404, "Forbidden.AliasNotFound");
            call("").refused(400, "MissingParameter");
            call("a b").refused_parameter("KeyId");
        }
    }
}

#[test]
fn a_version_that_the_pair_does_not_have_is_not_found() {
    let server = Server::start();
    for usage in [SIGN, ENCRYPT] {
        let pair = Pair::make(&server.client(), "EC_SM2", usage);
        let other = Pair::make(&server.client(), "EC_SM2", usage);
        for (action, params) in actions(&pair, usage) {
            let call = |version| call(&pair.client, action, [&pair.id, version], &params);
            let none = "3f0bd6f7-0000-4000-8000-000000000000";
            for version in [&other.version, none, "none", "latest", &pair.id] {
                let message = call(version).refused(404, "Forbidden.KeyVersionNotFound");
                assert_eq!(
                    message, "The specified Key version is not found.",
                    "{action} {version}"
                );
            }
            let message = call("").refused(400, "MissingParameter");
            assert!(message.contains("\"KeyVersionId\""), "{message}");
        }
    }
}

#[test]
fn symmetric_keys_and_pairs_refuse_each_others_actions() {
    let server = Server::start();
    let client = server.client();
    let symmetric = Pair::make(&client, "Aliyun_SM4", ENCRYPT);
    for usage in [SIGN, ENCRYPT] {
        let pair = Pair::make(&client, "EC_SM2", usage);
        for (action, params) in actions(&pair, usage) {
            let answer = call(&client, action, [&symmetric.id, &symmetric.version], &params);
            answer.refused(400, "Rejected.UnsupportedOperation");
        }
        let blob =
            client.call("Encrypt", &[("KeyId", &symmetric.id), ("Plaintext", "dGV4dA==")]).ok();
        let blob = text(&blob, "CiphertextBlob");
        for (action, params) in [
            ("Encrypt", vec![("KeyId", pair.id.as_str()), ("Plaintext", "text")]),
            ("GenerateDataKey", vec![("KeyId", &pair.id)]),
            ("GenerateDataKeyWithoutPlaintext", vec![("KeyId", &pair.id)]),
            ("ReEncrypt", vec![("DestinationKeyId", &pair.id), ("CiphertextBlob", &blob)]),
        ] {
            let message = client.call(action, &params).refused(400, "UnsupportedOperation");
            assert_eq!(message, "This action is not supported.", "{action}");
        }
    }
    let made = client.call("CreateKeyVersion", &[("KeyId", &symmetric.id)]);
    made.refused(400, "Rejected.UnsupportedOperation");
    // A ciphertext that begins with the version of a pair was not made by it.
    let pair = Pair::make(&client, "EC_SM2", ENCRYPT);
    let forged = STANDARD.encode([pair.version.as_bytes(), &[0; 60]].concat());
    client.call("Decrypt", &[("CiphertextBlob", &forged)]).refused(400, "UnsupportedOperation");
}

#[test]
fn an_unusable_pair_returns_its_public_key_only() {
    let server = Server::start();
    for usage in [SIGN, ENCRYPT] {
        let pair = Pair::make(&server.client(), "EC_SM2", usage);
        let all = actions(&pair, usage);
        let pem = pair.pem();
        for (change, code) in [
            ("DisableKey", "Rejected.Disabled"),
            ("ScheduleKeyDeletion", "Rejected.PendingDeletion"),
        ] {
            pair.client.call(change, &[("KeyId", &pair.id)]).ok();
            assert_eq!(pair.pem(), pem);
            for (action, params) in all.iter().filter(|(action, _)| *action != "GetPublicKey") {
                call(&pair.client, action, [&pair.id, &pair.version], params).refused(409, code);
                // The state is checked before the version.
                call(&pair.client, action, [&pair.id, "none"], params).refused(409, code);
            }
        }
        pair.client.call("CancelKeyDeletion", &[("KeyId", &pair.id)]).ok();
        for (action, params) in all {
            call(&pair.client, action, [&pair.id, &pair.version], &params).ok();
        }
    }
}

#[test]
fn usage_is_checked_before_version_and_version_before_algorithm() {
    let server = Server::start();
    for (usage, action, of) in
        [(ENCRYPT, "AsymmetricSign", "Digest"), (SIGN, "AsymmetricEncrypt", "Plaintext")]
    {
        let right =
            Pair::make(&server.client(), "EC_SM2", if usage == SIGN { ENCRYPT } else { SIGN });
        let wrong = Pair::make(&server.client(), "EC_SM2", usage);
        let unfit = if usage == SIGN { "RSAES_OAEP_SHA_1" } else { "ECDSA_SHA_256" };
        let params = [("Algorithm", unfit.to_owned()), (of, STANDARD.encode(DIGEST))];
        let client = &right.client;
        let call = |pair: &Pair, version| call(client, action, [&pair.id, version], &params);
        call(&wrong, "none").refused(400, "Rejected.UnsupportedOperation");
        call(&right, "none").refused(404, "Forbidden.KeyVersionNotFound");
        call(&right, &right.version).refused_parameter("Algorithm");
    }
}

#[test]
fn a_dry_run_reports_the_outcome() {
    let server = Server::start();
    for usage in [SIGN, ENCRYPT] {
        let pair = Pair::make(&server.client(), "EC_SM2", usage);
        for (action, mut params) in actions(&pair, usage) {
            params.push(("DryRun", "true".into()));
            let dry = |version| call(&pair.client, action, [&pair.id, version], &params);
            dry(&pair.version).refused(400, "DryRunOperationError");
            let message = dry("none").refused(400, "ValidationError");
            assert!(
                message.ends_with("The specified Key version is not found."),
                "{action}: {message}"
            );
            params.retain(|(name, _)| *name != "Algorithm");
            if action != "GetPublicKey" {
                let message = call(&pair.client, action, [&pair.id, &pair.version], &params);
                let message = message.refused(400, "ValidationError");
                assert!(
                    message.ends_with("The parameter \"Algorithm\" is needed but not provided."),
                    "{message}"
                );
            }
        }
    }
}

#[test]
fn the_result_of_verify_is_a_boolean_in_json_and_a_text_in_xml() {
    let server = Server::start();
    let pair = Pair::make(&server.client(), "EC_SM2", SIGN);
    let signature = STANDARD.encode(pair.sign("SM2DSA", &DIGEST));
    for (digest, verifies) in [(DIGEST, true), ([8; 32], false)] {
        let digest = STANDARD.encode(digest);
        let params = [("Algorithm", "SM2DSA"), ("Digest", &digest), ("Value", &signature)];
        assert_eq!(pair.done("AsymmetricVerify", &params)["Value"], Value::Bool(verifies));
        let xml = pair.call("AsymmetricVerify", &[&params[..], &[("Format", "XML")]].concat());
        assert_eq!(xml.status, 200);
        assert!(xml.text.contains(&format!("<Value>{verifies}</Value>")), "{}", xml.text);
    }
    let xml = pair.call("GetPublicKey", &[("Format", "XML")]);
    let (_, rest) = xml.text.split_once("<PublicKey>").unwrap();
    let (pem, _) = rest.split_once("</PublicKey>").unwrap();
    assert_eq!(pem, pair.pem(), "line ends and all");
}

#[test]
fn regions_and_accounts_do_not_see_each_others_pairs() {
    let accounts = "accounts:
  - { id: \"1\", access_keys: [{ id: a, secret: s }, { id: a2, secret: s }] }
  - { id: \"2\", access_keys: [{ id: b, secret: s }] }
";
    let server = Server::with(Setup { accounts: Some(accounts), ..Setup::default() });
    let mine = server.client_as("a", "s");
    for usage in [SIGN, ENCRYPT] {
        let pair = Pair::make(&mine, "EC_SM2", usage);
        let strangers = [server.client_as("b", "s"), mine.clone().with("RegionId", "cn-beijing")];
        let own = strangers.clone().map(|stranger| Pair::make(&stranger, "EC_SM2", usage));
        for (action, params) in actions(&pair, usage) {
            call(&server.client_as("a2", "s"), action, [&pair.id, &pair.version], &params).ok();
            for (stranger, own) in strangers.iter().zip(&own) {
                let call = |names| call(stranger, action, names, &params);
                call([&pair.id, &pair.version]).refused(404, "Forbidden.KeyNotFound");
                call([&own.id, &pair.version]).refused(404, "Forbidden.KeyVersionNotFound");
            }
        }
    }
}

#[test]
fn a_seed_repeats_keys_signatures_and_ciphertexts() {
    let run = || {
        let server = Server::start();
        let mut all = Vec::new();
        for (spec, signing, encryption) in [
            ("EC_P256", Some("ECDSA_SHA_256"), None),
            ("EC_P256K", Some("ECDSA_SHA_256"), None),
            ("EC_SM2", Some("SM2DSA"), None),
            ("EC_SM2", None, Some("SM2PKE")),
            ("RSA_2048", Some("RSA_PSS_SHA_256"), None),
            ("RSA_2048", None, Some("RSAES_OAEP_SHA_256")),
        ] {
            let usage = if signing.is_some() { SIGN } else { ENCRYPT };
            let pair = Pair::make(&server.client(), spec, usage);
            all.extend([pair.id.clone(), pair.version.clone(), pair.pem()]);
            all.extend(signing.map(|it| STANDARD.encode(pair.sign(it, &DIGEST))));
            all.extend(encryption.map(|it| STANDARD.encode(pair.encrypt(it, b"text"))));
        }
        all
    };
    assert_eq!(run(), run());
}
