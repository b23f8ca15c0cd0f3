//! A certificate that the server was given, with its chain and its private key, in PEM. It is
//! checked completely before the server starts.

use std::path::Path;

use der::Decode;
use der::pem::{LineEnding, encode_string};
use rustls::InconsistentKeys;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use zeroize::Zeroizing;

use super::base::{TlsError, provider};
use crate::algorithms::pem;

/// A certificate chain and the key of its first certificate.
#[derive(Debug)]
pub struct OwnCertificate(pub(super) CertifiedKey);

/// Which of the two files is invalid.
#[derive(Debug)]
pub enum CertificateError {
    /// The file with the certificates.
    Certificate(TlsError),
    /// The file with the key.
    Key(TlsError),
}

impl OwnCertificate {
    /// Reads the chain (the server's certificate first) and the key (PKCS #8, PKCS #1 or SEC1).
    ///
    /// # Errors
    /// A file cannot be read or contains none, or the key does not belong to the certificate.
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

    /// The certificates of its authorities in PEM: all but the first, or the first if it is alone.
    ///
    /// # Errors
    /// A certificate cannot be encoded, which does not happen.
    pub fn issuers(&self) -> Result<String, TlsError> {
        let chain = &self.0.cert;
        let issuers = if chain.len() > 1 { &chain[1..] } else { &chain[..] };
        let pem = |der| encode_string("CERTIFICATE", LineEnding::LF, der).map_err(TlsError::new);
        issuers.iter().map(|der| pem(der)).collect()
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

/// Reads all certificates in a PEM text. Blocks of other kinds are ignored.
///
/// # Errors
/// There is none, or a block is invalid.
pub(crate) fn certificates(text: &str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let mut found = Vec::new();
    for block in pem::blocks(text) {
        let block = block.map_err(|_| invalid_pem())?;
        if pem::CERTIFICATE_LABELS.contains(&block.label) {
            found.push(CertificateDer::from(block.bytes().ok_or_else(invalid_pem)?.to_vec()));
        }
    }
    if found.is_empty() { Err(TlsError::new("no certificate in PEM")) } else { Ok(found) }
}

fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let text = read(path)?;
    for block in pem::blocks(&text) {
        let block = block.map_err(|_| invalid_pem())?;
        let der = || block.bytes().map(|der| der.to_vec()).ok_or_else(invalid_pem);
        return Ok(match block.label {
            "PRIVATE KEY" => PrivateKeyDer::Pkcs8(der()?.into()),
            "RSA PRIVATE KEY" => PrivateKeyDer::Pkcs1(der()?.into()),
            "EC PRIVATE KEY" => PrivateKeyDer::Sec1(der()?.into()),
            _ => continue,
        });
    }
    Err(TlsError::new("no private key in PEM (encrypted keys are not supported)"))
}

fn read(path: &Path) -> Result<Zeroizing<String>, TlsError> {
    std::fs::read_to_string(path).map(Zeroizing::new).map_err(TlsError::new)
}

/// The error does not show the text, which may be part of a key.
fn invalid_pem() -> TlsError {
    TlsError::new("invalid PEM")
}
