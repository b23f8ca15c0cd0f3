//! TLS: which certificate a client gets, and the stream after the handshake. This room knows no
//! HTTP, no cloud and no KMS key.
//!
//! One port speaks both HTTP and HTTPS. A connection looks at its first byte: 22 begins a
//! handshake, and no HTTP request begins with it. This happens in the connection's own task, so a
//! silent client delays no others.
//!
//! The authority is a private key in a file beside the data. Its certificate is computed from the
//! key, the same each time, so no two files have to agree. It is not in the database, because
//! `kmsim ca` reads it while a server holds the data, and it belongs to no realm. It has no name
//! constraints, because the hostnames of a local server are not known beforehand. Only clients that
//! trust it are at risk.
//!
//! Keys and serial numbers come from the operating system, even in a run with an entropy seed: a
//! trusted authority must not be predictable. AWS-LC uses its own randomness for TLS. Certificates
//! follow the host's clock, as the clients that check them do.

mod authority;
mod base;
mod leaves;
mod names;
mod own;
mod stream;
mod truststore;

use std::net::IpAddr;
use std::sync::Arc;

use rustls::ServerConfig;

use crate::world::World;
use leaves::Leaves;

pub use authority::Authority;
pub use base::TlsError;
pub use names::{ServedName, default_names};
pub(crate) use own::certificates;
pub use own::{CertificateError, OwnCertificate};
pub use stream::Connection;
pub use truststore::truststore;

/// The default password of a truststore, the same as Java's own.
pub const TRUSTSTORE_PASSWORD: &str = "changeit";

/// The certificates of a server.
pub enum Tls {
    /// Its own authority issues certificates when clients ask for them.
    Issued(Box<Leaves>),
    /// One certificate that the server was given.
    Own(Arc<ServerConfig>),
}

impl Tls {
    /// Uses certificates of this authority. Each of them also contains the `extra` names.
    ///
    /// # Errors
    /// The cryptography failed.
    pub fn issued(
        authority: Authority,
        extra: &[ServedName],
        world: Arc<World>,
    ) -> Result<Self, TlsError> {
        Ok(Self::Issued(Box::new(Leaves::new(authority, names::default_names(extra), world)?)))
    }

    /// Uses this certificate for all clients.
    ///
    /// # Errors
    /// The cryptography failed.
    pub fn own(certificate: OwnCertificate) -> Result<Self, TlsError> {
        Ok(Self::Own(Arc::new(leaves::with_certificate(&base::config()?, certificate.0))))
    }

    /// The authority that clients must trust, unless the server was given a certificate.
    #[must_use]
    pub fn authority(&self) -> Option<&Authority> {
        match self {
            Self::Issued(leaves) => Some(&leaves.authority),
            Self::Own(_) => None,
        }
    }

    /// The TLS configuration for a client that asked for this name, or for none, at this address of
    /// the server.
    fn config_for(&self, asked: Option<&str>, at: IpAddr) -> Result<Arc<ServerConfig>, TlsError> {
        match self {
            Self::Issued(leaves) => leaves.config_for(asked, at),
            Self::Own(config) => Ok(Arc::clone(config)),
        }
    }
}
