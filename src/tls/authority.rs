//! The server's own certificate authority. All that there is to it is a private key: the certificate is made of that,
//! the same each time, so nothing can be half there. The key lies beside the data in a file for its owner alone, and
//! the certificate beside it for everybody. Both can be read while a server runs, and without one.
//!
//! It signs any name that a client asks its server for, without name constraints: what clients call a local server is
//! theirs to choose, and not known when the certificate is made.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use der::asn1::UtcTime;
use der::pem::LineEnding;
use der::{Encode, EncodePem};
use p256::SecretKey;
use p256::ecdsa::{DerSignature, SigningKey};
use p256::elliptic_curve::Generate;
use p256::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use rustls::pki_types::CertificateDer;
use sha2::{Digest, Sha256};
use x509_cert::Certificate;
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::builder::{Builder, CertificateBuilder};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::SubjectPublicKeyInfoOwned;
use x509_cert::time::{Time, Validity};

use super::profiles::{Root, Server};
use super::{ServedName, TlsError, truststore};
use crate::store::files::{FOR_ALL, OWNER_ONLY, beside, keep_first, replace};
use crate::world::{Entropy, Instant};

/// 2020-01-01T00:00:00Z, in seconds.
const FROM: u64 = 1_577_836_800;
/// 2049-12-31T23:59:59Z, in seconds: the last that every client reads alike.
const UNTIL: u64 = 2_524_607_999;

/// A private authority.
pub struct Authority {
    key: SigningKey,
    subject: Name,
    der: Vec<u8>,
    pem: String,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Authority({})", self.subject)
    }
}

impl Authority {
    /// A new one, kept nowhere.
    ///
    /// # Errors
    /// The cryptography failed.
    pub fn draw() -> Result<Self, TlsError> {
        Self::of(&SecretKey::generate_from_rng(&mut Entropy::Os.rng()))
    }

    /// That of a data file: its key is in `<data>.ca-key`, made (readable by its owner only) where there is none yet;
    /// its certificate is put into `<data>.ca.pem`.
    ///
    /// # Errors
    /// A file cannot be read or made, or holds something else.
    pub fn beside(data: &Path) -> Result<Self, TlsError> {
        let path = beside(data, ".ca-key");
        let fail = |what: &str, path: &Path, why: &dyn std::fmt::Display| {
            TlsError::new(format_args!("cannot {what} {}: {why}", path.display()))
        };
        if !path.exists() {
            let key = SecretKey::generate_from_rng(&mut Entropy::Os.rng());
            let pem = key.to_pkcs8_pem(LineEnding::LF).map_err(TlsError::new)?;
            keep_first(&path, pem.as_bytes(), OWNER_ONLY).map_err(|e| fail("write", &path, &e))?;
        }
        let key = SecretKey::read_pkcs8_pem_file(&path).map_err(|e| {
            fail("use", &path, &format_args!("{e} (a P-256 key in PKCS #8 PEM is expected)"))
        })?;
        let authority = Self::of(&key)?;
        let shown = beside(data, ".ca.pem");
        if std::fs::read(&shown).ok().as_deref() != Some(authority.pem.as_bytes()) {
            replace(&shown, authority.pem.as_bytes(), FOR_ALL)
                .map_err(|e| fail("write", &shown, &e))?;
        }
        Ok(authority)
    }

    fn of(key: &SecretKey) -> Result<Self, TlsError> {
        let key = SigningKey::from(key);
        let public =
            SubjectPublicKeyInfoOwned::from_key(key.verifying_key()).map_err(TlsError::new)?;
        let mark: [u8; 32] = Sha256::digest(public.to_der().map_err(TlsError::new)?).into();
        // Several servers' authorities may stand in one list, and some clients find them there by name.
        let short = u32::from_be_bytes([mark[0], mark[1], mark[2], mark[3]]);
        let subject =
            Name::from_str(&format!("CN=kmsim CA {short:08x},O=kmsim")).map_err(TlsError::new)?;
        let validity = validity(Duration::from_secs(FROM), Duration::from_secs(UNTIL))?;
        let profile = Root { subject: subject.clone() };
        let certificate = build(profile, serial(&mark)?, validity, public, &key)?;
        let der = certificate.to_der().map_err(TlsError::new)?;
        let pem = certificate.to_pem(LineEnding::LF).map_err(TlsError::new)?;
        Ok(Self { key, subject, der, pem })
    }

    /// Its certificate in PEM.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// Its certificate in a PKCS #12 file, as an entry that Java trusts.
    ///
    /// # Errors
    /// The password is not one.
    pub fn truststore(&self, password: &str) -> Result<Vec<u8>, TlsError> {
        truststore::of(&self.der, password)
    }

    /// A server's certificate for these names and this key.
    pub(super) fn issue(
        &self,
        names: &[ServedName],
        public: SubjectPublicKeyInfoOwned,
        from: Instant,
        until: Instant,
    ) -> Result<CertificateDer<'static>, TlsError> {
        let names = names.iter().map(ServedName::in_certificate).collect::<Result<_, _>>()?;
        let validity =
            validity(since_epoch(from), since_epoch(until).min(Duration::from_secs(UNTIL)))?;
        let profile = Server { issuer: self.subject.clone(), names };
        let certificate =
            build(profile, serial(&Entropy::Os.array::<16>())?, validity, public, &self.key)?;
        Ok(certificate.to_der().map_err(TlsError::new)?.into())
    }
}

fn build(
    profile: impl BuilderProfile,
    serial: SerialNumber,
    validity: Validity,
    public: SubjectPublicKeyInfoOwned,
    signer: &SigningKey,
) -> Result<Certificate, TlsError> {
    let builder =
        CertificateBuilder::new(profile, serial, validity, public).map_err(TlsError::new)?;
    builder.build::<_, DerSignature>(signer).map_err(TlsError::new)
}

/// A positive number of 16 bytes: RFC 5280, section 4.1.2.2.
fn serial(bytes: &[u8]) -> Result<SerialNumber, TlsError> {
    let mut number = [0; 16];
    number.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    number[0] = number[0] & 0x7f | 0x40;
    SerialNumber::new(&number).map_err(TlsError::new)
}

fn validity(from: Duration, until: Duration) -> Result<Validity, TlsError> {
    let time = |at| UtcTime::from_unix_duration(at).map(Time::UtcTime).map_err(TlsError::new);
    Ok(Validity::new(time(from)?, time(until)?))
}

fn since_epoch(at: Instant) -> Duration {
    Duration::from_secs(u64::try_from(at.millis() / 1000).unwrap_or_default())
}
