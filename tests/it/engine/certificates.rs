//! Certificates: a request first, the certificate of an authority later, and statuses that refuse.

use std::sync::Arc;

use kmsim::algorithms::specs::PairSpec;
use kmsim::algorithms::x509::{Flaw, Flawed, Name};
use kmsim::engine::{CertificateError, CertificateOperation, Error, NewCertificate, Quota};
use kmsim::model::{Certificate, CertificateId, CertificateStatus, Issued, ProtectionLevel};

use super::{Bench, on_a_bench, with_quota};

async fn create(bench: &Bench) -> Result<Arc<Certificate>, Error> {
    let new = NewCertificate {
        spec: PairSpec::EcP256,
        protection: ProtectionLevel::Software,
        exportable: false,
        subject: Name::parse("CN=example.com,O=Example,C=CN").unwrap(),
        names: Vec::new(),
    };
    bench.engine.create_certificate(bench.caller(), new).await
}

async fn set(
    bench: &Bench,
    id: &CertificateId,
    operation: CertificateOperation,
    status: CertificateStatus,
) -> Result<(), Error> {
    bench.engine.set_certificate_status(bench.caller(), id.clone(), operation, status).await
}

#[test]
fn a_refusal_by_status_names_the_operation_and_the_status() {
    on_a_bench(async |bench| {
        let made = create(&bench).await.unwrap();
        assert!(made.request.starts_with("-----BEGIN CERTIFICATE REQUEST-----"));
        assert_eq!(made.settings.status, CertificateStatus::Pending);
        let activate = CertificateOperation::Activate;
        let refused = set(&bench, &made.id, activate, CertificateStatus::Active).await;
        let Err(Error::Certificate(CertificateError::State { operation, status })) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!((operation, status), (activate, CertificateStatus::Pending));
    });
}

#[test]
fn what_is_no_certificate_leaves_the_request_pending() {
    on_a_bench(async |bench| {
        let made = create(&bench).await.unwrap();
        let issued = Issued { certificate: "none".into(), chain: None };
        let refused =
            bench.engine.upload_certificate(bench.caller(), made.id.clone(), issued).await;
        let Err(Error::Certificate(CertificateError::Flawed(Flawed { at: 0, flaw }))) = refused
        else {
            panic!("{refused:?}")
        };
        assert_eq!(flaw, Flaw::NotPem);
        let snapshot = bench.engine.snapshot(&bench.caller);
        let found = snapshot.view(&bench.caller).certificates().next().unwrap();
        assert_eq!(found.settings.status, CertificateStatus::Pending);
    });
}

#[test]
fn a_deleted_certificate_leaves_room_for_another() {
    with_quota(Quota { certificates: Some(1), ..Quota::default() }, async |bench| {
        let made = create(&bench).await.unwrap();
        assert!(matches!(create(&bench).await, Err(Error::QuotaExceeded)));
        bench.engine.delete_certificate(bench.caller(), made.id.clone()).await.unwrap();
        let gone = bench.engine.delete_certificate(bench.caller(), made.id.clone()).await;
        assert!(matches!(gone, Err(Error::Certificate(CertificateError::NotFound))), "{gone:?}");
        create(&bench).await.unwrap();
    });
}
