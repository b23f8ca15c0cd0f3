//! What applications may do: policies, scopes, patterns, network rules and validity.

use std::time::Duration;

use super::client::{Client, EVERYTHING, SHARED, seed, server};
use crate::kit::{Server, Setup, action_names, days};

/// A key in each instance and one outside, and a secret in the instance and one outside.
pub const NOUNS: &str = "    keys:
      - { id: key-one, spec: Aliyun_AES_256, instance: kst-one }
      - { id: key-two, spec: Aliyun_AES_256, instance: kst-two }
      - { id: key-out, spec: Aliyun_AES_256 }
    secrets:
      - name: db/one
        encryption_key_id: key-one
        instance: kst-one
        versions: [{ id: v1, value: one }]
      - name: db/out
        versions: [{ id: v1, value: out }]";

pub const NO: &str = "Forbidden.NoPermission";
pub const KEYS: &str = "permissions: [RbacPermission/Template/CryptoServiceKeyUser]";
pub const SECRETS: &str = "permissions: [RbacPermission/Template/CryptoServiceSecretUser]";

/// Whether a client may encrypt with a key at the shared gateway.
fn may_encrypt(client: &Client, key: &str) -> bool {
    let answer = client.rpc("Encrypt", &[("KeyId", key), ("Plaintext", "x")]);
    if answer.status != 200 {
        answer.refused(403, NO);
    }
    answer.status == 200
}

/// Whether a client may encrypt with a key at the dedicated gateway.
fn may_encrypt_there(client: &Client, key: &str) -> bool {
    let reply = client.call("Encrypt", &[(1, key.into()), (2, "x".into())]);
    if reply.status != 200 {
        reply.refused(403, NO);
    }
    reply.status == 200
}

#[test]
fn policies_are_for_a_gateway_and_an_instance() {
    let keys = ["key-one", "key-two", "key-out"];
    for (policy, host, shared, there) in [
        (EVERYTHING, "", "100", "100"),
        (EVERYTHING, "kst-one.cryptoservice.kms.aliyuncs.com", "100", "100"),
        (EVERYTHING, "kst-two.cryptoservice.kms.aliyuncs.com", "000", "000"),
        (EVERYTHING, "kms.cn-hangzhou.aliyuncs.com", "000", "100"),
        (SHARED, "", "111", "000"),
        (SHARED, "kms-vpc.cn-hangzhou.aliyuncs.com", "111", "000"),
        (SHARED, "kst-one.cryptoservice.kms.aliyuncs.com", "000", "000"),
    ] {
        let server = server(&[policy], NOUNS);
        let client = Client::of(&server);
        let client = if host.is_empty() { client } else { client.at(host) };
        let each = |may: fn(&Client, &str) -> bool| -> String {
            keys.iter().map(|key| if may(&client, key) { '1' } else { '0' }).collect()
        };
        assert_eq!(
            (each(may_encrypt).as_str(), each(may_encrypt_there).as_str()),
            (shared, there),
            "{policy} {host}"
        );
    }
}

#[test]
fn permissions_and_patterns_decide() {
    for (policies, one, secret) in [
        (&[SHARED][..], true, true),
        (&["resources: [\"key/*\"], permissions: []"], false, false),
        (&[&format!("resources: [\"key/*\"], {KEYS}")], true, false),
        (&[&format!("resources: [\"key/key-o*\"], {KEYS}")], true, false),
        (&[&format!("resources: [\"key/*-one\"], {KEYS}")], true, false),
        (&[&format!("resources: [\"key/key-two\"], {KEYS}")], false, false),
        (&[&format!("resources: [\"secret/*\"], {KEYS}")], false, false),
        // The value of a secret also needs the right to its key.
        (&[&format!("resources: [\"secret/*\"], {SECRETS}")], false, false),
        (
            &[
                &format!("resources: [\"secret/db/*\"], {SECRETS}"),
                &format!("resources: [\"key/key-one\"], {KEYS}"),
            ],
            true,
            true,
        ),
        (
            &[
                &format!("resources: [\"secret/db/out\"], {SECRETS}"),
                &format!("resources: [\"key/*\"], {KEYS}"),
            ],
            true,
            false,
        ),
        // Rights of one policy do not mix with resources of another.
        (
            &[
                &format!("resources: [\"secret/*\"], {KEYS}"),
                &format!("resources: [\"key/*\"], {SECRETS}"),
            ],
            false,
            false,
        ),
    ] {
        let server = server(policies, NOUNS);
        let client = Client::of(&server);
        assert_eq!(may_encrypt(&client, "key-one"), one, "{policies:?}");
        let answer = client.rpc("GetSecretValue", &[("SecretName", "db/one")]);
        if secret {
            assert_eq!(answer.ok()["SecretData"], "one", "{policies:?}");
        } else {
            answer.refused(403, NO);
        }
    }
}

#[test]
fn a_secret_without_its_own_key_needs_no_right_to_one() {
    let server = server(&[&format!("resources: [\"secret/db/out\"], {SECRETS}")], NOUNS);
    let client = Client::of(&server);
    assert_eq!(client.rpc("GetSecretValue", &[("SecretName", "db/out")]).ok()["SecretData"], "out");
    let list = "[{\"SecretName\":\"db/out\"},{\"SecretName\":\"db/one\"}]";
    let batch = client.rpc("BatchGetSecretValue", &[("SecretsList", list)]).ok();
    assert_eq!(batch["SecretValues"][0]["SecretData"], "out", "{batch}");
    assert_eq!(batch["Errors"][0]["Code"], NO, "{batch}");
}

#[test]
fn every_other_action_is_refused() {
    let server = server(&[SHARED, EVERYTHING], NOUNS);
    let client = Client::of(&server);
    let mut allowed = Vec::new();
    for action in action_names() {
        let answer = client.rpc(action, &[]);
        if answer.status != 403 || !answer.text.contains(NO) {
            allowed.push(action);
        }
    }
    let expected = [
        "AsymmetricDecrypt",
        "AsymmetricEncrypt",
        "AsymmetricSign",
        "AsymmetricVerify",
        "BatchGetSecretValue",
        "Decrypt",
        "Encrypt",
        "ExportDataKey",
        "GenerateAndExportDataKey",
        "GenerateDataKey",
        "GenerateDataKeyWithoutPlaintext",
        "GenerateMac",
        "GetPublicKey",
        "GetSecretValue",
        "ReEncrypt",
        "VerifyMac",
    ];
    let expected: Vec<_> =
        expected.into_iter().filter(|name| action_names().contains(name)).collect();
    assert_eq!(allowed, expected);
}

#[test]
fn network_rules_look_at_the_address() {
    let rules = format!(
        "{NOUNS}
    network_rules:
      - {{ name: here, kind: PRIVATE, sources: [10.0.0.0/8, 127.0.0.1] }}
      - {{ name: there, kind: PRIVATE, sources: [10.1.2.3/24] }}
      - {{ name: out, kind: PUBLIC, sources: [0.0.0.0/0] }}"
    );
    for (names, shared, there, forwarded) in [
        ("here", true, true, true),
        ("there", false, false, true),
        ("missing", false, false, false),
        ("there, here", true, true, true),
        // At the dedicated gateway, only rules for the private network count.
        ("out", true, false, false),
    ] {
        let policy = format!("{EVERYTHING}, network_rules: [{names}]");
        let seed = seed(&[&policy], &rules);
        let server = Server::with(Setup { seeds: &[&seed], ..Setup::default() });
        let client = Client::of(&server);
        assert_eq!(may_encrypt(&client, "key-one"), shared, "{names}");
        assert_eq!(may_encrypt_there(&client, "key-one"), there, "{names}");
        // Nobody but a trusted proxy says where a request came from.
        let client = client.with("X-Forwarded-For", "10.1.2.200");
        assert_eq!(may_encrypt_there(&client, "key-one"), there, "{names}");
        let trusting =
            Setup { seeds: &[&seed], trusted_proxies: &["127.0.0.0/8"], ..Setup::default() };
        let server = Server::with(trusting);
        let client = Client::of(&server).with("X-Forwarded-For", "127.0.0.1, 10.1.2.200");
        assert_eq!(may_encrypt_there(&client, "key-one"), forwarded, "{names}, forwarded");
    }
}

#[test]
fn client_keys_are_valid_for_a_time() {
    let server = server(&[SHARED, EVERYTHING], NOUNS);
    let client = Client::of(&server);
    assert!(may_encrypt(&client, "key-one") && may_encrypt_there(&client, "key-one"));
    // Until 2031, by the realm's clock. Requests are signed with the host's time.
    server.advance(days(365));
    assert!(may_encrypt(&client, "key-one") && may_encrypt_there(&client, "key-one"));
    server.advance(Duration::from_secs(1));
    client.rpc("Encrypt", &[]).refused(403, "Forbidden.AccessKey");
    client.call("Encrypt", &[]).refused(401, "Unauthorized");
}

#[test]
fn only_its_own_signature_is_accepted() {
    let server = server(&[SHARED], NOUNS);
    let client = Client::of(&server);
    let params = [("KeyId", "key-one"), ("Plaintext", "x")];
    let with = |name, value| client.rpc("Encrypt", &[&params[..], &[(name, value)]].concat());
    with("SignatureType", "").refused(400, "InvalidParameter");
    with("SignatureMethod", "HMAC-SHA1").refused(400, "IncompleteSignature");
    with("SecurityToken", "x").refused(400, "InvalidSecurityToken.MismatchWithAccessKey");
    with("RegionId", "cn-beijing").refused(404, "InvalidAccessKeyId.NotFound");
    with("RegionId", "cn-hangzhou").ok();
    with("SignatureNonce", "n").ok();
    with("SignatureNonce", "n").refused(400, "SignatureNonceUsed");
    let deleted = server.client().call("DeleteClientKey", &[("ClientKeyId", &client.id)]);
    if deleted.status == 200 {
        with("RegionId", "cn-hangzhou").refused(404, "InvalidAccessKeyId.NotFound");
    }
}
