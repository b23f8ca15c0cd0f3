//! Every client key of the server, by its id. A request names the client key that signed it before
//! anything else is known about it, so the index covers all realms. Readers load a pointer; only
//! the writer changes it.

use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use rpds::HashTrieMapSync;

use crate::algorithms::rsa::SignatureKey;
use crate::model::{Change, ClientKey, ClientKeyId, Realm, State};

/// A client key, and the realm that it is in.
#[derive(Debug)]
pub struct IndexedClientKey {
    /// Its realm.
    pub realm: Realm,
    /// The client key.
    pub client_key: Arc<ClientKey>,
    /// Its public key, read on first use.
    signature_key: OnceLock<Option<SignatureKey>>,
}

impl IndexedClientKey {
    /// The key that verifies its signatures. `None` when its PEM text holds no RSA key, which its
    /// creation prevents.
    #[must_use]
    pub fn signature_key(&self) -> Option<&SignatureKey> {
        self.signature_key.get_or_init(|| self.client_key.signature_key()).as_ref()
    }
}

type Map = HashTrieMapSync<ClientKeyId, Arc<IndexedClientKey>>;

/// The index. If two realms have a client key with the same id, it has the one that was added last.
#[derive(Debug, Default)]
pub struct ClientKeyIndex(ArcSwap<Map>);

impl ClientKeyIndex {
    /// The index of these realms.
    pub(super) fn of<'a>(states: impl Iterator<Item = (&'a Realm, &'a State)>) -> Self {
        let mut map = Map::default();
        for (realm, state) in states {
            state.client_keys.all().for_each(|it| insert(&mut map, realm, it));
        }
        Self(ArcSwap::from_pointee(map))
    }

    /// Follows changes that were made.
    pub(super) fn follow<'a>(&self, changes: impl Iterator<Item = (&'a Realm, &'a Change)>) {
        let mut map = None;
        for (realm, change) in changes {
            let Change::ClientKey(fact) = change else { continue };
            let map = map.get_or_insert_with(|| Map::clone(&self.0.load()));
            if let Some(before) = fact.before() {
                remove(map, realm, before);
            }
            if let Some(after) = fact.after() {
                insert(map, realm, after);
            }
        }
        self.publish(map);
    }

    /// Follows the replacement of a whole realm.
    pub(super) fn follow_replacement(&self, realm: &Realm, before: &State, after: &State) {
        let (before, after) = (&before.client_keys, &after.client_keys);
        if before.count() == 0 && after.count() == 0 {
            return;
        }
        let mut map = Map::clone(&self.0.load());
        before.all().for_each(|it| remove(&mut map, realm, it));
        after.all().for_each(|it| insert(&mut map, realm, it));
        self.publish(Some(map));
    }

    /// The client key with this id, in whatever realm. It takes no lock.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<Arc<IndexedClientKey>> {
        self.0.load().get(&ClientKeyId::parse(id)?).cloned()
    }

    /// The other client keys of this one's realm: as many as `most`, in any order.
    #[must_use]
    pub fn beside(&self, one: &IndexedClientKey, most: usize) -> Vec<Arc<IndexedClientKey>> {
        let all = self.0.load();
        let is_beside = |it: &&Arc<IndexedClientKey>| {
            it.realm == one.realm && it.client_key.id != one.client_key.id
        };
        all.values().filter(is_beside).take(most).cloned().collect()
    }

    fn publish(&self, map: Option<Map>) {
        if let Some(map) = map {
            self.0.store(Arc::new(map));
        }
    }
}

fn insert(map: &mut Map, realm: &Realm, client_key: &Arc<ClientKey>) {
    let (realm, client_key) = (realm.clone(), Arc::clone(client_key));
    let id = client_key.id.clone();
    let signature_key = OnceLock::new();
    map.insert_mut(id, Arc::new(IndexedClientKey { realm, client_key, signature_key }));
}

fn remove(map: &mut Map, realm: &Realm, client_key: &ClientKey) {
    if map.get(&client_key.id).is_some_and(|it| it.realm == *realm) {
        map.remove_mut(&client_key.id);
    }
}
