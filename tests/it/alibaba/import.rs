//! Importing key material: helpers of these tests, and imports that succeed.

mod life;
mod refusals;
mod restart;
mod tokens;

use std::process::{Command, Stdio};
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::algorithms::asymmetric::{Encryption, PairSpec, PublicKey};
use kmsim::algorithms::specs::Form;
use kmsim::algorithms::symmetric::{self, Cipher, IV_LEN, TAG_LEN};
use kmsim::world::Entropy;
use serde_json::Value;

use crate::kit::{Answer, Client, Server};

/// A way to wrap material: the document's words, and what they mean.
#[derive(Clone, Copy)]
pub struct Wrapping {
    pub spec: &'static str,
    pub algorithm: &'static str,
    pair: PairSpec,
    pub encryption: Encryption,
}

const fn rsa(algorithm: &'static str, encryption: Encryption) -> Wrapping {
    Wrapping { spec: "RSA_2048", algorithm, pair: PairSpec::Rsa2048, encryption }
}

pub const SM2: Wrapping = Wrapping {
    spec: "EC_SM2",
    algorithm: "SM2PKE",
    pair: PairSpec::EcSm2,
    encryption: Encryption::Sm2(Form::Der),
};

pub const RSA_PKCS1: Wrapping = rsa("RSAES_PKCS1_V1_5", Encryption::RsaPkcs1);
pub const RSA_OAEP_SHA1: Wrapping = rsa("RSAES_OAEP_SHA_1", Encryption::RsaOaepSha1);
pub const RSA_OAEP_SHA256: Wrapping = rsa("RSAES_OAEP_SHA_256", Encryption::RsaOaepSha256);
pub const WRAPPINGS: [Wrapping; 4] = [RSA_PKCS1, RSA_OAEP_SHA1, RSA_OAEP_SHA256, SM2];

/// The key types that imported material can have.
const SPECS: [(&str, Cipher, usize); 4] = [
    ("Aliyun_AES_256", Cipher::Aes, 32),
    ("Aliyun_AES_192", Cipher::Aes, 24),
    ("Aliyun_AES_128", Cipher::Aes, 16),
    ("Aliyun_SM4", Cipher::Sm4, 16),
];

/// The answer of `GetParametersForImport`.
#[derive(Clone)]
pub struct Ticket {
    pub public: PublicKey,
    pub token: String,
    pub expires: String,
    encryption: Encryption,
}

impl Ticket {
    /// Wraps material as requested.
    pub fn wrap(&self, material: &[u8]) -> Vec<u8> {
        self.wrap_as(self.encryption, material)
    }

    /// Wraps material in another way.
    pub fn wrap_as(&self, encryption: Encryption, material: &[u8]) -> Vec<u8> {
        self.public.encrypt(encryption, material, &mut Entropy::Os.rng()).unwrap()
    }

    /// Imports material into a key.
    pub fn import(&self, client: &Client, key: &str, material: &[u8]) -> Answer {
        import(client, key, &self.token, &self.wrap(material), None)
    }

    /// The same, with an expiry in seconds since 1970.
    pub fn import_until(&self, client: &Client, key: &str, material: &[u8], until: &str) -> Answer {
        import(client, key, &self.token, &self.wrap(material), Some(until))
    }
}

/// Requests the parameters of an import.
pub fn ticket(client: &Client, key: &str, wrapping: Wrapping) -> Ticket {
    let given = parameters(client, key, wrapping.spec, wrapping.algorithm).ok();
    let text = |name: &str| given[name].as_str().unwrap().to_owned();
    assert_eq!(text("KeyId"), key);
    let public =
        PublicKey::read(wrapping.pair, &STANDARD.decode(text("PublicKey")).unwrap()).unwrap();
    let (token, expires) = (text("ImportToken"), text("TokenExpireTime"));
    Ticket { public, token, expires, encryption: wrapping.encryption }
}

pub fn parameters(client: &Client, key: &str, spec: &str, algorithm: &str) -> Answer {
    let wrapping = [("WrappingKeySpec", spec), ("WrappingAlgorithm", algorithm)];
    client.call("GetParametersForImport", &[("KeyId", key), wrapping[0], wrapping[1]])
}

pub fn import(
    client: &Client,
    key: &str,
    token: &str,
    wrapped: &[u8],
    until: Option<&str>,
) -> Answer {
    let wrapped = STANDARD.encode(wrapped);
    let mut params =
        vec![("KeyId", key), ("ImportToken", token), ("EncryptedKeyMaterial", &wrapped)];
    params.extend(until.map(|until| ("KeyMaterialExpireUnix", until)));
    client.call("ImportKeyMaterial", &params)
}

/// A key that waits for its material. Its protection level is HSM, so that SM2 may wrap for it,
/// which is the fastest wrapping.
pub fn external(client: &Client, spec: &str) -> String {
    client.create_key(&[("Origin", "EXTERNAL"), ("KeySpec", spec), ("ProtectionLevel", "HSM")])
}

/// A 256-bit key with this material, and the ticket of the import.
pub fn populated(client: &Client, material: &[u8]) -> (String, Ticket) {
    let key = external(client, "Aliyun_AES_256");
    let ticket = ticket(client, &key, SM2);
    ticket.import(client, &key, material).ok();
    (key, ticket)
}

pub fn metadata(client: &Client, key: &str) -> Value {
    client.call("DescribeKey", &[("KeyId", key)]).ok()["KeyMetadata"].clone()
}

pub fn state(client: &Client, key: &str) -> String {
    metadata(client, key)["KeyState"].as_str().unwrap().to_owned()
}

pub fn sealed(client: &Client, key: &str, text: &str) -> String {
    let answer = client.call("Encrypt", &[("KeyId", key), ("Plaintext", text)]).ok();
    answer["CiphertextBlob"].as_str().unwrap().to_owned()
}

pub fn opened(client: &Client, blob: &str) -> Answer {
    client.call("Decrypt", &[("CiphertextBlob", blob)])
}

/// Decrypts a ciphertext in the test: the version's id, a vector, the text, a tag.
fn open_with(cipher: Cipher, material: &[u8], blob: &str) -> Option<Vec<u8>> {
    let blob = STANDARD.decode(blob).unwrap();
    let (iv, rest) = blob[36..].split_first_chunk::<IV_LEN>().unwrap();
    let (text, tag) = rest.split_last_chunk::<TAG_LEN>().unwrap();
    let mut text = text.to_vec();
    symmetric::open(cipher, material, *iv, b"", &mut text, *tag).ok().map(|()| text)
}

/// Recognisable key material.
pub fn material(seed: u8, len: usize) -> Vec<u8> {
    (seed..).take(len).collect()
}

#[test]
fn a_key_uses_the_imported_material() {
    let server = Server::start();
    let client = &server.client();
    thread::scope(|scope| {
        for wrapping in WRAPPINGS {
            scope.spawn(move || {
                for (spec, cipher, len) in SPECS {
                    let key = external(client, spec);
                    assert_eq!(state(client, &key), "PendingImport");
                    // The shorter AES keys belong to dedicated instances, which do not support this
                    // wrapping.
                    if len != 32
                        && cipher == Cipher::Aes
                        && wrapping.algorithm == RSA_OAEP_SHA1.algorithm
                    {
                        parameters(client, &key, wrapping.spec, wrapping.algorithm)
                            .refused_parameter("WrappingAlgorithm");
                        continue;
                    }
                    let material = material(7, len);
                    ticket(client, &key, wrapping).import(client, &key, &material).ok();
                    assert_eq!(state(client, &key), "Enabled", "{spec} {}", wrapping.algorithm);
                    let blob = sealed(client, &key, "text");
                    assert_eq!(open_with(cipher, &material, &blob).unwrap(), b"text");
                    assert_eq!(open_with(cipher, &vec![0; len], &blob), None);
                    assert_eq!(opened(client, &blob).ok()["Plaintext"], "text");
                    let data_key = client.call("GenerateDataKey", &[("KeyId", &key)]).ok();
                    let blob = data_key["CiphertextBlob"].as_str().unwrap();
                    let plain = data_key["Plaintext"].as_str().unwrap();
                    assert_eq!(open_with(cipher, &material, blob).unwrap(), plain.as_bytes());
                }
            });
        }
    });
}

/// Runs OpenSSL's encryption with a public key in a file.
fn openssl_wrap(wrapping: Wrapping, public: &PublicKey, material: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("public"), public.pem().unwrap()).unwrap();
    std::fs::write(path("in"), material).unwrap();
    let options: &[&str] = match wrapping.encryption {
        Encryption::RsaPkcs1 => &["rsa_padding_mode:pkcs1"],
        Encryption::RsaOaepSha1 => &["rsa_padding_mode:oaep", "rsa_oaep_md:sha1"],
        Encryption::RsaOaepSha256 => &["rsa_padding_mode:oaep", "rsa_oaep_md:sha256"],
        Encryption::Sm2(_) | Encryption::MlKem => &[],
    };
    let mut command = Command::new("openssl");
    command.args(["pkeyutl", "-encrypt", "-pubin", "-inkey", &path("public")]);
    command.args(["-in", &path("in"), "-out", &path("out")]);
    command.args(options.iter().flat_map(|option| ["-pkeyopt", option]));
    assert!(command.stdin(Stdio::null()).status().unwrap().success(), "{}", wrapping.algorithm);
    std::fs::read(path("out")).unwrap()
}

#[test]
fn material_wrapped_by_openssl_is_accepted() {
    let server = Server::start();
    let client = &server.client();
    thread::scope(|scope| {
        for wrapping in WRAPPINGS {
            scope.spawn(move || {
                let key = external(client, "Aliyun_AES_256");
                let material = material(9, 32);
                let ticket = ticket(client, &key, wrapping);
                let wrapped = openssl_wrap(wrapping, &ticket.public, &material);
                import(client, &key, &ticket.token, &wrapped, None).ok();
                let blob = sealed(client, &key, "text");
                assert_eq!(open_with(Cipher::Aes, &material, &blob).unwrap(), b"text");
            });
        }
    });
}

#[test]
fn sm2_wraps_in_both_formats_and_rsa_also_for_software_keys() {
    let server = Server::start();
    let client = server.client();
    let key = external(&client, "Aliyun_SM4");
    let given = ticket(&client, &key, SM2);
    let raw = given.wrap_as(Encryption::Sm2(Form::Raw), &material(1, 16));
    assert_eq!((raw[0], raw.len()), (4, 97 + 16));
    import(&client, &key, &given.token, &raw, None).ok();
    assert_eq!(
        open_with(Cipher::Sm4, &material(1, 16), &sealed(&client, &key, "x")).unwrap(),
        b"x"
    );

    let key = client.create_key(&[("Origin", "EXTERNAL")]);
    ticket(&client, &key, RSA_OAEP_SHA256).import(&client, &key, &material(1, 32)).ok();
    assert_eq!(
        open_with(Cipher::Aes, &material(1, 32), &sealed(&client, &key, "x")).unwrap(),
        b"x"
    );
}

#[test]
fn two_keys_with_the_same_material_are_separate() {
    let server = Server::start();
    let client = server.client();
    let [(first, _), (second, _)] = [(); 2].map(|()| populated(&client, &material(5, 32)));
    let blob = sealed(&client, &first, "text");
    assert_eq!(opened(&client, &blob).ok()["KeyId"], first.as_str());
    client.call("DisableKey", &[("KeyId", &first)]).ok();
    opened(&client, &blob).refused(409, "Rejected.Disabled");
    assert_eq!(state(&client, &second), "Enabled");
}
