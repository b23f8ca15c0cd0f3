//! Creates keys over HTTP: pairs, and keys with imported material.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::algorithms::asymmetric::{Encryption, PairSpec, PublicKey};
use kmsim::world::Entropy;

use crate::kit::{Answer, Client};

/// The material that [`import`] imports into a 256-bit key.
pub const MATERIAL: [u8; 32] = [7; 32];

/// The digest that tests sign, in base64. It is arbitrary.
pub const DIGEST: &str = "ZOyIygCyaOW6GjVnihtTFtIS9PNmskdyMlNKiuyjfzw=";

/// A 2048-bit public key in base64, whose private key does not exist anywhere.
pub const STRANGER: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAo7oz06rHmZhmgEEiw9H+0b9yRanlmQFdQcZzgyIhjYvRSTY1nhqoN5N8QHWqxcDhYLlxYGYRQXgudtLCcOD2MUl3U0yeuve8qtAGjQRcjJGIXIqWLjZAX81G9Kws5nPNqILSC2p6CsuIakr0m+S67RQZWZL1S46u0cgsp+yatEzf2yh7/zrJg3ul0J9HfeywqYX1+mGX0Q92Nu2UuaewnLGShAgrEQ7X/cdFQUKchRr0q804VyFhWmDa4gGf6sRPTx97s7mA83a8rXOGKvFAu7Pc6j1jxcfaGFaLFJmcRc16Ok833yGMyAWGXP2jVIOlGl6cwbhD0HuviX/PQZ6exwIDAQAB";

/// The id of a key's newest version.
pub fn newest_version(client: &Client, key: &str) -> String {
    let versions = client.call("ListKeyVersions", &[("KeyId", key)]).ok();
    versions["KeyVersions"]["KeyVersion"][0]["KeyVersionId"].as_str().unwrap().to_owned()
}

/// A pair: its id and that of its version.
pub fn pair(client: &Client, spec: &str, usage: &str) -> (String, String) {
    let id = client.create_key(&[("KeySpec", spec), ("KeyUsage", usage)]);
    let version = newest_version(client, &id);
    (id, version)
}

/// The parameters of an import: the token, and material wrapped with the token's public key.
pub fn wrapped(client: &Client, key: &str, material: &[u8]) -> (String, String) {
    let params = [
        ("KeyId", key),
        ("WrappingKeySpec", "RSA_2048"),
        ("WrappingAlgorithm", "RSAES_OAEP_SHA_256"),
    ];
    let given = client.call("GetParametersForImport", &params).ok();
    let der = STANDARD.decode(given["PublicKey"].as_str().unwrap()).unwrap();
    let public = PublicKey::read(PairSpec::Rsa2048, &der).unwrap();
    let sealed =
        public.encrypt(Encryption::RsaOaepSha256, material, &mut Entropy::Os.rng()).unwrap();
    (given["ImportToken"].as_str().unwrap().to_owned(), STANDARD.encode(sealed))
}

/// Imports wrapped material.
pub fn import(client: &Client, key: &str, (token, sealed): &(String, String)) -> Answer {
    let params =
        [("KeyId", key), ("ImportToken", token.as_str()), ("EncryptedKeyMaterial", sealed)];
    client.call("ImportKeyMaterial", &params)
}

/// Creates a 256-bit key with the imported [`MATERIAL`].
pub fn imported(client: &Client) -> String {
    let key = client.create_key(&[("Origin", "EXTERNAL")]);
    import(client, &key, &wrapped(client, &key, &MATERIAL)).ok();
    key
}
