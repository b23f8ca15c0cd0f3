//! Making certificates, and leading them through their life. What a certificate was issued with is
//! checked before anything changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Caller, CertificateError, CertificateOperation, Engine, Error, View};
use crate::algorithms::asymmetric::{PairSpec, PrivateKey};
use crate::algorithms::x509::{Chain, DnsName, Flawed, Name, request};
use crate::model::{
    Certificate, CertificateId, CertificateSettings, CertificateStatus, Issued, Material,
    ProtectionLevel,
};
use crate::world::Instant;

/// What a caller says of the certificate it wants.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as in the certificate itself")]
pub struct NewCertificate {
    pub spec: PairSpec,
    pub protection: ProtectionLevel,
    pub exportable: bool,
    /// Whose it is to be.
    pub subject: Name,
    /// The domain names that it is to be good for.
    pub names: Vec<DnsName>,
}

impl From<Flawed> for Error {
    fn from(flawed: Flawed) -> Self {
        CertificateError::Flawed(flawed).into()
    }
}

impl Engine {
    /// Draws a key pair and makes the request for its certificate, which is pending until the
    /// certificate comes.
    pub async fn create_certificate(
        &self,
        caller: Caller,
        new: NewCertificate,
    ) -> Result<Arc<Certificate>, Error> {
        // Who may not have it is told so before its key is drawn.
        room_for_another(self.snapshot(&caller).view(&caller), &caller)?;
        let private_key = self.generate_pair(new.spec).await?;
        let request =
            request(&PrivateKey::read(new.spec, &private_key)?, &new.subject, &new.names)?;
        self.change(caller, move |draft| {
            room_for_another(draft.view(), draft.caller())?;
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

    /// Takes in what was issued: the certificate, and its issuers' up to the root, where they are
    /// given. It is inactive then.
    ///
    /// # Errors
    /// [`CertificateError::Flawed`], and whatever refuses the operation.
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
            chain.is_valid(seconds(draft.now()))?;
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

    /// Leads a certificate that was issued to another status.
    pub async fn set_certificate_status(
        &self,
        caller: Caller,
        id: CertificateId,
        operation: CertificateOperation,
        status: CertificateStatus,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            let certificate = draft.view().admit_certificate(&id, operation)?.certificate();
            let settings = &certificate.settings;
            if settings.status != status {
                let settings =
                    CertificateSettings { status, updated_at: draft.now(), ..settings.clone() };
                let ordinal = certificate.ordinal;
                draft.edit(ordinal, |it: &mut Certificate| it.settings = settings);
            }
            Ok(())
        })
        .await
    }

    /// Takes a certificate away for good, and its private key with it.
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

/// Refuses a caller who has as many certificates as it may.
fn room_for_another(view: View<'_>, caller: &Caller) -> Result<(), Error> {
    match caller.quota.certificates {
        Some(most) if view.certificates().count() >= most => Err(Error::QuotaExceeded),
        _ => Ok(()),
    }
}

/// Seconds since 1970-01-01T00:00:00Z; before that no certificate is good.
fn seconds(at: Instant) -> u64 {
    u64::try_from(at.millis()).unwrap_or_default() / 1000
}
