//! Message authentication codes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::client::Client;
use crate::kit::Server;

/// The types of keys that make codes, with the algorithm and the code's length, in bytes.
const KINDS: [(&str, &str, usize); 4] = [
    ("HMAC_256", "HMAC_SHA_256", 32),
    ("HMAC_384", "HMAC_SHA_384", 48),
    ("HMAC_512", "HMAC_SHA_512", 64),
    ("HMAC_SM3", "HMAC_SM3", 32),
];

#[test]
fn each_type_makes_its_own_codes() {
    let server = Server::start();
    let client = Client::of(&server);
    for (kind, word, len) in KINDS {
        let key = client.create_key(json!({ "key_spec": kind }));
        let described = client.describe(&key);
        assert_eq!(
            [&described["key_spec"], &described["key_usage"]],
            [kind, "GENERATE_VERIFY_MAC"]
        );
        let message = STANDARD.encode(b"a message");
        let request = json!({ "key_id": key, "mac_algorithm": word, "message": message });
        let made = client.done("generate-mac", request.clone());
        let mut mac = STANDARD.decode(made["mac"].as_str().unwrap()).unwrap();
        assert_eq!(mac.len(), len);
        let told = json!({ "key_id": key, "mac_algorithm": word, "mac": made["mac"] });
        assert_eq!(made, told);
        let verify = |mac: &[u8]| {
            let mut request = request.clone();
            request["mac"] = json!(STANDARD.encode(mac));
            client.done("verify-mac", request)
        };
        let valid = json!({ "key_id": key, "mac_algorithm": word, "mac_valid": true });
        assert_eq!(verify(&mac), valid);
        assert_eq!(verify(&mac[..len - 1])["mac_valid"], false);
        mac[0] ^= 1;
        assert_eq!(verify(&mac)["mac_valid"], false);
        for (_, other, _) in KINDS.iter().filter(|it| it.1 != word) {
            let mut request = request.clone();
            request["mac_algorithm"] = json!(other);
            let refused = client.refused("KMS.0308", "generate-mac", request);
            assert_eq!(refused.header("x-kmsim-parameter"), Some("mac_algorithm"));
        }
    }
}

/// A seeded key's code is that of RFC 4231, test case 2, whose key is shorter than a key here: HMAC
/// pads keys with zeros.
#[test]
fn codes_are_those_of_the_standard() {
    let seed = "realms:\n- account: 1000000000000001\n  cloud: huawei\n  region: cn-north-4\n  keys:\n  \
                - id: 0d0466b0-e727-4d9c-b35d-f84bb474a37f\n    spec: HMAC_256\n    versions:\n    \
                - material: 4a65666500000000000000000000000000000000000000000000000000000000\n";
    let server = Server::with(crate::kit::Setup { seeds: &[seed], ..Default::default() });
    let client = Client::of(&server);
    let request = json!({
        "key_id": "0d0466b0-e727-4d9c-b35d-f84bb474a37f", "mac_algorithm": "HMAC_SHA_256",
        "message": STANDARD.encode(b"what do ya want for nothing?")
    });
    let mac = client.done("generate-mac", request)["mac"].clone();
    let mac = STANDARD.decode(mac.as_str().unwrap()).unwrap();
    let published = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    assert_eq!(base16ct::lower::encode_string(&mac), published);
}

#[test]
fn codes_have_their_refusals() {
    let server = Server::start();
    let client = Client::of(&server);
    let mac = client.create_key(json!({ "key_spec": "HMAC_256" }));
    let symmetric = client.create_key(json!({}));
    let pair = client.create_key(json!({ "key_spec": "EC_P256" }));
    let message = |len: usize| STANDARD.encode(vec![7; len]);
    for (code, key, word, message) in [
        ("", &mac, "HMAC_SHA_256", message(1)),
        ("", &mac, "HMAC_SHA_256", message(4095)),
        ("KMS.0331", &symmetric, "HMAC_SHA_256", message(1)),
        ("KMS.0325", &pair, "HMAC_SHA_256", message(1)),
        ("KMS.0308", &mac, "HMAC_SHA_1", message(1)),
        ("KMS.0308", &mac, "HMAC_SHA_256", message(0)),
        ("KMS.0308", &mac, "HMAC_SHA_256", message(4096)),
        ("KMS.0308", &mac, "HMAC_SHA_256", "*".to_owned()),
    ] {
        let mut request = json!({ "key_id": key, "mac_algorithm": word, "message": message });
        match code {
            "" => drop(client.done("generate-mac", request.clone())),
            code => drop(client.refused(code, "generate-mac", request.clone())),
        }
        request["mac"] = json!(STANDARD.encode([1; 32]));
        match code {
            "" => assert_eq!(client.done("verify-mac", request)["mac_valid"], false),
            code => drop(client.refused(code, "verify-mac", request)),
        }
    }
    let request = json!({ "key_id": mac, "mac_algorithm": "HMAC_SHA_256", "message": message(1) });
    let mut check = request.clone();
    check["mac"] = json!("*");
    client.refused("KMS.0308", "verify-mac", check);
    client.refused("KMS.0341", "create-datakey", json!({ "key_id": mac }));
    client.done("disable-key", json!({ "key_id": mac }));
    client.refused("KMS.0209", "generate-mac", request);
}
