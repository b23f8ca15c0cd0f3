//! ECDSA over P-256 and secp256k1 (FIPS 186-5, SEC 2). Signatures are DER; nonces are those of RFC 6979, so that
//! signing takes no randomness.

/// One curve's keys. The two crates have the same face, but no trait that says so in a few words.
macro_rules! curve {
    ($(#[$doc:meta])* $name:ident of $curve:ident) => {
        $(#[$doc])*
        pub mod $name {
            use $curve::SecretKey;
            use $curve::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
            use $curve::ecdsa::{DerSignature, Signature, SigningKey, VerifyingKey};
            use $curve::elliptic_curve::Generate;
            use pkcs8::{DecodePrivateKey, DecodePublicKey, Document, EncodePrivateKey, EncodePublicKey};
            use rand_core::CryptoRng;
            use zeroize::Zeroizing;

            use super::super::{DIGEST_LEN, Failure};

            pub(in super::super) fn generate<R: CryptoRng>(
                rng: &mut R,
            ) -> Result<Zeroizing<Vec<u8>>, Failure> {
                let key = SecretKey::generate_from_rng(rng);
                Ok(key.to_pkcs8_der().map_err(|_| Failure::Unfit)?.to_bytes())
            }

            /// A private key.
            pub struct PrivateKey(SigningKey);

            impl PrivateKey {
                pub(in super::super) fn read(pkcs8: &[u8]) -> Result<(Self, PublicKey), Failure> {
                    let key = SigningKey::from_pkcs8_der(pkcs8).map_err(|_| Failure::Unfit)?;
                    let public = PublicKey(*key.verifying_key());
                    Ok((Self(key), public))
                }

                pub(in super::super) fn sign(&self, digest: &[u8; DIGEST_LEN]) -> Result<Vec<u8>, Failure> {
                    let signature: DerSignature = self.0.sign_prehash(digest).map_err(|_| Failure::Unfit)?;
                    Ok(signature.as_bytes().to_vec())
                }
            }

            /// A public key.
            #[derive(Clone, Debug)]
            pub struct PublicKey(VerifyingKey);

            impl PublicKey {
                pub(in super::super) fn read(der: &[u8]) -> Result<Self, Failure> {
                    VerifyingKey::from_public_key_der(der).map(Self).map_err(|_| Failure::Unfit)
                }

                pub(in super::super) fn document(&self) -> Result<Document, Failure> {
                    self.0.to_public_key_der().map_err(|_| Failure::Unfit)
                }

                /// Both values of `s` that make a signature are good, as the standard says; some
                /// implementations take the lower one only.
                pub(in super::super) fn verifies(&self, digest: &[u8; DIGEST_LEN], signature: &[u8]) -> bool {
                    Signature::from_der(signature)
                        .is_ok_and(|signature| self.0.verify_prehash(digest, &signature.normalize_s()).is_ok())
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
    /// secp256k1.
    secp256k1 of k256
}
