//! Ciphers, digests and signatures over bytes. Nothing here knows a key id, a time, a runtime or a store.

pub mod asymmetric;
pub mod base64_text;
pub mod ecdsa;
pub mod mac;
pub mod password;
pub mod pem;
pub mod rsa;
pub mod sm2;
pub mod ssh;
pub mod symmetric;
pub mod x509;

use rand_core::CryptoRng;

/// Length of the digests that are signed, in bytes.
pub const DIGEST_LEN: usize = 32;

/// Where a signature's randomness comes from.
pub enum Chance<'a> {
    /// From wherever the fastest implementation takes it.
    Any,
    /// From here alone.
    Only(&'a mut dyn CryptoRng),
}

/// Why nothing came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The bytes are no key of this kind, or the algorithm is not one of this kind of key.
    Unfit,
    /// The text is longer than the algorithm takes, or there is none.
    Length,
    /// The ciphertext does not open. For which of the many reasons, an attacker does not learn.
    Unopenable,
}
