//! The document's words for key types, states and algorithms.

use super::limits;
use crate::algorithms::asymmetric::{Encryption, PairSpec, Signing};
use crate::algorithms::mac::Hash;
use crate::dialects::wire::words::words;
use crate::model::{
    CertificateStatus, Creator, InstanceStatus, KeySpec, KeyState, KeyStorage, KeyUsage, MacSpec,
    Origin, ProtectionLevel, SymmetricSpec,
};

words! {
    /// The types of keys: those of the document, then newer ones. No source names those of HMAC
    /// keys.
    SpecWord(KeySpec), spec_word?:
    "Aliyun_AES_128" [KeySpec::Symmetric(SymmetricSpec::Aes128)]
    "Aliyun_AES_192" [KeySpec::Symmetric(SymmetricSpec::Aes192)]
    "Aliyun_AES_256" [KeySpec::Symmetric(SymmetricSpec::Aes256)]
    "Aliyun_SM4" [KeySpec::Symmetric(SymmetricSpec::Sm4)]
    "RSA_2048" [KeySpec::Pair(PairSpec::Rsa2048)]
    "RSA_3072" [KeySpec::Pair(PairSpec::Rsa3072)]
    "EC_P256" [KeySpec::Pair(PairSpec::EcP256)]
    "EC_P256K" [KeySpec::Pair(PairSpec::EcP256K)]
    "EC_SM2" [KeySpec::Pair(PairSpec::EcSm2)]
    "RSA_4096" [KeySpec::Pair(PairSpec::Rsa4096)]
    "HMAC_224" [KeySpec::Mac(MacSpec::Hmac224)]
    "HMAC_256" [KeySpec::Mac(MacSpec::Hmac256)]
    "HMAC_384" [KeySpec::Mac(MacSpec::Hmac384)]
    "HMAC_512" [KeySpec::Mac(MacSpec::Hmac512)]
    "HMAC_SM3" [KeySpec::Mac(MacSpec::HmacSm3)]
}

words! {
    /// The origins of key material.
    OriginWord(Origin), origin_word:
    "Aliyun_KMS" [Origin::Service]
    "EXTERNAL" [Origin::External]
}

words! {
    /// The key usages: those of the document, then that of HMAC keys, which no source names.
    UsageWord(KeyUsage), usage_word?:
    "ENCRYPT/DECRYPT" [KeyUsage::EncryptDecrypt]
    "SIGN/VERIFY" [KeyUsage::SignVerify]
    "GENERATE/VERIFY_MAC" [KeyUsage::GenerateVerifyMac]
}

words! {
    /// The levels of protection that the document lists.
    ProtectionWord(ProtectionLevel), protection_word:
    "SOFTWARE" [ProtectionLevel::Software]
    "HSM" [ProtectionLevel::Hsm]
}

words! {
    /// The signature algorithms of section 8.24.
    SigningWord(Signing):
    "RSA_PSS_SHA_256" [Signing::RsaPss]
    "RSA_PKCS1_SHA_256" [Signing::RsaPkcs1]
    "ECDSA_SHA_256" [Signing::Ecdsa]
    "SM2DSA" [Signing::Sm2]
}

words! {
    /// The algorithms of message authentication codes.
    MacWord(Hash), mac_word?:
    "HMAC_SM3" [Hash::Sm3]
    "HMAC_SHA_224" [Hash::Sha224]
    "HMAC_SHA_256" [Hash::Sha256]
    "HMAC_SHA_384" [Hash::Sha384]
    "HMAC_SHA_512" [Hash::Sha512]
}

words! {
    /// The encryption algorithms of section 8.26, which also export data keys.
    EncryptionWord(Encryption):
    "RSAES_OAEP_SHA_256" [Encryption::RsaOaepSha256]
    "RSAES_OAEP_SHA_1" [Encryption::RsaOaepSha1]
    "SM2PKE" [Encryption::Sm2(limits::SM2_CIPHERTEXT)]
}

words! {
    /// The algorithms that wrap key material: those of data keys and one more.
    WrappingWord(Encryption):
    "RSAES_PKCS1_V1_5" [Encryption::RsaPkcs1]
    "RSAES_OAEP_SHA_256" [Encryption::RsaOaepSha256]
    "RSAES_OAEP_SHA_1" [Encryption::RsaOaepSha1]
    "SM2PKE" [Encryption::Sm2(limits::SM2_CIPHERTEXT)]
}

words! {
    /// The types of public keys that wrap data keys and key material.
    WrappingSpecWord(PairSpec):
    "RSA_2048" [PairSpec::Rsa2048]
    "EC_SM2" [PairSpec::EcSm2]
}

words! {
    /// The key types of certificates, section 10.1.
    CertificateSpecWord(PairSpec):
    "RSA_2048" [PairSpec::Rsa2048]
    "EC_P256" [PairSpec::EcP256]
    "EC_SM2" [PairSpec::EcSm2]
}

words! {
    fn status_word(CertificateStatus):
    "PENDING" [CertificateStatus::Pending]
    "INACTIVE" [CertificateStatus::Inactive]
    "ACTIVE" [CertificateStatus::Active]
    "REVOKED" [CertificateStatus::Revoked]
}

words! {
    fn instance_status_word(InstanceStatus):
    "Uninitialized" [InstanceStatus::Uninitialized]
    "Connecting" [InstanceStatus::Connecting]
    "Connected" [InstanceStatus::Connected]
    "Disconnected" [InstanceStatus::Disconnected]
    "Error" [InstanceStatus::Error]
}

words! {
    /// Where an instance with hardware security modules keeps a key.
    StorageWord(KeyStorage):
    "HsmInternal" [KeyStorage::Module]
    "HsmEncryptedDatabase" [KeyStorage::Database]
}

words! {
    fn state_word(KeyState):
    "Enabled" [KeyState::Enabled]
    "Disabled" [KeyState::Disabled]
    "PendingDeletion" [KeyState::PendingDeletion]
    "PendingImport" [KeyState::PendingImport]
    "Archived" [KeyState::Archived] // No action archives a key.
}

pub(super) fn creator_words(creator: &Creator) -> (&str, &'static str) {
    match creator {
        Creator::User(name) => (name, "User"),
        Creator::Service(name) => (name, "Service"),
    }
}
