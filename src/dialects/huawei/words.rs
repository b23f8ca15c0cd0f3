//! Words of the document and of the SDKs, and the values that they stand for.

use crate::algorithms::asymmetric::{Encryption, PairSpec, Signing};
use crate::algorithms::mac::Hash;
use crate::algorithms::specs::Form;
use crate::dialects::wire::values::{Malformed, parsed};
use crate::dialects::wire::words::words;
use crate::model::{self, KeySpec, KeyState, KeyUsage, MacSpec, SymmetricSpec};

words! {
    /// Where a key's material comes from.
    Origin(model::Origin), origin_word:
        "kms" [model::Origin::Service]
        "external" [model::Origin::External]
}

words! {
    /// What a key may be used for.
    Usage(KeyUsage), usage_word:
        "ENCRYPT_DECRYPT" [KeyUsage::EncryptDecrypt]
        "SIGN_VERIFY" [KeyUsage::SignVerify]
        "GENERATE_VERIFY_MAC" [KeyUsage::GenerateVerifyMac]
        "KEY_AGREEMENT" [KeyUsage::KeyAgreement]
}

words! {
    /// The state of keys that are listed. No key is in the state that `1` stands for.
    State(Option<KeyState>):
        "1" [None]
        "2" [Some(KeyState::Enabled)]
        "3" [Some(KeyState::Disabled)]
        "4" [Some(KeyState::PendingDeletion)]
        "5" [Some(KeyState::PendingImport)]
}

words! { fn state_word(KeyState):
    "2" [KeyState::Enabled]
    "3" [KeyState::Disabled | KeyState::Archived]
    "4" [KeyState::PendingDeletion]
    "5" [KeyState::PendingImport]
}

/// The types of keys by their words.
const SPECS: &[(&str, KeySpec)] = &[
    ("AES_256", KeySpec::Symmetric(SymmetricSpec::Aes256)),
    ("SM4", KeySpec::Symmetric(SymmetricSpec::Sm4)),
    ("RSA_2048", KeySpec::Pair(PairSpec::Rsa2048)),
    ("RSA_3072", KeySpec::Pair(PairSpec::Rsa3072)),
    ("RSA_4096", KeySpec::Pair(PairSpec::Rsa4096)),
    ("EC_P256", KeySpec::Pair(PairSpec::EcP256)),
    ("EC_P384", KeySpec::Pair(PairSpec::EcP384)),
    ("SECP256K1", KeySpec::Pair(PairSpec::EcP256K)),
    ("SM2", KeySpec::Pair(PairSpec::EcSm2)),
    ("ED25519", KeySpec::Pair(PairSpec::Ed25519)),
    ("HMAC_256", KeySpec::Mac(MacSpec::Hmac256)),
    ("HMAC_384", KeySpec::Mac(MacSpec::Hmac384)),
    ("HMAC_512", KeySpec::Mac(MacSpec::Hmac512)),
    ("HMAC_SM3", KeySpec::Mac(MacSpec::HmacSm3)),
];

/// The type of a key.
#[derive(Clone, Copy)]
pub(super) struct Spec(pub(super) KeySpec);

parsed!(Spec, Open, |word: String| spec(&word).map(Self));

/// The type of key for its word.
pub(super) fn spec(word: &str) -> Option<KeySpec> {
    find(SPECS, word)
}

/// The word for a type of key.
pub(super) fn spec_word(spec: KeySpec) -> Option<&'static str> {
    SPECS.iter().find(|(_, it)| *it == spec).map(|(word, _)| *word)
}

/// A value for its word in a table.
fn find<T: Copy>(table: &[(&str, T)], word: &str) -> Option<T> {
    table.iter().find(|(it, _)| *it == word).map(|(_, value)| *value)
}

/// How messages are signed, for its word.
pub(super) fn signing(word: &str) -> Option<Signing> {
    const SIGNINGS: &[(&str, Signing)] = &[
        ("RSASSA_PSS_SHA_256", Signing::RsaPss),
        ("RSASSA_PSS_SHA_384", Signing::RsaPssSha384),
        ("RSASSA_PSS_SHA_512", Signing::RsaPssSha512),
        ("RSASSA_PKCS1_V1_5_SHA_256", Signing::RsaPkcs1),
        ("RSASSA_PKCS1_V1_5_SHA_384", Signing::RsaPkcs1Sha384),
        ("RSASSA_PKCS1_V1_5_SHA_512", Signing::RsaPkcs1Sha512),
        ("ECDSA_SHA_256", Signing::Ecdsa),
        ("ECDSA_SHA_384", Signing::EcdsaSha384),
        ("SM2DSA_SM3", Signing::Sm2),
        ("ED25519_SHA_512", Signing::Ed25519),
        ("ED25519_PH_SHA_512", Signing::Ed25519Ph),
    ];
    find(SIGNINGS, word)
}

/// The word of a signature that no key makes. It belongs to a curve that the service does not have.
pub(super) const NO_SIGNING: &str = "ECDSA_SHA_512";

/// How data is encrypted: with a symmetric key (`None`), or to a key pair.
const ENCRYPTIONS: &[(&str, Option<Encryption>)] = &[
    ("SYMMETRIC_DEFAULT", None),
    ("RSAES_OAEP_SHA_1", Some(Encryption::RsaOaepSha1)),
    ("RSAES_OAEP_SHA_256", Some(Encryption::RsaOaepSha256)),
    ("SM2_ENCRYPT", Some(Encryption::Sm2(Form::Der))),
];

/// How data is encrypted, for its word. `None` is for symmetric keys.
pub(super) fn encryption(word: &str) -> Result<Option<Encryption>, Malformed> {
    find(ENCRYPTIONS, word).ok_or(Malformed)
}

/// The word of how data is encrypted.
pub(super) fn encryption_word(value: Option<Encryption>) -> &'static str {
    ENCRYPTIONS.iter().find(|(_, it)| *it == value).map_or("", |(word, _)| word)
}

/// How message authentication codes are made, for its word.
pub(super) fn mac(word: &str) -> Option<Hash> {
    const MACS: &[(&str, Hash)] = &[
        ("HMAC_SHA_256", Hash::Sha256),
        ("HMAC_SHA_384", Hash::Sha384),
        ("HMAC_SHA_512", Hash::Sha512),
        ("HMAC_SM3", Hash::Sm3),
    ];
    find(MACS, word)
}

/// The kind of an RSA data-key pair for its word.
pub(super) fn rsa_pair(word: &str) -> Option<PairSpec> {
    const RSA: &[(&str, PairSpec)] = &[
        ("RSA_2048", PairSpec::Rsa2048),
        ("RSA_3072", PairSpec::Rsa3072),
        ("RSA_4096", PairSpec::Rsa4096),
    ];
    find(RSA, word)
}

/// The kind of an elliptic-curve data-key pair for its word. The words are not those of keys.
pub(super) fn ec_pair(word: &str) -> Option<PairSpec> {
    const CURVES: &[(&str, PairSpec)] = &[
        ("ECC_NIST_P256", PairSpec::EcP256),
        ("ECC_NIST_P384", PairSpec::EcP384),
        ("ECC_SECG_P256K1", PairSpec::EcP256K),
        ("SM2", PairSpec::EcSm2),
    ];
    find(CURVES, word)
}
