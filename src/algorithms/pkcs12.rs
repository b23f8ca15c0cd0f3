//! PKCS #12 containers (RFC 7292) with one certificate and its private key, as OpenSSL 1 wrote them
//! by default: triple DES and a MAC with SHA-1. The libraries of old clients read nothing newer,
//! and some expect the certificate first. The password is all that protects such a container.

use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeEncrypt, KeyIvInit};
use der::oid::ObjectIdentifier;
use der::{Encode, Length};
use des::TdesEde3;
use rand_core::CryptoRng;
use sha1::{Digest, Sha1};
use zeroize::Zeroizing;

use super::mac::{Hash, hmac};
use super::{Error, unsupported};

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const ENCRYPTED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.6");
/// `pbeWithSHAAnd3-KeyTripleDES-CBC`.
const TRIPLE_DES: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.3");
const KEY_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.2");
const CERTIFICATE_BAG: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.3");
const X509_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.22.1");
const LOCAL_KEY_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.21");
const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");

const OCTET_STRING: u8 = 0x04;
const NULL: u8 = 0x05;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
/// `[0]`, implicit and primitive.
const IMPLICIT: u8 = 0x80;
/// `[0]`, explicit.
const EXPLICIT: u8 = 0xa0;

/// The rounds of each key derivation: OpenSSL's default.
const ROUNDS: u16 = 2048;

/// Makes a container with a certificate in DER and its private key in PKCS #8.
///
/// # Errors
/// [`Error::Unsupported`] when the parts are far too long.
pub fn write(
    certificate: &[u8],
    pkcs8: &[u8],
    password: &str,
    rng: &mut dyn CryptoRng,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    // The password in UTF-16 with a zero at its end (RFC 7292 appendix B.1).
    let password: Zeroizing<Vec<u8>> =
        Zeroizing::new(password.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect());
    contain(certificate, pkcs8, &password, rng).map(Zeroizing::new).map_err(unsupported)
}

fn contain(
    certificate: &[u8],
    pkcs8: &[u8],
    password: &[u8],
    rng: &mut dyn CryptoRng,
) -> der::Result<Vec<u8>> {
    // Java finds the key's certificate by it.
    let identifier = element(OCTET_STRING, &[&Sha1::digest(certificate)])?;
    let identifier = element(SEQUENCE, &[&oid(LOCAL_KEY_ID)?, &element(SET, &[&identifier])?])?;
    let attributes = element(SET, &[&identifier])?;
    let bag = |kind, content: &[u8]| {
        let bag = element(SEQUENCE, &[&oid(kind)?, &explicit(content)?, &attributes])?;
        element(SEQUENCE, &[&bag])
    };

    let certificate = explicit(&element(OCTET_STRING, &[certificate])?)?;
    let certificate = element(SEQUENCE, &[&oid(X509_CERTIFICATE)?, &certificate])?;
    let (algorithm, sealed) = encrypt(&bag(CERTIFICATE_BAG, &certificate)?, password, rng)?;
    let sealed = element(IMPLICIT, &[&sealed])?;
    let sealed = element(SEQUENCE, &[&oid(DATA)?, &algorithm, &sealed])?;
    let sealed = element(SEQUENCE, &[&number(0)?, &sealed])?;
    let first = element(SEQUENCE, &[&oid(ENCRYPTED_DATA)?, &explicit(&sealed)?])?;

    let (algorithm, sealed) = encrypt(pkcs8, password, rng)?;
    let sealed = element(SEQUENCE, &[&algorithm, &element(OCTET_STRING, &[&sealed])?])?;
    let second = data(&bag(KEY_BAG, &sealed)?)?;

    let safe = element(SEQUENCE, &[&first, &second])?;
    let salt = salt(rng);
    let key: Zeroizing<[u8; 20]> = derive(Purpose::Mac, password, &salt);
    let mac = element(OCTET_STRING, &[&hmac(Hash::Sha1, &[&*key], &safe)])?;
    let sha1 = element(SEQUENCE, &[&oid(SHA1)?, &element(NULL, &[])?])?;
    let mac = element(SEQUENCE, &[&sha1, &mac])?;
    let mac = element(SEQUENCE, &[&mac, &element(OCTET_STRING, &[&salt])?, &number(ROUNDS)?])?;
    element(SEQUENCE, &[&number(3)?, &data(&safe)?, &mac])
}

/// An element of DER with this tag.
fn element(tag: u8, content: &[&[u8]]) -> der::Result<Vec<u8>> {
    let len = content.iter().map(|part| part.len()).sum::<usize>();
    let mut der = vec![tag];
    Length::try_from(len)?.encode_to_vec(&mut der)?;
    der.extend(content.iter().copied().flatten());
    Ok(der)
}

fn explicit(content: &[u8]) -> der::Result<Vec<u8>> {
    element(EXPLICIT, &[content])
}

fn oid(oid: ObjectIdentifier) -> der::Result<Vec<u8>> {
    oid.to_der()
}

fn number(number: u16) -> der::Result<Vec<u8>> {
    number.to_der()
}

/// A `ContentInfo` with plain data.
fn data(content: &[u8]) -> der::Result<Vec<u8>> {
    let content = element(OCTET_STRING, &[content])?;
    element(SEQUENCE, &[&oid(DATA)?, &explicit(&content)?])
}

fn salt(rng: &mut dyn CryptoRng) -> [u8; 8] {
    let mut salt = [0; 8];
    rng.fill_bytes(&mut salt);
    salt
}

/// Encrypts a text. Returns the identifier of the algorithm with its parameters, and the
/// ciphertext.
fn encrypt(
    text: &[u8],
    password: &[u8],
    rng: &mut dyn CryptoRng,
) -> der::Result<(Vec<u8>, Vec<u8>)> {
    let salt = salt(rng);
    let key: Zeroizing<[u8; 24]> = derive(Purpose::Key, password, &salt);
    let iv: Zeroizing<[u8; 8]> = derive(Purpose::Iv, password, &salt);
    let parameters = element(SEQUENCE, &[&element(OCTET_STRING, &[&salt])?, &number(ROUNDS)?])?;
    let algorithm = element(SEQUENCE, &[&oid(TRIPLE_DES)?, &parameters])?;
    let mode = cbc::Encryptor::<TdesEde3>::new((&*key).into(), (&*iv).into());
    Ok((algorithm, mode.encrypt_padded_vec::<Pkcs7>(text)))
}

/// What derived bytes are for.
#[derive(Clone, Copy)]
enum Purpose {
    Key = 1,
    Iv = 2,
    Mac = 3,
}

/// The block of SHA-1, in bytes.
const BLOCK: usize = 64;

/// Bytes derived from a password, by SHA-1 (RFC 7292 appendix B.2).
fn derive<const LEN: usize>(
    purpose: Purpose,
    password: &[u8],
    salt: &[u8],
) -> Zeroizing<[u8; LEN]> {
    let repeated = |text: &[u8]| -> Vec<u8> {
        text.iter().copied().cycle().take(text.len().next_multiple_of(BLOCK)).collect()
    };
    let mut input = Zeroizing::new([repeated(salt), repeated(password)].concat());
    let mut derived = Zeroizing::new([0; LEN]);
    for part in derived.chunks_mut(20) {
        let digest = Sha1::new().chain_update([purpose as u8; BLOCK]).chain_update(&*input);
        let mut bytes = digest.finalize();
        for _ in 1..ROUNDS {
            bytes = Sha1::digest(bytes);
        }
        part.copy_from_slice(&bytes[..part.len()]);
        for block in input.chunks_mut(BLOCK) {
            // The block and the digest, repeated to its length, are added as numbers, with one.
            let mut carry = 1_u16;
            for (byte, other) in block.iter_mut().rev().zip((0..BLOCK).rev()) {
                carry += u16::from(*byte) + u16::from(bytes[other % bytes.len()]);
                *byte = (carry & 0xff) as u8;
                carry >>= 8;
            }
        }
    }
    derived
}
