//! Certificates: request, upload, and the operations that each status refuses.

use std::sync::Arc;

use kmsim::algorithms::specs::PairSpec;
use kmsim::algorithms::x509::{Flaw, Flawed, Name};
use kmsim::engine::{CertificateError, CertificateOperation, Error, NewCertificate, Quota};
use kmsim::model::{Certificate, CertificateId, CertificateStatus, Issued, ProtectionLevel};

use super::{TestEngine, with_engine, with_quota};

async fn create(test: &TestEngine) -> Result<Arc<Certificate>, Error> {
    let new = NewCertificate {
        spec: PairSpec::EcP256,
        protection: ProtectionLevel::Software,
        exportable: false,
        subject: Name::parse("CN=example.com,O=Example,C=CN").unwrap(),
        names: Vec::new(),
    };
    test.engine.create_certificate(test.caller(), new).await
}

async fn set(
    test: &TestEngine,
    id: &CertificateId,
    operation: CertificateOperation,
    status: CertificateStatus,
) -> Result<(), Error> {
    test.engine.set_certificate_status(test.caller(), id.clone(), operation, status).await
}

#[test]
fn a_refusal_by_status_names_the_operation_and_the_status() {
    with_engine(async |test| {
        let made = create(&test).await.unwrap();
        assert!(made.request.starts_with("-----BEGIN CERTIFICATE REQUEST-----"));
        assert_eq!(made.settings.status, CertificateStatus::Pending);
        let activate = CertificateOperation::Activate;
        let refused = set(&test, &made.id, activate, CertificateStatus::Active).await;
        let Err(Error::Certificate(CertificateError::State { operation, status })) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!((operation, status), (activate, CertificateStatus::Pending));
    });
}

#[test]
fn what_is_no_certificate_leaves_the_request_pending() {
    with_engine(async |test| {
        let made = create(&test).await.unwrap();
        let issued = Issued { certificate: "none".into(), chain: None };
        let refused = test.engine.upload_certificate(test.caller(), made.id.clone(), issued).await;
        let Err(Error::Certificate(CertificateError::Flawed(Flawed { at: 0, flaw }))) = refused
        else {
            panic!("{refused:?}")
        };
        assert_eq!(flaw, Flaw::NotPem);
        let snapshot = test.engine.snapshot(&test.caller);
        let found = snapshot.view(&test.caller).certificates().next().unwrap();
        assert_eq!(found.settings.status, CertificateStatus::Pending);
    });
}

#[test]
fn a_deleted_certificate_leaves_room_for_another() {
    with_quota(Quota { certificates: Some(1), ..Quota::default() }, async |test| {
        let made = create(&test).await.unwrap();
        assert!(matches!(create(&test).await, Err(Error::QuotaExceeded)));
        test.engine.delete_certificate(test.caller(), made.id.clone()).await.unwrap();
        let gone = test.engine.delete_certificate(test.caller(), made.id.clone()).await;
        assert!(matches!(gone, Err(Error::Certificate(CertificateError::NotFound))), "{gone:?}");
        create(&test).await.unwrap();
    });
}
