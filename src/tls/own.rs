//! A certificate that the server was given, with its chain and its private key, in PEM. Whatever is wrong with them is
//! found before anything starts.

use std::path::Path;

use der::Decode;
use rustls::InconsistentKeys;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::{TlsError, provider};

/// A certificate chain and the key of its first certificate.
#[derive(Debug)]
pub struct OwnCertificate(CertifiedKey);

/// Which of the two files is mistaken.
#[derive(Debug)]
pub enum Mistaken {
    /// That of the certificates.
    Certificate(TlsError),
    /// That of the key.
    Key(TlsError),
}

impl OwnCertificate {
    /// Reads the chain (the server's certificate first) and the key (PKCS #8, PKCS #1 or SEC1).
    ///
    /// # Errors
    /// A file cannot be read, holds none, or the key is not the certificate's.
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, Mistaken> {
        let chain = read_chain(certificate).map_err(|what| {
            Mistaken::Certificate(TlsError::new(format_args!("{}: {what}", certificate.display())))
        })?;
        let wrong_key =
            |what: TlsError| Mistaken::Key(TlsError::new(format_args!("{}: {what}", key.display())));
        let pair = read_key(key).map_err(wrong_key)?;
        let signer = provider().key_provider.load_private_key(pair);
        let signer = signer.map_err(|_| wrong_key(TlsError::new("not a private key that TLS can use")))?;
        let certified = CertifiedKey::new(chain, signer);
        match certified.keys_match() {
            Ok(()) | Err(rustls::Error::InconsistentKeys(InconsistentKeys::Unknown)) => Ok(Self(certified)),
            Err(_) => Err(wrong_key(TlsError::new(format_args!("not the key of {}", certificate.display())))),
        }
    }

    pub(super) fn into_certified(self) -> CertifiedKey {
        self.0
    }
}

fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let chain = CertificateDer::pem_file_iter(path).map_err(|error| told(&error))?;
    let chain = chain.collect::<Result<Vec<_>, _>>().map_err(|error| told(&error))?;
    if chain.is_empty() {
        return Err(TlsError::new("there is no certificate in PEM"));
    }
    for (index, certificate) in chain.iter().enumerate() {
        x509_cert::Certificate::from_der(certificate)
            .map_err(|error| TlsError::new(format_args!("certificate {}: {error}", index + 1)))?;
    }
    Ok(chain)
}

fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_file(path).map_err(|error| match error {
        pem::Error::NoItemsFound => {
            TlsError::new("there is no private key in PEM (one under a password cannot be read)")
        }
        other => told(&other),
    })
}

/// The error without the text around it, which may be half of a key.
fn told(error: &pem::Error) -> TlsError {
    match error {
        pem::Error::Io(error) => TlsError::new(error),
        pem::Error::NoItemsFound => TlsError::new("there is nothing in PEM"),
        _ => TlsError::new("the PEM is broken"),
    }
}
