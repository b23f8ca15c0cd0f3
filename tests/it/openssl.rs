//! Compatibility with the OpenSSL command line in both directions, for every algorithm that both
//! have. The API never returns a private key. Where OpenSSL needs one, it generates its own, and
//! the tests pass that to kmsim's library.

use std::path::Path;
use std::process::{Command, Output};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20::ChaCha20Rng;
use chacha20::rand_core::SeedableRng;
use kmsim::algorithms::asymmetric::{
    Encryption, PairSpec, PrivateKey, PublicKey, Signing, generate,
};
use kmsim::algorithms::mac::{Hash, digest};
use kmsim::algorithms::specs::Form;
use kmsim::algorithms::{Error, Randomness};
use sm3::{Digest as _, Sm3};

use crate::alibaba::pairs::{ENCRYPT, Pair, SIGN, blob, spki};
use crate::kit::Server;

/// The OpenSSL program in its own folder.
pub struct OpenSsl(tempfile::TempDir);

impl OpenSsl {
    pub fn new() -> Self {
        let version = Command::new("openssl").arg("version").output();
        let version =
            version.unwrap_or_else(|e| panic!("these tests need the program openssl: {e}"));
        let version = String::from_utf8(version.stdout).unwrap();
        assert!(version.starts_with("OpenSSL 3."), "these tests need OpenSSL 3: {version}");
        Self(tempfile::tempdir().unwrap())
    }

    fn output(&self, words: &str) -> Output {
        Command::new("openssl").args(words.split(' ')).current_dir(self.0.path()).output().unwrap()
    }

    /// Runs a command, given by its words.
    #[track_caller]
    pub fn run(&self, words: &str) {
        let output = self.output(words);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {words}: {told}");
    }

    /// The standard output of a command.
    #[track_caller]
    pub fn told(&self, words: &str) -> String {
        let output = self.output(words);
        assert!(
            output.status.success(),
            "openssl {words}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// The standard error of a command. OpenSSL reports there whether a request verifies.
    #[track_caller]
    pub fn remarks(&self, words: &str) -> String {
        String::from_utf8(self.output(words).stderr).unwrap()
    }

    /// Whether a command that checks something succeeds.
    pub fn agrees(&self, words: &str) -> bool {
        self.output(words).status.success()
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        Path::join(self.0.path(), name)
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// Generates a key into `key.pem` and its public key into `pub.pem`, and returns both in DER:
    /// PKCS #8 and `SubjectPublicKeyInfo`.
    pub fn make_key(&self, spec: PairSpec) -> (Vec<u8>, Vec<u8>) {
        self.run(&format!("genpkey {} -out key.pem", genpkey(spec)));
        self.run("pkey -in key.pem -pubout -out pub.pem");
        self.run("pkcs8 -topk8 -nocrypt -in key.pem -outform DER -out key.der");
        self.run("pkey -in key.pem -pubout -outform DER -out pub.der");
        (self.read("key.der"), self.read("pub.der"))
    }
}

fn genpkey(spec: PairSpec) -> &'static str {
    match spec {
        PairSpec::Rsa2048 => "-algorithm RSA -pkeyopt rsa_keygen_bits:2048",
        PairSpec::Rsa3072 => "-algorithm RSA -pkeyopt rsa_keygen_bits:3072",
        PairSpec::Rsa4096 => "-algorithm RSA -pkeyopt rsa_keygen_bits:4096",
        PairSpec::EcP256 => "-algorithm EC -pkeyopt ec_paramgen_curve:P-256",
        PairSpec::EcP256K => "-algorithm EC -pkeyopt ec_paramgen_curve:secp256k1",
        PairSpec::EcP384 => "-algorithm EC -pkeyopt ec_paramgen_curve:P-384",
        PairSpec::EcSm2 => "-algorithm SM2",
        PairSpec::Ed25519 => "-algorithm ED25519",
        PairSpec::MlKem1024 | PairSpec::MlDsa87 => panic!("OpenSSL 3.0 has no such keys"),
    }
}

const SPECS: [(&str, PairSpec); 5] = [
    ("RSA_2048", PairSpec::Rsa2048),
    ("RSA_3072", PairSpec::Rsa3072),
    ("EC_P256", PairSpec::EcP256),
    ("EC_P256K", PairSpec::EcP256K),
    ("EC_SM2", PairSpec::EcSm2),
];

/// The pairs that OpenSSL has and Alibaba's API has not, under names of our own.
const OTHERS: [(&str, PairSpec); 3] = [
    ("RSA_4096", PairSpec::Rsa4096),
    ("EC_P384", PairSpec::EcP384),
    ("ED25519", PairSpec::Ed25519),
];

const MESSAGE: &[u8] = b"signed here, checked there\r\n";

/// The default identity of an SM2 signer.
const IDENTITY: &str = "1234567812345678";

fn pss(salt: u8, hash: &str) -> String {
    let padding = "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen";
    format!("-{hash} {padding}:{salt} -sigopt rsa_mgf1_md:{hash}")
}

/// OpenSSL's arguments for signing or verifying a message with this algorithm.
fn signing_words(algorithm: Signing) -> String {
    match algorithm {
        Signing::RsaPss => pss(32, "sha256"),
        Signing::RsaPssSha384 => pss(48, "sha384"),
        Signing::RsaPssSha512 => pss(64, "sha512"),
        Signing::RsaPkcs1 | Signing::Ecdsa => "-sha256".into(),
        Signing::RsaPkcs1Sha384 | Signing::EcdsaSha384 => "-sha384".into(),
        Signing::RsaPkcs1Sha512 => "-sha512".into(),
        Signing::Sm2 => format!("-sm3 -sigopt distid:{IDENTITY}"),
        Signing::Ed25519 => panic!("a digest is no part of these signatures"),
        Signing::Ed25519Ph | Signing::MlDsa => panic!("OpenSSL 3.0 has no such signatures"),
    }
}

/// OpenSSL's command to sign the file `message` with `key.pem`.
pub fn sign_command(algorithm: Signing) -> String {
    match algorithm {
        Signing::Ed25519 => "pkeyutl -sign -rawin -inkey key.pem -in message -out signature".into(),
        other => format!("dgst {} -sign key.pem -out signature message", signing_words(other)),
    }
}

/// OpenSSL's command to verify the file `signature` over this file with `pub.pem`.
pub fn verify_command(algorithm: Signing, message: &str) -> String {
    match algorithm {
        Signing::Ed25519 => {
            format!("pkeyutl -verify -rawin -pubin -inkey pub.pem -in {message} -sigfile signature")
        }
        other => {
            format!("dgst {} -verify pub.pem -signature signature {message}", signing_words(other))
        }
    }
}

/// OpenSSL's arguments for encrypting or decrypting with this algorithm.
pub fn encryption_words(algorithm: Encryption) -> &'static str {
    match algorithm {
        Encryption::RsaOaepSha1 => "-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha1",
        Encryption::RsaOaepSha256 => {
            "-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256"
        }
        Encryption::RsaPkcs1 => "-pkeyopt rsa_padding_mode:pkcs1",
        Encryption::Sm2(_) => "-pkeyopt digest:sm3",
        Encryption::MlKem => panic!("OpenSSL 3.0 has no such ciphertexts"),
    }
}

fn signings(spec: PairSpec) -> Vec<(&'static str, Signing)> {
    let all = [
        ("RSA_PSS_SHA_256", Signing::RsaPss),
        ("RSA_PKCS1_SHA_256", Signing::RsaPkcs1),
        ("ECDSA_SHA_256", Signing::Ecdsa),
        ("ECDSA_SHA_384", Signing::EcdsaSha384),
        ("SM2DSA", Signing::Sm2),
    ];
    all.into_iter().filter(|(_, algorithm)| algorithm.fits(spec)).collect()
}

/// The algorithms that OpenSSL has and Alibaba's API has not.
fn other_signings(spec: PairSpec) -> impl Iterator<Item = (&'static str, Signing)> {
    let all = [
        ("RSA_PSS_SHA_384", Signing::RsaPssSha384),
        ("RSA_PSS_SHA_512", Signing::RsaPssSha512),
        ("RSA_PKCS1_SHA_384", Signing::RsaPkcs1Sha384),
        ("RSA_PKCS1_SHA_512", Signing::RsaPkcs1Sha512),
        ("ED25519", Signing::Ed25519),
    ];
    all.into_iter().filter(move |(_, algorithm)| algorithm.fits(spec))
}

fn encryptions(spec: PairSpec) -> Vec<(&'static str, Encryption)> {
    let all = [
        ("RSAES_OAEP_SHA_256", Encryption::RsaOaepSha256),
        ("RSAES_OAEP_SHA_1", Encryption::RsaOaepSha1),
        ("SM2PKE", Encryption::Sm2(Form::Der)),
    ];
    all.into_iter().filter(|(_, algorithm)| algorithm.fits(spec)).collect()
}

/// The digest of a message that is signed.
fn digest_of(algorithm: Signing, public: &[u8], message: &[u8]) -> Vec<u8> {
    match algorithm {
        Signing::Sm2 => sm2_digest(public, message).to_vec(),
        other => other.hash().map_or_else(|| message.to_vec(), |hash| digest(hash, message)),
    }
}

/// GB/T 32918.2 section 5.5: `Z` is the digest of the length of the signer's identity in bits, the
/// identity, the curve (`a`, `b` and the base point) and the public key. The digest of `Z` and the
/// message is signed.
pub fn sm2_digest(public: &[u8], message: &[u8]) -> [u8; 32] {
    const CURVE: &str = "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC\
                         28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93\
                         32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7\
                         BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0";
    let curve = base16ct::upper::decode_vec(CURVE).unwrap();
    // SubjectPublicKeyInfo ends with the uncompressed point.
    let point = &public[public.len() - 65..];
    assert_eq!(point[0], 4);
    let bits = u16::try_from(IDENTITY.len() * 8).unwrap().to_be_bytes();
    let z = Sm3::new()
        .chain_update(bits)
        .chain_update(IDENTITY)
        .chain_update(curve)
        .chain_update(&point[1..]);
    Sm3::new().chain_update(z.finalize()).chain_update(message).finalize().into()
}

#[test]
fn openssl_verifies_what_kmsim_signs() {
    let (openssl, server) = (OpenSsl::new(), Server::start());
    openssl.write("message", MESSAGE);
    openssl.write("other", b"another message");
    for (name, spec) in SPECS {
        let pair = Pair::make(&server.client(), name, SIGN);
        let pem = pair.pem();
        openssl.write("pub.pem", pem.as_bytes());
        openssl.run("pkey -pubin -in pub.pem -noout -check -pubcheck");
        for (word, algorithm) in signings(spec) {
            let digest = digest_of(algorithm, &spki(&pem), MESSAGE);
            openssl.write("signature", &pair.sign(word, &digest));
            openssl.run(&verify_command(algorithm, "message"));
            assert!(!openssl.agrees(&verify_command(algorithm, "other")), "{name} {word}");
        }
    }
}

#[test]
fn kmsim_verifies_what_openssl_signs() {
    let openssl = OpenSsl::new();
    openssl.write("message", MESSAGE);
    for (name, spec) in SPECS.into_iter().chain(OTHERS) {
        let (private, public) = openssl.make_key(spec);
        let key = PublicKey::read(spec, &public).unwrap();
        let private = PrivateKey::read(spec, &private).unwrap();
        assert_eq!(private.public().der().unwrap(), public, "{name}: both write the same");
        assert_eq!(key.pem().unwrap().as_bytes(), openssl.read("pub.pem"), "{name}");
        for (word, algorithm) in signings(spec).into_iter().chain(other_signings(spec)) {
            let digest = digest_of(algorithm, &public, MESSAGE);
            assert_eq!(key.digest(algorithm, MESSAGE), digest, "{name}");
            openssl.run(&sign_command(algorithm));
            let signature = openssl.read("signature");
            assert_eq!(key.verifies(algorithm, &digest, &signature), Ok(true), "{name} {word}");
            let other = vec![7; digest.len()];
            assert_eq!(key.verifies(algorithm, &other, &signature), Ok(false), "{name} {word}");
            // kmsim also signs with OpenSSL's private key.
            openssl.write("signature", &private.sign(algorithm, &digest, Randomness::Any).unwrap());
            openssl.run(&verify_command(algorithm, "message"));
        }
    }
}

#[test]
fn openssl_and_kmsim_agree_on_secrets() {
    let openssl = OpenSsl::new();
    for spec in [PairSpec::EcP256, PairSpec::EcP256K, PairSpec::EcP384] {
        let (_, public) = openssl.make_key(spec);
        let private = generate(spec, &mut ChaCha20Rng::from_seed([6; 32])).unwrap();
        let private = PrivateKey::read(spec, &private).unwrap();
        openssl.write("peer.pem", private.public().pem().unwrap().as_bytes());
        openssl.run("pkeyutl -derive -inkey key.pem -peerkey peer.pem -out secret");
        assert_eq!(*private.agree(&public).unwrap(), openssl.read("secret"), "{spec:?}");
    }
}

#[test]
fn pss_has_one_salt_length_and_one_mask() {
    let openssl = OpenSsl::new();
    openssl.write("message", MESSAGE);
    let (_, public) = openssl.make_key(PairSpec::Rsa2048);
    let key = PublicKey::read(PairSpec::Rsa2048, &public).unwrap();
    let digest = digest(Hash::Sha256, MESSAGE);
    let verifies = |salt: u8, mask: &str| {
        let pss = "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen";
        let mask = format!("-sigopt rsa_mgf1_md:{mask}");
        openssl.run(&format!("dgst {pss}:{salt} {mask} -sign key.pem -out signature message"));
        key.verifies(Signing::RsaPss, &digest, &openssl.read("signature")).unwrap()
    };
    assert!(verifies(32, "sha256"));
    for salt in [0, 20, 31, 33, 64, 222] {
        assert!(!verifies(salt, "sha256"), "a salt of {salt} bytes");
    }
    assert!(!verifies(32, "sha1") && !verifies(32, "sha512"));
    // A PKCS #1 v1.5 signature contains the name of its digest.
    openssl.run("dgst -sha512-256 -sign key.pem -out signature message");
    assert_eq!(key.verifies(Signing::RsaPkcs1, &digest, &openssl.read("signature")), Ok(false));
}

#[test]
fn kmsim_decrypts_what_openssl_encrypts() {
    let (openssl, server) = (OpenSsl::new(), Server::start());
    for (name, spec) in SPECS.into_iter().filter(|(_, spec)| spec.encrypts()) {
        let pair = Pair::make(&server.client(), name, ENCRYPT);
        openssl.write("pub.pem", pair.pem().as_bytes());
        for (word, algorithm) in encryptions(spec) {
            for text in [&b"\0\xff"[..], &[0; 190]] {
                openssl.write("text", text);
                let words = encryption_words(algorithm);
                openssl.run(&format!(
                    "pkeyutl -encrypt -pubin -inkey pub.pem {words} -in text -out sealed"
                ));
                assert_eq!(pair.decrypt(word, &openssl.read("sealed")), text, "{name} {word}");
            }
        }
    }
}

#[test]
fn openssl_decrypts_what_kmsim_encrypts() {
    let (openssl, server) = (OpenSsl::new(), Server::start());
    let client = server.client();
    let symmetric = client.create_key(&[]);
    for (name, spec) in [("RSA_2048", PairSpec::Rsa2048), ("EC_SM2", PairSpec::EcSm2)] {
        let (_, public) = openssl.make_key(spec);
        let public = STANDARD.encode(public);
        for (word, algorithm) in encryptions(spec) {
            let params = [
                ("KeyId", symmetric.as_str()),
                ("NumberOfBytes", "190"),
                ("PublicKeyBlob", &public),
                ("WrappingKeySpec", name),
                ("WrappingAlgorithm", word),
            ];
            let made = client.call("GenerateAndExportDataKey", &params).ok();
            openssl.write("sealed", &blob(&made, "ExportedDataKey"));
            let words = encryption_words(algorithm);
            openssl.run(&format!("pkeyutl -decrypt -inkey key.pem {words} -in sealed -out text"));
            let blob = made["CiphertextBlob"].as_str().unwrap();
            let opened = client.call("Decrypt", &[("CiphertextBlob", blob)]).ok();
            assert_eq!(opened["Plaintext"], STANDARD.encode(openssl.read("text")), "{name} {word}");
        }
    }
}

/// The algorithms that the API offers only for kmsim's own private keys, with keys from OpenSSL.
#[test]
fn the_library_and_openssl_read_each_others_ciphertexts() {
    let (openssl, server) = (OpenSsl::new(), Server::start());
    let mut rng = server.world.entropy.rng();
    for (name, spec) in SPECS.into_iter().filter(|(_, spec)| spec.encrypts()) {
        let (private, public) = openssl.make_key(spec);
        let private = PrivateKey::read(spec, &private).unwrap();
        let public = PublicKey::read(spec, &public).unwrap();
        let mut algorithms: Vec<_> = encryptions(spec).into_iter().map(|(_, it)| it).collect();
        algorithms.extend(Some(Encryption::RsaPkcs1).filter(|it| it.fits(spec)));
        for algorithm in algorithms {
            let words = encryption_words(algorithm);
            openssl.write("text", b"there and back");
            openssl.run(&format!(
                "pkeyutl -encrypt -pubin -inkey pub.pem {words} -in text -out sealed"
            ));
            let opened = private.decrypt(algorithm, &openssl.read("sealed")).unwrap();
            assert_eq!(**opened, *b"there and back", "{name} {algorithm:?}");
            openssl
                .write("sealed", &public.encrypt(algorithm, b"here and back", &mut rng).unwrap());
            openssl.run(&format!("pkeyutl -decrypt -inkey key.pem {words} -in sealed -out text"));
            assert_eq!(openssl.read("text"), b"here and back", "{name} {algorithm:?}");
        }
    }
}

#[test]
fn a_key_is_read_only_as_its_own_type() {
    let openssl = OpenSsl::new();
    let all = SPECS.into_iter().chain(OTHERS);
    let all: Vec<_> = all.map(|(_, spec)| (spec, openssl.make_key(spec))).collect();
    for (own, (private, public)) in &all {
        for (spec, _) in &all {
            assert_eq!(
                PrivateKey::read(*spec, private).is_ok(),
                own == spec,
                "{own:?} as {spec:?}"
            );
            assert_eq!(PublicKey::read(*spec, public).is_ok(), own == spec, "{own:?} as {spec:?}");
            assert_eq!(PublicKey::read(*spec, private).err(), Some(Error::Unsupported));
        }
    }
}
