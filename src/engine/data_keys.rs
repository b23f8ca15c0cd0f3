//! Data keys that the service keeps: made or brought along, sealed under a key, and given back. A
//! data key is as good as its key: where that is disabled or gone, the data key does not open.

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

/// What a caller says of the data key it wants to be kept.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as in the data key itself")]
pub struct NewDataKey {
    pub name: AliasName,
    pub description: String,
    pub origin: Origin,
    pub tags: Tags,
}

/// A data key as its key sealed it.
struct SealedDataKey {
    key: KeyId,
    len: usize,
    ciphertext: Vec<u8>,
    associated: Vec<u8>,
}

impl<'a> View<'a> {
    /// Every data key there is, oldest first, with its state.
    pub fn data_keys(&self) -> impl Iterator<Item = (&'a Arc<DataKey>, DataKeyState)> + use<'a> {
        let now = self.now();
        self.state().data_keys.all().filter_map(move |it| Some((it, it.state(now)?)))
    }

    /// Lets `operation` at the data key, if the caller's rules do.
    ///
    /// # Errors
    /// [`DataKeyError::NotFound`]; [`DataKeyError::State`] when its state refuses.
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
    /// Seals a data key under a key's newest version and keeps it. `associated` must be given again
    /// to open the ciphertext elsewhere; the data key remembers it.
    ///
    /// # Errors
    /// [`DataKeyError::NameTaken`]; [`AliasError::Reserved`](super::AliasError::Reserved);
    /// [`Error::QuotaExceeded`]; what refuses the key.
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

    /// Keeps a data key that a key of the realm sealed before, with no associated data.
    ///
    /// # Errors
    /// As [`Engine::keep_data_key`]; the ciphertext does not open, or is another key's than `key`.
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

    /// Opens a data key.
    ///
    /// # Errors
    /// The data key refuses, or its key does.
    pub fn open_data_key(&self, caller: &Caller, id: &DataKeyId) -> Result<Opened, Error> {
        let snapshot = self.snapshot(caller);
        let view = snapshot.view(caller);
        let (data_key, _) = view.admit_data_key(id, DataKeyOperation::ReadPlaintext)?;
        self.open_sealed(caller, Operation::Decrypt, &data_key.associated, &data_key.ciphertext)
    }

    /// Switches all of these data keys on, or none where one refuses. Their keys have to admit it.
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

    /// Switches all of these data keys off, or none where one refuses.
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

    /// Lets a data key go once `window` has passed.
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

    /// Keeps a data key that was to go. Its cloud says what it is then; its key has to admit it.
    ///
    /// # Errors
    /// [`Error::QuotaExceeded`] when there are as many others by now as there may be.
    pub async fn cancel_data_key_deletion(
        &self,
        caller: Caller,
        id: DataKeyId,
    ) -> Result<Arc<DataKey>, Error> {
        self.change(caller, move |draft| {
            let view = draft.view();
            let (data_key, _) = view.admit_data_key(&id, DataKeyOperation::CancelDeletion)?;
            admit_key(draft, data_key)?;
            room_for_another(draft)?;
            let lifecycle = rules(draft)?.restored;
            edit(draft, &id, DataKeyOperation::CancelDeletion, |it| it.lifecycle = lifecycle)
        })
        .await
    }

    /// Replaces a data key's name.
    ///
    /// # Errors
    /// [`DataKeyError::NameTaken`] when another has it.
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

/// Drafts a change of a data key, and answers it as it is then.
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

/// Asks the key that sealed a data key whether the data key may work again.
fn admit_key(draft: &Draft<'_>, data_key: &DataKey) -> Result<(), Error> {
    let key = KeyRef::Id(data_key.key.clone());
    draft.view().admit(&key, Operation::EnableDataKey).map(drop)
}

/// Refuses a caller who keeps as many data keys as it may; those that are to go do not count.
fn room_for_another(draft: &Draft<'_>) -> Result<(), Error> {
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
    room_for_another(draft)?;
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
    rules.ok_or(Error::Internal("this cloud keeps no data keys"))
}
