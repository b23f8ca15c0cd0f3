//! A certificate that the server was given, with its chain and its private key, in PEM. Whatever is wrong with them is
//! found before anything starts.

use std::path::Path;

use der::Decode;
use rustls::InconsistentKeys;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use zeroize::Zeroizing;

use super::{TlsError, provider};
use crate::algorithms::pem;

/// A certificate chain and the key of its first certificate.
#[derive(Debug)]
pub struct OwnCertificate(CertifiedKey);

/// Which of the two files is mistaken.
#[derive(Debug)]
pub enum CertificateError {
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
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, CertificateError> {
        let chain = read_chain(certificate).map_err(|what| {
            CertificateError::Certificate(TlsError::new(format_args!(
                "{}: {what}",
                certificate.display()
            )))
        })?;
        let wrong_key = |what: TlsError| {
            CertificateError::Key(TlsError::new(format_args!("{}: {what}", key.display())))
        };
        let pair = read_key(key).map_err(wrong_key)?;
        let signer = provider().key_provider.load_private_key(pair);
        let signer =
            signer.map_err(|_| wrong_key(TlsError::new("not a private key that TLS can use")))?;
        let certified = CertifiedKey::new(chain, signer);
        match certified.keys_match() {
            Ok(()) | Err(rustls::Error::InconsistentKeys(InconsistentKeys::Unknown)) => {
                Ok(Self(certified))
            }
            Err(_) => Err(wrong_key(TlsError::new(format_args!(
                "not the key of {}",
                certificate.display()
            )))),
        }
    }

    pub(super) fn into_certified(self) -> CertifiedKey {
        self.0
    }
}

fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let chain = certificates(&read(path)?)?;
    for (index, certificate) in chain.iter().enumerate() {
        x509_cert::Certificate::from_der(certificate)
            .map_err(|error| TlsError::new(format_args!("certificate {}: {error}", index + 1)))?;
    }
    Ok(chain)
}

/// Reads every certificate of a text in PEM. Blocks of other kinds are not looked at.
///
/// # Errors
/// There is none, or a block is broken.
pub(crate) fn certificates(text: &str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let mut found = Vec::new();
    for block in pem::blocks(text) {
        let block = block.map_err(|_| broken())?;
        if pem::CERTIFICATE_LABELS.contains(&block.label) {
            found.push(CertificateDer::from(block.bytes().ok_or_else(broken)?.to_vec()));
        }
    }
    if found.is_empty() { Err(TlsError::new("there is no certificate in PEM")) } else { Ok(found) }
}

fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let text = read(path)?;
    for block in pem::blocks(&text) {
        let block = block.map_err(|_| broken())?;
        let der = || block.bytes().map(|der| der.to_vec()).ok_or_else(broken);
        return Ok(match block.label {
            "PRIVATE KEY" => PrivateKeyDer::Pkcs8(der()?.into()),
            "RSA PRIVATE KEY" => PrivateKeyDer::Pkcs1(der()?.into()),
            "EC PRIVATE KEY" => PrivateKeyDer::Sec1(der()?.into()),
            _ => continue,
        });
    }
    Err(TlsError::new("there is no private key in PEM (one under a password cannot be read)"))
}

fn read(path: &Path) -> Result<Zeroizing<String>, TlsError> {
    std::fs::read_to_string(path).map(Zeroizing::new).map_err(TlsError::new)
}

/// It does not show the text, which may be half of a key.
fn broken() -> TlsError {
    TlsError::new("the PEM is broken")
}
