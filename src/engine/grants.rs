//! Grants: what the owner of a key lets others do with it. Whether a grant permits a request is
//! decided by its cloud (`access.rs`); here grants are made and ended.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Access, Caller, Engine, Error, GrantError, GrantRules, KeyRef, Operation, View};
use crate::model::{Grant, GrantId, Grantee, Grants, Key};

/// What a caller specifies for a new grant.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as in the grant itself")]
pub struct NewGrant {
    pub name: Option<String>,
    pub grantee: Grantee,
    pub operations: BTreeSet<String>,
    pub retiring: Option<Arc<str>>,
}

impl<'a> View<'a> {
    /// The grants of a key.
    #[must_use]
    pub fn grants_of(&self, key: &'a Key) -> Grants<'a> {
        Grants::of(&key.id, &self.state().grants)
    }

    /// The number of grants of the key that has most.
    #[must_use]
    pub fn most_grants(&self) -> usize {
        self.state().grants.most_of_a_parent()
    }

    /// The grants that the caller may retire, oldest first: see [`Engine::retire_grant`].
    pub fn retirable_grants(&self) -> impl Iterator<Item = &'a Arc<Grant>> + use<'a> {
        let caller = self.caller();
        self.state().grants.all().filter(|grant| caller.may_retire(grant))
    }

    /// The grant with this id.
    fn grant(&self, key: &Key, id: &GrantId) -> Result<&'a Arc<Grant>, Error> {
        let grant = self.state().grants.named(id).ok_or(GrantError::NotFound)?;
        if grant.key == key.id { Ok(grant) } else { Err(GrantError::KeyMismatch.into()) }
    }
}

impl Caller {
    /// Whether it may retire this grant.
    fn may_retire(&self, grant: &Grant) -> bool {
        let Access::Limited(access) = &self.access else { return true };
        let lists = |rules: &GrantRules| grant.operations.contains(rules.retire);
        grant.retiring.as_ref() == Some(&self.user)
            || self.rules.grants.as_ref().is_some_and(lists) && access.is_among(&grant.grantee)
    }
}

impl Engine {
    /// Creates a grant. Its issuer is the caller's user.
    ///
    /// # Errors
    /// [`KeyError::NotPermitted`](super::KeyError::NotPermitted) for operations that the caller may
    /// not give; [`GrantError::TooManyOfKey`] by the cloud's rules, [`GrantError::TooMany`] by the
    /// account's quota; [`KeyError::NotUserMade`](super::KeyError::NotUserMade) for a service's own
    /// key.
    pub async fn create_grant(
        &self,
        caller: Caller,
        key: KeyRef,
        new: NewGrant,
    ) -> Result<Arc<Grant>, Error> {
        self.change(caller, move |draft| {
            let rules = draft.caller().rules.grants.as_ref();
            let rules = rules.ok_or(Error::Internal("this cloud has no grants"))?;
            let view = draft.view();
            let key = view.admit(&key, Operation::CreateGrant)?.key();
            draft.caller().access.check_grant(key, view.grants_of(key), &new.operations)?;
            if view.grants_of(key).iter().count() >= rules.per_key {
                return Err(GrantError::TooManyOfKey.into());
            }
            let there = view.state().grants.count();
            if draft.caller().quota.grants.is_some_and(|most| there >= most) {
                return Err(GrantError::TooMany.into());
            }
            let id = base16ct::lower::encode_string(&draft.entropy().array::<32>());
            let grant = Arc::new(Grant {
                ordinal: view.state().next_ordinal(),
                id: GrantId::parse(&id).ok_or(Error::Internal("a grant's id is malformed"))?,
                key: key.id.clone(),
                name: new.name,
                grantee: new.grantee,
                operations: new.operations,
                retiring: new.retiring,
                issuer: Arc::clone(&draft.caller().user),
                created_at: draft.now(),
            });
            draft.insert(&grant);
            Ok(grant)
        })
        .await
    }

    /// Ends a grant, on behalf of the key's owner.
    ///
    /// # Errors
    /// [`GrantError::NotFound`]; [`GrantError::KeyMismatch`] for the grant of another key.
    pub async fn revoke_grant(
        &self,
        caller: Caller,
        key: KeyRef,
        id: GrantId,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            let view = draft.view();
            let key = view.admit(&key, Operation::RevokeGrant)?.key();
            let ordinal = view.grant(key, &id)?.ordinal;
            draft.remove::<Grant>(ordinal);
            Ok(())
        })
        .await
    }

    /// Ends a grant, on behalf of the user that it names for that, or of its grantee if it lists
    /// the operation for that. Callers without limits may end every grant. The caller need not have
    /// access to the key.
    ///
    /// # Errors
    /// As [`Engine::revoke_grant`], and [`GrantError::NotRetirable`] for everybody else.
    pub async fn retire_grant(
        &self,
        caller: Caller,
        key: KeyRef,
        id: GrantId,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            let view = draft.view();
            let key = view.admit_to_anybody(&key, Operation::RetireGrant)?.key();
            let grant = view.grant(key, &id)?;
            if !draft.caller().may_retire(grant) {
                return Err(GrantError::NotRetirable.into());
            }
            let ordinal = grant.ordinal;
            draft.remove::<Grant>(ordinal);
            Ok(())
        })
        .await
    }
}
