//! Certificate signatures: the algorithms (RFC 4055, RFC 5758, GB/T 33560), and the check with the
//! issuer's key. SHA-1 and RSA keys of less than 2048 bits are refused.

use aws_lc_rs::signature::{self as aws, ParsedPublicKey, VerificationAlgorithm};
use pkcs8::DecodePublicKey;
use rsa::RsaPublicKey;
use rsa::pkcs1::RsaPssParams;
use rsa::pss;
use rsa::signature::Verifier;
use rsa::traits::PublicKeyParts;
use sha2::{Sha256, Sha384, Sha512};
use x509_cert::der::Encode;
use x509_cert::der::asn1::{Any, Null};
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use crate::algorithms::asymmetric::{PairSpec, PublicKey, Signing};

pub(super) const RSA_SHA256: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const RSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
const RSA_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");
const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const MGF1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.8");
pub(super) const ECDSA_SHA256: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
const ECDSA_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.4");
pub(super) const SM2_SM3: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.501");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
const EC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");

/// The digests of RSA and ECDSA signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Sha2 {
    Sha256,
    Sha384,
    Sha512,
}

impl Sha2 {
    fn of(oid: ObjectIdentifier) -> Option<Self> {
        match oid {
            SHA256 => Some(Self::Sha256),
            SHA384 => Some(Self::Sha384),
            SHA512 => Some(Self::Sha512),
            _ => None,
        }
    }
}

/// How a certificate is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedBy {
    /// RSASSA-PKCS1-v1_5.
    RsaPkcs1(Sha2),
    /// RSASSA-PSS with the same digest in MGF1, and the salt's length in bytes.
    RsaPss(Sha2, u8),
    /// ECDSA.
    Ecdsa(Sha2),
    /// SM2 with SM3 and the default identity.
    Sm2,
}

impl SignedBy {
    /// Reads an algorithm identifier. `None` when such signatures cannot be checked.
    pub(super) fn of(algorithm: &AlgorithmIdentifierOwned) -> Option<Self> {
        let parameters = algorithm.parameters.as_ref();
        let null = parameters.is_none_or(|it| *it == Any::null());
        let by = match algorithm.oid {
            RSA_SHA256 if null => Self::RsaPkcs1(Sha2::Sha256),
            RSA_SHA384 if null => Self::RsaPkcs1(Sha2::Sha384),
            RSA_SHA512 if null => Self::RsaPkcs1(Sha2::Sha512),
            RSA_PSS => return pss_parameters(parameters?),
            ECDSA_SHA256 if parameters.is_none() => Self::Ecdsa(Sha2::Sha256),
            ECDSA_SHA384 if parameters.is_none() => Self::Ecdsa(Sha2::Sha384),
            ECDSA_SHA512 if parameters.is_none() => Self::Ecdsa(Sha2::Sha512),
            SM2_SM3 if null => Self::Sm2,
            _ => return None,
        };
        Some(by)
    }

    /// Whether `signature` is this key's signature over `text`. `None` when the key does not fit
    /// the algorithm, or is too weak.
    pub(super) fn verifies(
        self,
        key: &SubjectPublicKeyInfoOwned,
        text: &[u8],
        signature: &[u8],
    ) -> Option<bool> {
        let der = key.to_der().ok()?;
        match self {
            Self::RsaPkcs1(hash) => {
                // AWS-LC does not report a key of a refused size as such.
                strong(&der)?;
                Some(by_aws_lc(rsa_pkcs1(hash), &der, text, signature)?)
            }
            Self::RsaPss(hash, salt) => {
                let (key, salt) = (strong(&der)?, usize::from(salt));
                let signature = pss::Signature::try_from(signature).ok();
                let Some(signature) = signature else { return Some(false) };
                let verified = match hash {
                    Sha2::Sha256 => pss::VerifyingKey::<Sha256>::new_with_salt_len(key, salt)
                        .verify(text, &signature),
                    Sha2::Sha384 => pss::VerifyingKey::<Sha384>::new_with_salt_len(key, salt)
                        .verify(text, &signature),
                    Sha2::Sha512 => pss::VerifyingKey::<Sha512>::new_with_salt_len(key, salt)
                        .verify(text, &signature),
                };
                Some(verified.is_ok())
            }
            Self::Ecdsa(hash) => by_aws_lc(ecdsa(curve(key)?, hash)?, &der, text, signature),
            Self::Sm2 => {
                let key = PublicKey::read(PairSpec::EcSm2, &der).ok()?;
                key.verifies(Signing::Sm2, &key.digest(Signing::Sm2, text), signature).ok()
            }
        }
    }
}

/// Reads an RSA key whose size is strong enough, and supported by both libraries.
fn strong(der: &[u8]) -> Option<RsaPublicKey> {
    let key = RsaPublicKey::from_public_key_der(der).ok()?;
    (2048..=8192).contains(&key.n().bits()).then_some(key)
}

fn by_aws_lc(
    how: &'static dyn VerificationAlgorithm,
    der: &[u8],
    text: &[u8],
    signature: &[u8],
) -> Option<bool> {
    let key = ParsedPublicKey::new(how, der).ok()?;
    Some(key.verify_sig(text, signature).is_ok())
}

fn rsa_pkcs1(hash: Sha2) -> &'static dyn VerificationAlgorithm {
    match hash {
        Sha2::Sha256 => &aws::RSA_PKCS1_2048_8192_SHA256,
        Sha2::Sha384 => &aws::RSA_PKCS1_2048_8192_SHA384,
        Sha2::Sha512 => &aws::RSA_PKCS1_2048_8192_SHA512,
    }
}

fn ecdsa(curve: ObjectIdentifier, hash: Sha2) -> Option<&'static dyn VerificationAlgorithm> {
    Some(match (curve, hash) {
        (P256, Sha2::Sha256) => &aws::ECDSA_P256_SHA256_ASN1,
        (P256, Sha2::Sha384) => &aws::ECDSA_P256_SHA384_ASN1,
        (P256, Sha2::Sha512) => &aws::ECDSA_P256_SHA512_ASN1,
        (P384, Sha2::Sha256) => &aws::ECDSA_P384_SHA256_ASN1,
        (P384, Sha2::Sha384) => &aws::ECDSA_P384_SHA384_ASN1,
        (P384, Sha2::Sha512) => &aws::ECDSA_P384_SHA512_ASN1,
        (P521, Sha2::Sha256) => &aws::ECDSA_P521_SHA256_ASN1,
        (P521, Sha2::Sha384) => &aws::ECDSA_P521_SHA384_ASN1,
        (P521, Sha2::Sha512) => &aws::ECDSA_P521_SHA512_ASN1,
        _ => return None,
    })
}

/// The named curve of an elliptic-curve key.
fn curve(key: &SubjectPublicKeyInfoOwned) -> Option<ObjectIdentifier> {
    if key.algorithm.oid != EC_KEY {
        return None;
    }
    key.algorithm.parameters.as_ref()?.decode_as().ok()
}

/// RFC 4055 section 3.1. The same digest must be used everywhere; the salt's length is free.
fn pss_parameters(parameters: &Any) -> Option<SignedBy> {
    let parameters: RsaPssParams<Any> = parameters.decode_as().ok()?;
    let hash = Sha2::of(parameters.hash.oid)?;
    let mask = parameters.mask_gen;
    let same = mask.oid == MGF1 && Sha2::of(mask.parameters?.oid) == Some(hash);
    let plain = parameters.hash.parameters.is_none_or(|it| it.decode_as::<Null>().is_ok());
    (same && plain).then_some(SignedBy::RsaPss(hash, parameters.salt_len))
}
