//! Importing key material. The caller gets a public key to wrap the material with, and a token. The
//! token holds the private key, the id of the target key and the expiry, sealed under a secret of
//! the realm. So each call has its own wrapping key, and nothing has to be stored.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::expiry::{forget, hold};
use super::{Caller, Engine, Error, ImportError, KeyError, KeyRef, Operation};
use crate::algorithms::asymmetric::{Encryption, PairSpec, PrivateKey, PublicKey};
use crate::algorithms::specs::Form;
use crate::algorithms::symmetric::{Cipher, Sealed};
use crate::model::{Change, Holding, Key, KeyId, Lifecycle, Material};
use crate::world::{Entropy, Instant};

/// How material is wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Wrapping {
    Rsa2048Pkcs1,
    Rsa2048OaepSha1,
    Rsa2048OaepSha256,
    Sm2,
}

/// Each with its key pair and algorithm. Tokens refer to the index.
const WRAPPINGS: [(Wrapping, PairSpec, Encryption); 4] = [
    (Wrapping::Rsa2048Pkcs1, PairSpec::Rsa2048, Encryption::RsaPkcs1),
    (Wrapping::Rsa2048OaepSha1, PairSpec::Rsa2048, Encryption::RsaOaepSha1),
    (Wrapping::Rsa2048OaepSha256, PairSpec::Rsa2048, Encryption::RsaOaepSha256),
    (Wrapping::Sm2, PairSpec::EcSm2, Encryption::Sm2(Form::Der)),
];

/// What a caller needs for an import.
#[derive(Debug)]
pub struct ImportParameters {
    /// The key's id.
    pub key: KeyId,
    /// The key to wrap the material with.
    pub public: PublicKey,
    /// The token to return with the material.
    pub token: Vec<u8>,
    /// When the token expires.
    pub expires: Instant,
}

/// Wrapped material to import.
#[derive(Debug)]
pub struct Wrapped {
    /// The token.
    pub token: Vec<u8>,
    /// The material, wrapped with the token's public key.
    pub material: Vec<u8>,
    /// When the material expires, if it does.
    pub expires: Option<Instant>,
}

impl Engine {
    /// Prepares an import into a key.
    pub async fn import_parameters(
        &self,
        caller: Caller,
        key: KeyRef,
        wrapping: Wrapping,
    ) -> Result<ImportParameters, Error> {
        let key = {
            let snapshot = self.snapshot(&caller);
            let admitted =
                snapshot.view(&caller).admit(&key, Operation::PrepareImport)?.external()?;
            admitted.key().id.clone()
        };
        let (code, spec) = WRAPPINGS
            .iter()
            .zip(0u8..)
            .find_map(|((it, spec, _), code)| (*it == wrapping).then_some((code, *spec)))
            .ok_or(Error::Internal("a wrapping is missing from the table"))?;
        let pair = self.generate_pair(spec).await?;
        let public = PrivateKey::read(spec, &pair)?.public().clone();
        let rules = caller.rules.imports.as_ref();
        let rules = rules.ok_or(Error::Internal("this cloud imports no key material"))?;
        let expires = self.now(&caller.realm).plus(rules.token_life);
        self.ensure_import_seal(&caller).await?;
        let snapshot = self.snapshot(&caller);
        let seal = snapshot.view(&caller).import_seal().ok_or(Error::Internal("no import seal"))?;
        let token = Token { expires, code, key: key.as_str(), pair: &pair }
            .seal(seal, &self.world.entropy)?;
        Ok(ImportParameters { key, public, token, expires })
    }

    /// Imports material: the first that the key gets, or the same again. It does not expire while
    /// resources are bound to the key.
    ///
    /// # Errors
    /// [`ImportError::NotExternal`], [`ImportError::TokenInvalid`],
    /// [`ImportError::TokenOfOtherKey`], [`ImportError::TokenExpired`],
    /// [`ImportError::MaterialInvalid`], [`ImportError::MaterialLength`],
    /// [`ImportError::MaterialDiffers`].
    pub async fn import_material(
        &self,
        caller: Caller,
        key: KeyRef,
        wrapped: Wrapped,
    ) -> Result<(), Error> {
        let (key, material) = self.unwrap_material(&caller, &key, &wrapped)?;
        let key = KeyRef::Id(key);
        self.change(caller, move |draft| {
            let admitted = draft.view().admit(&key, Operation::ImportMaterial)?.external()?;
            let key = Arc::clone(admitted.key());
            let version = key.primary().ok_or(KeyError::VersionNotFound)?;
            let first = version.fingerprint();
            if first.is_some_and(|first| first != material.fingerprint(version.id)) {
                return Err(ImportError::MaterialDiffers.into());
            }
            // A key in use keeps its material (`bindings.rs`).
            let expires = wrapped.expires.filter(|_| key.settings.bindings.is_empty());
            hold(draft, &key, version, Holding::Material(material, expires));
            let enables = draft.caller().rules.imports.as_ref().is_some_and(|rules| rules.enables);
            if enables && !matches!(key.settings.lifecycle, Lifecycle::PendingDeletion(_)) {
                let enable = |key: &mut Key| key.settings.lifecycle = Lifecycle::Enabled;
                draft.edit(key.ordinal, enable);
            }
            Ok(())
        })
        .await
    }

    /// Deletes imported material. Only the same material can be imported afterwards.
    ///
    /// # Errors
    /// [`ImportError::NotExternal`]; [`KeyError::InUse`] while resources are bound to the key.
    pub async fn delete_material(&self, caller: Caller, key: KeyRef) -> Result<(), Error> {
        self.change(caller, move |draft| {
            let admitted = draft.view().admit(&key, Operation::DeleteMaterial)?.external()?;
            let key = Arc::clone(admitted.key());
            for version in &key.versions {
                forget(draft, &key, version);
            }
            Ok(())
        })
        .await
    }

    /// The material, and the key that it is for.
    fn unwrap_material(
        &self,
        caller: &Caller,
        key: &KeyRef,
        wrapped: &Wrapped,
    ) -> Result<(KeyId, Material), Error> {
        let snapshot = self.snapshot(caller);
        let view = snapshot.view(caller);
        let admitted = view.admit(key, Operation::ImportMaterial)?.external()?;
        let opened = view.import_seal().and_then(|seal| open(seal, &wrapped.token));
        let opened = opened.ok_or(ImportError::TokenInvalid)?;
        let token = Token::read(&opened).ok_or(ImportError::TokenInvalid)?;
        if token.key != admitted.key().id.as_str() {
            return Err(ImportError::TokenOfOtherKey.into());
        }
        if token.expires <= view.now() {
            return Err(ImportError::TokenExpired.into());
        }
        let (_, spec, algorithm) =
            WRAPPINGS.get(usize::from(token.code)).ok_or(ImportError::TokenInvalid)?;
        let pair = PrivateKey::read(*spec, token.pair).map_err(|_| ImportError::TokenInvalid)?;
        let material = pair
            .decrypt(*algorithm, &wrapped.material)
            .map_err(|_| ImportError::MaterialInvalid)?;
        if material.len() != admitted.symmetric()?.material_len() {
            return Err(ImportError::MaterialLength.into());
        }
        Ok((admitted.key().id.clone(), Material::new(material)))
    }

    /// Creates the realm's secret for import tokens on first use.
    pub(super) async fn ensure_import_seal(&self, caller: &Caller) -> Result<(), Error> {
        if self.snapshot(caller).view(caller).import_seal().is_some() {
            return Ok(());
        }
        self.change(caller.clone(), |draft| {
            if draft.view().import_seal().is_none() {
                let seal = Zeroizing::new(draft.entropy().array::<32>().to_vec());
                draft.add(Change::ImportSealDrawn(Material::new(seal)));
            }
            Ok(())
        })
        .await
    }
}

/// The content of a token.
struct Token<'a> {
    expires: Instant,
    code: u8,
    key: &'a str,
    pair: &'a [u8],
}

impl<'a> Token<'a> {
    /// The result is an initialisation vector, the ciphertext and a tag. The plaintext is eight
    /// bytes of time, one of wrapping, one of the key id's length, the key id, and the private key.
    fn seal(&self, under: &[u8], entropy: &Entropy) -> Result<Vec<u8>, Error> {
        let len =
            u8::try_from(self.key.len()).map_err(|_| Error::Internal("a key id is too long"))?;
        let time = self.expires.millis().to_be_bytes();
        let text =
            Zeroizing::new([&time[..], &[self.code, len], self.key.as_bytes(), self.pair].concat());
        Sealed::after(b"", (Cipher::Aes, under), entropy.array(), b"", &text)
            .map_err(|_| Error::Internal("the import seal has the wrong length"))
    }

    fn read(text: &'a [u8]) -> Option<Self> {
        let (time, rest) = text.split_first_chunk::<8>()?;
        let ([code, len], rest) = rest.split_first_chunk::<2>()?;
        let (key, pair) = rest.split_at_checked(usize::from(*len))?;
        let expires = Instant::from_millis(i64::from_be_bytes(*time));
        Some(Self { expires, code: *code, key: std::str::from_utf8(key).ok()?, pair })
    }
}

fn open(under: &[u8], token: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    Sealed::of(token)?.open((Cipher::Aes, under), b"").ok()
}
