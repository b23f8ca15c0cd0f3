//! ECDSA and ECDH over P-256, P-384 and secp256k1 (FIPS 186-5, SP 800-56A, SEC 2). Signatures are
//! DER. Nonces follow RFC 6979, so signing needs no random numbers.

/// One curve's keys. The crates have the same methods, but no short trait bound covers them.
macro_rules! curve {
    ($(#[$doc:meta])* $name:ident of $curve:ident) => {
        $(#[$doc])*
        pub(super) mod $name {
            use std::sync::Arc;

            use $curve::{PublicKey, SecretKey};
            use $curve::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
            use $curve::ecdsa::{DerSignature, Signature, SigningKey, VerifyingKey};
            use $curve::ecdh::diffie_hellman;
            use $curve::elliptic_curve::Generate;
            use pkcs8::{DecodePrivateKey, DecodePublicKey, Document, EncodePublicKey};
            use rand_core::CryptoRng;
            use zeroize::Zeroizing;

            use super::super::specs::{KeyPair, Kind, Private, Public, Signing};
            use super::super::{Error, Randomness, pkcs8_of, unsupported};

            pub(in super::super) struct Curve;

            impl Kind for Curve {
                fn generate(&self, rng: &mut dyn CryptoRng) -> Result<Zeroizing<Vec<u8>>, Error> {
                    pkcs8_of(&SecretKey::generate_from_rng(rng))
                }

                fn read_private(&self, pkcs8: &[u8]) -> Result<KeyPair, Error> {
                    let key = SigningKey::from_pkcs8_der(pkcs8).map_err(unsupported)?;
                    let public = Arc::new(*key.verifying_key());
                    Ok((Box::new(key), public))
                }

                fn read_public(&self, der: &[u8]) -> Result<Arc<dyn Public>, Error> {
                    let key = VerifyingKey::from_public_key_der(der);
                    Ok(Arc::new(key.map_err(unsupported)?))
                }

                fn converted(&self, label: &str, der: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
                    match (label, SecretKey::from_sec1_der(der)) {
                        ("EC PRIVATE KEY" | "SM2 PRIVATE KEY", Ok(key)) => pkcs8_of(&key),
                        _ => Err(Error::Unsupported),
                    }
                }
            }

            impl Private for SigningKey {
                fn sign(&self, _: Signing, digest: &[u8], _: Randomness<'_>) -> Result<Vec<u8>, Error> {
                    let signature: DerSignature = self.sign_prehash(digest).map_err(unsupported)?;
                    Ok(signature.as_bytes().to_vec())
                }

                fn agree(&self, peer: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
                    let peer = PublicKey::from_public_key_der(peer);
                    let peer = peer.map_err(|_| Error::PeerInvalid)?;
                    let secret = diffie_hellman(self.as_nonzero_scalar(), peer.as_affine());
                    Ok(Zeroizing::new(secret.raw_secret_bytes().to_vec()))
                }
            }

            impl Public for VerifyingKey {
                fn document(&self) -> Result<Document, Error> {
                    self.to_public_key_der().map_err(unsupported)
                }

                /// Accepts both values of `s`, as the standard says. Some implementations accept
                /// the lower one only.
                fn verifies(&self, _: Signing, digest: &[u8], signature: &[u8]) -> bool {
                    Signature::from_der(signature)
                        .is_ok_and(|signature| self.verify_prehash(digest, &signature.normalize_s()).is_ok())
                }
            }
        }
    };
}

curve! {
    /// P-256 (secp256r1).
    p256 of p256
}

curve! {
    /// P-384 (secp384r1).
    p384 of p384
}

curve! {
    /// secp256k1.
    secp256k1 of k256
}
