//! The document's words: what it calls the types of keys, their states and the algorithms.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde::de::value::{Error, StrDeserializer};

use super::limits;
use crate::algorithms::asymmetric::{Encryption, PairSpec, Signing};
use crate::model::{
    CertificateStatus, Creator, KeySpec, KeyState, KeyUsage, Origin, ProtectionLevel, SymmetricSpec,
};

/// The types of keys that the document lists.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[expect(non_camel_case_types, reason = "these are the document's words")]
pub(super) enum SpecWord {
    #[default]
    Aliyun_AES_256,
    Aliyun_AES_128,
    Aliyun_AES_192,
    Aliyun_SM4,
    RSA_2048,
    RSA_3072,
    EC_P256,
    EC_P256K,
    EC_SM2,
}

impl From<SpecWord> for KeySpec {
    fn from(word: SpecWord) -> Self {
        match word {
            SpecWord::Aliyun_AES_256 => Self::Symmetric(SymmetricSpec::Aes256),
            SpecWord::Aliyun_AES_128 => Self::Symmetric(SymmetricSpec::Aes128),
            SpecWord::Aliyun_AES_192 => Self::Symmetric(SymmetricSpec::Aes192),
            SpecWord::Aliyun_SM4 => Self::Symmetric(SymmetricSpec::Sm4),
            SpecWord::RSA_2048 => Self::Pair(PairSpec::Rsa2048),
            SpecWord::RSA_3072 => Self::Pair(PairSpec::Rsa3072),
            SpecWord::EC_P256 => Self::Pair(PairSpec::EcP256),
            SpecWord::EC_P256K => Self::Pair(PairSpec::EcP256K),
            SpecWord::EC_SM2 => Self::Pair(PairSpec::EcSm2),
        }
    }
}

/// The key types of this cloud, with the document's words.
const SPECS: [(KeySpec, &str); 9] = [
    (KeySpec::Symmetric(SymmetricSpec::Aes128), "Aliyun_AES_128"),
    (KeySpec::Symmetric(SymmetricSpec::Aes192), "Aliyun_AES_192"),
    (KeySpec::Symmetric(SymmetricSpec::Aes256), "Aliyun_AES_256"),
    (KeySpec::Symmetric(SymmetricSpec::Sm4), "Aliyun_SM4"),
    (KeySpec::Pair(PairSpec::Rsa2048), "RSA_2048"),
    (KeySpec::Pair(PairSpec::Rsa3072), "RSA_3072"),
    (KeySpec::Pair(PairSpec::EcP256), "EC_P256"),
    (KeySpec::Pair(PairSpec::EcP256K), "EC_P256K"),
    (KeySpec::Pair(PairSpec::EcSm2), "EC_SM2"),
];

/// Whether this cloud has keys of this type.
pub(super) fn has_spec(spec: KeySpec) -> bool {
    SPECS.iter().any(|(it, _)| *it == spec)
}

/// The document's word for a key type. It is empty for a type that this cloud does not have.
pub(super) fn spec_word(spec: KeySpec) -> &'static str {
    SPECS.iter().find(|(it, _)| *it == spec).map_or("", |(_, word)| word)
}

/// Where key material comes from.
#[derive(Clone, Copy, Deserialize)]
pub(super) enum OriginWord {
    #[serde(rename = "Aliyun_KMS")]
    Service,
    #[serde(rename = "EXTERNAL")]
    External,
}

impl From<OriginWord> for Origin {
    fn from(word: OriginWord) -> Self {
        match word {
            OriginWord::Service => Self::Service,
            OriginWord::External => Self::External,
        }
    }
}

/// What a word of the document stands for, if it is one.
pub(super) fn read<W: DeserializeOwned, T: From<W>>(word: &str) -> Option<T> {
    W::deserialize(StrDeserializer::<Error>::new(word)).ok().map(T::from)
}

/// The signature algorithms of section 8.24.
#[derive(Clone, Copy, Deserialize)]
#[expect(non_camel_case_types, reason = "these are the document's words")]
pub(super) enum SigningWord {
    RSA_PSS_SHA_256,
    RSA_PKCS1_SHA_256,
    ECDSA_SHA_256,
    SM2DSA,
}

impl From<SigningWord> for Signing {
    fn from(word: SigningWord) -> Self {
        match word {
            SigningWord::RSA_PSS_SHA_256 => Self::RsaPss,
            SigningWord::RSA_PKCS1_SHA_256 => Self::RsaPkcs1,
            SigningWord::ECDSA_SHA_256 => Self::Ecdsa,
            SigningWord::SM2DSA => Self::Sm2,
        }
    }
}

/// The encryption algorithms of section 8.26; data keys are exported with the same.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[expect(non_camel_case_types, reason = "these are the document's words")]
pub(super) enum EncryptionWord {
    RSAES_OAEP_SHA_256,
    RSAES_OAEP_SHA_1,
    SM2PKE,
}

impl From<EncryptionWord> for Encryption {
    fn from(word: EncryptionWord) -> Self {
        match word {
            EncryptionWord::RSAES_OAEP_SHA_256 => Self::RsaOaepSha256,
            EncryptionWord::RSAES_OAEP_SHA_1 => Self::RsaOaepSha1,
            EncryptionWord::SM2PKE => Self::Sm2(limits::SM2_CIPHERTEXT),
        }
    }
}

/// The types of public keys that data keys and key material are wrapped with.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[expect(non_camel_case_types, reason = "these are the document's words")]
pub(super) enum WrappingSpecWord {
    RSA_2048,
    EC_SM2,
}

impl From<WrappingSpecWord> for PairSpec {
    fn from(word: WrappingSpecWord) -> Self {
        match word {
            WrappingSpecWord::RSA_2048 => Self::Rsa2048,
            WrappingSpecWord::EC_SM2 => Self::EcSm2,
        }
    }
}

/// The levels of protection that the document lists.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(super) enum ProtectionWord {
    #[default]
    #[serde(rename = "SOFTWARE")]
    Software,
    #[serde(rename = "HSM")]
    Hsm,
}

impl From<ProtectionWord> for ProtectionLevel {
    fn from(word: ProtectionWord) -> Self {
        match word {
            ProtectionWord::Software => Self::Software,
            ProtectionWord::Hsm => Self::Hsm,
        }
    }
}

/// The types of keys that certificates have, section 10.1.
#[derive(Clone, Copy, Debug, Deserialize)]
#[expect(non_camel_case_types, reason = "these are the document's words")]
pub(super) enum CertificateSpecWord {
    RSA_2048,
    EC_P256,
    EC_SM2,
}

impl From<CertificateSpecWord> for PairSpec {
    fn from(word: CertificateSpecWord) -> Self {
        match word {
            CertificateSpecWord::RSA_2048 => Self::Rsa2048,
            CertificateSpecWord::EC_P256 => Self::EcP256,
            CertificateSpecWord::EC_SM2 => Self::EcSm2,
        }
    }
}

pub(super) fn status_word(status: CertificateStatus) -> &'static str {
    match status {
        CertificateStatus::Pending => "PENDING",
        CertificateStatus::Inactive => "INACTIVE",
        CertificateStatus::Active => "ACTIVE",
        CertificateStatus::Revoked => "REVOKED",
    }
}

pub(super) fn state_word(state: KeyState) -> &'static str {
    match state {
        KeyState::Enabled => "Enabled",
        KeyState::Disabled => "Disabled",
        KeyState::PendingDeletion => "PendingDeletion",
        KeyState::PendingImport => "PendingImport",
    }
}

pub(super) fn usage_word(usage: KeyUsage) -> &'static str {
    match usage {
        KeyUsage::EncryptDecrypt => "ENCRYPT/DECRYPT",
        KeyUsage::SignVerify => "SIGN/VERIFY",
    }
}

pub(super) fn origin_word(origin: Origin) -> &'static str {
    match origin {
        Origin::Service => "Aliyun_KMS",
        Origin::External => "EXTERNAL",
    }
}

pub(super) fn protection_word(protection: ProtectionLevel) -> &'static str {
    match protection {
        ProtectionLevel::Software => "SOFTWARE",
        ProtectionLevel::Hsm => "HSM",
    }
}

pub(super) fn creator_words(creator: &Creator) -> (&str, &'static str) {
    match creator {
        Creator::User(name) => (name, "User"),
        Creator::Service(name) => (name, "Service"),
    }
}
