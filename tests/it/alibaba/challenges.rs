//! Challenges: a nonce, and a token about it that the realm's pair signs.

use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use kmsim::algorithms::asymmetric::{PairSpec, PrivateKey, Signing, generate};
use kmsim::algorithms::mac::{Hash, derive, digest};
use kmsim::world::{Entropy, Instant};
use serde_json::{Value, json};

use crate::kit::{Client, Process, START, Server, control, data_file};

/// Whether the token has the signature of the pair that belongs to this seal.
fn is_signed(token: &str, seal: &str) -> bool {
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let seed = derive(Hash::Sha256, &STANDARD.decode(seal).unwrap(), b"challenges", b"RSA", 32);
    let stream = Entropy::seeded(&base16ct::lower::encode_string(&seed));
    let pkcs8 = generate(PairSpec::Rsa2048, &mut stream.rng()).unwrap();
    let pair = PrivateKey::read(PairSpec::Rsa2048, &pkcs8).unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let digest = digest(Hash::Sha384, signed.as_bytes());
    pair.public().verifies(Signing::RsaPkcs1Sha384, &digest, &signature).unwrap()
}

fn challenge(client: &Client) -> (String, String) {
    let answer = client.call("GetChallenge", &[]).ok();
    let text = |name: &str| answer[name].as_str().unwrap().to_owned();
    (text("Nonce"), text("ChallengeToken"))
}

fn seal(address: SocketAddr) -> String {
    let state = control(address, "GET", "state", &Value::Null).text;
    let line = state.lines().find_map(|line| line.trim().strip_prefix("import_seal: "));
    line.unwrap().trim_matches(['"', '\'']).to_owned()
}

#[test]
fn a_token_is_about_its_nonce_and_signed() {
    let server = Server::start();
    let (nonce, token) = challenge(&server.client());
    assert_eq!(STANDARD.decode(&nonce).unwrap().len(), 32);
    let parts: Vec<_> = token.split('.').collect();
    let decoded = |part: &str| String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    assert_eq!(decoded(parts[0]), r#"{"alg":"RS384","typ":"JWT"}"#);
    let claims: Value = serde_json::from_str(&decoded(parts[1])).unwrap();
    let now = Instant::parse(START).unwrap().millis() / 1000;
    assert_eq!(claims, json!({"nonce": nonce, "exp": now + 300}));
    let seal = seal(server.address);
    assert!(is_signed(&token, &seal));
    assert!(!is_signed(&format!("A{}", &token[1..]), &seal));
    let (other_nonce, other) = challenge(&server.client());
    assert_ne!((other_nonce, &other), (nonce, &token));
    assert!(is_signed(&other, &seal));
}

#[test]
fn a_restart_keeps_the_pair() {
    let (_folder, path) = data_file();
    let start = || Process::start(&["--data", path.to_str().unwrap(), "--clock", START]);
    let mut server = start();
    let (nonce, token) = challenge(&server.client());
    let before = seal(server.address);
    assert!(is_signed(&token, &before));
    server.signal("TERM");
    assert!(server.child.wait().unwrap().success());
    let server = start();
    let (other_nonce, other) = challenge(&server.client());
    assert_ne!(other_nonce, nonce);
    assert!(is_signed(&other, &before));
    assert_eq!(seal(server.address), before);
}
