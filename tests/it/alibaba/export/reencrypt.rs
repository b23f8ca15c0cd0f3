//! Re-encrypting ciphertexts of public keys, which imports a data key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{OAEP_1, OAEP_256, SM2PKE, decrypt, missing};
use kmsim::algorithms::asymmetric::{Encryption, PairSpec, PublicKey};
use kmsim::algorithms::specs::Form;
use kmsim::world::Entropy;

use crate::alibaba::pairs::{ENCRYPT, Pair, SIGN, blob, spki, text};
use crate::kit::{Answer, Client, Server};
use crate::openssl::{OpenSsl, encryption_words};

/// The public key of a kmsim key pair, as a wrapping key.
fn public(pair: &Pair) -> String {
    STANDARD.encode(spki(&pair.pem()))
}

#[test]
fn a_wrapped_data_key_can_be_imported_again() {
    let (openssl, server) = (OpenSsl::new(), Server::start());
    let client = server.client();
    let (first, last) = (client.create_key(&[]), client.create_key(&[("KeySpec", "Aliyun_SM4")]));
    client.call("CreateAlias", &[("KeyId", &last), ("AliasName", "alias/last")]).ok();
    for (spec, algorithm) in [("RSA_2048", OAEP_256), ("RSA_2048", OAEP_1), ("EC_SM2", SM2PKE)] {
        let pair = Pair::make(&client, spec, ENCRYPT);
        let alias = format!("alias/{}", pair.id);
        client.call("CreateAlias", &[("KeyId", &pair.id), ("AliasName", &alias)]).ok();
        let reencrypt = |wrapped: &[u8]| {
            let params = [
                ("CiphertextBlob", STANDARD.encode(wrapped)),
                ("SourceKeyId", alias.clone()),
                ("SourceKeyVersionId", pair.version.clone()),
                ("SourceEncryptionAlgorithm", algorithm.0.into()),
                ("DestinationKeyId", "alias/last".into()),
                ("DestinationEncryptionContext", r#"{"a":"1"}"#.into()),
            ];
            let params: Vec<_> =
                params.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let moved = client.call("ReEncrypt", &params).ok();
            assert_eq!(
                (text(&moved, "KeyId"), text(&moved, "KeyVersionId")),
                pair.names(),
                "the source's"
            );
            text(&moved, "CiphertextBlob")
        };
        let comes_in = |wrapped: &[u8], bytes: &[u8]| {
            let moved = reencrypt(wrapped);
            let params =
                [("CiphertextBlob", moved.as_str()), ("EncryptionContext", r#"{"a":"1"}"#)];
            let opened = client.call("Decrypt", &params).ok();
            assert_eq!(text(&opened, "KeyId"), last);
            assert_eq!(text(&opened, "Plaintext"), STANDARD.encode(bytes), "{algorithm:?}");
            client.call("Decrypt", &params[..1]).refused_parameter("CiphertextBlob");
        };
        let own = [("KeyId", first.as_str()), ("PublicKeyBlob", &public(&pair))];
        let how = [
            ("WrappingKeySpec", spec),
            ("WrappingAlgorithm", algorithm.0),
            ("NumberOfBytes", "190"),
        ];
        let made = client.call("GenerateAndExportDataKey", &[&own[..], &how].concat()).ok();
        let bytes = decrypt(&client, &text(&made, "CiphertextBlob"), "");
        comes_in(&blob(&made, "ExportedDataKey"), &bytes);
        comes_in(&pair.encrypt(algorithm.0, b"\0text"), b"\0text");
        openssl.write("pub.pem", pair.pem().as_bytes());
        openssl.write("text", &bytes);
        let words = encryption_words(algorithm.1);
        openssl
            .run(&format!("pkeyutl -encrypt -pubin -inkey pub.pem {words} -in text -out sealed"));
        comes_in(&openssl.read("sealed"), &bytes);
    }
}

/// A re-encryption request, of which the tests change one parameter at a time.
#[derive(Clone)]
struct Request<'a> {
    client: Client,
    params: Vec<(&'a str, String)>,
}

impl<'a> Request<'a> {
    fn with(&self, name: &'a str, value: &str) -> Self {
        let mut other = self.clone();
        other.params.push((name, value.to_owned()));
        other
    }

    /// The last value of each name counts, and an empty value counts as absent.
    fn call(&self) -> Answer {
        let params: Vec<_> =
            self.params.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.client.call("ReEncrypt", &params)
    }
}

#[test]
fn refused_imports_name_the_parameter() {
    let server = Server::start();
    let client = server.client();
    let (pair, to) = (Pair::make(&client, "EC_SM2", ENCRYPT), client.create_key(&[]));
    let rsa = Pair::make(&client, "RSA_2048", ENCRYPT);
    let sealed = pair.encrypt("SM2PKE", b"data key");
    let good = Request { client: client.clone(), params: Vec::new() }
        .with("CiphertextBlob", &STANDARD.encode(&sealed))
        .with("SourceKeyId", &pair.id)
        .with("SourceKeyVersionId", &pair.version)
        .with("SourceEncryptionAlgorithm", "SM2PKE")
        .with("DestinationKeyId", &to);
    good.call().ok();
    for name in ["SourceKeyId", "SourceKeyVersionId", "DestinationKeyId", "CiphertextBlob"] {
        missing(&good.with(name, "").call(), name);
    }
    // Without an algorithm it would have to be a symmetric ciphertext.
    good.with("SourceEncryptionAlgorithm", "").call().refused_parameter("CiphertextBlob");
    for algorithm in [OAEP_256.0, OAEP_1.0, "RSAES_PKCS1_V1_5", "sm2pke"] {
        let answer = good.with("SourceEncryptionAlgorithm", algorithm).call();
        answer.refused_parameter("SourceEncryptionAlgorithm");
    }
    let from_rsa = good
        .with("SourceKeyId", &rsa.id)
        .with("SourceKeyVersionId", &rsa.version)
        .with("CiphertextBlob", &STANDARD.encode(rsa.encrypt(OAEP_256.0, b"data key")));
    from_rsa.with("SourceEncryptionAlgorithm", OAEP_256.0).call().ok();
    from_rsa.with("SourceEncryptionAlgorithm", OAEP_1.0).call().refused_parameter("CiphertextBlob");
    from_rsa.call().refused_parameter("SourceEncryptionAlgorithm");

    let mut changed = sealed.clone();
    *changed.last_mut().unwrap() ^= 1;
    for wrong in
        [&changed[..], &sealed[..sealed.len() - 1], b"garbage", &rsa.encrypt(OAEP_1.0, b"x")]
    {
        good.with("CiphertextBlob", &STANDARD.encode(wrong))
            .call()
            .refused_parameter("CiphertextBlob");
    }
    good.with("CiphertextBlob", " AAAA").call().refused_parameter("CiphertextBlob");
    let next = pair.next_version(&server);
    good.with("SourceKeyVersionId", &next.version).call().refused_parameter("CiphertextBlob");
    for version in [&rsa.version, "3f0bd6f7-0000-4000-8000-000000000000", "none"] {
        let answer = good.with("SourceKeyVersionId", version).call();
        answer.refused(404, "Forbidden.KeyVersionNotFound");
    }
    for name in ["SourceKeyId", "DestinationKeyId"] {
        good.with(name, "none").call().refused(404, "Forbidden.KeyNotFound");
        good.with(name, "alias/none").call().refused(404, "Forbidden.AliasNotFound");
    }
    let signs = Pair::make(&client, "EC_SM2", SIGN);
    let symmetric = Pair::make(&client, "Aliyun_AES_256", ENCRYPT);
    for unfit in [&signs, &symmetric] {
        let from = good.with("SourceKeyId", &unfit.id).with("SourceKeyVersionId", &unfit.version);
        from.call().refused(400, "Rejected.UnsupportedOperation");
    }
    for unfit in [&pair, &signs, &rsa] {
        good.with("DestinationKeyId", &unfit.id).call().refused(400, "UnsupportedOperation");
    }
    let waiting = client.create_key(&[("Origin", "EXTERNAL")]);
    good.with("DestinationKeyId", &waiting).call().refused(409, "Rejected.PendingImport");

    let dry = good.with("DryRun", "true");
    dry.call().refused(400, "DryRunOperationError");
    let message = dry.with("SourceKeyId", "").call().refused(400, "ValidationError");
    assert!(message.contains("\"SourceKeyId\""), "{message}");

    for key in [&pair.id, &to] {
        client.call("DisableKey", &[("KeyId", key)]).ok();
        good.call().refused(409, "Rejected.Disabled");
        client.call("ScheduleKeyDeletion", &[("KeyId", key)]).ok();
        good.call().refused(409, "Rejected.PendingDeletion");
        client.call("CancelKeyDeletion", &[("KeyId", key)]).ok();
        client.call("EnableKey", &[("KeyId", key)]).ok();
        good.call().ok();
    }
}

#[test]
fn impossible_plaintexts_are_refused() {
    let server = Server::start();
    let client = server.client();
    let to = client.create_key(&[]);
    for (spec, algorithm, length) in [("RSA_2048", OAEP_256, 0), ("EC_SM2", SM2PKE, 6048)] {
        let pair = Pair::make(&client, spec, ENCRYPT);
        let kind = if spec == "EC_SM2" { PairSpec::EcSm2 } else { PairSpec::Rsa2048 };
        let public = PublicKey::read(kind, &spki(&pair.pem())).unwrap();
        let how =
            if spec == "EC_SM2" { Encryption::Sm2(Form::Raw) } else { Encryption::RsaOaepSha256 };
        let foreign =
            STANDARD.encode(public.encrypt(how, &vec![7; length], &mut Entropy::Os.rng()).unwrap());
        let named = [
            ("KeyId", pair.id.as_str()),
            ("KeyVersionId", &pair.version),
            ("Algorithm", algorithm.0),
        ];
        let blob = ("CiphertextBlob", foreign.as_str());
        client
            .call("AsymmetricDecrypt", &[&named[..], &[blob]].concat())
            .refused_parameter("CiphertextBlob");
        let source = [
            ("SourceKeyId", pair.id.as_str()),
            ("SourceKeyVersionId", &pair.version),
            ("SourceEncryptionAlgorithm", algorithm.0),
            ("DestinationKeyId", &to),
        ];
        client
            .call("ReEncrypt", &[&source[..], &[blob]].concat())
            .refused_parameter("CiphertextBlob");
    }
}

#[test]
fn a_named_source_must_be_the_ciphertexts_own() {
    let server = Server::start();
    let client = server.client();
    let (key, other) = (client.create_key(&[]), client.create_key(&[]));
    client.call("CreateAlias", &[("KeyId", &key), ("AliasName", "alias/source")]).ok();
    client.call("CreateAlias", &[("KeyId", &other), ("AliasName", "alias/other")]).ok();
    let sealed = client.call("Encrypt", &[("KeyId", &key), ("Plaintext", "text")]).ok();
    let (blob, version) = (text(&sealed, "CiphertextBlob"), text(&sealed, "KeyVersionId"));
    let foreign = text(
        &client.call("Encrypt", &[("KeyId", &other), ("Plaintext", "text")]).ok(),
        "KeyVersionId",
    );
    let own = [("CiphertextBlob", blob.as_str()), ("DestinationKeyId", &other)];
    let from = |more: &[(&str, &str)]| client.call("ReEncrypt", &[&own[..], more].concat());
    let arn = format!("acs:kms:cn-hangzhou:1000000000000001:key/{key}");
    for name in [&key, &arn, "alias/source"] {
        let moved = from(&[("SourceKeyId", name), ("SourceKeyVersionId", &version)]).ok();
        assert_eq!(
            (text(&moved, "KeyId"), text(&moved, "KeyVersionId")),
            (key.clone(), version.clone())
        );
        from(&[("SourceKeyId", name)]).ok();
        from(&[("SourceKeyId", name), ("SourceKeyVersionId", &foreign)])
            .refused_parameter("SourceKeyVersionId");
    }
    from(&[("SourceKeyVersionId", &version)]).ok();
    for name in [&other, "alias/other"] {
        from(&[("SourceKeyId", name)]).refused_parameter("SourceKeyId");
        from(&[("SourceKeyId", name), ("SourceKeyVersionId", &version)])
            .refused_parameter("SourceKeyId");
    }
    for unknown in [&foreign, "none"] {
        from(&[("SourceKeyVersionId", unknown)]).refused_parameter("SourceKeyVersionId");
    }
    from(&[("SourceKeyId", "none")]).refused(404, "Forbidden.KeyNotFound");
    from(&[("SourceKeyId", "alias/none")]).refused(404, "Forbidden.AliasNotFound");
    from(&[("SourceKeyId", "a b")]).refused_parameter("SourceKeyId");
}
