//! The trust settings for HTTPS: the given authorities and no others.

use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};

use crate::tls;

/// The TLS configuration of a client.
#[derive(Clone)]
pub(crate) struct Trust(pub(super) Arc<ClientConfig>);

impl Trust {
    /// Trusts these authorities, in PEM.
    pub(crate) fn in_pem(pem: &[u8]) -> Result<Self, &'static str> {
        const BAD: &str = "no certificates in PEM";
        let mut roots = RootCertStore::empty();
        let text = std::str::from_utf8(pem).map_err(|_| BAD)?;
        for certificate in tls::certificates(text).map_err(|_| BAD)? {
            roots.add(certificate).map_err(|_| BAD)?;
        }
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|_| BAD)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(Arc::new(config)))
    }
}
