//! The description of an issued certificate, compared with what OpenSSL reads in it.

use serde_json::json;

use super::authority::{Authority, LIFE};
use super::{SUBJECT, create, describe, upload};
use crate::kit::Server;

#[test]
fn the_description_comes_from_the_certificate() {
    let server = Server::start();
    let client = server.client();
    for (kind, algorithm) in [
        ("RSA_2048", "RSA2048-SHA256"),
        ("RSA_3072", "RSA3072-SHA384"),
        ("RSA_PSS", "RSA2048-PSS-SHA256"),
        ("EC_P256", "ECDSA-SHA256"),
        ("EC_P384", "ECDSA-SHA384"),
        ("EC_SM2", "SM2-SM3"),
    ] {
        let authority = Authority::new(kind);
        let names = ("SubjectAlternativeNames", r#"["test1.example.com","test2.example.com"]"#);
        let (id, csr) = create(&client, "EC_P256", &[names]);
        upload(&client, &id, &authority.issue(&csr), Some(&authority.root())).ok();
        let told = describe(&client, &id);
        let identifier =
            authority.openssl.told("x509 -in leaf.pem -noout -ext subjectKeyIdentifier");
        let identifier = identifier.lines().last().unwrap().trim().replace(':', " ");
        for (name, value) in [
            ("Status", json!("INACTIVE")),
            ("Issuer", json!("CN=rootCA,OU=kms,O=aliyun,C=CN")),
            ("Subject", json!(SUBJECT)),
            // The authority's second serial number: the first is its own.
            ("Serial", json!("12345679")),
            ("NotBefore", json!("2020-01-01T00:00:00Z")),
            ("NotAfter", json!("2079-01-01T00:00:00Z")),
            ("SignatureAlgorithm", json!(algorithm)),
            ("SubjectKeyIdentifier", json!(identifier)),
            ("SubjectAlternativeNames", json!(["test1.example.com", "test2.example.com"])),
            ("SubjectPublicKey", json!(authority.openssl.told("x509 -in leaf.pem -noout -pubkey"))),
            ("KeySpec", json!("EC_P256")),
            ("Tags", json!({})),
        ] {
            assert_eq!(told[name], value, "{kind}: {name}");
        }
    }
}

#[test]
fn the_authority_decides_the_contents() {
    let server = Server::start();
    let client = server.client();
    let authority = Authority::old("EC_SM2");
    let (id, csr) =
        create(&client, "RSA_2048", &[("SubjectAlternativeNames", r#"["a.example.com"]"#)]);
    let asked = describe(&client, &id);
    assert_eq!(asked["SubjectAlternativeNames"], json!(["a.example.com"]));
    // Version 1 has no names, and no key identifier: kmsim computes it from the key, as before.
    upload(&client, &id, &authority.issue_old(&csr), None).ok();
    let told = describe(&client, &id);
    assert_eq!(told["SubjectAlternativeNames"], json!([]));
    assert_eq!(told["SubjectKeyIdentifier"], asked["SubjectKeyIdentifier"]);
    // Names that are no domain names are left out.
    let (id, csr) = create(&client, "RSA_2048", &[]);
    let extensions = "subjectAltName=DNS:b.example.com,IP:127.0.0.1,email:a@b.c\nsubjectKeyIdentifier=00112233\n";
    upload(&client, &id, &authority.issue_by("root", &csr, extensions, LIFE), None).ok();
    let told = describe(&client, &id);
    assert_eq!(told["SubjectAlternativeNames"], json!(["b.example.com"]));
    assert_eq!(told["SubjectKeyIdentifier"], "00 11 22 33");
}

#[test]
fn xml_has_the_same_fields() {
    let server = Server::start();
    let client = server.client();
    let names = ("SubjectAlternativeNames", r#"["a.example.com","b.example.com"]"#);
    let (id, _) = create(&client, "EC_P256", &[names]);
    let tag = |name: &str| {
        let tags = json!([{"TagKey": name, "TagValue": "v"}]).to_string();
        client.call("TagResource", &[("CertificateId", &id), ("Tags", &tags)]).ok();
    };
    tag("S1key1");
    let xml = client.clone().with("Format", "XML");
    let answer = xml.call("DescribeCertificate", &[("CertificateId", &id)]);
    for part in [
        "<KMS>",
        "<Status>PENDING</Status>",
        "<SubjectAlternativeNames>a.example.com</SubjectAlternativeNames>",
        "<SubjectAlternativeNames>b.example.com</SubjectAlternativeNames>",
        "<ExportablePrivateKey>true</ExportablePrivateKey>",
        "<Tags><S1key1>v</S1key1></Tags>",
        "<SubjectPublicKey>-----BEGIN PUBLIC KEY-----\n",
    ] {
        assert!(answer.text.contains(part), "{part}: {}", answer.text);
    }
    // A tag that cannot be an XML element's name turns the answer into JSON.
    tag("not a name");
    let answer = xml.call("DescribeCertificate", &[("CertificateId", &id)]);
    assert!(answer.header("content-type").unwrap().starts_with("application/json"), "{answer:?}");
    assert_eq!(answer.ok()["Tags"], json!({"S1key1": "v", "not a name": "v"}));
}
