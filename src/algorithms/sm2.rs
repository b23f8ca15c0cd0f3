//! SM2 signatures and encryption (GB/T 32918.2 and 32918.4), on the curve of GB/T 32918.5. Keys
//! agree on secrets by plain Diffie-Hellman, not by the authenticated exchange of GB/T 32918.3.

use std::sync::Arc;

use pkcs8::{DecodePrivateKey, DecodePublicKey, Document, EncodePublicKey};
use rand_core::CryptoRng;
use signature::hazmat::{PrehashSigner, PrehashVerifier};
use sm2::SecretKey;
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use sm2::elliptic_curve::Generate;
use sm2::elliptic_curve::ecdh::diffie_hellman;
use sm2::pke::{DecryptingKey, EncryptingKey};
use sm3::{Digest as _, Sm3};
use zeroize::Zeroizing;

use super::mac::Hash;
use super::specs::{Encryption, Form, KeyPair, Kind, Private, Public, Signing};
use super::{Error, Randomness, pkcs8_of, unsupported};

/// The first byte of a raw ciphertext: the tag of an uncompressed point.
const UNCOMPRESSED: u8 = 4;

/// The default signer identity (GM/T 0009 section 10).
const IDENTITY: &[u8; 16] = b"1234567812345678";

/// The curve of GB/T 32918.5: `a`, `b` and the base point, each in two halves.
const CURVE: [u128; 8] = [
    0xffff_fffe_ffff_ffff_ffff_ffff_ffff_ffff,
    0xffff_ffff_0000_0000_ffff_ffff_ffff_fffc,
    0x28e9_fa9e_9d9f_5e34_4d5a_9e4b_cf65_09a7,
    0xf397_89f5_15ab_8f92_ddbc_bd41_4d94_0e93,
    0x32c4_ae2c_1f19_8119_5f99_0446_6a39_c994,
    0x8fe3_0bbf_f266_0be1_715a_4589_334c_74c7,
    0xbc37_36a2_f4f6_779c_59bd_cee3_6b69_2153,
    0xd0a9_877c_c62a_4740_02df_32e5_2139_f0a0,
];

/// The digest already covers the signer's identity, but the library's constructor requires one.
const NO_IDENTITY: &str = "";

/// Keys on this curve.
pub(super) struct Curve;

impl Kind for Curve {
    fn generate(&self, rng: &mut dyn CryptoRng) -> Result<Zeroizing<Vec<u8>>, Error> {
        pkcs8_of(&SecretKey::generate_from_rng(rng))
    }

    fn read_private(&self, pkcs8: &[u8]) -> Result<KeyPair, Error> {
        let key = SecretKey::from_pkcs8_der(pkcs8).map_err(unsupported)?;
        let public = PublicKey::of(key.public_key())?;
        let signing = SigningKey::new(NO_IDENTITY, &key).map_err(unsupported)?;
        Ok((Box::new(PrivateKey { signing, decrypting: DecryptingKey::new(key) }), public))
    }

    fn read_public(&self, der: &[u8]) -> Result<Arc<dyn Public>, Error> {
        PublicKey::of(sm2::PublicKey::from_public_key_der(der).map_err(unsupported)?)
    }

    fn converted(&self, label: &str, der: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        match (label, SecretKey::from_sec1_der(der)) {
            ("EC PRIVATE KEY" | "SM2 PRIVATE KEY", Ok(key)) => pkcs8_of(&key),
            _ => Err(Error::Unsupported),
        }
    }
}

struct PrivateKey {
    signing: SigningKey,
    decrypting: DecryptingKey,
}

impl Private for PrivateKey {
    fn sign(&self, _: Signing, digest: &[u8], _: Randomness<'_>) -> Result<Vec<u8>, Error> {
        let signature: Signature = self.signing.sign_prehash(digest).map_err(unsupported)?;
        Ok(signature.to_der().to_vec())
    }

    fn decrypt(
        &self,
        algorithm: Encryption,
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let opened = match (algorithm, ciphertext.first()) {
            (Encryption::Sm2(Form::Bare), _) => {
                self.decrypting.decrypt(&[&[UNCOMPRESSED], ciphertext].concat())
            }
            (_, Some(&UNCOMPRESSED)) => self.decrypting.decrypt(ciphertext),
            _ => self.decrypting.decrypt_der(ciphertext),
        };
        opened.map(Zeroizing::new).map_err(|_| Error::DecryptionFailed)
    }

    fn agree(&self, peer: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let peer = sm2::PublicKey::from_public_key_der(peer).map_err(|_| Error::PeerInvalid)?;
        let secret = diffie_hellman(self.decrypting.as_nonzero_scalar(), peer.as_affine());
        Ok(Zeroizing::new(secret.raw_secret_bytes().to_vec()))
    }
}

#[derive(Debug)]
struct PublicKey {
    verifying: VerifyingKey,
    encrypting: EncryptingKey,
}

impl PublicKey {
    fn of(key: sm2::PublicKey) -> Result<Arc<dyn Public>, Error> {
        Ok(Arc::new(Self {
            verifying: VerifyingKey::new(NO_IDENTITY, key).map_err(unsupported)?,
            encrypting: EncryptingKey::new(key),
        }))
    }
}

impl Public for PublicKey {
    fn document(&self) -> Result<Document, Error> {
        self.verifying.to_public_key_der().map_err(unsupported)
    }

    /// `e` of GB/T 32918.2 section 6.1: the digest of `Z` and the message, where `Z` is the digest
    /// of the identity, the curve and the public key.
    fn digest(&self, _: Hash, message: &[u8]) -> Vec<u8> {
        // The identity's length in bits.
        let mut identity = Sm3::new().chain_update([0, 128]).chain_update(IDENTITY);
        for half in CURVE {
            identity.update(half.to_be_bytes());
        }
        // The point without its format byte.
        identity.update(self.verifying.to_sec1_bytes().get(1..).unwrap_or_default());
        Sm3::new().chain_update(identity.finalize()).chain_update(message).finalize().to_vec()
    }

    fn verifies(&self, _: Signing, digest: &[u8], signature: &[u8]) -> bool {
        Signature::from_der(signature)
            .is_ok_and(|signature| self.verifying.verify_prehash(digest, &signature).is_ok())
    }

    fn encrypt(
        &self,
        algorithm: Encryption,
        text: &[u8],
        mut rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, Error> {
        let sealed = match algorithm {
            Encryption::Sm2(Form::Der) => self.encrypting.encrypt_der(&mut rng, text),
            Encryption::Sm2(Form::Raw) => self.encrypting.encrypt(&mut rng, text),
            Encryption::Sm2(Form::Bare) => {
                let raw = self.encrypting.encrypt(&mut rng, text);
                raw.map(|raw| raw.get(1..).unwrap_or_default().to_vec())
            }
            _ => return Err(Error::Unsupported),
        };
        sealed.map_err(|_| Error::Length)
    }
}
