//! Data keys that the service stores, encrypted with a key. A data key can be read only while its
//! key can be used.

use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

use super::ciphertext::{Parts, seal};
use super::{
    Caller, CiphertextError, DataKeyError, DataKeyOperation, DataKeyRules, Draft, Engine, Error,
    KeyRef, Opened, Operation, Sealed, Used, View,
};
use crate::model::{
    AliasName, DataKey, DataKeyId, DataKeyLifecycle, DataKeyState, KeyId, Origin, Tags,
};

/// What a caller specifies for a data key to be stored.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as in the data key itself")]
pub struct NewDataKey {
    pub name: AliasName,
    pub description: String,
    pub origin: Origin,
    pub tags: Tags,
}

/// A data key as its key encrypted it.
struct SealedDataKey {
    key: KeyId,
    len: usize,
    ciphertext: Vec<u8>,
    associated: Vec<u8>,
}

impl<'a> View<'a> {
    /// Every existing data key with its state, oldest first.
    pub fn data_keys(&self) -> impl Iterator<Item = (&'a Arc<DataKey>, DataKeyState)> + use<'a> {
        let now = self.now();
        self.state().data_keys.all().filter_map(move |it| Some((it, it.state(now)?)))
    }

    /// Admits `operation` to the data key if the cloud's rules allow it.
    ///
    /// # Errors
    /// [`DataKeyError::NotFound`]; [`DataKeyError::State`].
    pub fn admit_data_key(
        &self,
        id: &DataKeyId,
        operation: DataKeyOperation,
    ) -> Result<(&'a Arc<DataKey>, DataKeyState), Error> {
        let data_key = self.state().data_keys.named(id);
        let found = data_key.and_then(|it| Some((it, it.state(self.now())?)));
        let (data_key, state) = found.ok_or(DataKeyError::NotFound)?;
        let rules = self.caller().rules.data_keys.as_ref();
        if rules.is_some_and(|rules| (rules.admits)(operation, state)) {
            Ok((data_key, state))
        } else {
            Err(DataKeyError::State { operation, state }.into())
        }
    }
}

impl Engine {
    /// Encrypts a data key with a key's newest version and stores it, with the associated data that
    /// decrypting the ciphertext takes.
    ///
    /// # Errors
    /// [`DataKeyError::NameTaken`]; [`Error::QuotaExceeded`]; errors about the key.
    pub async fn keep_data_key(
        &self,
        caller: Caller,
        key: KeyRef,
        associated: Vec<u8>,
        text: Zeroizing<Vec<u8>>,
        new: NewDataKey,
    ) -> Result<(Sealed, Arc<DataKey>), Error> {
        self.change(caller, move |draft| {
            let view = draft.view();
            let admitted = view.admit(&key, Operation::GenerateDataKey)?;
            let (spec, primary) = (admitted.symmetric()?, admitted.primary()?);
            let ciphertext = seal(spec, primary, draft.entropy().array(), &associated, &text)?;
            let sealed = Used::new(ciphertext.clone(), &admitted, primary.0);
            let key = sealed.key.clone();
            let bytes = SealedDataKey { key, len: text.len(), ciphertext, associated };
            Ok((sealed, add(draft, bytes, new)?))
        })
        .await
    }

    /// Stores a data key that a key of the realm encrypted before, without associated data.
    ///
    /// # Errors
    /// As [`Engine::keep_data_key`]; the ciphertext does not decrypt, or not with `key`.
    pub async fn keep_sealed_data_key(
        &self,
        caller: Caller,
        key: Option<KeyRef>,
        ciphertext: Vec<u8>,
        new: NewDataKey,
    ) -> Result<Arc<DataKey>, Error> {
        self.change(caller, move |draft| {
            let view = draft.view();
            let parts = Parts::of(&ciphertext).ok_or(CiphertextError::Malformed)?;
            let admitted = view.admit_version(parts.version, Operation::Decrypt)?;
            if let Some(key) = key
                && view.find(&key)?.0.ordinal != admitted.key().ordinal
            {
                return Err(CiphertextError::DecryptionFailed.into());
            }
            let (version, material) = admitted.version(parts.version)?;
            let len = parts.open(admitted.symmetric()?, material, b"")?.len();
            let key = Used::new((), &admitted, version).key;
            add(draft, SealedDataKey { key, len, ciphertext, associated: Vec::new() }, new)
        })
        .await
    }

    /// Decrypts a data key.
    ///
    /// # Errors
    /// The state of the data key or of its key does not allow it.
    pub fn open_data_key(&self, caller: &Caller, id: &DataKeyId) -> Result<Opened, Error> {
        let snapshot = self.snapshot(caller);
        let view = snapshot.view(caller);
        let (data_key, _) = view.admit_data_key(id, DataKeyOperation::ReadPlaintext)?;
        self.open_sealed(caller, Operation::Decrypt, &data_key.associated, &data_key.ciphertext)
    }

    /// Enables all of these data keys, or none if one of them, or its key, does not allow it.
    pub async fn enable_data_keys(&self, caller: Caller, ids: Vec<DataKeyId>) -> Result<(), Error> {
        self.change(caller, move |draft| {
            for id in &ids {
                let operation = DataKeyOperation::Enable;
                let enabled = |it: &mut DataKey| it.lifecycle = DataKeyLifecycle::Enabled;
                let data_key = edit(draft, id, operation, enabled)?;
                admit_key(draft, &data_key)?;
            }
            Ok(())
        })
        .await
    }

    /// Disables all of these data keys, or none if one of them does not allow it.
    pub async fn disable_data_keys(
        &self,
        caller: Caller,
        ids: Vec<DataKeyId>,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            for id in &ids {
                let operation = DataKeyOperation::Disable;
                let disabled = |it: &mut DataKey| it.lifecycle = DataKeyLifecycle::Disabled;
                edit(draft, id, operation, disabled)?;
            }
            Ok(())
        })
        .await
    }

    /// Schedules the deletion of a data key after `window`.
    pub async fn schedule_data_key_deletion(
        &self,
        caller: Caller,
        id: DataKeyId,
        window: Duration,
    ) -> Result<Arc<DataKey>, Error> {
        self.change(caller, move |draft| {
            let lifecycle = DataKeyLifecycle::PendingDeletion(draft.now().plus(window));
            let operation = DataKeyOperation::ScheduleDeletion;
            edit(draft, &id, operation, |it| it.lifecycle = lifecycle)
        })
        .await
    }

    /// Cancels a scheduled deletion. The cloud's rules say which state follows.
    ///
    /// # Errors
    /// [`Error::QuotaExceeded`], as data keys pending deletion do not count; errors about its key.
    pub async fn cancel_data_key_deletion(
        &self,
        caller: Caller,
        id: DataKeyId,
    ) -> Result<Arc<DataKey>, Error> {
        self.change(caller, move |draft| {
            let view = draft.view();
            let (data_key, _) = view.admit_data_key(&id, DataKeyOperation::CancelDeletion)?;
            admit_key(draft, data_key)?;
            check_quota(draft)?;
            let lifecycle = rules(draft)?.restored;
            edit(draft, &id, DataKeyOperation::CancelDeletion, |it| it.lifecycle = lifecycle)
        })
        .await
    }

    /// Replaces a data key's name.
    ///
    /// # Errors
    /// [`DataKeyError::NameTaken`] if another data key has it.
    pub async fn rename_data_key(
        &self,
        caller: Caller,
        id: DataKeyId,
        name: AliasName,
    ) -> Result<Arc<DataKey>, Error> {
        self.change(caller, move |draft| {
            let view = draft.view();
            view.admit_data_key(&id, DataKeyOperation::Rename)?;
            if view.state().data_keys.by_alias(&name).is_some_and(|owner| owner.id != id) {
                return Err(DataKeyError::NameTaken.into());
            }
            edit(draft, &id, DataKeyOperation::Rename, |it| it.name = name)
        })
        .await
    }

    /// Replaces a data key's description.
    pub async fn describe_data_key(
        &self,
        caller: Caller,
        id: DataKeyId,
        description: String,
    ) -> Result<Arc<DataKey>, Error> {
        self.change(caller, move |draft| {
            let operation = DataKeyOperation::ChangeDescription;
            edit(draft, &id, operation, |it| it.description = description)
        })
        .await
    }
}

/// Drafts a change of a data key. Returns the changed data key.
fn edit(
    draft: &mut Draft<'_>,
    id: &DataKeyId,
    operation: DataKeyOperation,
    edit: impl FnOnce(&mut DataKey),
) -> Result<Arc<DataKey>, Error> {
    let ordinal = draft.view().admit_data_key(id, operation)?.0.ordinal;
    draft.edit(ordinal, edit);
    let after = draft.view().state().data_keys.get(ordinal).cloned();
    after.ok_or(DataKeyError::NotFound.into())
}

/// Checks that the key that encrypted a data key allows using the data key again.
fn admit_key(draft: &Draft<'_>, data_key: &DataKey) -> Result<(), Error> {
    let key = KeyRef::Id(data_key.key.clone());
    draft.view().admit(&key, Operation::EnableDataKey).map(drop)
}

/// Checks that the caller's quota allows another data key. Those pending deletion do not count.
fn check_quota(draft: &Draft<'_>) -> Result<(), Error> {
    let Some(most) = draft.caller().quota.data_keys else { return Ok(()) };
    let view = draft.view();
    let there = view.data_keys().filter(|(_, state)| *state != DataKeyState::PendingDeletion);
    if there.count() >= most { Err(Error::QuotaExceeded) } else { Ok(()) }
}

fn add(
    draft: &mut Draft<'_>,
    sealed: SealedDataKey,
    new: NewDataKey,
) -> Result<Arc<DataKey>, Error> {
    rules(draft)?;
    if draft.view().state().data_keys.by_alias(&new.name).is_some() {
        return Err(DataKeyError::NameTaken.into());
    }
    check_quota(draft)?;
    let id = (draft.caller().rules.keys.new_id)(draft.entropy(), draft.now());
    let data_key = Arc::new(DataKey {
        ordinal: draft.view().state().next_ordinal(),
        id: id.into(),
        name: new.name,
        description: new.description,
        key: sealed.key,
        len: sealed.len,
        ciphertext: sealed.ciphertext,
        associated: sealed.associated,
        origin: new.origin,
        lifecycle: DataKeyLifecycle::Enabled,
        creator: Arc::clone(&draft.caller().user),
        created_at: draft.now(),
        tags: new.tags,
    });
    draft.insert(&data_key);
    Ok(data_key)
}

/// The cloud's rules for data keys.
fn rules(draft: &Draft<'_>) -> Result<&'static DataKeyRules, Error> {
    let rules = draft.caller().rules.data_keys.as_ref();
    rules.ok_or(Error::Internal("this cloud stores no data keys"))
}
