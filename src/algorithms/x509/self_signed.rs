//! Self-signed certificates (RFC 5280 section 4.1): version 1, because they have no extensions.

use pkcs8::LineEnding;
use x509_cert::certificate::Rfc5280;
use x509_cert::der::asn1::BitString;
use x509_cert::der::{DateTime, Decode, Encode, Sequence, pem};
use x509_cert::name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::time::{Time, Validity};

use super::Name;
use super::signing::Signer;
use crate::algorithms::asymmetric::PrivateKey;
use crate::algorithms::pem::CERTIFICATE_LABELS;
use crate::algorithms::{Error, unsupported};

/// What is signed. The crate's own type cannot be constructed.
#[derive(Sequence)]
struct Body {
    serial_number: SerialNumber<Rfc5280>,
    signature: AlgorithmIdentifierOwned,
    issuer: name::Name,
    validity: Validity<Rfc5280>,
    subject: name::Name,
    public_key: SubjectPublicKeyInfoOwned,
}

#[derive(Sequence)]
struct Signed {
    body: Body,
    algorithm: AlgorithmIdentifierOwned,
    signature: BitString,
}

/// A certificate of the key by itself, in DER. Its validity is given in seconds since 1970.
///
/// # Errors
/// [`Error::Unsupported`] for keys that sign no certificates, and for times that certificates
/// cannot express.
pub fn self_signed(
    key: &PrivateKey,
    subject: &Name,
    serial: &[u8; 16],
    (not_before, not_after): (u64, u64),
) -> Result<Vec<u8>, Error> {
    let signer = Signer::of(key)?;
    let body = Body {
        serial_number: SerialNumber::new(serial).map_err(unsupported)?,
        signature: signer.algorithm(),
        issuer: subject.0.clone(),
        validity: Validity::new(time(not_before)?, time(not_after)?),
        subject: subject.0.clone(),
        public_key: SubjectPublicKeyInfoOwned::from_der(&key.public().der()?)
            .map_err(unsupported)?,
    };
    let signature = signer.sign(&body)?;
    let certificate = Signed { body, algorithm: signer.algorithm(), signature };
    certificate.to_der().map_err(unsupported)
}

fn time(seconds: u64) -> Result<Time, Error> {
    let since_1970 = std::time::Duration::from_secs(seconds);
    DateTime::from_unix_duration(since_1970).map(Time::from).map_err(unsupported)
}

/// A certificate in PEM, from DER.
///
/// # Errors
/// [`Error::Unsupported`] when it is far too long.
pub fn to_pem(certificate: &[u8]) -> Result<String, Error> {
    pem::encode_string(CERTIFICATE_LABELS[0], LineEnding::LF, certificate).map_err(unsupported)
}
