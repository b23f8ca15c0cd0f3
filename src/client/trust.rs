//! Whom to believe over HTTPS: the authority that is named, and nobody else.

use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// What a client of HTTPS goes by.
#[derive(Clone)]
pub(crate) struct Trust(pub(super) Arc<ClientConfig>);

impl Trust {
    /// Believes these authorities, in PEM.
    pub(crate) fn in_pem(pem: &[u8]) -> Result<Self, &'static str> {
        const BAD: &str = "no certificates in PEM";
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            roots.add(certificate.map_err(|_| BAD)?).map_err(|_| BAD)?;
        }
        if roots.is_empty() {
            return Err(BAD);
        }
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|_| BAD)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(Arc::new(config)))
    }
}
