//! Ciphers, digests and signatures over bytes. Nothing here knows a key id, a time, a runtime or a
//! store.
//!
//! `specs.rs` says what each kind of key pair can do; `asymmetric.rs` is one face for all of them.
//!
//! RSA has two implementations, told apart by who needs randomness. AWS-LC does what takes the
//! private key, and checks signatures: it is constant in time, at OpenSSL's speed. It takes no
//! randomness of ours, so keys and ciphertexts come from the `rsa` crate; so do the salts of
//! signatures where a seed makes a run repeatable. ECDSA and SM2 signatures take their nonces from
//! RFC 6979, and no randomness.

pub mod asymmetric;
pub mod base64_text;
mod ecdsa;
pub mod mac;
pub mod password;
pub mod pem;
pub mod rsa;
mod sm2;
pub mod specs;
pub mod ssh;
pub mod symmetric;
pub mod x509;

use pkcs8::EncodePrivateKey;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// Where a signature's randomness comes from.
pub enum Randomness<'a> {
    /// From wherever the fastest implementation takes it.
    Any,
    /// From here alone.
    Only(&'a mut dyn CryptoRng),
}

/// Why nothing came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CryptoError {
    /// The bytes are no key of this kind, or the algorithm is not one of this kind of key.
    Unsupported,
    /// The digest has another length than those that the algorithm signs.
    DigestLength,
    /// The text is longer than the algorithm takes, or there is none.
    Length,
    /// The ciphertext does not open. For which of the many reasons, an attacker does not learn.
    DecryptionFailed,
}

/// A private key as PKCS #8, DER.
fn pkcs8_of(key: &impl EncodePrivateKey) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
    Ok(key.to_pkcs8_der().map_err(|_| CryptoError::Unsupported)?.to_bytes())
}
