//! Key pairs over HTTP: what can be created, what each does and refuses, and the form of its
//! answers.

mod ciphertexts;
mod refusals;
mod signatures;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::algorithms::asymmetric::{PairSpec, PublicKey};
use pkcs8::Document;
use serde_json::{Value, json};

use crate::kit::{Answer, Client, Process, Server, data_file, days};

pub const SIGN: &str = "SIGN/VERIFY";
pub const ENCRYPT: &str = "ENCRYPT/DECRYPT";

/// A digest to sign.
pub const DIGEST: [u8; 32] = [7; 32];

/// One version of a key pair, with a client of its owner.
#[derive(Clone)]
pub struct Pair {
    pub client: Client,
    pub id: String,
    pub version: String,
}

impl Pair {
    pub fn make(client: &Client, spec: &str, usage: &str) -> Self {
        let id = client.create_key(&[("KeySpec", spec), ("KeyUsage", usage)]);
        let versions = client.call("ListKeyVersions", &[("KeyId", &id)]).ok();
        let version = text(&versions["KeyVersions"]["KeyVersion"][0], "KeyVersionId");
        Self { client: client.clone(), id, version }
    }

    /// Another version of the same pair, a week later.
    pub fn next_version(&self, server: &Server) -> Self {
        server.advance(days(7));
        let made = self.client.call("CreateKeyVersion", &[("KeyId", &self.id)]).ok();
        Self { version: text(&made["KeyVersion"], "KeyVersionId"), ..self.clone() }
    }

    /// Calls an action on this version.
    pub fn call(&self, action: &str, params: &[(&str, &str)]) -> Answer {
        let own = [("KeyId", self.id.as_str()), ("KeyVersionId", self.version.as_str())];
        self.client.call(action, &[&own[..], params].concat())
    }

    /// A success that names this version.
    #[track_caller]
    pub fn done(&self, action: &str, params: &[(&str, &str)]) -> Value {
        let answer = self.call(action, params).ok();
        assert_eq!(
            (text(&answer, "KeyId"), text(&answer, "KeyVersionId")),
            self.names(),
            "{action}"
        );
        answer
    }

    pub fn names(&self) -> (String, String) {
        (self.id.clone(), self.version.clone())
    }

    pub fn pem(&self) -> String {
        text(&self.done("GetPublicKey", &[]), "PublicKey")
    }

    #[track_caller]
    pub fn sign(&self, algorithm: &str, digest: &[u8]) -> Vec<u8> {
        let params = [("Algorithm", algorithm), ("Digest", &STANDARD.encode(digest))];
        blob(&self.done("AsymmetricSign", &params), "Value")
    }

    /// The answer of Verify, which is only a boolean.
    #[track_caller]
    pub fn verifies(&self, algorithm: &str, digest: &[u8], signature: &[u8]) -> bool {
        let (digest, value) = (STANDARD.encode(digest), STANDARD.encode(signature));
        let params = [("Algorithm", algorithm), ("Digest", &digest), ("Value", &value)];
        self.done("AsymmetricVerify", &params)["Value"].as_bool().unwrap()
    }

    #[track_caller]
    pub fn encrypt(&self, algorithm: &str, plain: &[u8]) -> Vec<u8> {
        let params = [("Algorithm", algorithm), ("Plaintext", &STANDARD.encode(plain))];
        blob(&self.done("AsymmetricEncrypt", &params), "CiphertextBlob")
    }

    #[track_caller]
    pub fn decrypt(&self, algorithm: &str, sealed: &[u8]) -> Vec<u8> {
        let params = [("Algorithm", algorithm), ("CiphertextBlob", &STANDARD.encode(sealed))];
        blob(&self.done("AsymmetricDecrypt", &params), "Plaintext")
    }

    /// Checks that a ciphertext is refused without a specific reason.
    #[track_caller]
    pub fn does_not_open(&self, algorithm: &str, sealed: &[u8]) {
        let params = [("Algorithm", algorithm), ("CiphertextBlob", &STANDARD.encode(sealed))];
        self.call("AsymmetricDecrypt", &params).refused_parameter("CiphertextBlob");
    }
}

/// A text of an answer.
#[track_caller]
pub fn text(answer: &Value, name: &str) -> String {
    answer[name].as_str().unwrap_or_else(|| panic!("no {name} in {answer}")).to_owned()
}

/// Bytes of an answer.
#[track_caller]
pub fn blob(answer: &Value, name: &str) -> Vec<u8> {
    STANDARD.decode(text(answer, name)).unwrap()
}

/// A `SubjectPublicKeyInfo` out of its PEM.
pub fn spki(pem: &str) -> Vec<u8> {
    let (label, document) = Document::from_pem(pem).unwrap();
    assert_eq!(label, "PUBLIC KEY");
    document.into_vec()
}

/// An element of DER: its tag, its content, and what follows.
fn element(der: &[u8]) -> ((u8, &[u8]), &[u8]) {
    let (len, rest) = match der[1] {
        short @ 0..0x80 => (usize::from(short), &der[2..]),
        long => {
            let (len, rest) = der[2..].split_at(usize::from(long & 0x7f));
            (len.iter().fold(0, |len, byte| len << 8 | usize::from(*byte)), rest)
        }
    };
    let (content, rest) = rest.split_at(len);
    ((der[0], content), rest)
}

/// The members of a DER sequence, each with its tag.
pub fn sequence(der: &[u8]) -> Vec<(u8, &[u8])> {
    let ((0x30, mut inside), []) = element(der) else { panic!("no sequence: {der:x?}") };
    let mut members = Vec::new();
    while !inside.is_empty() {
        let (member, rest) = element(inside);
        members.push(member);
        inside = rest;
    }
    members
}

/// A DER integer, which is not negative, in 32 bytes.
pub fn word(tag: u8, integer: &[u8]) -> [u8; 32] {
    assert!(tag == 2 && integer[0] < 0x80, "{integer:x?}");
    assert!(integer[0] != 0 || integer.get(1).is_none_or(|next| *next >= 0x80), "{integer:x?}");
    let digits = integer.strip_prefix(&[0]).unwrap_or(integer);
    let mut word = [0; 32];
    word[32 - digits.len()..].copy_from_slice(digits);
    word
}

/// The outcome in a table: the key's usage is wrong, the algorithm does not fit, or success.
#[derive(Clone, Copy)]
enum Outcome {
    Usage,
    Unsupported,
    Done,
}

const SIGNING: [&str; 4] = ["RSA_PSS_SHA_256", "RSA_PKCS1_SHA_256", "ECDSA_SHA_256", "SM2DSA"];
const ENCRYPTION: [&str; 3] = ["RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1", "SM2PKE"];

#[test]
fn every_pair_does_only_what_its_type_and_usage_allow() {
    use Outcome::{Done as D, Unsupported as A, Usage as U};
    #[rustfmt::skip]
    let table = [
        //                      PSS PKCS1 ECDSA SM2 | OAEP-256 OAEP-1 SM2
        ("RSA_2048", SIGN,    [D,  D,    A,    A],   [U,       U,     U]),
        ("RSA_2048", ENCRYPT, [U,  U,    U,    U],   [D,       D,     A]),
        ("RSA_3072", SIGN,    [D,  D,    A,    A],   [U,       U,     U]),
        ("RSA_3072", ENCRYPT, [U,  U,    U,    U],   [D,       D,     A]),
        ("EC_P256",  SIGN,    [A,  A,    D,    A],   [U,       U,     U]),
        ("EC_P256K", SIGN,    [A,  A,    D,    A],   [U,       U,     U]),
        ("EC_SM2",   SIGN,    [A,  A,    A,    D],   [U,       U,     U]),
        ("EC_SM2",   ENCRYPT, [U,  U,    U,    U],   [A,       A,     D]),
    ];
    let server = Server::start();
    let digest = STANDARD.encode(DIGEST);
    for (spec, usage, signing, encryption) in table {
        let pair = Pair::make(&server.client(), spec, usage);
        let described = pair.client.call("DescribeKey", &[("KeyId", &pair.id)]).ok();
        assert_eq!(described["KeyMetadata"]["KeyUsage"], usage, "{spec}");
        let refused = |action, algorithm, params: &[(&str, &str)], outcome| {
            let answer = pair.call(action, &[&[("Algorithm", algorithm)], params].concat());
            match outcome {
                Outcome::Usage => {
                    let message = answer.refused(400, "Rejected.UnsupportedOperation");
                    assert_eq!(
                        message, "Unsupported operation.",
                        "{spec} {usage} {action} {algorithm}"
                    );
                }
                Outcome::Unsupported => answer.refused_parameter("Algorithm"),
                Outcome::Done => panic!("{spec} {usage} {action} {algorithm}: {answer:?}"),
            }
        };
        for (algorithm, outcome) in SIGNING.into_iter().zip(signing) {
            if matches!(outcome, Outcome::Done) {
                let signature = pair.sign(algorithm, &DIGEST);
                assert!(pair.verifies(algorithm, &DIGEST, &signature), "{spec} {algorithm}");
            } else {
                refused("AsymmetricSign", algorithm, &[("Digest", &digest)], outcome);
                refused(
                    "AsymmetricVerify",
                    algorithm,
                    &[("Digest", &digest), ("Value", "AAAA")],
                    outcome,
                );
            }
        }
        for (algorithm, outcome) in ENCRYPTION.into_iter().zip(encryption) {
            if matches!(outcome, Outcome::Done) {
                let every_byte: Vec<u8> = (64..=255).chain(0..64).collect();
                for plain in [&every_byte[..190], &[0], &[0; 190], b"\r\n\0"] {
                    let sealed = pair.encrypt(algorithm, plain);
                    assert_eq!(pair.decrypt(algorithm, &sealed), plain, "{spec} {algorithm}");
                    assert_ne!(pair.encrypt(algorithm, plain), sealed, "{spec} {algorithm}");
                }
            } else {
                refused("AsymmetricEncrypt", algorithm, &[("Plaintext", "AAAA")], outcome);
                refused("AsymmetricDecrypt", algorithm, &[("CiphertextBlob", "AAAA")], outcome);
            }
        }
        for nonsense in ["RSAES_PKCS1_V1_5", "rsa_pss_sha_256", "SM2", "RSAES_OAEP_SHA_256 "] {
            refused("AsymmetricSign", nonsense, &[("Digest", &digest)], Outcome::Unsupported);
            refused("AsymmetricEncrypt", nonsense, &[("Plaintext", "AAAA")], Outcome::Unsupported);
        }
    }
}

#[test]
fn a_pair_has_one_usage_that_its_type_allows() {
    let server = Server::start();
    let client = server.client();
    for (spec, usage, comes_out) in [
        ("RSA_2048", None, Some(SIGN)),
        ("RSA_2048", Some(SIGN), Some(SIGN)),
        ("RSA_3072", None, Some(SIGN)),
        ("EC_P256", None, Some(SIGN)),
        ("EC_P256", Some(SIGN), Some(SIGN)),
        ("EC_P256", Some(ENCRYPT), None),
        ("EC_P256K", None, Some(SIGN)),
        ("EC_P256K", Some(SIGN), Some(SIGN)),
        ("EC_P256K", Some(ENCRYPT), None),
        ("EC_SM2", None, Some(SIGN)),
        ("EC_SM2", Some(SIGN), Some(SIGN)),
        ("EC_SM2", Some(ENCRYPT), Some(ENCRYPT)),
        ("RSA_2048", Some("SIGN"), None),
        ("EC_SM2", Some("sign/verify"), None),
    ] {
        let mut params = vec![("KeySpec", spec), ("ProtectionLevel", "HSM")];
        params.extend(usage.map(|usage| ("KeyUsage", usage)));
        let answer = client.call("CreateKey", &params);
        let Some(comes_out) = comes_out else {
            answer.refused_parameter("KeyUsage");
            continue;
        };
        let made = answer.ok();
        let id = text(&made["KeyMetadata"], "KeyId");
        let expected = json!({
            "CreationDate": "2030-01-01T00:00:00Z",
            "Description": "",
            "KeyId": id,
            "KeySpec": spec,
            "KeyState": "Enabled",
            "KeyUsage": comes_out,
            "DeleteDate": "",
            "Creator": "1000000000000001",
            "Arn": format!("acs:kms:cn-hangzhou:1000000000000001:key/{id}"),
            "Origin": "Aliyun_KMS",
            "MaterialExpireTime": "",
            "ProtectionLevel": "HSM",
            "LastRotationDate": "2030-01-01T00:00:00Z",
            "AutomaticRotation": "Disabled",
        });
        assert_eq!(made["KeyMetadata"], expected, "{spec} {usage:?}");
        let described = client.call("DescribeKey", &[("KeyId", &id)]).ok();
        let mut expected = expected;
        expected["DeletionProtection"] = "Disabled".into();
        assert_eq!(described["KeyMetadata"], expected, "{spec} {usage:?}");
    }
    let pair = [("KeySpec", "EC_SM2")];
    let refused = |params: &[(&str, &str)], name: &str| {
        client.call("CreateKey", &[&pair[..], params].concat()).refused_parameter(name);
    };
    refused(&[("Origin", "EXTERNAL")], "Origin");
    refused(
        &[("EnableAutomaticRotation", "true"), ("RotationInterval", "7d")],
        "EnableAutomaticRotation",
    );
    for unknown in ["RSA_8192", "EC_P384", "rsa_2048", "SM2"] {
        client.call("CreateKey", &[("KeySpec", unknown)]).refused_parameter("KeySpec");
    }
}

#[test]
fn a_public_key_is_pem_and_does_not_change() {
    let (_folder, path) = data_file();
    let arguments = ["--data", path.to_str().unwrap()];
    let specs = [
        ("RSA_2048", PairSpec::Rsa2048),
        ("EC_P256", PairSpec::EcP256),
        ("EC_P256K", PairSpec::EcP256K),
        ("EC_SM2", PairSpec::EcSm2),
    ];
    let server = Process::start(&arguments);
    let made = specs.map(|(name, spec)| {
        let pair = Pair::make(&server.client(), name, SIGN);
        let pem = pair.pem();
        let lines: Vec<_> = pem.lines().collect();
        assert_eq!((lines[0], *lines.last().unwrap()), PEM_ENDS);
        assert!(
            lines.iter().all(|line| line.len() <= 64) && pem.ends_with('\n') && !pem.contains('\r')
        );
        let public = PublicKey::read(spec, &spki(&pem)).unwrap();
        assert_eq!(public.pem().unwrap(), pem);
        (pair, pem)
    });
    server.signal("TERM");
    let mut server = server;
    assert!(server.child.wait().unwrap().success());
    let server = Process::start(&arguments);
    for (pair, pem) in made {
        let again = Pair { client: server.client(), ..pair };
        assert_eq!(again.pem(), pem);
    }
}

const PEM_ENDS: (&str, &str) = ("-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----");
