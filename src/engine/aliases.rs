//! Aliases: names that users give to keys. Each names one key.

use std::sync::Arc;

use super::{AliasError, Caller, Engine, Error, KeyError, KeyRef, Operation};
use crate::model::{AliasName, Key};

impl Engine {
    /// Gives a key a new alias.
    pub async fn create_alias(
        &self,
        caller: Caller,
        name: AliasName,
        key: KeyRef,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            refuse_reserved(draft.caller(), &name)?;
            let view = draft.view();
            let ordinal = view.admit(&key, Operation::CreateAlias)?.key().ordinal;
            if view.state().keys.aliased(&name).is_some() {
                return Err(AliasError::Taken.into());
            }
            if let Some(most) = draft.caller().quota.aliases {
                let rules = draft.caller().rules;
                let is_counted = |name: &AliasName| !rules.reserves(name);
                if view.state().keys.count_aliases() >= most
                    && view.aliases().filter(|(name, _)| is_counted(name)).count() >= most
                {
                    return Err(Error::QuotaExceeded);
                }
            }
            draft.edit(ordinal, |key: &mut Key| _ = key.aliases.insert(name));
            Ok(())
        })
        .await
    }

    /// Points an existing alias to another key. Only the new key's state matters.
    ///
    /// # Errors
    /// [`AliasError::NotFound`] also for a key's own name, where that is an alias.
    pub async fn update_alias(
        &self,
        caller: Caller,
        name: AliasName,
        key: KeyRef,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            refuse_reserved(draft.caller(), &name)?;
            let view = draft.view();
            let before = view.state().keys.aliased(&name).ok_or(AliasError::NotFound)?;
            view.check_access(before)?;
            let rules = draft.caller().rules.aliases.as_ref();
            if rules.is_some_and(|rules| rules.own_name) && before.is_own(&name) {
                return Err(AliasError::NotFound.into());
            }
            let before = before.ordinal;
            let ordinal = view.admit(&key, Operation::MoveAlias)?.key().ordinal;
            draft.edit(before, |key: &mut Key| _ = key.aliases.remove(&name));
            draft.edit(ordinal, |key: &mut Key| _ = key.aliases.insert(name));
            Ok(())
        })
        .await
    }

    /// Replaces a key's aliases by this one.
    ///
    /// # Errors
    /// [`AliasError::Taken`] if another key has it; [`AliasError::Reserved`].
    pub async fn rename_key(
        &self,
        caller: Caller,
        key: KeyRef,
        name: AliasName,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            refuse_reserved(draft.caller(), &name)?;
            let view = draft.view();
            let ordinal = view.admit(&key, Operation::Rename)?.key().ordinal;
            if view.state().keys.aliased(&name).is_some_and(|owner| owner.ordinal != ordinal) {
                return Err(AliasError::Taken.into());
            }
            draft.edit(ordinal, |key: &mut Key| key.aliases = [name].into());
            Ok(())
        })
        .await
    }

    /// Replaces a key's own name, which is one of its aliases. The other aliases stay.
    ///
    /// # Errors
    /// As [`Engine::rename_key`]. Another alias of the same key is taken too.
    pub async fn rename_own(
        &self,
        caller: Caller,
        key: KeyRef,
        name: AliasName,
    ) -> Result<Arc<Key>, Error> {
        self.change(caller, move |draft| {
            refuse_reserved(draft.caller(), &name)?;
            let view = draft.view();
            let before = Arc::clone(view.admit(&key, Operation::Rename)?.key());
            if !before.is_own(&name) && view.state().keys.aliased(&name).is_some() {
                return Err(AliasError::Taken.into());
            }
            draft.edit(before.ordinal, |key: &mut Key| {
                key.aliases.retain(|alias| !before.is_own(alias));
                key.settings.name = Some(name.to_string());
                key.aliases.insert(name);
            });
            draft.view().state().keys.get(before.ordinal).cloned().ok_or(KeyError::NotFound.into())
        })
        .await
    }

    /// Deletes several aliases of one key, or none if one of them cannot be deleted.
    ///
    /// # Errors
    /// [`AliasError::NotFound`] for an alias that the key does not have, and for its own name.
    pub async fn delete_aliases(
        &self,
        caller: Caller,
        key: KeyRef,
        names: Vec<AliasName>,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            let key = draft.view().admit(&key, Operation::DeleteAlias)?.key();
            let is_other = |name: &AliasName| key.aliases.contains(name) && !key.is_own(name);
            if !names.iter().all(is_other) {
                return Err(AliasError::NotFound.into());
            }
            let ordinal = key.ordinal;
            draft.edit(ordinal, |key: &mut Key| {
                for name in &names {
                    key.aliases.remove(name);
                }
            });
            Ok(())
        })
        .await
    }

    /// Deletes an alias. The key is unchanged.
    pub async fn delete_alias(&self, caller: Caller, name: AliasName) -> Result<(), Error> {
        self.change(caller, move |draft| {
            refuse_reserved(draft.caller(), &name)?;
            let alias = KeyRef::Alias(name.clone());
            let key = draft.view().admit(&alias, Operation::DeleteAlias)?.key().ordinal;
            draft.edit(key, |key: &mut Key| _ = key.aliases.remove(&name));
            Ok(())
        })
        .await
    }
}

/// Refuses an alias that is the cloud's own.
pub(super) fn refuse_reserved(caller: &Caller, name: &AliasName) -> Result<(), Error> {
    if caller.rules.reserves(name) { Err(AliasError::Reserved.into()) } else { Ok(()) }
}
