//! The document's words for usages, states, origins and algorithms.

use crate::algorithms::asymmetric::{Encryption, PairSpec, Signing};
use crate::algorithms::specs::Form;
use crate::dialects::wire::words::words;
use crate::model::{DataKeyState, Key, KeySpec, KeyState, KeyUsage, Origin, SymmetricSpec};

/// A usage of key pairs.
pub(super) struct PairUsage {
    /// The value of `KeyUsage`.
    pub(super) word: &'static str,
    /// The value of `Algorithm` in the answer of `ListAlgorithms`.
    pub(super) algorithm: &'static str,
    pub(super) spec: PairSpec,
    pub(super) usage: KeyUsage,
}

const fn decrypts(word: &'static str, algorithm: &'static str, spec: PairSpec) -> PairUsage {
    PairUsage { word, algorithm, spec, usage: KeyUsage::EncryptDecrypt }
}

const fn signs(word: &'static str, algorithm: &'static str, spec: PairSpec) -> PairUsage {
    PairUsage { word, algorithm, spec, usage: KeyUsage::SignVerify }
}

/// The usages of key pairs. No source gives the words of the two post-quantum usages; those here
/// name the algorithms.
pub(super) const PAIR_USAGES: &[PairUsage] = &[
    decrypts("ASYMMETRIC_DECRYPT_RSA_2048", "RSA_2048", PairSpec::Rsa2048),
    decrypts("ASYMMETRIC_DECRYPT_SM2", "SM2", PairSpec::EcSm2),
    decrypts("ASYMMETRIC_DECRYPT_ML_KEM_1024", "ML_KEM_1024", PairSpec::MlKem1024),
    signs("ASYMMETRIC_SIGN_VERIFY_SM2", "SM2", PairSpec::EcSm2),
    signs("ASYMMETRIC_SIGN_VERIFY_ECC", "ECC_P256_R1", PairSpec::EcP256),
    signs("ASYMMETRIC_SIGN_VERIFY_ECDSA384", "ECC_P384_R1", PairSpec::EcP384),
    signs("ASYMMETRIC_SIGN_VERIFY_RSA_2048", "RSA_2048", PairSpec::Rsa2048),
    signs("ASYMMETRIC_SIGN_VERIFY_ML_DSA_87", "ML_DSA_87", PairSpec::MlDsa87),
];

/// The `KeyUsage` of symmetric keys.
pub(super) const SYMMETRIC: &str = "ENCRYPT_DECRYPT";

/// The `KeyUsage` of a key of this kind and usage.
pub(super) fn usage_word(spec: KeySpec, usage: KeyUsage) -> &'static str {
    let KeySpec::Pair(spec) = spec else { return SYMMETRIC };
    let usage = PAIR_USAGES.iter().find(|it| it.spec == spec && it.usage == usage);
    usage.map_or("", |it| it.word)
}

/// The usage of key pairs with this `KeyUsage`.
pub(super) fn pair_usage(word: &str) -> Option<&'static PairUsage> {
    PAIR_USAGES.iter().find(|it| it.word == word)
}

/// The `Type` of a key in answers: 2 for FIPS cryptography, 4 for SM cryptography.
pub(super) fn type_number(key: &Key) -> u8 {
    match key.spec {
        KeySpec::Symmetric(SymmetricSpec::Sm4) | KeySpec::Pair(PairSpec::EcSm2) => 4,
        KeySpec::Symmetric(_) | KeySpec::Pair(_) | KeySpec::Mac(_) => 2,
    }
}

words! {
    fn state_word(KeyState):
    "Enabled" [KeyState::Enabled]
    "Disabled" [KeyState::Disabled]
    "PendingDelete" [KeyState::PendingDeletion]
    "PendingImport" [KeyState::PendingImport]
    "Archived" [KeyState::Archived]
}

words! {
    fn data_key_state_word(DataKeyState):
    "Enabled" [DataKeyState::Enabled]
    "Disabled" [DataKeyState::Disabled]
    "PendingDelete" [DataKeyState::PendingDeletion]
}

words! {
    /// The origins of key material.
    OriginWord(Origin), origin_word:
    "TENCENT_KMS" [Origin::Service]
    "EXTERNAL" [Origin::External]
}

words! {
    /// The ciphers of symmetric keys and of white-box keys.
    CipherWord(SymmetricSpec), cipher_word?:
    "AES_256" [SymmetricSpec::Aes256]
    "SM4" [SymmetricSpec::Sm4]
}

/// A signature algorithm, and the type of key pairs that have it. The document has no word for
/// P-384; this one has the form of the word for P-256.
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

/// An encryption algorithm of RSA.
pub(super) fn rsa_encryption(word: &str) -> Option<Encryption> {
    Some(match word {
        "RSAES_PKCS1_V1_5" => Encryption::RsaPkcs1,
        "RSAES_OAEP_SHA_1" => Encryption::RsaOaepSha1,
        "RSAES_OAEP_SHA_256" => Encryption::RsaOaepSha256,
        _ => return None,
    })
}

/// An algorithm that encrypts an answer for the caller's public key. The default is SM2, whose raw
/// form lacks the byte `04` of an uncompressed point.
pub(super) fn wrapping(word: &str) -> Option<Encryption> {
    match word {
        "" | "SM2" => Some(Encryption::Sm2(Form::Bare)),
        "SM2_C1C3C2_ASN1" => Some(Encryption::Sm2(Form::Der)),
        word => rsa_encryption(word),
    }
}
