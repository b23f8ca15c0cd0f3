//! Aliases: names that users give to keys, each pointing to one.

use super::{AliasError, Caller, Draft, Engine, Error, KeyRef, Operation};
use crate::model::{AliasName, Change};

impl Engine {
    /// Gives a key a name that nobody has.
    pub async fn create_alias(
        &self,
        caller: Caller,
        name: AliasName,
        key: KeyRef,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            refuse_reserved(draft, &name)?;
            let sight = draft.sight();
            let ordinal = sight.admit(&key, Operation::CreateAlias)?.key().ordinal;
            if sight.state().key_by_alias(&name).is_some() {
                return Err(AliasError::Taken.into());
            }
            if let Some(most) = draft.caller().quota.aliases {
                let rules = draft.caller().rules;
                if sight.aliases().filter(|(name, _)| !rules.reserves(name)).count() >= most {
                    return Err(Error::QuotaExceeded);
                }
            }
            draft.add(Change::AliasBound(name, ordinal));
            Ok(())
        })
        .await
    }

    /// Points a name that exists to another key. Only the new key's state matters.
    pub async fn update_alias(
        &self,
        caller: Caller,
        name: AliasName,
        key: KeyRef,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            refuse_reserved(draft, &name)?;
            let sight = draft.sight();
            sight.state().key_by_alias(&name).ok_or(AliasError::NotFound)?;
            let ordinal = sight.admit(&key, Operation::MoveAlias)?.key().ordinal;
            draft.add(Change::AliasBound(name, ordinal));
            Ok(())
        })
        .await
    }

    /// Takes a name away. The key does not notice.
    pub async fn delete_alias(&self, caller: Caller, name: AliasName) -> Result<(), Error> {
        self.change(caller, move |draft| {
            refuse_reserved(draft, &name)?;
            draft.sight().admit(&KeyRef::Alias(name.clone()), Operation::DeleteAlias)?;
            draft.add(Change::AliasRemoved(name));
            Ok(())
        })
        .await
    }
}

fn refuse_reserved(draft: &Draft<'_>, name: &AliasName) -> Result<(), Error> {
    if draft.caller().rules.reserves(name) { Err(AliasError::Reserved.into()) } else { Ok(()) }
}
