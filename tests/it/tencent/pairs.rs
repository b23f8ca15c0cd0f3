//! Key pairs: encryption and signatures, and answers that are encrypted for the caller's public
//! key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::algorithms::asymmetric::{Encryption, PairSpec, PrivateKey, PublicKey, generate};
use kmsim::algorithms::specs::Form;
use kmsim::world::Entropy;
use serde_json::{Value, json};

use super::wire::Client;
use crate::kit::Server;
use crate::openssl::OpenSsl;

/// `hello`, encrypted with the public key of a pair.
pub fn sealed_for(client: &Client, key: &str) -> Value {
    let told = client.done("GetPublicKey", json!({ "KeyId": key }));
    let der = STANDARD.decode(told["PublicKey"].as_str().unwrap()).unwrap();
    let rng = &mut Entropy::Os.rng();
    let sealed = if let Ok(key) = PublicKey::read(PairSpec::Rsa2048, &der) {
        key.encrypt(Encryption::RsaPkcs1, b"hello", rng)
    } else {
        let key = PublicKey::read(PairSpec::EcSm2, &der).unwrap();
        key.encrypt(Encryption::Sm2(Form::Der), b"hello", rng)
    };
    json!(STANDARD.encode(sealed.unwrap()))
}

/// The signing usages, with their algorithms and the length of the digest.
const SIGNING: &[(&str, &[&str], usize)] = &[
    ("ASYMMETRIC_SIGN_VERIFY_RSA_2048", &["RSA_PSS_SHA_256", "RSA_PKCS1_SHA_256"], 32),
    ("ASYMMETRIC_SIGN_VERIFY_ECC", &["ECC_P256_R1"], 32),
    ("ASYMMETRIC_SIGN_VERIFY_ECDSA384", &["ECC_P384_R1"], 48),
    ("ASYMMETRIC_SIGN_VERIFY_SM2", &["SM2DSA"], 32),
];

#[test]
fn every_pair_signs_by_its_algorithms_and_no_others() {
    let server = Server::start();
    let client = Client::of(&server);
    let all: Vec<&str> = SIGNING.iter().flat_map(|row| row.1).copied().collect();
    for (usage, algorithms, length) in SIGNING {
        let key = client.create_key(json!({ "KeyUsage": usage }));
        for name in &all {
            let params = |message: &[u8], kind: &str| {
                let message = STANDARD.encode(message);
                json!({ "KeyId": key, "Algorithm": name, "Message": message, "MessageType": kind })
            };
            if !algorithms.contains(name) {
                client.refused("InvalidParameter", "SignByAsymmetricKey", params(b"a", "RAW"));
                continue;
            }
            for (message, kind) in
                [(&b"a"[..], "RAW"), (&[5; 4096], "RAW"), (&vec![3; *length], "DIGEST")]
            {
                let mut params = params(message, kind);
                let signed = client.done("SignByAsymmetricKey", params.clone());
                params["SignatureValue"] = signed["Signature"].clone();
                let verified = client.done("VerifyByAsymmetricKey", params.clone());
                assert_eq!(verified["SignatureValid"], true, "{name} {kind}");
                params["Message"] = json!(STANDARD.encode(vec![4; message.len()]));
                let verified = client.done("VerifyByAsymmetricKey", params);
                assert_eq!(verified["SignatureValid"], false, "{name} {kind}");
            }
            for bad in [length - 1, length + 1] {
                let params = params(&vec![3; bad], "DIGEST");
                client.refused("InvalidParameter", "SignByAsymmetricKey", params);
            }
        }
    }
}

#[test]
fn openssl_agrees_on_signatures() {
    let server = Server::start();
    let client = Client::of(&server);
    let openssl = OpenSsl::new();
    openssl.write("message", b"message");
    for (usage, algorithms, _) in SIGNING {
        let key = client.create_key(json!({ "KeyUsage": usage }));
        let told = client.done("GetPublicKey", json!({ "KeyId": key }));
        openssl.write("pub.pem", told["PublicKeyPem"].as_str().unwrap().as_bytes());
        for name in *algorithms {
            let params =
                json!({ "KeyId": key, "Algorithm": name, "Message": STANDARD.encode(b"message") });
            let signed = client.done("SignByAsymmetricKey", params);
            let signature = STANDARD.decode(signed["Signature"].as_str().unwrap()).unwrap();
            openssl.write("signature", &signature);
            let how = match *name {
                "RSA_PSS_SHA_256" => {
                    "dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32"
                }
                "ECC_P384_R1" => "dgst -sha384",
                "SM2DSA" => {
                    openssl.run(
                        "pkeyutl -verify -pubin -inkey pub.pem -rawin -digest sm3 \
                         -pkeyopt distid:1234567812345678 -in message -sigfile signature",
                    );
                    continue;
                }
                _ => "dgst -sha256",
            };
            openssl.run(&format!("{how} -verify pub.pem -signature signature message"));
        }
    }
}

#[test]
fn openssl_encrypts_for_the_service() {
    let server = Server::start();
    let client = Client::of(&server);
    let openssl = OpenSsl::new();
    openssl.write("text", b"hello");
    let sealed = |key: &str, words: &str| {
        let told = client.done("GetPublicKey", json!({ "KeyId": key }));
        openssl.write("pub.pem", told["PublicKeyPem"].as_str().unwrap().as_bytes());
        let command = format!("pkeyutl -encrypt -pubin -inkey pub.pem{words} -in text -out sealed");
        openssl.run(&command);
        STANDARD.encode(openssl.read("sealed"))
    };
    let rsa = client.create_key(json!({ "KeyUsage": "ASYMMETRIC_DECRYPT_RSA_2048" }));
    for (algorithm, words) in RSA {
        let params =
            json!({ "KeyId": rsa, "Algorithm": algorithm, "Ciphertext": sealed(&rsa, words) });
        let opened = client.done("AsymmetricRsaDecrypt", params.clone());
        assert_eq!(opened["Plaintext"], "aGVsbG8=", "{algorithm}");
        // Under another algorithm it is no ciphertext. PKCS #1 v1.5 answers random bytes instead.
        for (other, _) in RSA.iter().filter(|(it, _)| *it != algorithm) {
            let mut params = params.clone();
            params["Algorithm"] = json!(other);
            let answer = client.call("AsymmetricRsaDecrypt", params);
            assert!(!answer.text.contains("aGVsbG8="), "{algorithm} {other}");
        }
    }
    let sm2 = client.create_key(json!({ "KeyUsage": "ASYMMETRIC_DECRYPT_SM2" }));
    let params = json!({ "KeyId": sm2, "Ciphertext": sealed(&sm2, "") });
    assert_eq!(client.done("AsymmetricSm2Decrypt", params)["Plaintext"], "aGVsbG8=");
}

/// The algorithms that encrypt under RSA, with OpenSSL's words for them.
const RSA: [(&str, &str); 3] = [
    ("RSAES_PKCS1_V1_5", " -pkeyopt rsa_padding_mode:pkcs1"),
    ("RSAES_OAEP_SHA_1", " -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha1"),
    ("RSAES_OAEP_SHA_256", " -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256"),
];

#[test]
fn openssl_decrypts_what_was_encrypted_for_it() {
    let server = Server::start();
    let client = Client::of(&server);
    let openssl = OpenSsl::new();
    let key = client.create_key(json!({}));
    let sealed = client.done("Encrypt", json!({ "KeyId": key, "Plaintext": "aGVsbG8=" }));
    let sm2 = [("SM2_C1C3C2_ASN1", "")];
    for (kind, words) in [
        ("RSA -pkeyopt rsa_keygen_bits:2048", &RSA[..]),
        ("EC -pkeyopt ec_paramgen_curve:SM2", &sm2),
    ] {
        openssl.run(&format!("genpkey -algorithm {kind} -out key.pem"));
        openssl.run("pkey -in key.pem -pubout -out pub.pem");
        let public = String::from_utf8(openssl.read("pub.pem")).unwrap();
        for (algorithm, words) in words {
            let params = json!({
                "CiphertextBlob": sealed["CiphertextBlob"],
                "EncryptionPublicKey": public, "EncryptionAlgorithm": algorithm,
            });
            let told = client.done("Decrypt", params);
            let wrapped = STANDARD.decode(told["Plaintext"].as_str().unwrap()).unwrap();
            openssl.write("sealed", &wrapped);
            let command = format!("pkeyutl -decrypt -inkey key.pem{words} -in sealed -out text");
            openssl.run(&command);
            assert_eq!(openssl.read("text"), b"hello", "{algorithm}");
        }
    }
}

#[test]
fn openssl_wraps_material_for_an_import() {
    let server = Server::start();
    let client = Client::of(&server);
    let openssl = OpenSsl::new();
    openssl.write("material", &[7; 16]);
    for (algorithm, words) in RSA {
        let key = client.create_key(json!({ "Type": 2 }));
        let params = json!({
            "KeyId": key, "WrappingAlgorithm": algorithm, "WrappingKeySpec": "RSA_2048",
        });
        let given = client.done("GetParametersForImport", params);
        let public = STANDARD.decode(given["PublicKey"].as_str().unwrap()).unwrap();
        openssl.write("pub.der", &public);
        let files = "-pubin -keyform DER -inkey pub.der";
        openssl.run(&format!("pkeyutl -encrypt {files}{words} -in material -out wrapped"));
        let params = json!({
            "KeyId": key, "ImportToken": given["ImportToken"],
            "EncryptedKeyMaterial": STANDARD.encode(openssl.read("wrapped")),
        });
        client.done("ImportKeyMaterial", params);
        client.done("Encrypt", json!({ "KeyId": key, "Plaintext": "aGVsbG8=" }));
    }
}

#[test]
fn answers_are_encrypted_for_the_callers_key() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key(json!({}));
    let rng = &mut Entropy::Os.rng();
    for (spec, words) in [
        (
            PairSpec::EcSm2,
            &[
                ("", Encryption::Sm2(Form::Bare)),
                ("SM2", Encryption::Sm2(Form::Bare)),
                ("SM2_C1C3C2_ASN1", Encryption::Sm2(Form::Der)),
            ][..],
        ),
        (
            PairSpec::Rsa2048,
            &[
                ("RSAES_PKCS1_V1_5", Encryption::RsaPkcs1),
                ("RSAES_OAEP_SHA_1", Encryption::RsaOaepSha1),
                ("RSAES_OAEP_SHA_256", Encryption::RsaOaepSha256),
            ],
        ),
    ] {
        let mine = PrivateKey::read(spec, &generate(spec, rng).unwrap()).unwrap();
        let pem = mine.public().pem().unwrap();
        for (word, algorithm) in words {
            let recipient = |mut params: Value| {
                params["EncryptionPublicKey"] = json!(pem);
                if !word.is_empty() {
                    params["EncryptionAlgorithm"] = json!(word);
                }
                params
            };
            let request = recipient(json!({ "KeyId": key, "NumberOfBytes": 32 }));
            let made = client.done("GenerateDataKey", request);
            let wrapped = STANDARD.decode(made["Plaintext"].as_str().unwrap()).unwrap();
            if *algorithm == Encryption::Sm2(Form::Bare) {
                assert_eq!(wrapped.len(), 64 + 32 + 32);
            }
            let clear = client.done("Decrypt", json!({ "CiphertextBlob": made["CiphertextBlob"] }));
            let opened = mine.decrypt(*algorithm, &wrapped).unwrap();
            assert_eq!(STANDARD.encode(&*opened), clear["Plaintext"].as_str().unwrap(), "{word}");
            let request = recipient(json!({ "CiphertextBlob": made["CiphertextBlob"] }));
            let told = client.done("Decrypt", request);
            let wrapped = STANDARD.decode(told["Plaintext"].as_str().unwrap()).unwrap();
            assert_eq!(mine.decrypt(*algorithm, &wrapped).unwrap(), opened, "{word}");
        }
    }
}

#[test]
fn a_key_that_does_not_fit_its_algorithm_is_refused() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key(json!({}));
    let sealed = client.done("Encrypt", json!({ "KeyId": key, "Plaintext": "aGVsbG8=" }));
    let pem = |spec| {
        let mine =
            PrivateKey::read(spec, &generate(spec, &mut Entropy::Os.rng()).unwrap()).unwrap();
        mine.public().pem().unwrap()
    };
    for (pem, word) in [
        (pem(PairSpec::Rsa2048), None),
        (pem(PairSpec::Rsa2048), Some("SM2")),
        (pem(PairSpec::EcSm2), Some("RSAES_OAEP_SHA_256")),
        (pem(PairSpec::EcP256), Some("SM2")),
        (pem(PairSpec::EcSm2), Some("ANY")),
        ("none".to_owned(), Some("SM2")),
    ] {
        let params = json!({
            "CiphertextBlob": sealed["CiphertextBlob"],
            "EncryptionPublicKey": pem,
            "EncryptionAlgorithm": word,
        });
        client.refused("FailedOperation.EncryptionError", "Decrypt", params);
    }
    // Without a public key, the algorithm is ignored.
    let params =
        json!({ "CiphertextBlob": sealed["CiphertextBlob"], "EncryptionAlgorithm": "ANY" });
    assert_eq!(client.done("Decrypt", params)["Plaintext"], "aGVsbG8=");
}

#[test]
fn post_quantum_keys_encrypt_and_sign() {
    let server = Server::start();
    let client = Client::of(&server);
    let kem = client.create_key(json!({ "KeyUsage": "ASYMMETRIC_DECRYPT_ML_KEM_1024" }));
    for length in [1, 32, 4096] {
        let text = STANDARD.encode(vec![7; length]);
        let sealed =
            client.done("PostQuantumCryptoEncrypt", json!({ "KeyId": kem, "PlainText": text }));
        let blob = sealed["CiphertextBlob"].as_str().unwrap().to_owned();
        let opened = client.done("PostQuantumCryptoDecrypt", json!({ "CiphertextBlob": blob }));
        assert_eq!((&opened["PlainText"], &opened["KeyId"]), (&json!(text), &json!(kem)));
        let mut changed = blob.into_bytes();
        let last = changed.len() - 5;
        changed[last] = if changed[last] == b'A' { b'B' } else { b'A' };
        let changed = json!({ "CiphertextBlob": String::from_utf8(changed).unwrap() });
        let code = "InvalidParameterValue.InvalidCiphertext";
        client.refused(code, "PostQuantumCryptoDecrypt", changed);
    }
    let sealed =
        client.done("PostQuantumCryptoEncrypt", json!({ "KeyId": kem, "PlainText": "aGVsbG8=" }));
    let (blob, key) = (&sealed["CiphertextBlob"], client.create_key(json!({})));
    let code = "InvalidParameterValue.InvalidCiphertext";
    for (action, params) in [
        ("Decrypt", json!({ "CiphertextBlob": blob })),
        ("ReEncrypt", json!({ "CiphertextBlob": blob })),
        ("ReEncrypt", json!({ "CiphertextBlob": blob, "DestinationKeyId": key })),
    ] {
        client.refused(code, action, params);
    }
    let material = json!({ "DataKeyName": "a", "ImportType": 1, "ImportKeyMaterial": blob });
    let code = "InvalidParameterValue.InvalidImportKeyMaterial";
    client.refused(code, "ImportDataKey", material);
    let sealed = client.done("Encrypt", json!({ "KeyId": key, "Plaintext": "aGVsbG8=" }));
    let params = json!({ "CiphertextBlob": sealed["CiphertextBlob"], "DestinationKeyId": kem });
    let message = client.refused("InvalidParameter", "ReEncrypt", params);
    assert!(message.contains("`DestinationKeyId`"), "{message}");
    let dsa = client.create_key(json!({ "KeyUsage": "ASYMMETRIC_SIGN_VERIFY_ML_DSA_87" }));
    let signed =
        client.done("PostQuantumCryptoSign", json!({ "KeyId": dsa, "Message": "aGVsbG8=" }));
    let verdict = |message: &str, signature: &Value| {
        let params = json!({ "KeyId": dsa, "Message": message, "SignatureValue": signature });
        client.done("PostQuantumCryptoVerify", params)["SignatureValid"].clone()
    };
    assert_eq!(verdict("aGVsbG8=", &signed["Signature"]), true);
    assert_eq!(verdict("aGVsbG8h", &signed["Signature"]), false);
    assert_eq!(verdict("aGVsbG8=", &json!("aGVsbG8=")), false);
    assert_eq!(verdict("aGVsbG8=", &json!("%")), false);
    for (action, params) in [
        ("PostQuantumCryptoEncrypt", json!({ "KeyId": dsa, "PlainText": "aGVsbG8=" })),
        ("PostQuantumCryptoSign", json!({ "KeyId": kem, "Message": "aGVsbG8=" })),
        ("Encrypt", json!({ "KeyId": kem, "Plaintext": "aGVsbG8=" })),
        (
            "SignByAsymmetricKey",
            json!({ "KeyId": dsa, "Message": "aGVsbG8=", "Algorithm": "SM2DSA" }),
        ),
    ] {
        client.refused("InvalidParameter", action, params);
    }
}
