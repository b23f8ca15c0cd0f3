//! Grants of seeds.

use std::collections::BTreeSet;

use super::document::GrantEntry;
use super::error::{Place, SeedError};
use super::realm_builder::RealmBuilder;
use super::words::GranteeType;
use crate::model::{Grant, Grantee};

impl RealmBuilder<'_> {
    /// Adds a grant, unless one with its id exists.
    pub(super) fn add_grant(
        &mut self,
        entry: &GrantEntry,
        place: Place<'_>,
    ) -> Result<(), SeedError> {
        let (id, key) = (&entry.id.value.0, &entry.key.value.0);
        let Some(rules) = &self.rules.grants else {
            return Err(place.wrong("id", &entry.id, "this cloud has no grants"));
        };
        let mut operations = BTreeSet::new();
        for (index, operation) in entry.operations.iter().enumerate() {
            let wrong = |what| place.wrong(&format!("operations[{index}]"), operation, what);
            if !rules.operations.contains(&operation.value.as_str()) {
                return Err(wrong("this cloud grants no such operation"));
            }
            if !operations.insert(operation.value.clone()) {
                return Err(wrong("given twice"));
            }
        }
        if self.base.grants.named(id).is_some() {
            return Ok(());
        }
        if self.state.grants.named(id).is_some() {
            return Err(place.wrong("id", &entry.id, "given twice"));
        }
        if self.state.keys.named(key).is_none() {
            return Err(place.wrong("key", &entry.key, "there is no such key"));
        }
        if self.state.grants.of(key).count() >= rules.per_key {
            return Err(place.wrong("key", &entry.key, "it has too many grants"));
        }
        let grantee = entry.grantee.as_str().into();
        let grant = Grant {
            ordinal: self.ordinal(entry.ordinal.as_ref(), place)?,
            id: id.clone(),
            key: key.clone(),
            name: entry.name.clone(),
            grantee: match entry.grantee_type.as_ref().map(|it| it.value.0) {
                None | Some(GranteeType::User) => Grantee::User(grantee),
                Some(GranteeType::Account) => Grantee::Account(grantee),
            },
            operations,
            retiring: entry.retiring_principal.as_deref().map(Into::into),
            issuer: entry.issuer.as_deref().unwrap_or(&self.realm.account).into(),
            created_at: self.time(entry.created_at.as_ref()).unwrap_or(self.now),
        };
        self.insert(grant);
        Ok(())
    }
}
