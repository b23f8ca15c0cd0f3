//! Keys in several regions of an account. A replica has the id and the versions of its primary, so
//! each opens what the other sealed. Only the primary gets other material: a new version stays in
//! its region.

use std::sync::Arc;

use super::aliases::refuse_reserved;
use super::{AliasError, Caller, Engine, Error, KeyError, KeyRef, Operation, keys};
use crate::model::{
    AliasName, Change, Creator, Fact, Key, KeyId, Realm, RealmChange, Settings, Tags,
};

/// How often a move of the primary is tried while other changes get in between.
const TRIES: usize = 3;

/// What a caller specifies for a new replica.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as in the key itself")]
pub struct NewReplica {
    pub alias: AliasName,
    pub name: Option<String>,
    pub description: String,
    pub group: Option<String>,
    pub tags: Tags,
}

impl Engine {
    /// Makes a replica of a key in another region. It is enabled, and does not rotate.
    ///
    /// # Errors
    /// [`KeyError::IsReplica`] if the key is a replica itself; [`KeyError::ReplicaExists`];
    /// [`AliasError::Taken`] and [`AliasError::Reserved`] for the alias; [`Error::QuotaExceeded`].
    pub async fn replicate_key(
        &self,
        caller: Caller,
        key: KeyRef,
        to: &str,
        new: NewReplica,
    ) -> Result<Arc<Key>, Error> {
        let source = {
            let snapshot = self.snapshot(&caller);
            let admitted = snapshot.view(&caller).admit(&key, Operation::Replicate)?;
            Arc::clone(admitted.key())
        };
        caller.used.note(&source.id, None);
        let primary = Arc::clone(&caller.realm.region);
        let there = caller.realm.in_region(to);
        self.change(Caller { realm: there, ..caller }, move |draft| {
            let view = draft.view();
            if view.state().keys.named(&source.id).is_some() {
                return Err(KeyError::ReplicaExists.into());
            }
            refuse_reserved(draft.caller(), &new.alias)?;
            if view.state().keys.aliased(&new.alias).is_some() {
                return Err(AliasError::Taken.into());
            }
            keys::check_quota(view, draft.caller())?;
            let replica = Arc::new(Key {
                ordinal: view.state().next_ordinal(),
                creator: Creator::User(Arc::clone(&draft.caller().user)),
                created_at: draft.now(),
                instance: None,
                storage: None,
                group: new.group,
                policy: None,
                primary_region: Some(primary),
                settings: Settings {
                    name: new.name,
                    description: new.description,
                    ..Settings::default()
                },
                aliases: [new.alias].into(),
                tags: new.tags,
                ..Key::clone(&source)
            });
            draft.insert(&replica);
            Ok(replica)
        })
        .await
    }

    /// Makes a replica the primary, and the primary a replica. All of the account's realms that
    /// have the key change in one transaction. The rotation moves along.
    ///
    /// # Errors
    /// [`KeyError::IsReplica`] if the key is not the primary; [`KeyError::NoReplica`] if it has no
    /// replica in that region.
    pub async fn move_primary(
        &self,
        caller: &Caller,
        key: &KeyRef,
        to: &str,
    ) -> Result<KeyId, Error> {
        let mut tries = 1;
        loop {
            let (id, facts) = self.moved_primary(caller, key, to)?;
            if caller.dry_run || facts.is_empty() {
                return Ok(id);
            }
            match self.add(facts).await {
                // Another change came in between.
                Err(Error::Internal(_)) if tries < TRIES => tries += 1,
                outcome => return outcome.map(|()| id),
            }
        }
    }

    fn moved_primary(
        &self,
        caller: &Caller,
        key: &KeyRef,
        to: &str,
    ) -> Result<(KeyId, Vec<RealmChange>), Error> {
        let snapshot = self.snapshot(caller);
        let admitted = snapshot.view(caller).admit(key, Operation::MovePrimary)?;
        let primary = admitted.key();
        caller.used.note(&primary.id, None);
        if *caller.realm.region == *to {
            return Ok((primary.id.clone(), Vec::new()));
        }
        let target = caller.realm.in_region(to);
        let replicas = self.replicas(&caller.realm, &primary.id);
        if !replicas.iter().any(|(realm, _)| *realm == target) {
            return Err(KeyError::NoReplica.into());
        }
        let mut before = Key::clone(primary);
        (before.primary_region, before.settings.rotation) = (Some(to.into()), None);
        let mut facts = vec![(caller.realm.clone(), changed(primary, before))];
        for (realm, replica) in replicas {
            let mut after = Key::clone(&replica);
            if realm == target {
                (after.primary_region, after.settings.rotation) = (None, primary.settings.rotation);
            } else {
                after.primary_region = Some(to.into());
            }
            facts.push((realm, changed(&replica, after)));
        }
        Ok((primary.id.clone(), facts))
    }

    /// The replicas of the key in this realm, each with its realm. Those pending deletion count.
    fn replicas(&self, of: &Realm, id: &KeyId) -> Vec<(Realm, Arc<Key>)> {
        let realms = self.realms.matching(|state| {
            state.keys.named(id).is_some_and(|key| key.primary_region.as_ref() == Some(&of.region))
        });
        let same = |realm: &Realm| *realm != *of && realm.account_wide() == of.account_wide();
        let key = |realm: Realm| {
            let key = self.state(&realm).keys.named(id).cloned();
            key.map(|key| (realm, key))
        };
        realms.into_iter().filter(same).filter_map(key).collect()
    }
}

fn changed(before: &Arc<Key>, after: Key) -> Change {
    Change::Key(Fact::changed(Arc::clone(before), Arc::new(after)))
}
