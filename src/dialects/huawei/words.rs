//! Words of the document and of the SDKs, and the values that they stand for.

use crate::algorithms::asymmetric::PairSpec;
use crate::dialects::wire::words::words;
use crate::model::{self, KeySpec, KeyState, MacSpec, SymmetricSpec};

words! {
    /// Where a key's material comes from.
    Origin(model::Origin), origin_word:
        "kms" [model::Origin::Service]
        "external" [model::Origin::External]
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

/// The type of key for its word.
pub(super) fn spec(word: &str) -> Option<KeySpec> {
    SPECS.iter().find(|(it, _)| *it == word).map(|(_, spec)| *spec)
}

/// The word for a type of key.
pub(super) fn spec_word(spec: KeySpec) -> Option<&'static str> {
    SPECS.iter().find(|(_, it)| *it == spec).map(|(word, _)| *word)
}
