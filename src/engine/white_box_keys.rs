//! White-box keys. A program on a device encrypts or decrypts with a blob, in which the key is
//! hidden. Both blobs are derived from the key's material, so they are not stored.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::admit::AdmittedWhiteBoxKey;
use super::aliases::refuse_reserved;
use super::{Caller, Draft, Engine, Error, View, WhiteBoxError, WhiteBoxRules};
use crate::algorithms::block_modes::{self, BLOCK_LEN, Mode, Padding};
use crate::algorithms::mac::{Hash, derive, equal};
use crate::model::{
    AliasName, DeviceFingerprint, Scope, SymmetricSpec, Tags, WhiteBoxKey, WhiteBoxKeyId,
};

/// The length of a blob in bytes, and the first bytes of each kind, as in real blobs.
const BLOB_LEN: usize = 336;
const ENCRYPT_HEADER: [u8; 4] = [4, 14, 0, 3];
const DECRYPT_HEADER: [u8; 4] = [8, 14, 0, 4];

/// What a caller specifies for a new white-box key.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as in the white-box key itself")]
pub struct NewWhiteBoxKey {
    pub alias: AliasName,
    pub description: String,
    pub spec: SymmetricSpec,
    pub tags: Tags,
}

/// The result of an encryption with a white-box key.
#[derive(Debug)]
pub struct WhiteBoxCiphertext {
    /// The initialisation vector.
    pub iv: [u8; BLOCK_LEN],
    /// The ciphertext: CBC, with the padding of PKCS #7.
    pub ciphertext: Vec<u8>,
}

impl<'a> View<'a> {
    /// Every white-box key, oldest first.
    pub fn white_box_keys(&self) -> impl Iterator<Item = AdmittedWhiteBoxKey<'a>> + use<'a> {
        self.state().white_box_keys.all().map(AdmittedWhiteBoxKey::new)
    }

    /// The white-box key with this id, enabled or disabled.
    ///
    /// # Errors
    /// [`WhiteBoxError::NotFound`].
    pub fn white_box_key(&self, id: &WhiteBoxKeyId) -> Result<AdmittedWhiteBoxKey<'a>, Error> {
        let key = self.state().white_box_keys.named(id).ok_or(WhiteBoxError::NotFound)?;
        Ok(AdmittedWhiteBoxKey::new(key))
    }
}

impl AdmittedWhiteBoxKey<'_> {
    /// The blob with which a device encrypts. It is opaque.
    #[must_use]
    pub fn encrypt_blob(self) -> Vec<u8> {
        self.blob(&ENCRYPT_HEADER, b"encrypt")
    }

    /// The blob with which a device decrypts. It is opaque.
    #[must_use]
    pub fn decrypt_blob(self) -> Vec<u8> {
        self.blob(&DECRYPT_HEADER, b"decrypt")
    }

    fn blob(self, header: &[u8], label: &[u8]) -> Vec<u8> {
        let id = self.key().id.as_str().as_bytes();
        let derived = derive(Hash::Sha256, self.material(), label, id, BLOB_LEN - header.len());
        [header, &derived].concat()
    }

    fn decrypt(self, iv: [u8; BLOCK_LEN], ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let cipher = (self.key().spec.into(), self.material());
        Ok(block_modes::decrypt(cipher, (Mode::Cbc(iv), Padding::Pkcs7), ciphertext)?)
    }
}

impl Engine {
    /// Creates a white-box key. It is enabled.
    ///
    /// # Errors
    /// [`WhiteBoxError::AliasTaken`]; [`AliasError::Reserved`](super::AliasError::Reserved);
    /// [`Error::QuotaExceeded`].
    pub async fn create_white_box_key(
        &self,
        caller: Caller,
        new: NewWhiteBoxKey,
    ) -> Result<Arc<WhiteBoxKey>, Error> {
        self.change(caller, move |draft| {
            let rules = rules(draft)?;
            refuse_reserved(draft.caller(), &new.alias)?;
            let there = &draft.view().state().white_box_keys;
            if there.by_alias(&new.alias).is_some() {
                return Err(WhiteBoxError::AliasTaken.into());
            }
            if there.count() >= draft.caller().quota.white_box_keys.unwrap_or(rules.keys) {
                return Err(Error::QuotaExceeded);
            }
            let id = (draft.caller().rules.keys.new_id)(draft.entropy(), draft.now());
            let key = Arc::new(WhiteBoxKey {
                ordinal: draft.view().state().next_ordinal(),
                id: id.into(),
                alias: new.alias,
                description: new.description,
                spec: new.spec,
                enabled: true,
                creator: Arc::clone(&draft.caller().user),
                created_at: draft.now(),
                fingerprints: Vec::new(),
                material: draft.generate_material(new.spec.material_len()),
                tags: new.tags,
            });
            draft.insert(&key);
            Ok(key)
        })
        .await
    }

    /// Enables or disables all of these white-box keys, or none if one does not exist.
    pub async fn switch_white_box_keys(
        &self,
        caller: Caller,
        ids: Vec<WhiteBoxKeyId>,
        enabled: bool,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            for id in &ids {
                let ordinal = draft.view().white_box_key(id)?.key().ordinal;
                draft.edit(ordinal, |key: &mut WhiteBoxKey| key.enabled = enabled);
            }
            Ok(())
        })
        .await
    }

    /// Deletes a white-box key at once.
    ///
    /// # Errors
    /// [`WhiteBoxError::Enabled`] while it is enabled.
    pub async fn delete_white_box_key(
        &self,
        caller: Caller,
        id: WhiteBoxKeyId,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            let key = Arc::clone(draft.view().white_box_key(&id)?.key());
            if key.enabled {
                return Err(WhiteBoxError::Enabled.into());
            }
            draft.remove::<WhiteBoxKey>(key.ordinal);
            Ok(())
        })
        .await
    }

    /// Replaces the device fingerprints of a white-box key.
    ///
    /// # Errors
    /// [`WhiteBoxError::TooManyFingerprints`] by the cloud's rules.
    pub async fn replace_fingerprints(
        &self,
        caller: Caller,
        id: WhiteBoxKeyId,
        fingerprints: Vec<DeviceFingerprint>,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            let ordinal = draft.view().white_box_key(&id)?.key().ordinal;
            if fingerprints.len() > rules(draft)?.fingerprints {
                return Err(WhiteBoxError::TooManyFingerprints.into());
            }
            draft.edit(ordinal, |key: &mut WhiteBoxKey| key.fingerprints = fingerprints);
            Ok(())
        })
        .await
    }

    /// Encrypts with a white-box key. Without an initialisation vector, a random one is used.
    ///
    /// # Errors
    /// [`WhiteBoxError::Disabled`].
    pub fn white_box_encrypt(
        &self,
        caller: &Caller,
        id: &WhiteBoxKeyId,
        iv: Option<[u8; BLOCK_LEN]>,
        text: &[u8],
    ) -> Result<WhiteBoxCiphertext, Error> {
        let snapshot = self.snapshot(caller);
        let admitted = snapshot.view(caller).white_box_key(id)?;
        if !admitted.key().enabled {
            return Err(WhiteBoxError::Disabled.into());
        }
        let iv = iv.unwrap_or_else(|| self.world.entropy.array());
        let cipher = (admitted.key().spec.into(), admitted.material());
        let how = (Mode::Cbc(iv), Padding::Pkcs7);
        Ok(WhiteBoxCiphertext { iv, ciphertext: block_modes::encrypt(cipher, how, text)? })
    }

    /// Decrypts as a device with this blob does, in any realm of the scope. That also works with a
    /// disabled key, because devices do not ask the service.
    ///
    /// # Errors
    /// [`WhiteBoxError::NotFound`] if no key has this blob;
    /// [`CiphertextError::DecryptionFailed`](super::CiphertextError::DecryptionFailed).
    pub fn white_box_decrypt(
        &self,
        scope: &Scope,
        blob: &[u8],
        iv: [u8; BLOCK_LEN],
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let realms = self.realms.matching(|state| state.white_box_keys.count() > 0);
        for realm in realms.into_iter().filter(|realm| scope.has(realm)) {
            let state = self.state(&realm);
            let mut keys = state.white_box_keys.all().map(AdmittedWhiteBoxKey::new);
            if let Some(key) = keys.find(|key| equal(&key.decrypt_blob(), blob)) {
                return key.decrypt(iv, ciphertext);
            }
        }
        Err(WhiteBoxError::NotFound.into())
    }
}

/// The cloud's rules for white-box keys.
fn rules(draft: &Draft<'_>) -> Result<&'static WhiteBoxRules, Error> {
    let rules = draft.caller().rules.white_box_keys.as_ref();
    rules.ok_or(Error::Internal("this cloud has no white-box keys"))
}
