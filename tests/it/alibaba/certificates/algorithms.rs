//! Every algorithm of certificates, in both directions with OpenSSL: it verifies what certificates
//! sign, and they decrypt what it encrypts. The private keys stay in kmsim; `openssl.rs` tests the
//! library with OpenSSL's own keys.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::algorithms::asymmetric::Encryption;
use kmsim::algorithms::specs::Form;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{certificate, describe};
use crate::alibaba::pairs::spki;
use crate::kit::{Answer, Client, Server};
use crate::openssl::{OpenSsl, encryption_words, sm2_digest};

/// A signature algorithm, its type of key, and the options for OpenSSL.
const SIGNINGS: [(&str, &str, &str); 4] = [
    ("RSA_PKCS1_SHA_256", "RSA_2048", "-sha256"),
    (
        "RSA_PSS_SHA_256",
        "RSA_2048",
        "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -sigopt rsa_mgf1_md:sha256",
    ),
    ("ECDSA_SHA_256", "EC_P256", "-sha256"),
    ("SM2DSA", "EC_SM2", "-sm3 -sigopt distid:1234567812345678"),
];

/// An encryption algorithm, its type of key, and the longest plaintext.
const ENCRYPTIONS: [(&str, &str, Encryption, usize); 3] = [
    ("RSAES_OAEP_SHA_1", "RSA_2048", Encryption::RsaOaepSha1, 214),
    ("RSAES_OAEP_SHA_256", "RSA_2048", Encryption::RsaOaepSha256, 190),
    ("SM2PKE", "EC_SM2", Encryption::Sm2(Form::Der), 6047),
];

/// An active certificate in use.
struct Used<'a> {
    client: &'a Client,
    id: String,
    pem: String,
}

impl<'a> Used<'a> {
    fn make(client: &'a Client, spec: &str) -> Self {
        let id = certificate(client, spec, "ACTIVE");
        let pem = describe(client, &id)["SubjectPublicKey"].as_str().unwrap().to_owned();
        Self { client, id, pem }
    }

    fn call(&self, action: &str, algorithm: &str, more: &[(&str, &str)]) -> Answer {
        self.client.call(
            action,
            &[&[("CertificateId", self.id.as_str()), ("Algorithm", algorithm)], more].concat(),
        )
    }

    /// Signs a message or its digest, depending on the message type.
    fn sign(&self, algorithm: &str, kind: &str, message: &[u8]) -> Vec<u8> {
        let message = STANDARD.encode(message);
        let signed = self.call(
            "CertificatePrivateKeySign",
            algorithm,
            &[("Message", &message), ("MessageType", kind)],
        );
        let signed = signed.ok();
        assert_eq!(signed["CertificateId"], self.id.as_str());
        bytes(&signed["SignatureValue"])
    }

    fn verifies(&self, algorithm: &str, kind: &str, message: &[u8], signature: &[u8]) -> bool {
        let (message, signature) = (STANDARD.encode(message), STANDARD.encode(signature));
        let params =
            [("Message", &*message), ("MessageType", kind), ("SignatureValue", &*signature)];
        let verified = self.call("CertificatePublicKeyVerify", algorithm, &params).ok();
        assert_eq!(verified["CertificateId"], self.id.as_str());
        verified["SignatureValid"].as_bool().unwrap()
    }

    fn digest(&self, algorithm: &str, message: &[u8]) -> Vec<u8> {
        match algorithm {
            "SM2DSA" => sm2_digest(&spki(&self.pem), message).to_vec(),
            _ => Sha256::digest(message).to_vec(),
        }
    }
}

fn bytes(value: &Value) -> Vec<u8> {
    STANDARD.decode(value.as_str().unwrap()).unwrap()
}

#[test]
fn openssl_verifies_what_certificates_sign() {
    let (openssl, server) = (OpenSsl::new(), Server::start());
    let client = server.client();
    openssl.write("other", b"another message");
    for (algorithm, spec, words) in SIGNINGS {
        let it = Used::make(&client, spec);
        openssl.write("pub.pem", it.pem.as_bytes());
        for message in [&b"m"[..], &[0; 4096]] {
            openssl.write("message", message);
            let digest = it.digest(algorithm, message);
            for signature in
                [it.sign(algorithm, "RAW", message), it.sign(algorithm, "DIGEST", &digest)]
            {
                openssl.write("signature", &signature);
                let verify = format!("dgst {words} -verify pub.pem -signature signature");
                openssl.run(&format!("{verify} message"));
                assert!(!openssl.agrees(&format!("{verify} other")), "{algorithm}");
                assert!(it.verifies(algorithm, "RAW", message, &signature), "{algorithm}");
                assert!(it.verifies(algorithm, "DIGEST", &digest, &signature), "{algorithm}");
                assert!(
                    !it.verifies(algorithm, "RAW", b"another message", &signature),
                    "{algorithm}"
                );
                assert!(!it.verifies(algorithm, "DIGEST", &[7; 32], &signature), "{algorithm}");
                assert!(!it.verifies(algorithm, "RAW", message, b"no signature"), "{algorithm}");
            }
        }
        // The default message type is RAW.
        let message = [("Message", "bQ==")];
        let signed = it.call("CertificatePrivateKeySign", algorithm, &message).ok();
        assert!(
            it.verifies(algorithm, "RAW", b"m", &bytes(&signed["SignatureValue"])),
            "{algorithm}"
        );
    }
}

#[test]
fn certificates_decrypt_what_openssl_encrypts() {
    let (openssl, server) = (OpenSsl::new(), Server::start());
    let client = server.client();
    for (algorithm, spec, encryption, longest) in ENCRYPTIONS {
        let it = Used::make(&client, spec);
        openssl.write("pub.pem", it.pem.as_bytes());
        for text in [&b"\0\xff"[..], &vec![7; longest]] {
            openssl.write("text", text);
            let words = encryption_words(encryption);
            openssl.run(&format!(
                "pkeyutl -encrypt -pubin -inkey pub.pem {words} -in text -out sealed"
            ));
            let sealed = STANDARD.encode(openssl.read("sealed"));
            let opened = it
                .call("CertificatePrivateKeyDecrypt", algorithm, &[("CiphertextBlob", &sealed)])
                .ok();
            assert_eq!(opened["CertificateId"], it.id.as_str());
            assert_eq!(bytes(&opened["Plaintext"]), text, "{algorithm}");
        }
        // The same for what the certificate encrypts itself, up to the limit.
        for len in [1, longest] {
            let text = STANDARD.encode(vec![9; len]);
            let sealed =
                it.call("CertificatePublicKeyEncrypt", algorithm, &[("Plaintext", &text)]).ok();
            assert_eq!(sealed["CertificateId"], it.id.as_str());
            let blob = sealed["CiphertextBlob"].as_str().unwrap();
            let opened = it
                .call("CertificatePrivateKeyDecrypt", algorithm, &[("CiphertextBlob", blob)])
                .ok();
            assert_eq!(opened["Plaintext"], text, "{algorithm}");
        }
        let long = STANDARD.encode(vec![9; longest + 1]);
        it.call("CertificatePublicKeyEncrypt", algorithm, &[("Plaintext", &long)])
            .refused_parameter("Plaintext");
        for blob in ["AAAA", &STANDARD.encode([0; 256])] {
            let opened =
                it.call("CertificatePrivateKeyDecrypt", algorithm, &[("CiphertextBlob", blob)]);
            opened.refused_parameter("CiphertextBlob");
        }
    }
}

#[test]
fn algorithms_need_their_types_of_keys() {
    let server = Server::start();
    let client = server.client();
    for spec in ["RSA_2048", "EC_P256", "EC_SM2"] {
        let it = Used::make(&client, spec);
        for (algorithm, fits, _) in SIGNINGS {
            let message = [("Message", "bQ=="), ("SignatureValue", "AAAA")];
            for action in ["CertificatePrivateKeySign", "CertificatePublicKeyVerify"] {
                let answer = it.call(action, algorithm, &message);
                if fits == spec { drop(answer.ok()) } else { answer.refused_parameter("Algorithm") }
            }
        }
        for (algorithm, fits, _, _) in ENCRYPTIONS {
            let text = [("Plaintext", "bQ=="), ("CiphertextBlob", "AAAA")];
            let sealed = it.call("CertificatePublicKeyEncrypt", algorithm, &text);
            let opened = it.call("CertificatePrivateKeyDecrypt", algorithm, &text);
            if fits == spec {
                sealed.ok();
                opened.refused_parameter("CiphertextBlob");
            } else {
                sealed.refused_parameter("Algorithm");
                opened.refused_parameter("Algorithm");
            }
        }
    }
}

#[test]
fn messages_have_limited_lengths() {
    let server = Server::start();
    let client = server.client();
    let it = Used::make(&client, "EC_P256");
    for (kind, len, good) in [
        ("RAW", 4096, true),
        ("RAW", 4097, false),
        ("DIGEST", 32, true),
        ("DIGEST", 31, false),
        ("DIGEST", 33, false),
    ] {
        let message = STANDARD.encode(vec![1; len]);
        let params = [("Message", &*message), ("MessageType", kind), ("SignatureValue", "AAAA")];
        for action in ["CertificatePrivateKeySign", "CertificatePublicKeyVerify"] {
            let answer = it.call(action, "ECDSA_SHA_256", &params);
            if good { drop(answer.ok()) } else { answer.refused_parameter("Message") }
        }
    }
}
