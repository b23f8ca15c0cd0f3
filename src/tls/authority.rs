//! The server's own certificate authority. Only a private key is stored. The certificate is
//! computed from it, the same each time, so the two cannot disagree. The key is in a file beside
//! the data that only its owner can read. The certificate is in another file that everyone can
//! read. Both can be read with and without a running server.
//!
//! The authority issues a certificate for whatever hostname a client asks for. It has no name
//! constraints, because users choose their hostnames after it was created.

use std::path::Path;
use std::time::Duration;

use der::pem::{LineEnding, encode_string};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{DerSignature, SigningKey};
use p256::elliptic_curve::Generate;
use p256::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyUsagePurpose, PublicKeyData, SerialNumber,
};
use rustls::pki_types::CertificateDer;

use super::{ServedName, TlsError};
use crate::algorithms::mac::{Hash, digest};
use crate::store::files::{FOR_ALL, OWNER_ONLY, beside, keep_first, replace};
use crate::world::{Entropy, Instant};

/// 2020-01-01T00:00:00Z, in seconds.
const FROM: u64 = 1_577_836_800;
/// 2049-12-31T23:59:59Z, in seconds: the last time that every client parses alike.
const UNTIL: u64 = 2_524_607_999;

/// A P-256 key that signs certificates. Its nonces are deterministic (RFC 6979), so that the
/// authority's certificate is the same each time.
pub(super) struct Key {
    signing: SigningKey,
    /// The public key, an uncompressed point.
    point: Box<[u8]>,
}

impl Key {
    /// Generates a key from the operating system's randomness.
    pub(super) fn generate() -> Self {
        Self::of(SigningKey::generate_from_rng(&mut Entropy::Os.rng()))
    }

    fn of(signing: SigningKey) -> Self {
        let point = signing.verifying_key().to_sec1_point(false).to_bytes();
        Self { signing, point }
    }

    /// The private key, as PKCS #8.
    pub(super) fn private(&self) -> &impl EncodePrivateKey {
        &self.signing
    }

    /// The key identifier by the first method of RFC 5280 section 4.2.1.2.
    fn identifier(&self) -> KeyIdMethod {
        KeyIdMethod::PreSpecified(digest(Hash::Sha1, &self.point))
    }
}

impl PublicKeyData for Key {
    fn der_bytes(&self) -> &[u8] {
        &self.point
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_ECDSA_P256_SHA256
    }
}

impl rcgen::SigningKey for Key {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        let signature: DerSignature = self.signing.sign(message);
        Ok(signature.as_bytes().to_vec())
    }
}

/// A private certificate authority.
pub struct Authority {
    issuer: CertifiedIssuer<'static, Key>,
    name: String,
    pem: String,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Authority({})", self.name)
    }
}

impl Authority {
    /// Creates an authority that is not stored.
    ///
    /// # Errors
    /// The cryptography failed.
    pub fn generate() -> Result<Self, TlsError> {
        Self::of(Key::generate())
    }

    /// The authority of a data file. Its key is in `<data>.ca-key`, which is created (readable by
    /// its owner only) if it is missing. Its certificate is written to `<data>.ca.pem`.
    ///
    /// # Errors
    /// A file cannot be read or created, or has other content.
    pub fn beside(data: &Path) -> Result<Self, TlsError> {
        let path = beside(data, ".ca-key");
        let fail = |what: &str, path: &Path, why: &dyn std::fmt::Display| {
            TlsError::new(format_args!("cannot {what} {}: {why}", path.display()))
        };
        if !path.exists() {
            let pem =
                Key::generate().signing.to_pkcs8_pem(LineEnding::LF).map_err(TlsError::new)?;
            keep_first(&path, pem.as_bytes(), OWNER_ONLY).map_err(|e| fail("write", &path, &e))?;
        }
        let key = SigningKey::read_pkcs8_pem_file(&path).map_err(|e| {
            fail("use", &path, &format_args!("{e} (a P-256 key in PKCS #8 PEM is expected)"))
        })?;
        let authority = Self::of(Key::of(key))?;
        let certificate = beside(data, ".ca.pem");
        if std::fs::read(&certificate).ok().as_deref() != Some(authority.pem.as_bytes()) {
            replace(&certificate, authority.pem.as_bytes(), FOR_ALL)
                .map_err(|e| fail("write", &certificate, &e))?;
        }
        Ok(authority)
    }

    fn of(key: Key) -> Result<Self, TlsError> {
        let fingerprint = digest(Hash::Sha256, &key.subject_public_key_info());
        let (short, serial) = fingerprint.split_at(4);
        // Several authorities may be in one trust store, and some clients look them up by name.
        let name = format!("kmsim CA {}", base16ct::lower::encode_string(short));
        let (from, until) = (Duration::from_secs(FROM), Duration::from_secs(UNTIL));
        let mut params = params(&key, serial, from, until);
        params.distinguished_name.push(DnType::OrganizationName, "kmsim");
        params.distinguished_name.push(DnType::CommonName, &name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let issuer = CertifiedIssuer::self_signed(params, key).map_err(TlsError::new)?;
        let pem = encode_string("CERTIFICATE", LineEnding::LF, issuer.der());
        Ok(Self { issuer, name, pem: pem.map_err(TlsError::new)? })
    }

    /// The authority's certificate in PEM.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// Issues a server certificate for these names and this key. Clients check only the alternative
    /// names.
    pub(super) fn issue(
        &self,
        names: &[ServedName],
        key: &Key,
        from: Instant,
        until: Instant,
    ) -> Result<CertificateDer<'static>, TlsError> {
        let (from, until) = (since_epoch(from), since_epoch(until));
        let mut params = params(key, &Entropy::Os.array::<16>(), from, until);
        params.distinguished_name.push(DnType::CommonName, "kmsim");
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let names = names.iter().map(ServedName::in_certificate).collect::<Result<_, _>>();
        params.subject_alt_names = names.map_err(TlsError::new)?;
        Ok(params.signed_by(key, &self.issuer).map_err(TlsError::new)?.into())
    }
}

/// The parameters that both kinds of certificates share. The serial number is made from 16 of these
/// bytes, and is positive (RFC 5280 section 4.1.2.2).
fn params(key: &Key, serial: &[u8], from: Duration, until: Duration) -> CertificateParams {
    let mut number = [0; 16];
    number.iter_mut().zip(serial).for_each(|(to, from)| *to = *from);
    number[0] = number[0] & 0x7f | 0x40;
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.serial_number = Some(SerialNumber::from_slice(&number));
    params.not_before = epoch + from;
    params.not_after = epoch + until;
    params.key_identifier_method = key.identifier();
    params
}

/// The time since the epoch, up to the end of the authority's own validity.
fn since_epoch(at: Instant) -> Duration {
    Duration::from_secs(u64::try_from(at.millis() / 1000).unwrap_or_default().min(UNTIL))
}
