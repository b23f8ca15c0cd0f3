//! X.509 (RFC 5280): certification requests, certificates and chains. The current time is an
//! argument.

mod attributes;
mod certificate;
mod chain;
mod name;
mod name_text;
mod request;
mod self_signed;
mod signature;
mod signing;

pub use certificate::{Certificate, key_identifier};
pub use chain::{Chain, Flaw, Flawed};
pub use name::Name;
pub use request::{DnsName, Request, request};
pub use self_signed::{self_signed, to_pem};
pub use signature::{Sha2, SignedBy};

use x509_cert::der::Encode;

use super::pem;

/// The `SubjectPublicKeyInfo` of a PEM text, in DER: of its certificate, or else of its first block
/// with the label `PUBLIC KEY`. `None` when there is none.
#[must_use]
pub fn public_key(text: &str) -> Option<Vec<u8>> {
    let chain = Chain::read(text, None).ok();
    match chain.as_ref().and_then(Chain::certificate) {
        Some(certificate) => certificate.public_key().to_der().ok(),
        None => pem::public_key(text),
    }
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
