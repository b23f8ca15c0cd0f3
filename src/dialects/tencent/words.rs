//! The words of the document for what keys are.

use crate::algorithms::asymmetric::{Encryption, PairSpec, Signing};
use crate::algorithms::specs::Form;
use crate::model::{Key, KeySpec, KeyState, KeyUsage, Origin, SymmetricSpec};

/// What a key is for: the document's word, the algorithm's word in `ListAlgorithms`, and whether it
/// is a pair of this kind. The words of the two post-quantum kinds are published nowhere: these say
/// what the algorithms are.
pub(super) const USAGES: &[(&str, &str, PairSpec, KeyUsage)] = &[
    ("ASYMMETRIC_DECRYPT_RSA_2048", "RSA_2048", PairSpec::Rsa2048, KeyUsage::EncryptDecrypt),
    ("ASYMMETRIC_DECRYPT_SM2", "SM2", PairSpec::EcSm2, KeyUsage::EncryptDecrypt),
    (
        "ASYMMETRIC_DECRYPT_ML_KEM_1024",
        "ML_KEM_1024",
        PairSpec::MlKem1024,
        KeyUsage::EncryptDecrypt,
    ),
    ("ASYMMETRIC_SIGN_VERIFY_SM2", "SM2", PairSpec::EcSm2, KeyUsage::SignVerify),
    ("ASYMMETRIC_SIGN_VERIFY_ECC", "ECC_P256_R1", PairSpec::EcP256, KeyUsage::SignVerify),
    ("ASYMMETRIC_SIGN_VERIFY_ECDSA384", "ECC_P384_R1", PairSpec::EcP384, KeyUsage::SignVerify),
    ("ASYMMETRIC_SIGN_VERIFY_RSA_2048", "RSA_2048", PairSpec::Rsa2048, KeyUsage::SignVerify),
    ("ASYMMETRIC_SIGN_VERIFY_ML_DSA_87", "ML_DSA_87", PairSpec::MlDsa87, KeyUsage::SignVerify),
];

/// The word of symmetric keys.
pub(super) const SYMMETRIC: &str = "ENCRYPT_DECRYPT";

/// Which national rules a region follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flavour {
    /// Keys are AES-256.
    Fips,
    /// Keys are SM4.
    Sm,
}

impl Flavour {
    /// The cipher of its symmetric keys.
    pub(super) fn cipher(self) -> SymmetricSpec {
        match self {
            Self::Fips => SymmetricSpec::Aes256,
            Self::Sm => SymmetricSpec::Sm4,
        }
    }
}

/// The word for what a key is for.
pub(super) fn usage(key: &Key) -> &'static str {
    let KeySpec::Pair(spec) = key.spec else { return SYMMETRIC };
    let is = |row: &&(&str, &str, PairSpec, KeyUsage)| row.2 == spec && row.3 == key.usage;
    USAGES.iter().find(is).map_or("", |row| row.0)
}

/// The kind of pair, and what it is for, that a word means.
pub(super) fn pair(word: &str) -> Option<(PairSpec, KeyUsage)> {
    USAGES.iter().find(|row| row.0 == word).map(|row| (row.2, row.3))
}

/// The kind of region that a key was made in, as a number: 2 under FIPS rules, 4 under those of the
/// SM algorithms.
pub(super) fn kind(key: &Key) -> u8 {
    match key.spec {
        KeySpec::Symmetric(SymmetricSpec::Sm4) | KeySpec::Pair(PairSpec::EcSm2) => 4,
        KeySpec::Symmetric(_) | KeySpec::Pair(_) => 2,
    }
}

/// The word for a state.
pub(super) fn state(state: KeyState) -> &'static str {
    match state {
        KeyState::Enabled => "Enabled",
        KeyState::Disabled => "Disabled",
        KeyState::PendingDeletion => "PendingDelete",
        KeyState::PendingImport => "PendingImport",
        KeyState::Archived => "Archived",
    }
}

/// The word for where a key's material comes from.
pub(super) fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Service => "TENCENT_KMS",
        Origin::External => "EXTERNAL",
    }
}

/// The algorithm that a signature's word means, with the kind of pair that has it. The document has
/// no word for P-384: this one is formed as that of P-256.
pub(super) fn signing(word: &str) -> Option<(Signing, PairSpec)> {
    Some(match word {
        "SM2DSA" => (Signing::Sm2, PairSpec::EcSm2),
        "ECC_P256_R1" => (Signing::Ecdsa, PairSpec::EcP256),
        "ECC_P384_R1" => (Signing::EcdsaSha384, PairSpec::EcP384),
        "RSA_PSS_SHA_256" => (Signing::RsaPss, PairSpec::Rsa2048),
        "RSA_PKCS1_SHA_256" => (Signing::RsaPkcs1, PairSpec::Rsa2048),
        _ => return None,
    })
}

/// The algorithm by which RSA encrypts that a word means.
pub(super) fn rsa_encryption(word: &str) -> Option<Encryption> {
    Some(match word {
        "RSAES_PKCS1_V1_5" => Encryption::RsaPkcs1,
        "RSAES_OAEP_SHA_1" => Encryption::RsaOaepSha1,
        "RSAES_OAEP_SHA_256" => Encryption::RsaOaepSha256,
        _ => return None,
    })
}

/// The algorithm by which an answer is encrypted for a caller's key. Without a word it is SM2,
/// whose raw form the service writes without the byte that marks an uncompressed point.
pub(super) fn wrapping(word: &str) -> Option<Encryption> {
    match word {
        "" | "SM2" => Some(Encryption::Sm2(Form::Bare)),
        "SM2_C1C3C2_ASN1" => Some(Encryption::Sm2(Form::Der)),
        word => rsa_encryption(word),
    }
}
