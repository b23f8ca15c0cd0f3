//! Ciphers, digests and signatures over bytes. Nothing here knows key ids, time, a runtime or a
//! store.
//!
//! `specs.rs` says what each kind of key pair can do. `asymmetric.rs` is the interface to all of
//! them.
//!
//! RSA has two implementations. AWS-LC does the private-key operations and checks signatures: it
//! runs in constant time, at OpenSSL's speed. It accepts no random numbers from the caller. So
//! ciphertexts come from the `rsa` crate, and where a seed makes a run repeatable, so do keys and
//! signature salts. ECDSA and SM2 signatures take their nonces from RFC 6979 and need no random
//! numbers.
//!
//! Ed25519 comes from the `ed25519-dalek` crate, because AWS-LC has no Ed25519ph in safe Rust.
//!
//! ML-KEM and ML-DSA come from the `ml-kem` and `ml-dsa` crates, which take random numbers from the
//! caller. AWS-LC has both too, and tests compare them with it.

pub mod asymmetric;
pub mod base64_text;
pub mod block_modes;
mod ecdsa;
mod ed25519;
pub mod mac;
mod ml_dsa;
mod ml_kem;
pub mod password;
pub mod pem;
pub mod pkcs12;
pub mod rsa;
mod sm2;
pub mod specs;
pub mod ssh;
pub mod symmetric;
pub mod x509;

use pkcs8::EncodePrivateKey;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// Where the random numbers of a signature come from.
pub enum Randomness<'a> {
    /// Whatever source the fastest implementation uses.
    Any,
    /// This generator only.
    Only(&'a mut dyn CryptoRng),
}

/// Why an operation failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The bytes are not a key of this kind, or keys of this kind do not support the algorithm.
    Unsupported,
    /// The algorithm signs digests of another length.
    DigestLength,
    /// The text is empty, or longer than the algorithm takes.
    Length,
    /// The other party's public key is no key of this kind, or no point of its curve.
    PeerInvalid,
    /// The ciphertext does not decrypt. The reason is withheld, because attackers could use it.
    DecryptionFailed,
}

/// For `map_err`: the libraries' own reasons are not reported.
fn unsupported<E>(_: E) -> Error {
    Error::Unsupported
}

/// A private key as PKCS #8, DER.
fn pkcs8_of(key: &impl EncodePrivateKey) -> Result<Zeroizing<Vec<u8>>, Error> {
    Ok(key.to_pkcs8_der().map_err(unsupported)?.to_bytes())
}
