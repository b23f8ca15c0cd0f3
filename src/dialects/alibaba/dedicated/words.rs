//! The gateway's words for algorithms, formats and kinds of messages.

use serde::Deserialize;

use crate::algorithms::asymmetric::{Encryption, PairSpec, Signing};
use crate::algorithms::block_modes::Padding;
use crate::algorithms::mac::Hash;
use crate::algorithms::symmetric::Cipher;
use crate::dialects::alibaba::limits;
use crate::dialects::wire::words::words;
use crate::model::KeySpec;

/// How a key encrypts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// Its cipher in Galois/Counter Mode.
    Gcm(Cipher),
    /// Its cipher in Cipher Block Chaining mode.
    Cbc(Cipher),
    /// Its cipher in Electronic Codebook mode.
    Ecb(Cipher),
    /// The public key of a pair.
    Pair(Encryption),
}

words! {
    /// How a key encrypts.
    MethodWord(Method), method_word?:
    "AES_GCM" [Method::Gcm(Cipher::Aes)]
    "AES_CBC" [Method::Cbc(Cipher::Aes)]
    "AES_ECB" [Method::Ecb(Cipher::Aes)]
    "SM4_GCM" [Method::Gcm(Cipher::Sm4)]
    "SM4_CBC" [Method::Cbc(Cipher::Sm4)]
    "SM4_ECB" [Method::Ecb(Cipher::Sm4)]
    "RSAES_OAEP_SHA_256" [Method::Pair(Encryption::RsaOaepSha256)]
    "RSAES_OAEP_SHA_1" [Method::Pair(Encryption::RsaOaepSha1)]
    "SM2PKE" [Method::Pair(Encryption::Sm2(limits::SM2_CIPHERTEXT))]
}

impl Method {
    /// How a key of this kind encrypts, unless the request says otherwise.
    pub(super) fn usual(spec: KeySpec) -> Option<Self> {
        match spec {
            KeySpec::Symmetric(spec) => Some(Self::Gcm(spec.into())),
            KeySpec::Pair(spec) if spec.is_rsa() => Some(Self::Pair(Encryption::RsaOaepSha256)),
            KeySpec::Pair(PairSpec::EcSm2) => {
                Some(Self::Pair(Encryption::Sm2(limits::SM2_CIPHERTEXT)))
            }
            KeySpec::Pair(_) | KeySpec::Mac(_) => None,
        }
    }

    /// Whether a key of this kind can encrypt so.
    pub(super) fn fits(self, spec: KeySpec) -> bool {
        match (self, spec) {
            (
                Self::Gcm(cipher) | Self::Cbc(cipher) | Self::Ecb(cipher),
                KeySpec::Symmetric(spec),
            ) => cipher == spec.into(),
            (Self::Pair(encryption), KeySpec::Pair(spec)) => encryption.fits(spec),
            _ => false,
        }
    }
}

words! {
    /// How a text becomes whole blocks, in CBC and ECB.
    PaddingWord(Padding), padding_word:
    "PKCS7_PADDING" [Padding::Pkcs7]
    "NO_PADDING" [Padding::None]
}

words! {
    /// How a pair signs.
    SigningMethodWord(Signing), signing_word?:
    "RSA_PSS_SHA_256" [Signing::RsaPss]
    "RSA_PKCS1_SHA_256" [Signing::RsaPkcs1]
    "ECDSA_SHA_256" [Signing::Ecdsa]
    "SM2DSA" [Signing::Sm2]
}

/// How a pair of this kind signs, unless the request says otherwise.
pub(super) fn usual_signing(spec: PairSpec) -> Option<Signing> {
    let all = [Signing::RsaPss, Signing::Ecdsa, Signing::Sm2];
    all.into_iter().find(|signing| signing.fits(spec))
}

words! {
    /// The digests of messages.
    HashWord(Hash):
    "SHA_224" [Hash::Sha224]
    "SHA_256" [Hash::Sha256]
    "SHA_384" [Hash::Sha384]
    "SHA_512" [Hash::Sha512]
    "SM3" [Hash::Sm3]
}

/// The format of a key pair in an answer.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum KeyFormat {
    #[default]
    Pem,
    Der,
}

/// What is signed: a message, or its digest.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum MessageType {
    Raw,
    Digest,
}
