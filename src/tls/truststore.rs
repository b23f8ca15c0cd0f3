//! A PKCS #12 file (RFC 7292) with one trusted certificate, for Java. The certificate is public, so
//! it is not encrypted. The password protects only its integrity, with SHA-1, because Java 8 before
//! 2021 reads nothing else.

use der::asn1::{Any, BmpString, ContextSpecific, ObjectIdentifier, OctetString, SetOfVec};
use der::{Encode, EncodeValue, Sequence, TagMode, TagNumber, Tagged};
use sha1::{Digest, Sha1};
use x509_cert::attr::Attribute;
use x509_cert::spki::AlgorithmIdentifierOwned;
use zeroize::Zeroizing;

use super::TlsError;
use crate::algorithms::mac::{Hash, hmac};
use crate::world::Entropy;

/// PKCS #7 data.
const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
/// The type of a bag that contains a certificate.
const CERT_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.3");
/// The type of an X.509 certificate in such a bag.
const X509: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.22.1");
/// The attribute with the entry's name.
const FRIENDLY_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.20");
/// Java's attribute of a trusted certificate. Its value is the allowed use.
const TRUSTED_KEY_USAGE: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("2.16.840.1.113894.746875.1.1");
/// Any use.
const ANY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37.0");
const SHA_1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");

const ALIAS: &str = "kmsim";
const ITERATIONS: u16 = 2048;

/// RFC 7292, section 4.
#[derive(Sequence)]
struct Pfx {
    version: u8,
    auth_safe: ContentInfo,
    mac_data: MacData,
}

#[derive(Sequence)]
struct ContentInfo {
    content_type: ObjectIdentifier,
    content: ContextSpecific<OctetString>,
}

#[derive(Sequence)]
struct MacData {
    mac: DigestInfo,
    mac_salt: OctetString,
    iterations: u16,
}

#[derive(Sequence)]
struct DigestInfo {
    algorithm: AlgorithmIdentifierOwned,
    digest: OctetString,
}

/// Section 4.2.
#[derive(Sequence)]
struct SafeBag {
    bag_id: ObjectIdentifier,
    bag_value: ContextSpecific<CertBag>,
    bag_attributes: SetOfVec<Attribute>,
}

/// Section 4.2.3.
#[derive(Sequence)]
struct CertBag {
    cert_id: ObjectIdentifier,
    cert_value: ContextSpecific<OctetString>,
}

/// A PKCS #12 file with this certificate (PEM) as a trusted entry for Java, under this password.
///
/// # Errors
/// The password is empty, or the text is not PEM.
pub fn truststore(pem: &[u8], password: &str) -> Result<Vec<u8>, TlsError> {
    if password.is_empty() {
        return Err(TlsError::new("a truststore's password must not be empty"));
    }
    let (_, certificate) = der::pem::decode_vec(pem).map_err(TlsError::new)?;
    encode(&certificate, password).map_err(TlsError::new)
}

fn encode(certificate: &[u8], password: &str) -> der::Result<Vec<u8>> {
    let bag = SafeBag {
        bag_id: CERT_BAG,
        bag_value: tagged(CertBag {
            cert_id: X509,
            cert_value: tagged(OctetString::new(certificate)?),
        }),
        bag_attributes: SetOfVec::try_from(vec![
            attribute(FRIENDLY_NAME, &BmpString::from_utf8(ALIAS)?)?,
            attribute(TRUSTED_KEY_USAGE, &ANY_USAGE)?,
        ])?,
    };
    let safes = vec![data(&vec![bag].to_der()?)?].to_der()?;
    let salt: [u8; 20] = Entropy::Os.array();
    let digest = hmac(Hash::Sha1, &[mac_key(password, &salt).as_slice()], &safes);
    let algorithm = AlgorithmIdentifierOwned { oid: SHA_1, parameters: Some(Any::null()) };
    let mac_data = MacData {
        mac: DigestInfo { algorithm, digest: OctetString::new(digest)? },
        mac_salt: OctetString::new(salt)?,
        iterations: ITERATIONS,
    };
    Pfx { version: 3, auth_safe: data(&safes)?, mac_data }.to_der()
}

fn data(bytes: &[u8]) -> der::Result<ContentInfo> {
    Ok(ContentInfo { content_type: DATA, content: tagged(OctetString::new(bytes)?) })
}

fn tagged<T>(value: T) -> ContextSpecific<T> {
    ContextSpecific { tag_number: TagNumber(0), tag_mode: TagMode::Explicit, value }
}

fn attribute(oid: ObjectIdentifier, value: &(impl EncodeValue + Tagged)) -> der::Result<Attribute> {
    Ok(Attribute { oid, values: SetOfVec::try_from(vec![Any::encode_from(value)?])? })
}

/// The MAC key: RFC 7292, appendix B.2, for purpose 3 and 20 bytes, which is one digest.
fn mac_key(password: &str, salt: &[u8]) -> Zeroizing<[u8; 20]> {
    const BLOCK: usize = 64;
    let password: Zeroizing<Vec<u8>> =
        Zeroizing::new(password.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect());
    let mut text = Zeroizing::new(vec![3; BLOCK]);
    for part in [salt, &password] {
        let length = part.len().next_multiple_of(BLOCK);
        text.extend(part.iter().cycle().take(length));
    }
    let mut key: Zeroizing<[u8; 20]> = Zeroizing::new(Sha1::digest(text.as_slice()).into());
    for _ in 1..ITERATIONS {
        key = Zeroizing::new(Sha1::digest(key.as_slice()).into());
    }
    key
}
