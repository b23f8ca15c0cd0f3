//! Message authentication codes: each type of HMAC key makes them with its own algorithm.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::algorithms::mac::{Hash, hmac};
use serde_json::json;

use crate::kit::{Answer, Client, Server, Setup};

/// The types of HMAC keys and their algorithms.
const KINDS: [(&str, &str, Hash); 5] = [
    ("HMAC_224", "HMAC_SHA_224", Hash::Sha224),
    ("HMAC_256", "HMAC_SHA_256", Hash::Sha256),
    ("HMAC_384", "HMAC_SHA_384", Hash::Sha384),
    ("HMAC_512", "HMAC_SHA_512", Hash::Sha512),
    ("HMAC_SM3", "HMAC_SM3", Hash::Sm3),
];

/// The base64 of this is valid in its first characters too.
const MESSAGE: &[u8] = b"a message of 21 bytes";

fn generate(client: &Client, key: &str, algorithm: &str, message: &[u8]) -> Answer {
    let message = STANDARD.encode(message);
    let params = [("KeyId", key), ("Algorithm", algorithm), ("Message", &message)];
    client.call("GenerateMac", &params)
}

fn verify(client: &Client, key: &str, algorithm: &str, mac: &[u8]) -> Answer {
    let (message, mac) = (STANDARD.encode(MESSAGE), STANDARD.encode(mac));
    let params = [("KeyId", key), ("Algorithm", algorithm), ("Message", &message), ("Mac", &mac)];
    client.call("VerifyMac", &params)
}

#[test]
fn each_key_type_has_one_algorithm() {
    let keys: Vec<_> = KINDS
        .iter()
        .enumerate()
        .map(|(at, (spec, _, hash))| {
            let material = STANDARD.encode(vec![7; hash.digest_len()]);
            format!("{{id: mac-{at}, spec: {spec}, material: '{material}'}}")
        })
        .collect();
    let seed =
        format!("realms: [{{account: '1', region: cn-hangzhou, keys: [{}]}}]", keys.join(","));
    let accounts = Some("accounts: [{id: '1', access_keys: [{id: one, secret: s}]}]");
    let server = Server::with(Setup { accounts, seeds: &[&seed], ..Setup::default() });
    let client = server.client_as("one", "s");
    for (at, (spec, algorithm, hash)) in KINDS.into_iter().enumerate() {
        let key = format!("mac-{at}");
        let described = client.call("DescribeKey", &[("KeyId", &key)]).ok();
        let metadata = &described["KeyMetadata"];
        assert_eq!(
            (&metadata["KeySpec"], &metadata["KeyUsage"]),
            (&json!(spec), &json!("GENERATE/VERIFY_MAC"))
        );
        let expected = hmac(hash, &[&vec![7; hash.digest_len()]], MESSAGE);
        let mut answer = generate(&client, &key, algorithm, MESSAGE).ok();
        answer.as_object_mut().unwrap().remove("RequestId");
        assert_eq!(
            answer,
            json!({"Algorithm": algorithm, "KeyId": key, "Mac": STANDARD.encode(&expected)})
        );
        let mut answer = verify(&client, &key, algorithm, &expected).ok();
        answer.as_object_mut().unwrap().remove("RequestId");
        assert_eq!(answer, json!({"Algorithm": algorithm, "KeyId": key, "Value": true}));
        for wrong in [&expected[1..], &[&expected[..], b"x"].concat(), &vec![0; expected.len()]] {
            assert_eq!(verify(&client, &key, algorithm, wrong).ok()["Value"], false, "{spec}");
        }
        for (_, other, _) in KINDS.iter().filter(|it| it.1 != algorithm) {
            generate(&client, &key, other, MESSAGE).refused_parameter("Algorithm");
            verify(&client, &key, other, &expected).refused_parameter("Algorithm");
        }
    }
}

#[test]
fn an_alias_and_an_arn_name_the_key() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[("KeySpec", "HMAC_256"), ("KeyUsage", "GENERATE/VERIFY_MAC")]);
    client.call("CreateAlias", &[("KeyId", &key), ("AliasName", "alias/mac")]).ok();
    let arn = client.call("DescribeKey", &[("KeyId", &key)]).ok()["KeyMetadata"]["Arn"].clone();
    for name in ["alias/mac", arn.as_str().unwrap()] {
        let answer = generate(&client, name, "HMAC_SHA_256", MESSAGE).ok();
        assert_eq!(answer["KeyId"], json!(key), "{name}");
    }
    generate(&client, "alias/none", "HMAC_SHA_256", MESSAGE)
        .refused(404, "Forbidden.AliasNotFound");
}

#[test]
fn a_message_has_at_most_4096_bytes() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[("KeySpec", "HMAC_SM3")]);
    generate(&client, &key, "HMAC_SM3", &[0; 4096]).ok();
    generate(&client, &key, "HMAC_SM3", &[0; 4097]).refused_parameter("Message");
    generate(&client, &key, "HMAC_SHA_1", MESSAGE).refused_parameter("Algorithm");
}

#[test]
fn other_keys_make_no_codes_and_hmac_keys_do_nothing_else() {
    let server = Server::start();
    let client = server.client();
    for spec in ["Aliyun_AES_256", "EC_P256"] {
        let key = client.create_key(&[("KeySpec", spec)]);
        generate(&client, &key, "HMAC_SHA_256", MESSAGE).refused(400, "UnsupportedOperation");
        verify(&client, &key, "HMAC_SHA_256", b"x").refused(400, "UnsupportedOperation");
    }
    let key = client.create_key(&[("KeySpec", "HMAC_256")]);
    let id = ("KeyId", key.as_str());
    let version = crate::makers::newest_version(&client, &key);
    let version = ("KeyVersionId", version.as_str());
    for (action, params) in [
        ("Encrypt", vec![id, ("Plaintext", "text")]),
        ("GenerateDataKey", vec![id]),
        ("GetPublicKey", vec![id, version]),
        (
            "AsymmetricSign",
            vec![id, version, ("Algorithm", "ECDSA_SHA_256"), ("Digest", crate::makers::DIGEST)],
        ),
    ] {
        client.call(action, &params).refused(400, "UnsupportedOperation");
    }
    client.call("CreateKeyVersion", &[id]).refused(400, "Rejected.UnsupportedOperation");
}

#[test]
fn only_instances_have_hmac_keys_and_the_service_makes_their_material() {
    let server = Server::start();
    let client = server.client();
    let create = |params: &[(&str, &str)]| {
        client.call("CreateKey", &[&[("KeySpec", "HMAC_256")], params].concat())
    };
    client.instance("kst-tests");
    create(&[]).refused_parameter("KeySpec");
    let instance = ("DKMSInstanceId", "kst-tests");
    create(&[instance, ("KeyUsage", "SIGN/VERIFY")]).refused_parameter("KeyUsage");
    create(&[instance, ("Origin", "EXTERNAL")]).refused_parameter("Origin");
    let rotation = [("EnableAutomaticRotation", "true"), ("RotationInterval", "7d")];
    create(&[&[instance], &rotation[..]].concat()).refused_parameter("EnableAutomaticRotation");
    let usage = ("KeyUsage", "GENERATE/VERIFY_MAC");
    client.call("CreateKey", &[usage]).refused_parameter("KeyUsage");
}

#[test]
fn a_dry_run_makes_no_code() {
    let server = Server::start();
    let client = server.client().with("DryRun", "true");
    let key = server.client().create_key(&[("KeySpec", "HMAC_256")]);
    generate(&client, &key, "HMAC_SHA_256", MESSAGE).refused(400, "DryRunOperationError");
    verify(&client, &key, "HMAC_SHA_256", b"x").refused(400, "DryRunOperationError");
}
