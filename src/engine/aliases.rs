//! Aliases: names that users give to keys. Each names one key.

use super::{AliasError, Caller, Engine, Error, KeyRef, Operation};
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
                if view.aliases().filter(|(name, _)| !rules.reserves(name)).count() >= most {
                    return Err(Error::QuotaExceeded);
                }
            }
            draft.edit(ordinal, |key: &mut Key| _ = key.aliases.insert(name));
            Ok(())
        })
        .await
    }

    /// Points an existing alias to another key. Only the new key's state matters.
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
