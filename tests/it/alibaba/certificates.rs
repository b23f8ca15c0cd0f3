//! Certificates: created over HTTP, issued by an authority that OpenSSL plays, and used over HTTP.

mod algorithms;
mod authority;
mod chains;
mod create;
mod describe;
mod forms;
mod restart;
mod statuses;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::kit::{Answer, Client};
pub use authority::Authority;

/// A subject with all that the document requires.
pub const SUBJECT: &str = "CN=userName,OU=kms,O=aliyun,C=CN";

/// Creates a certificate, and returns its id and its request.
pub fn create(client: &Client, spec: &str, more: &[(&str, &str)]) -> (String, String) {
    let made = client
        .call("CreateCertificate", &[&[("KeySpec", spec), ("Subject", SUBJECT)], more].concat())
        .ok();
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    (text("CertificateId"), text("Csr"))
}

/// The description of a certificate.
pub fn describe(client: &Client, id: &str) -> Value {
    client.call("DescribeCertificate", &[("CertificateId", id)]).ok()
}

pub fn status_of(client: &Client, id: &str) -> String {
    describe(client, id)["Status"].as_str().unwrap().to_owned()
}

pub fn upload(client: &Client, id: &str, certificate: &str, chain: Option<&str>) -> Answer {
    let mut params = vec![("CertificateId", id), ("Certificate", certificate)];
    params.extend(chain.map(|chain| ("CertificateChain", chain)));
    client.call("UploadCertificate", &params)
}

pub fn set_status(client: &Client, id: &str, status: &str) -> Answer {
    client.call("UpdateCertificateStatus", &[("CertificateId", id), ("Status", status)])
}

/// A certificate in this status, issued by an authority with the same type of key.
pub fn certificate(client: &Client, spec: &str, status: &str) -> String {
    let (id, csr) = create(client, spec, &[]);
    if status != "PENDING" {
        let authority = Authority::new(spec);
        upload(client, &id, &authority.issue(&csr), Some(&authority.root())).ok();
        assert_eq!(status_of(client, &id), "INACTIVE");
    }
    if !["PENDING", "INACTIVE"].contains(&status) {
        set_status(client, &id, "ACTIVE").ok();
    }
    if status == "REVOKED" {
        set_status(client, &id, "REVOKED").ok();
    }
    assert_eq!(status_of(client, &id), status);
    id
}

/// An active certificate.
pub fn active(client: &Client) -> String {
    certificate(client, "EC_P256", "ACTIVE")
}

/// Signs something with an elliptic-curve certificate.
pub fn sign(client: &Client, id: &str) -> Answer {
    let message = STANDARD.encode("a message");
    let params = [("CertificateId", id), ("Algorithm", "ECDSA_SHA_256"), ("Message", &message)];
    client.call("CertificatePrivateKeySign", &params)
}
