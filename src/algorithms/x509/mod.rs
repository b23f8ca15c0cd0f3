//! X.509 (RFC 5280): certification requests, certificates and chains. The current time is an
//! argument.

mod attributes;
mod chain;
mod name;
mod name_text;
mod request;
mod signature;

use x509_cert::Certificate as Inner;
use x509_cert::certificate::Version;
use x509_cert::der::asn1::BitString;
use x509_cert::der::oid::{AssociatedOid, ObjectIdentifier};
use x509_cert::der::{Decode, Encode, Reader, SliceReader};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{SubjectAltName, SubjectKeyIdentifier};
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::time::Time;

pub use chain::{Chain, Flaw, Flawed};
pub use name::Name;
pub use request::{DnsName, Request, request};
pub use signature::{Sha2, SignedBy};

use super::asymmetric::PublicKey;
use super::mac::{Hash, digest};

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
    inner: Inner,
    /// The signed part, byte for byte.
    signed: Vec<u8>,
}

impl Certificate {
    /// Reads exactly one certificate in DER. `None` when it is malformed or inconsistent.
    fn read(der: &[u8]) -> Option<Self> {
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
    fn is_understood(&self) -> bool {
        let extensions = self.inner.tbs_certificate().extensions();
        let mut critical = extensions.into_iter().flatten().filter(|it| it.critical);
        critical.all(|it| CRITICAL.contains(&it.extn_id))
    }

    /// Whether subject and issuer are the same.
    fn is_self_issued(&self) -> bool {
        let tbs = self.inner.tbs_certificate();
        tbs.issuer() == tbs.subject()
    }
}

/// RFC 5280 section 4.2.1.2, method 1: the SHA-1 digest of the key's bits.
#[must_use]
pub fn key_identifier(key: &SubjectPublicKeyInfoOwned) -> Vec<u8> {
    digest(Hash::Sha1, key.subject_public_key.raw_bytes())
}

/// Seconds since 1970-01-01T00:00:00Z.
fn seconds(time: Time) -> u64 {
    time.to_unix_duration().as_secs()
}

/// The domain names in a subject alternative name extension.
fn dns_names(extensions: &[Extension]) -> Vec<String> {
    let all = extensions.iter().filter(|it| it.extn_id == SubjectAltName::OID);
    let all = all.filter_map(|it| SubjectAltName::from_der(it.extn_value.as_bytes()).ok());
    let names = all.flat_map(|it| it.0).filter_map(|name| match name {
        GeneralName::DnsName(name) => Some(name.as_str().to_owned()),
        _ => None,
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    /// A self-issued version 3 certificate with a P-256 key.
    const SELF_ISSUED: &str = "\
        MIIB1jCCAXugAwIBAgIUYOdwFiEjS9c0avQRFww90yxRg9wwCgYIKoZIzj0EAwIwPzELMAkGA1UEBhMCQ04xDzANBgNVBAoM\
        BmFsaXl1bjEMMAoGA1UECwwDa21zMREwDwYDVQQDDAh1c2VyTmFtZTAgFw0yNjExMjAyMTU4MjlaGA8yMTI2MTAyNzIxNTgy\
        OVowPzELMAkGA1UEBhMCQ04xDzANBgNVBAoMBmFsaXl1bjEMMAoGA1UECwwDa21zMREwDwYDVQQDDAh1c2VyTmFtZTBZMBMG\
        ByqGSM49AgEGCCqGSM49AwEHA0IABCcOsloeQlRfxSod53r/J5WygW4oDEAR1jFE+BDBPNVWh93/FMAyyEUwcowNT7TgAeha\
        0SI78FslNM994xhWcyujUzBRMB0GA1UdDgQWBBS7D5dzlu1dt8bdU92KAsRXrl8tLzAfBgNVHSMEGDAWgBS7D5dzlu1dt8bd\
        U92KAsRXrl8tLzAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQDGGWQ3ND9ScyBzNHBV3p2vculbCuwaeA2h\
        z8LIulgwTgIhANAJ90CNlvbwNgFRasgV+NpEce+IbNi2an67F/+NOWnI";

    /// The certificate with the first or last occurrence of `from` overwritten with `to`.
    fn changed(from: &[u8], to: &[u8], last: bool) -> Option<Certificate> {
        let mut der = STANDARD.decode(SELF_ISSUED).unwrap();
        let mut places = der.windows(from.len()).enumerate().filter(|(_, bytes)| *bytes == from);
        let (at, _) = if last { places.next_back() } else { places.next() }.unwrap();
        der[at..at + to.len()].copy_from_slice(to);
        Certificate::read(&der)
    }

    #[test]
    fn inconsistent_certificates_are_refused() {
        let (version_3, version_2) = ([0xa0, 3, 2, 1, 2], [0xa0, 3, 2, 1, 1]);
        let (sha256, sha384) = ([0x48, 0xce, 0x3d, 4, 3, 2], [0x48, 0xce, 0x3d, 4, 3, 3]);
        assert!(changed(&version_3, &version_3, false).is_some());
        // Only version 3 has extensions.
        assert!(changed(&version_3, &version_2, false).is_none());
        // The two signature algorithm fields must agree.
        for last in [false, true] {
            assert!(changed(&sha256, &sha384, last).is_none());
        }
    }

    #[test]
    fn corrupted_bytes_cause_no_panic() {
        let der = STANDARD.decode(SELF_ISSUED).unwrap();
        let mut readable = 0;
        for at in 0..der.len() {
            for value in [0, 1, 0x30, 0x7f, 0x80, 0xff, der[at] ^ 1] {
                let mut der = der.clone();
                der[at] = value;
                let pem = format!(
                    "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
                    STANDARD.encode(&der)
                );
                let Ok(chain) = Chain::read(&pem, None) else { continue };
                readable += 1;
                let certificate = chain.certificate().unwrap();
                assert!(!certificate.subject().to_string().is_empty());
                let parsed =
                    (certificate.issuer().to_string(), certificate.validity(), certificate.names());
                drop((
                    parsed,
                    certificate.key_identifier(),
                    certificate.signed_by(),
                    chain.is_valid(0),
                ));
                let unchanged = der == STANDARD.decode(SELF_ISSUED).unwrap();
                assert!(
                    chain.links().is_err() || unchanged || !certificate.is_self_issued(),
                    "byte {at} as {value}"
                );
            }
        }
        assert!(readable > 1000, "{readable}");
    }

    #[test]
    fn trailing_bytes_are_refused() {
        let mut der = STANDARD.decode(SELF_ISSUED).unwrap();
        der.push(0);
        assert!(Certificate::read(&der).is_none());
    }
}
