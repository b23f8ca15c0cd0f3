//! Every cell of the table of certificate statuses and operations, over HTTP. Also tags, which
//! follow it.

use serde_json::json;

use super::authority::Authority;
use super::{certificate, create, describe, set_status, status_of, upload};
use crate::alibaba::errors::Stage;
use crate::kit::{Answer, Client, Server, root, table};

const STATUSES: [&str; 4] = ["PENDING", "INACTIVE", "ACTIVE", "REVOKED"];

/// Calls the action of a row. SM2 supports all of them.
fn drive(
    client: &Client,
    operation: &str,
    id: &str,
    authority: &Authority,
    csr: &str,
    sealed: &str,
) -> Answer {
    let id = ("CertificateId", id);
    let message = ("Message", "bWVzc2FnZQ==");
    let params = match operation {
        "UploadCertificate" => {
            return upload(client, id.1, &authority.issue(csr), Some(&authority.root()));
        }
        "CertificatePrivateKeySign" => vec![id, ("Algorithm", "SM2DSA"), message],
        "CertificatePublicKeyVerify" => {
            vec![id, ("Algorithm", "SM2DSA"), message, ("SignatureValue", "AAAA")]
        }
        "CertificatePublicKeyEncrypt" => {
            vec![id, ("Algorithm", "SM2PKE"), ("Plaintext", "dGV4dA==")]
        }
        "CertificatePrivateKeyDecrypt" => {
            vec![id, ("Algorithm", "SM2PKE"), ("CiphertextBlob", sealed)]
        }
        "TagResource" => vec![id, ("Tags", r#"[{"TagKey":"a","TagValue":"b"}]"#)],
        "UntagResource" => vec![id, ("TagKeys", r#"["a"]"#)],
        other => match other.split_once('.') {
            Some((action, status)) => return client.call(action, &[id, ("Status", status)]),
            None => vec![id],
        },
    };
    client.call(operation, &params)
}

/// The status of a certificate after a successful operation; `None` once it is deleted.
fn status_after<'a>(operation: &'a str, status: &'a str) -> Option<&'a str> {
    match operation {
        "DeleteCertificate" => None,
        "UploadCertificate" => Some("INACTIVE"),
        other => Some(other.strip_prefix("UpdateCertificateStatus.").unwrap_or(status)),
    }
}

#[test]
fn every_cell_of_the_status_table_holds() {
    let server = Server::start();
    let client = server.client();
    let authority = Authority::new("EC_SM2");
    let rows = table("alibaba/certificates.tsv");
    let mut cells = 0;
    let mut wrong = Vec::new();
    for row in &rows {
        for (index, status) in STATUSES.iter().enumerate() {
            let (id, csr) = create(&client, "EC_SM2", &[]);
            let mut sealed = "AAAA".to_owned();
            if *status != "PENDING" {
                upload(&client, &id, &authority.issue(&csr), Some(&authority.root())).ok();
            }
            if ["ACTIVE", "REVOKED"].contains(status) {
                set_status(&client, &id, "ACTIVE").ok();
                let text =
                    [("CertificateId", &*id), ("Algorithm", "SM2PKE"), ("Plaintext", "dGV4dA==")];
                let made = client.call("CertificatePublicKeyEncrypt", &text).ok();
                made["CiphertextBlob"].as_str().unwrap().clone_into(&mut sealed);
            }
            if *status == "REVOKED" {
                set_status(&client, &id, "REVOKED").ok();
            }
            let answer = drive(&client, &row[0], &id, &authority, &csr, &sealed);
            let expected = row[index + 1].as_str();
            let found = match answer.status {
                200 => "Success".to_owned(),
                409 => answer.json()["Code"].as_str().unwrap().to_owned(),
                _ => answer.text.clone(),
            };
            let after =
                if expected == "Success" { status_after(&row[0], status) } else { Some(*status) };
            let now =
                client.call("DescribeCertificate", &[("CertificateId", &id)]).json()["Status"]
                    .clone();
            if found != expected || now.as_str() != after {
                wrong.push(format!(
                    "{} on {status}: expected {expected} then {after:?}, got {found} then {now}",
                    row[0]
                ));
            }
            cells += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(cells, 13 * 4);
}

#[test]
fn the_table_has_the_statuses_and_every_operation_on_a_certificate() {
    let text = std::fs::read_to_string(root().join("fixtures/alibaba/certificates.tsv")).unwrap();
    let header = text.lines().find(|line| !line.starts_with('#')).unwrap();
    assert_eq!(header.split('\t').collect::<Vec<_>>()[1..5], STATUSES);
    let rows = table("alibaba/certificates.tsv");
    let listed = |action: &str| rows.iter().any(|row| row[0].split('.').next() == Some(action));
    let actions = crate::kit::action_names();
    let of_certificates = actions.iter().filter(|action| action.contains("Certificate"));
    let unlisted: Vec<_> = of_certificates.filter(|action| !listed(action)).collect();
    assert_eq!(unlisted, [&"CreateCertificate"]);
}

#[test]
fn a_change_of_status_is_dated() {
    let server = Server::start();
    let client = server.client();
    let id = certificate(&client, "EC_P256", "INACTIVE");
    let dated = || describe(&client, &id)["UpdatedAt"].as_str().unwrap().to_owned();
    assert_eq!(dated(), "2030-01-01T00:00:00Z");
    server.advance(std::time::Duration::from_mins(1));
    // Setting the same status is no change.
    set_status(&client, &id, "INACTIVE").ok();
    assert_eq!(dated(), "2030-01-01T00:00:00Z");
    set_status(&client, &id, "ACTIVE").ok();
    assert_eq!(dated(), "2030-01-01T00:01:00Z");
    assert_eq!(describe(&client, &id)["CreatedAt"], "2030-01-01T00:00:00Z");
    set_status(&client, &id, "PENDING").refused_parameter("Status");
    set_status(&client, &id, "active").refused_parameter("Status");
    assert_eq!(status_of(&client, &id), "ACTIVE");
}

#[test]
fn certificates_have_tags() {
    let server = Server::start();
    let client = server.client();
    let (id, _) = create(&client, "EC_P256", &[]);
    let id = ("CertificateId", id.as_str());
    let tag =
        |tags: serde_json::Value| client.call("TagResource", &[id, ("Tags", &tags.to_string())]);
    tag(json!([{"TagKey": "S1key1", "TagValue": "S1val1"}, {"TagKey": "empty", "TagValue": ""}]))
        .ok();
    tag(json!([{"TagKey": "S1key1", "TagValue": "new"}])).ok();
    assert_eq!(describe(&client, id.1)["Tags"], json!({"S1key1": "new", "empty": ""}));
    client.call("UntagResource", &[id, ("TagKeys", r#"["empty","none"]"#)]).ok();
    assert_eq!(describe(&client, id.1)["Tags"], json!({"S1key1": "new"}));
    // The limits are those of keys: ten at once, twenty in all, and either all or none are set.
    let many = |from: usize, count: usize| {
        json!(
            (from..from + count)
                .map(|at| json!({"TagKey": format!("t{at}"), "TagValue": "v"}))
                .collect::<Vec<_>>()
        )
    };
    tag(many(0, 11)).refused_parameter("Tags");
    tag(many(0, 10)).ok();
    tag(many(10, 10)).refused(400, "Rejected.LimitExceeded");
    assert_eq!(describe(&client, id.1)["Tags"].as_object().unwrap().len(), 11);
    tag(many(10, 9)).ok();
    tag(json!([{"TagKey": "acs:a", "TagValue": "b"}])).refused(400, "InvalidParameter.TagKey");
    // One resource at a time.
    let key = client.create_key(&[]);
    let both = [id, ("KeyId", key.as_str()), ("Tags", r#"[{"TagKey":"a","TagValue":"b"}]"#)];
    client.call("TagResource", &both).refused_parameter("CertificateId");
    let unknown = [("CertificateId", "none"), ("TagKeys", r#"["a"]"#)];
    client.call("UntagResource", &unknown).refused(404, "Certificate.NotFound");
}

#[test]
fn accounts_have_a_quota_of_certificates() {
    let stage = Stage::set();
    let client = stage.server.client_as("small", "s");
    let made: Vec<_> = (0..2).map(|_| create(&client, "EC_P256", &[]).0).collect();
    let params = [("KeySpec", "EC_P256"), ("Subject", super::SUBJECT)];
    client.call("CreateCertificate", &params).refused(400, "Rejected.LimitExceeded");
    client.call("DeleteCertificate", &[("CertificateId", &made[0])]).ok();
    client.call("CreateCertificate", &params).ok();
}
