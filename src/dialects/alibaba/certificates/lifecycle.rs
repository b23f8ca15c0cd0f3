//! Creating certificates and changing their status: document sections 10.1 to 10.3, 10.5 and 10.6.

use serde::{Deserialize, Serialize};

use crate::algorithms::x509::{DnsName, Name};
use crate::dialects::alibaba::limits;
use crate::dialects::alibaba::names::{self, CertificateName};
use crate::dialects::alibaba::values::default_true;
use crate::dialects::alibaba::words::{CertificateSpecWord, ProtectionWord};
use crate::dialects::wire::answer::{Done, done};
use crate::dialects::wire::values::parsed;
use crate::dialects::{Cx, Error};
use crate::engine::{CertificateOperation, NewCertificate};
use crate::model::{CertificateId, CertificateStatus, Issued, ProtectionLevel, Realm};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CreateCertificate {
    key_spec: CertificateSpecWord,
    subject: Subject,
    #[serde(default)]
    subject_alternative_names: Domains,
    #[serde(default = "default_true")]
    exportable_private_key: bool,
    protection_level: Option<ProtectionWord>,
}

/// A distinguished name with the attributes that the document requires.
struct Subject(Name);

parsed!(Subject, Open, |text: String| {
    let name = Name::parse(&text)?;
    let whole = ["CN", "C", "O", "OU"].into_iter().all(|keyword| name.has(keyword));
    whole.then_some(Self(name))
});

/// A JSON list of domain names.
#[derive(Default)]
struct Domains(Vec<DnsName>);

parsed!(Domains, Open, |text: String| {
    let names: Vec<String> = serde_json::from_str(&text).ok()?;
    if names.len() > limits::DOMAINS_MAX {
        return None;
    }
    names.iter().map(|name| DnsName::parse(name)).collect::<Option<_>>().map(Self)
});

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Created {
    certificate_id: String,
    arn: String,
    csr: String,
}

pub(crate) async fn create(cx: Cx, request: CreateCertificate) -> Result<Created, Error> {
    let realm = cx.caller.realm.clone();
    let new = NewCertificate {
        spec: request.key_spec.0,
        protection: request.protection_level.map_or(ProtectionLevel::Software, |it| it.0),
        exportable: request.exportable_private_key,
        subject: request.subject.0,
        names: request.subject_alternative_names.0,
    };
    let made = cx.engine.create_certificate(cx.caller, new).await?;
    Ok(Created {
        certificate_id: made.id.to_string(),
        arn: certificate_arn(&realm, &made.id),
        csr: made.request.clone(),
    })
}

pub(crate) fn certificate_arn(realm: &Realm, id: &CertificateId) -> String {
    names::arn(realm, format_args!("certificate/{id}"))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UploadCertificate {
    certificate_id: CertificateName,
    certificate: String,
    certificate_chain: Option<String>,
}

pub(crate) async fn upload(cx: Cx, request: UploadCertificate) -> Result<Done, Error> {
    let issued = Issued { certificate: request.certificate, chain: request.certificate_chain };
    done(cx.engine.upload_certificate(cx.caller, request.certificate_id.0, issued).await)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct OneCertificate {
    pub(crate) certificate_id: CertificateName,
}

/// What does not exist yet is empty.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Stored {
    certificate_id: String,
    certificate: String,
    certificate_chain: String,
    csr: String,
}

pub(crate) fn get(cx: &Cx, request: OneCertificate) -> Result<Stored, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let view = snapshot.view(&cx.caller);
    let found = view
        .admit_certificate(&request.certificate_id.0, CertificateOperation::Describe)?
        .certificate();
    let issued = found.settings.issued.as_deref();
    Ok(Stored {
        certificate_id: found.id.to_string(),
        certificate: issued.map(|it| it.certificate.clone()).unwrap_or_default(),
        certificate_chain: issued.and_then(|it| it.chain.clone()).unwrap_or_default(),
        csr: found.request.clone(),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UpdateCertificateStatus {
    certificate_id: CertificateName,
    status: Status,
}

/// The statuses that can be set.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Status {
    Inactive,
    Active,
    Revoked,
}

pub(crate) async fn update_status(cx: Cx, request: UpdateCertificateStatus) -> Result<Done, Error> {
    let (operation, status) = match request.status {
        Status::Inactive => (CertificateOperation::Deactivate, CertificateStatus::Inactive),
        Status::Active => (CertificateOperation::Activate, CertificateStatus::Active),
        Status::Revoked => (CertificateOperation::Revoke, CertificateStatus::Revoked),
    };
    done(
        cx.engine
            .set_certificate_status(cx.caller, request.certificate_id.0, operation, status)
            .await,
    )
}

pub(crate) async fn delete(cx: Cx, request: OneCertificate) -> Result<Done, Error> {
    done(cx.engine.delete_certificate(cx.caller, request.certificate_id.0).await)
}
