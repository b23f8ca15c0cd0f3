//! The kinds of keys, and what keys are used for.

use serde::{Deserialize, Serialize};

use super::texts::texts;
use crate::algorithms::asymmetric::PairSpec;
use crate::algorithms::mac::Hash;

/// The cipher of a symmetric key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SymmetricSpec {
    /// AES, 128 bits.
    Aes128,
    /// AES, 192 bits.
    Aes192,
    /// AES, 256 bits.
    Aes256,
    /// SM4 (GB/T 32907), 128 bits.
    Sm4,
}

impl SymmetricSpec {
    /// The length of the key material, in bytes.
    #[must_use]
    pub const fn material_len(self) -> usize {
        match self {
            Self::Aes128 | Self::Sm4 => 16,
            Self::Aes192 => 24,
            Self::Aes256 => 32,
        }
    }
}

/// The kind of a key for message authentication codes, by HMAC (RFC 2104).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MacSpec {
    /// HMAC with SHA-224, 224 bits.
    Hmac224,
    /// HMAC with SHA-256, 256 bits.
    Hmac256,
    /// HMAC with SHA-384, 384 bits.
    Hmac384,
    /// HMAC with SHA-512, 512 bits.
    Hmac512,
    /// HMAC with SM3, 256 bits.
    HmacSm3,
}

impl MacSpec {
    /// The digest that the codes are made with.
    #[must_use]
    pub const fn hash(self) -> Hash {
        match self {
            Self::Hmac224 => Hash::Sha224,
            Self::Hmac256 => Hash::Sha256,
            Self::Hmac384 => Hash::Sha384,
            Self::Hmac512 => Hash::Sha512,
            Self::HmacSm3 => Hash::Sm3,
        }
    }

    /// The length of the key material, in bytes: that of the digest (RFC 2104 section 3).
    #[must_use]
    pub const fn material_len(self) -> usize {
        self.hash().digest_len()
    }
}

/// The kind of key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeySpec {
    /// A symmetric key. The newest version encrypts.
    Symmetric(SymmetricSpec),
    /// A key pair. Each use names the version.
    Pair(PairSpec),
    /// A key for message authentication codes. The newest version makes them.
    Mac(MacSpec),
}

impl KeySpec {
    /// Whether keys of this kind can be used for this.
    #[must_use]
    pub fn serves(self, usage: KeyUsage) -> bool {
        match (self, usage) {
            (Self::Symmetric(_), KeyUsage::EncryptDecrypt)
            | (Self::Mac(_), KeyUsage::GenerateVerifyMac) => true,
            (Self::Pair(pair), KeyUsage::EncryptDecrypt) => pair.encrypts(),
            (Self::Pair(pair), KeyUsage::SignVerify) => pair.signs(),
            (Self::Pair(pair), KeyUsage::KeyAgreement) => pair.agrees(),
            (Self::Symmetric(_) | Self::Mac(_) | Self::Pair(_), _) => false,
        }
    }

    /// What a key of this kind is used for if its owner does not say: to encrypt, where it can.
    #[must_use]
    pub fn default_usage(self) -> KeyUsage {
        match self {
            Self::Symmetric(_) => KeyUsage::EncryptDecrypt,
            Self::Mac(_) => KeyUsage::GenerateVerifyMac,
            Self::Pair(pair) if pair.encrypts() => KeyUsage::EncryptDecrypt,
            Self::Pair(_) => KeyUsage::SignVerify,
        }
    }
}

/// The names of key kinds in records.
const SPECS: [(KeySpec, &str); 19] = [
    (KeySpec::Symmetric(SymmetricSpec::Aes128), "aes-128"),
    (KeySpec::Symmetric(SymmetricSpec::Aes192), "aes-192"),
    (KeySpec::Symmetric(SymmetricSpec::Aes256), "aes-256"),
    (KeySpec::Symmetric(SymmetricSpec::Sm4), "sm4"),
    (KeySpec::Pair(PairSpec::Rsa2048), "rsa-2048"),
    (KeySpec::Pair(PairSpec::Rsa3072), "rsa-3072"),
    (KeySpec::Pair(PairSpec::Rsa4096), "rsa-4096"),
    (KeySpec::Pair(PairSpec::EcP256), "ec-p256"),
    (KeySpec::Pair(PairSpec::EcP256K), "ec-p256k"),
    (KeySpec::Pair(PairSpec::EcP384), "ec-p384"),
    (KeySpec::Pair(PairSpec::EcSm2), "ec-sm2"),
    (KeySpec::Pair(PairSpec::Ed25519), "ed25519"),
    (KeySpec::Pair(PairSpec::MlKem1024), "ml-kem-1024"),
    (KeySpec::Pair(PairSpec::MlDsa87), "ml-dsa-87"),
    (KeySpec::Mac(MacSpec::Hmac224), "hmac-224"),
    (KeySpec::Mac(MacSpec::Hmac256), "hmac-256"),
    (KeySpec::Mac(MacSpec::Hmac384), "hmac-384"),
    (KeySpec::Mac(MacSpec::Hmac512), "hmac-512"),
    (KeySpec::Mac(MacSpec::HmacSm3), "hmac-sm3"),
];

impl std::fmt::Display for KeySpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = SPECS.iter().find(|(it, _)| it == self).map_or("", |(_, word)| word);
        f.write_str(word)
    }
}

texts! { KeySpec: |text| SPECS.iter().find(|(_, it)| *it == text).map(|(spec, _)| *spec) }

/// The kind of a pair, stored like a [`KeySpec`].
pub(super) mod pair {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{KeySpec, PairSpec};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
    pub(crate) fn serialize<S: Serializer>(spec: &PairSpec, to: S) -> Result<S::Ok, S::Error> {
        KeySpec::Pair(*spec).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PairSpec, D::Error> {
        match KeySpec::deserialize(from)? {
            KeySpec::Pair(spec) => Ok(spec),
            KeySpec::Symmetric(_) | KeySpec::Mac(_) => Err(D::Error::custom("not a pair")),
        }
    }
}

/// A symmetric key's spec, stored as a key's.
pub(super) mod symmetric {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{KeySpec, SymmetricSpec};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
    pub(crate) fn serialize<S: Serializer>(it: &SymmetricSpec, to: S) -> Result<S::Ok, S::Error> {
        KeySpec::Symmetric(*it).serialize(to)
    }

    pub(crate) fn deserialize<'de, D>(from: D) -> Result<SymmetricSpec, D::Error>
    where
        D: Deserializer<'de>,
    {
        match KeySpec::deserialize(from)? {
            KeySpec::Symmetric(spec) => Ok(spec),
            KeySpec::Pair(_) | KeySpec::Mac(_) => Err(D::Error::custom("not symmetric")),
        }
    }
}

/// What a key may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyUsage {
    /// To encrypt and decrypt.
    EncryptDecrypt,
    /// To sign and verify.
    SignVerify,
    /// To make and verify message authentication codes.
    GenerateVerifyMac,
    /// To agree on secrets with the owners of other pairs.
    KeyAgreement,
}
