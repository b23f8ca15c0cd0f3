//! The format of answers and refusals: the types that clients read, and the documented error codes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::certificate;
use crate::alibaba::parameters::{request, served};
use crate::kit::{Server, table};

/// Every action that is about certificates.
fn actions() -> Vec<&'static str> {
    let all = crate::kit::action_names();
    all.into_iter().filter(|action| action.contains("Certificate")).collect()
}

#[test]
fn an_unknown_certificate_is_not_found() {
    let server = Server::start();
    let client = server.client();
    let all = served();
    assert_eq!(actions().len(), 10);
    for action in actions().into_iter().filter(|action| *action != "CreateCertificate") {
        let params = request(&all, action, "CertificateId", "770dbe42-e146-43d1-a55a-1355db86abcd");
        let message = client.call(action, &params).refused(404, "Certificate.NotFound");
        assert_eq!(message, "The specified certificate is not found.", "{action}");
    }
}

#[test]
fn an_unknown_access_key_is_not_found() {
    let server = Server::start();
    let stranger = server.client_as("nobody", "s");
    let all = served();
    for action in actions() {
        let params = request(&all, action, "-", "");
        stranger.call(action, &params).refused(404, "InvalidAccessKeyId.NotFound");
    }
}

/// The type of a field of an answer, as field-types.tsv writes it.
fn type_of(value: &serde_json::Value) -> &'static str {
    match value {
        serde_json::Value::Bool(_) => "bool",
        serde_json::Value::String(_) => "text",
        serde_json::Value::Array(all) if all.iter().all(serde_json::Value::is_string) => "[text]",
        serde_json::Value::Object(all) if all.values().all(serde_json::Value::is_string) => {
            "{text}"
        }
        _ => "another",
    }
}

#[test]
fn fields_have_the_types_that_clients_expect() {
    let server = Server::start();
    let client = server.client();
    let id = certificate(&client, "EC_SM2", "ACTIVE");
    let id = ("CertificateId", id.as_str());
    client.call("TagResource", &[id, ("Tags", r#"[{"TagKey":"a","TagValue":"b"}]"#)]).ok();
    let sealed = [id, ("Algorithm", "SM2PKE"), ("Plaintext", "dGV4dA==")];
    let sealed = client.call("CertificatePublicKeyEncrypt", &sealed).ok();
    let rows = table("alibaba/field-types.tsv");
    for row in &rows {
        let params = match row[0].as_str() {
            "DescribeCertificate" => vec![id],
            "CertificatePublicKeyVerify" => {
                vec![
                    id,
                    ("Algorithm", "SM2DSA"),
                    ("Message", "dGV4dA=="),
                    ("SignatureValue", "AAAA"),
                ]
            }
            _ => {
                let blob = sealed["CiphertextBlob"].as_str().unwrap();
                vec![id, ("Algorithm", "SM2PKE"), ("CiphertextBlob", blob)]
            }
        };
        let body = client.call(&row[0], &params).ok();
        assert_eq!(type_of(&body[&row[1]]), row[5], "{} {}", row[0], row[1]);
        if row[1] == "Plaintext" {
            assert_eq!(STANDARD.decode(body["Plaintext"].as_str().unwrap()).unwrap(), b"text");
        }
    }
    assert_eq!(rows.len(), 7);
}
