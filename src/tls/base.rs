//! What the other files of this room share: the error, the configuration of a server without a
//! certificate, and the cryptography.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::ResolvesServerCertUsingSni;

/// What is wrong, in one line. It shows no key.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct TlsError(String);

impl TlsError {
    pub(super) fn new(what: impl std::fmt::Display) -> Self {
        Self(what.to_string())
    }
}

impl From<rustls::Error> for TlsError {
    fn from(error: rustls::Error) -> Self {
        Self::new(error)
    }
}

/// TLS 1.2 and 1.3, HTTP/1.1, no client certificates, and no server certificate yet.
pub(super) fn config() -> Result<ServerConfig, TlsError> {
    let builder =
        ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
    let no_certificate = Arc::new(ResolvesServerCertUsingSni::new());
    let mut config = builder.with_no_client_auth().with_cert_resolver(no_certificate);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// The cryptography of TLS.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}
