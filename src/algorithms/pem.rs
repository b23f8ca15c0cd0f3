//! Private keys as texts (RFC 7468).

use pkcs8::{EncodePrivateKey, LineEnding, SecretDocument};
use rsa::pkcs1::DecodeRsaPrivateKey;
use zeroize::Zeroizing;

use super::Failure;
use super::asymmetric::{PairSpec, PrivateKey};

/// Reads a private key of this kind: PKCS #8, PKCS #1 for RSA, or SEC 1 for the curves. What stands before it, such as
/// the curve's parameters, is not looked at.
///
/// # Errors
/// [`Failure::Unfit`] when the text is not one.
pub fn private_key(spec: PairSpec, text: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let (label, document) = SecretDocument::from_pem(block(text)?).map_err(|_| Failure::Unfit)?;
    let pkcs8 = match label {
        "PRIVATE KEY" => document.to_bytes(),
        "RSA PRIVATE KEY" => {
            let key = rsa::RsaPrivateKey::from_pkcs1_der(document.as_bytes());
            encoded(&key.map_err(|_| Failure::Unfit)?)?
        }
        "EC PRIVATE KEY" | "SM2 PRIVATE KEY" => from_sec1(spec, document.as_bytes())?,
        _ => return Err(Failure::Unfit),
    };
    PrivateKey::read(spec, &pkcs8).map(|_| pkcs8)
}

/// Writes a private key that is PKCS #8, in lines that end with a line feed.
///
/// # Errors
/// [`Failure::Unfit`] when the bytes are not one.
pub fn write_private_key(pkcs8: &[u8]) -> Result<Zeroizing<String>, Failure> {
    let document = SecretDocument::try_from(pkcs8).map_err(|_| Failure::Unfit)?;
    document.to_pem("PRIVATE KEY", LineEnding::LF).map_err(|_| Failure::Unfit)
}

/// The block of the private key.
fn block(text: &str) -> Result<&str, Failure> {
    const BEGIN: &str = "-----BEGIN ";
    let starts = text.match_indices(BEGIN).map(|(at, _)| at);
    let mut blocks = starts.filter_map(|at| text.get(at..));
    let is_key = |block: &&str| block.lines().next().is_some_and(|line| line.contains("PRIVATE KEY-----"));
    blocks.find(is_key).map(str::trim).ok_or(Failure::Unfit)
}

fn from_sec1(spec: PairSpec, der: &[u8]) -> Result<Zeroizing<Vec<u8>>, Failure> {
    match spec {
        PairSpec::EcP256 => encoded(&p256::SecretKey::from_sec1_der(der).map_err(|_| Failure::Unfit)?),
        PairSpec::EcP256K => encoded(&k256::SecretKey::from_sec1_der(der).map_err(|_| Failure::Unfit)?),
        PairSpec::EcSm2 => encoded(&sm2::SecretKey::from_sec1_der(der).map_err(|_| Failure::Unfit)?),
        PairSpec::Rsa2048 | PairSpec::Rsa3072 => Err(Failure::Unfit),
    }
}

fn encoded(key: &impl EncodePrivateKey) -> Result<Zeroizing<Vec<u8>>, Failure> {
    Ok(key.to_pkcs8_der().map_err(|_| Failure::Unfit)?.to_bytes())
}

#[cfg(test)]
mod tests {
    use chacha20::ChaCha20Rng;
    use chacha20::rand_core::SeedableRng;

    use super::*;
    use crate::algorithms::asymmetric::generate;

    #[test]
    fn keys_come_back_as_they_were_written() {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        for spec in [PairSpec::Rsa2048, PairSpec::EcP256, PairSpec::EcP256K, PairSpec::EcSm2] {
            let pkcs8 = generate(spec, &mut rng).unwrap();
            let pem = write_private_key(&pkcs8).unwrap();
            assert_eq!(*private_key(spec, &pem).unwrap(), *pkcs8, "{spec:?}");
            let other = if spec == PairSpec::EcP256 { PairSpec::EcSm2 } else { PairSpec::EcP256 };
            assert_eq!(private_key(other, &pem), Err(Failure::Unfit), "{spec:?} is no {other:?}");
        }
        for text in
            ["", "-----BEGIN PRIVATE KEY-----", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"]
        {
            assert_eq!(private_key(PairSpec::EcP256, text), Err(Failure::Unfit), "{text}");
        }
    }
}
