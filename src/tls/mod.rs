//! TLS: which certificate a client gets, and the stream that a handshake makes. This room knows no HTTP, no
//! cloud and no key of the KMS.
//!
//! One port speaks both HTTP and HTTPS. A connection looks at its first byte: 22 begins a handshake, and no
//! HTTP request begins with it. It does so in its own task, so a silent client delays nobody.
//!
//! The authority is a private key in a file beside the data. Its certificate is computed from the key, the
//! same each time, so no two files have to agree. It is not in the database: `kmsim ca` reads it while a
//! server holds the data, and it belongs to no realm. It has no name constraints, because the names by
//! which clients call a local server are not known beforehand; only those who trust it are at risk.
//!
//! Keys and serial numbers come from the operating system, also where a seed makes a run repeatable: an
//! authority that somebody trusts must not be guessable. AWS-LC speaks TLS with its own randomness.
//! Certificates follow the host's clock, as the clients do that read them.

mod authority;
mod leaves;
mod names;
mod own;
mod stream;
mod truststore;

use std::net::IpAddr;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::ResolvesServerCertUsingSni;

use crate::world::World;
use leaves::Leaves;

pub use authority::Authority;
pub use names::{ServedName, always};
pub(crate) use own::certificates;
pub use own::{CertificateError, OwnCertificate};
pub use stream::Connection;

/// The password of a truststore for which nobody names another: the one that Java's own have.
pub const TRUSTSTORE_PASSWORD: &str = "changeit";

/// What is wrong, in one line. It shows no key.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct TlsError(String);

impl TlsError {
    fn new(what: impl std::fmt::Display) -> Self {
        Self(what.to_string())
    }
}

impl From<rustls::Error> for TlsError {
    fn from(error: rustls::Error) -> Self {
        Self::new(error)
    }
}

/// What a server shows to its clients.
pub enum Tls {
    /// Certificates that its own authority issues as they are asked for.
    Issued(Box<Leaves>),
    /// One certificate that it was given.
    Own(Arc<ServerConfig>),
}

impl Tls {
    /// Shows certificates of this authority. `extra` names stand in each of them.
    ///
    /// # Errors
    /// The cryptography failed.
    pub fn issued(
        authority: Authority,
        extra: &[ServedName],
        world: Arc<World>,
    ) -> Result<Self, TlsError> {
        Ok(Self::Issued(Box::new(Leaves::new(authority, names::always(extra), world)?)))
    }

    /// Shows this certificate to everybody.
    ///
    /// # Errors
    /// The cryptography failed.
    pub fn own(certificate: OwnCertificate) -> Result<Self, TlsError> {
        Ok(Self::Own(Arc::new(leaves::showing(&base()?, certificate.into_certified()))))
    }

    /// The authority that clients have to trust, unless the server was given a certificate.
    #[must_use]
    pub fn authority(&self) -> Option<&Authority> {
        match self {
            Self::Issued(leaves) => Some(leaves.authority()),
            Self::Own(_) => None,
        }
    }

    /// How to greet a client that asked for a name, or for none, at this address of the server's.
    fn greeting(&self, asked: Option<&str>, at: IpAddr) -> Result<Arc<ServerConfig>, TlsError> {
        match self {
            Self::Issued(leaves) => leaves.greeting(asked, at),
            Self::Own(config) => Ok(Arc::clone(config)),
        }
    }
}

/// TLS 1.2 and 1.3, HTTP/1.1, no certificate asked of clients, and none to show yet.
fn base() -> Result<ServerConfig, TlsError> {
    let builder =
        ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
    let nothing = Arc::new(ResolvesServerCertUsingSni::new());
    let mut config = builder.with_no_client_auth().with_cert_resolver(nothing);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}
