//! A certificate: what can be read off it.

use x509_cert::Certificate as Inner;
use x509_cert::certificate::Version;
use x509_cert::der::asn1::BitString;
use x509_cert::der::oid::{AssociatedOid, ObjectIdentifier};
use x509_cert::der::{Decode, Encode, Reader, SliceReader};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{SubjectAltName, SubjectKeyIdentifier};
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use super::{Name, SignedBy};
use crate::algorithms::asymmetric::PublicKey;
use crate::algorithms::mac::{Hash, digest};

/// The known critical extensions: those that OpenSSL 3 knows when it verifies a chain.
const CRITICAL: &[ObjectIdentifier] = &[
    ObjectIdentifier::new_unwrap("2.16.840.1.113730.1.1"), // Netscape's certificate type
    ObjectIdentifier::new_unwrap("2.5.29.15"),             // key usage
    ObjectIdentifier::new_unwrap("2.5.29.17"),             // subject alternative names
    ObjectIdentifier::new_unwrap("2.5.29.19"),             // basic constraints
    ObjectIdentifier::new_unwrap("2.5.29.30"),             // name constraints
    ObjectIdentifier::new_unwrap("2.5.29.31"),             // CRL distribution points
    ObjectIdentifier::new_unwrap("2.5.29.32"),             // certificate policies
    ObjectIdentifier::new_unwrap("2.5.29.33"),             // policy mappings
    ObjectIdentifier::new_unwrap("2.5.29.36"),             // policy constraints
    ObjectIdentifier::new_unwrap("2.5.29.37"),             // extended key usage
    ObjectIdentifier::new_unwrap("2.5.29.54"),             // inhibit anyPolicy
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.1.7"),     // IP address blocks
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.1.8"),     // autonomous system numbers
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.1.14"),    // proxy certificates
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.5"),  // OCSP no check
];

/// A certificate.
#[derive(Debug)]
pub struct Certificate {
    pub(super) inner: Inner,
    /// The signed part, byte for byte.
    pub(super) signed: Vec<u8>,
}

impl Certificate {
    /// Reads exactly one certificate in DER. `None` when it is malformed or inconsistent.
    pub(super) fn read(der: &[u8]) -> Option<Self> {
        let inner = Inner::from_der(der).ok()?;
        let tbs = inner.tbs_certificate();
        let consistent = inner.signature_algorithm() == tbs.signature()
            && (tbs.version() == Version::V3 || tbs.extensions().is_none());
        let signed = SliceReader::new(der)
            .and_then(|mut reader| {
                reader.sequence(|inside| {
                    let signed = inside.tlv_bytes()?.to_vec();
                    AlgorithmIdentifierOwned::decode(inside)?;
                    BitString::decode(inside)?;
                    Ok::<_, x509_cert::der::Error>(signed)
                })
            })
            .ok()?;
        consistent.then_some(Self { inner, signed })
    }

    /// The subject.
    #[must_use]
    pub fn subject(&self) -> Name {
        Name(self.inner.tbs_certificate().subject().clone())
    }

    /// The issuer.
    #[must_use]
    pub fn issuer(&self) -> Name {
        Name(self.inner.tbs_certificate().issuer().clone())
    }

    /// The serial number, most significant byte first.
    #[must_use]
    pub fn serial(&self) -> &[u8] {
        self.inner.tbs_certificate().serial_number().as_bytes()
    }

    /// The validity, `notBefore` and `notAfter`, in RFC 3339.
    #[must_use]
    pub fn validity(&self) -> (String, String) {
        let validity = self.inner.tbs_certificate().validity();
        (
            validity.not_before.to_date_time().to_string(),
            validity.not_after.to_date_time().to_string(),
        )
    }

    /// The signature algorithm, if it can be checked, and the signature's length in bits.
    #[must_use]
    pub fn signed_by(&self) -> (Option<SignedBy>, usize) {
        (
            SignedBy::of(self.inner.signature_algorithm()),
            self.inner.signature().raw_bytes().len() * 8,
        )
    }

    /// The domain names in its subject alternative names.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.inner.tbs_certificate().extensions().map(|all| dns_names(all)).unwrap_or_default()
    }

    /// The subject key identifier of its extension, or else the digest of its key.
    #[must_use]
    pub fn key_identifier(&self) -> Vec<u8> {
        match self.inner.tbs_certificate().get_extension::<SubjectKeyIdentifier>() {
            Ok(Some((_, identifier))) => identifier.0.as_bytes().to_vec(),
            _ => key_identifier(self.public_key()),
        }
    }

    /// The public key's `SubjectPublicKeyInfo`.
    #[must_use]
    pub fn public_key(&self) -> &SubjectPublicKeyInfoOwned {
        self.inner.tbs_certificate().subject_public_key_info()
    }

    /// Whether it is for this key.
    #[must_use]
    pub fn is_for(&self, key: &PublicKey) -> bool {
        self.public_key().to_der().is_ok_and(|der| key.is(&der))
    }

    /// Whether every critical extension is known (RFC 5280 section 4.2).
    pub(super) fn is_understood(&self) -> bool {
        let extensions = self.inner.tbs_certificate().extensions();
        let mut critical = extensions.into_iter().flatten().filter(|it| it.critical);
        critical.all(|it| CRITICAL.contains(&it.extn_id))
    }

    /// Whether subject and issuer are the same.
    pub(super) fn is_self_issued(&self) -> bool {
        let tbs = self.inner.tbs_certificate();
        tbs.issuer() == tbs.subject()
    }
}

/// RFC 5280 section 4.2.1.2, method 1: the SHA-1 digest of the key's bits.
#[must_use]
pub fn key_identifier(key: &SubjectPublicKeyInfoOwned) -> Vec<u8> {
    digest(Hash::Sha1, key.subject_public_key.raw_bytes())
}

/// The domain names in a subject alternative name extension.
pub(super) fn dns_names(extensions: &[Extension]) -> Vec<String> {
    let all = extensions.iter().filter(|it| it.extn_id == SubjectAltName::OID);
    let all = all.filter_map(|it| SubjectAltName::from_der(it.extn_value.as_bytes()).ok());
    let names = all.flat_map(|it| it.0).filter_map(|name| match name {
        GeneralName::DnsName(name) => Some(name.as_str().to_owned()),
        _ => None,
    });
    names.collect()
}
