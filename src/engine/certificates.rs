//! Creating certificates and changing their status. A certificate and its chain are checked before
//! they are accepted.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Caller, CertificateError, CertificateOperation, Engine, Error, View};
use crate::algorithms::asymmetric::{PairSpec, PrivateKey};
use crate::algorithms::x509::{Chain, DnsName, Flawed, Name, request};
use crate::model::{
    Certificate, CertificateId, CertificateSettings, CertificateStatus, Issued, Material,
    ProtectionLevel,
};

/// What a caller specifies for a new certificate.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as in the certificate itself")]
pub struct NewCertificate {
    pub spec: PairSpec,
    pub protection: ProtectionLevel,
    pub exportable: bool,
    /// The subject.
    pub subject: Name,
    /// The domain names it is for.
    pub names: Vec<DnsName>,
}

impl From<Flawed> for Error {
    fn from(flawed: Flawed) -> Self {
        CertificateError::Flawed(flawed).into()
    }
}

impl Engine {
    /// Generates a key pair and a certification request. The certificate is pending until it is
    /// uploaded.
    pub async fn create_certificate(
        &self,
        caller: Caller,
        new: NewCertificate,
    ) -> Result<Arc<Certificate>, Error> {
        // Checked first, so that no key pair is generated in vain.
        check_quota(self.snapshot(&caller).view(&caller), &caller)?;
        let private_key = self.generate_pair(new.spec).await?;
        let request =
            request(&PrivateKey::read(new.spec, &private_key)?, &new.subject, &new.names)?;
        self.change(caller, move |draft| {
            check_quota(draft.view(), draft.caller())?;
            let certificate = Arc::new(Certificate {
                ordinal: draft.view().state().next_ordinal(),
                id: draft.entropy().uuid().into(),
                spec: new.spec,
                protection: new.protection,
                exportable: new.exportable,
                created_at: draft.now(),
                private_key: Material::new(private_key),
                request,
                settings: CertificateSettings {
                    status: CertificateStatus::Pending,
                    updated_at: draft.now(),
                    issued: None,
                },
                tags: BTreeMap::new(),
            });
            draft.insert(&certificate);
            Ok(certificate)
        })
        .await
    }

    /// Accepts the issued certificate, and its issuers up to the root if given. The status is
    /// inactive afterwards.
    ///
    /// # Errors
    /// [`CertificateError::Flawed`], or the operation is refused.
    pub async fn upload_certificate(
        &self,
        caller: Caller,
        id: CertificateId,
        issued: Issued,
    ) -> Result<(), Error> {
        let chain = Chain::read(&issued.certificate, issued.chain.as_deref())?;
        chain.links()?;
        self.change(caller, move |draft| {
            let admitted = draft.view().admit_certificate(&id, CertificateOperation::Upload)?;
            chain.is_for(admitted.pair()?.public())?;
            chain.is_valid(draft.now().unix_seconds())?;
            let settings = CertificateSettings {
                status: CertificateStatus::Inactive,
                updated_at: draft.now(),
                issued: Some(Arc::new(issued)),
            };
            let ordinal = admitted.certificate().ordinal;
            draft.edit(ordinal, |it: &mut Certificate| it.settings = settings);
            Ok(())
        })
        .await
    }

    /// Changes the status of an issued certificate.
    pub async fn set_certificate_status(
        &self,
        caller: Caller,
        id: CertificateId,
        operation: CertificateOperation,
        status: CertificateStatus,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            let certificate = draft.view().admit_certificate(&id, operation)?.certificate();
            if certificate.settings.status != status {
                let (ordinal, now) = (certificate.ordinal, draft.now());
                draft.edit(ordinal, |it: &mut Certificate| {
                    (it.settings.status, it.settings.updated_at) = (status, now);
                });
            }
            Ok(())
        })
        .await
    }

    /// Deletes a certificate and its private key for good.
    pub async fn delete_certificate(&self, caller: Caller, id: CertificateId) -> Result<(), Error> {
        self.change(caller, move |draft| {
            let admitted = draft.view().admit_certificate(&id, CertificateOperation::Delete)?;
            let ordinal = admitted.certificate().ordinal;
            draft.remove::<Certificate>(ordinal);
            Ok(())
        })
        .await
    }
}

/// Checks that the caller's quota allows another certificate.
fn check_quota(view: View<'_>, caller: &Caller) -> Result<(), Error> {
    match caller.quota.certificates {
        Some(most) if view.state().certificates.count() >= most => Err(Error::QuotaExceeded),
        _ => Ok(()),
    }
}
