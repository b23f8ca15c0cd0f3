//! Signatures by a key pair that client and server derive from the secret: SDK-ECDSA-P256-SHA256
//! and SDK-SM2-SM3.

use zeroize::Zeroizing;

use crate::algorithms::asymmetric::{PairSpec, PrivateKey, Signing};
use crate::algorithms::mac::{Hash, derive};

/// One of the schemes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pair {
    /// ECDSA over P-256, with SHA-256.
    P256,
    /// SM2, with SM3.
    Sm2,
}

/// How often a derivation is tried. One attempt in four thousand million fails.
const ATTEMPTS: std::ops::RangeInclusive<u8> = 0..=254;
/// The length of a private key, in bytes.
const KEY_LEN: usize = 32;

impl Pair {
    /// The hash of the derivation, of the canonical request and of the text that is signed.
    pub(crate) const fn hash(self) -> Hash {
        match self {
            Self::P256 => Hash::Sha256,
            Self::Sm2 => Hash::Sm3,
        }
    }

    /// The key pair of an access key: NIST SP 800-108 gives a number, and the private key is that
    /// number plus one, if it is in range.
    fn key(self, algorithm: &str, access_key: &str, secret: &str) -> Option<PrivateKey> {
        let spec = match self {
            Self::P256 => PairSpec::EcP256,
            Self::Sm2 => PairSpec::EcSm2,
        };
        ATTEMPTS.into_iter().find_map(|counter| {
            let context = [access_key.as_bytes(), &[counter]].concat();
            let (label, secret) = (algorithm.as_bytes(), secret.as_bytes());
            let number = derive(self.hash(), secret, label, &context, KEY_LEN);
            let mut number = Zeroizing::new(number);
            add_one(&mut number)?;
            PrivateKey::of_number(spec, &number).ok()
        })
    }

    /// Whether `signature`, hexadecimal DER, is the access key's over `text`.
    pub(crate) fn verifies(
        self,
        (algorithm, access_key, secret): (&str, &str, &str),
        text: &str,
        signature: &str,
    ) -> bool {
        let signing = match self {
            Self::P256 => Signing::Ecdsa,
            Self::Sm2 => Signing::Sm2,
        };
        let Ok(signature) = base16ct::lower::decode_vec(signature) else { return false };
        let Some(key) = self.key(algorithm, access_key, secret) else { return false };
        let digest = key.public().digest(signing, text.as_bytes());
        key.public().verifies(signing, &digest, &signature).unwrap_or_default()
    }
}

/// Adds one to a number whose first byte is the highest. `None` if it has no more room.
fn add_one(number: &mut [u8]) -> Option<()> {
    for byte in number.iter_mut().rev() {
        let (sum, carries) = byte.overflowing_add(1);
        *byte = sum;
        if !carries {
            return Some(());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_added_with_carry() {
        for (before, after) in
            [([0, 0], Some([0, 1])), ([1, 255], Some([2, 0])), ([255, 255], None)]
        {
            let mut number = before;
            assert_eq!(add_one(&mut number).map(|()| number), after);
        }
    }
}
