//! What a realm holds: a persistent value. A copy costs nothing, so a reader keeps the one it took
//! while a writer builds the next.

use std::sync::Arc;

use rpds::{HashTrieMapSync, RedBlackTreeMapSync, RedBlackTreeSetSync};

use super::{
    AliasName, Certificate, CertificateId, Change, Key, KeyId, Material, Ordinal, Secret,
    SecretName, VersionId,
};
use crate::world::Instant;

/// The contents of a realm.
#[derive(Clone, Debug, Default)]
pub struct State {
    subscribed: Option<Instant>,
    import_seal: Option<Arc<Material>>,
    last: Ordinal,
    keys: RedBlackTreeMapSync<Ordinal, Arc<Key>>,
    by_id: HashTrieMapSync<KeyId, Ordinal>,
    by_version: HashTrieMapSync<VersionId, Ordinal>,
    aliases: RedBlackTreeMapSync<AliasName, Ordinal>,
    /// The aliases of each key.
    aliases_of: RedBlackTreeSetSync<(Ordinal, AliasName)>,
    secrets: RedBlackTreeMapSync<Ordinal, Arc<Secret>>,
    secrets_by_name: HashTrieMapSync<SecretName, Ordinal>,
    certificates: RedBlackTreeMapSync<Ordinal, Arc<Certificate>>,
    certificates_by_id: HashTrieMapSync<CertificateId, Ordinal>,
    agenda: RedBlackTreeSetSync<(Instant, Ordinal)>,
}

impl State {
    /// When the account subscribed to the service, where it had to.
    #[must_use]
    pub fn subscribed(&self) -> Option<Instant> {
        self.subscribed
    }

    /// The secret under which this realm's import tokens are sealed, once there is one.
    #[must_use]
    pub fn import_seal(&self) -> Option<&Arc<Material>> {
        self.import_seal.as_ref()
    }

    /// The number that the next key, secret or certificate gets.
    #[must_use]
    pub fn next_ordinal(&self) -> Ordinal {
        self.last + 1
    }

    /// Every key whose rows are here, oldest first, those included whose deletion is due.
    pub fn keys(&self) -> impl Iterator<Item = &Arc<Key>> {
        self.keys.values()
    }

    /// How many keys those are.
    #[must_use]
    pub fn key_count(&self) -> usize {
        self.keys.size()
    }

    /// A key by its number.
    #[must_use]
    pub fn key(&self, ordinal: Ordinal) -> Option<&Arc<Key>> {
        self.keys.get(&ordinal)
    }

    /// A key by its id.
    #[must_use]
    pub fn key_by_id(&self, id: &KeyId) -> Option<&Arc<Key>> {
        self.by_id.get(id).and_then(|ordinal| self.key(*ordinal))
    }

    /// The key that has a version of this id.
    #[must_use]
    pub fn key_by_version(&self, id: VersionId) -> Option<&Arc<Key>> {
        self.by_version.get(&id).and_then(|ordinal| self.key(*ordinal))
    }

    /// The key that an alias points to.
    #[must_use]
    pub fn key_by_alias(&self, name: &AliasName) -> Option<&Arc<Key>> {
        self.aliases.get(name).and_then(|ordinal| self.key(*ordinal))
    }

    /// Every alias with its key, by name.
    pub fn aliases(&self) -> impl Iterator<Item = (&AliasName, &Arc<Key>)> {
        self.aliases.iter().filter_map(|(name, ordinal)| Some((name, self.key(*ordinal)?)))
    }

    /// The aliases of a key, by name, found without a look at the others.
    pub fn aliases_of(&self, ordinal: Ordinal) -> impl Iterator<Item = &AliasName> {
        let all = self.aliases_of.range((ordinal, AliasName::before_all())..);
        all.take_while(move |(to, _)| *to == ordinal).map(|(_, name)| name)
    }

    /// Every secret whose rows are here, oldest first, those included whose deletion is due.
    pub fn secrets(&self) -> impl Iterator<Item = &Arc<Secret>> {
        self.secrets.values()
    }

    /// How many secrets those are.
    #[must_use]
    pub fn secret_count(&self) -> usize {
        self.secrets.size()
    }

    /// A secret by its number.
    #[must_use]
    pub fn secret(&self, ordinal: Ordinal) -> Option<&Arc<Secret>> {
        self.secrets.get(&ordinal)
    }

    /// A secret by its name.
    #[must_use]
    pub fn secret_by_name(&self, name: &SecretName) -> Option<&Arc<Secret>> {
        self.secrets_by_name.get(name).and_then(|ordinal| self.secret(*ordinal))
    }

    /// Every certificate, oldest first.
    pub fn certificates(&self) -> impl Iterator<Item = &Arc<Certificate>> {
        self.certificates.values()
    }

    /// How many certificates those are.
    #[must_use]
    pub fn certificate_count(&self) -> usize {
        self.certificates.size()
    }

    /// About how many rows it takes to keep all of this. It costs nothing to ask.
    #[must_use]
    pub fn weight(&self) -> usize {
        let versions = self.by_version.size();
        self.keys.size()
            + versions
            + self.aliases.size()
            + 2 * self.secrets.size()
            + self.certificates.size()
    }

    /// A certificate by its number.
    #[must_use]
    pub fn certificate(&self, ordinal: Ordinal) -> Option<&Arc<Certificate>> {
        self.certificates.get(&ordinal)
    }

    /// A certificate by its id.
    #[must_use]
    pub fn certificate_by_id(&self, id: &CertificateId) -> Option<&Arc<Certificate>> {
        self.certificates_by_id.get(id).and_then(|ordinal| self.certificate(*ordinal))
    }

    /// The key or secret to which something happens next by itself, and when.
    #[must_use]
    pub fn next_due(&self) -> Option<(Instant, Ordinal)> {
        self.agenda.first().copied()
    }

    /// The keys and secrets to which something happens by itself until then, in that order.
    pub fn due(&self, until: Instant) -> impl Iterator<Item = Ordinal> {
        self.agenda.iter().take_while(move |(due, _)| *due <= until).map(|(_, ordinal)| *ordinal)
    }

    /// How many numbers were given to keys, to secrets and to what came later.
    #[must_use]
    pub fn counted(&self) -> Ordinal {
        self.last
    }

    /// Whether nothing was ever here.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.last == 0 && self.subscribed.is_none() && self.import_seal.is_none()
    }

    /// Facts that lead from nothing to this.
    #[must_use]
    pub fn facts(&self) -> Vec<Change> {
        // All of it by name: what is added to a state has its facts here, or follows from others.
        let Self {
            subscribed,
            import_seal,
            last,
            keys,
            by_id: _,
            by_version: _,
            aliases,
            aliases_of: _,
            secrets,
            secrets_by_name: _,
            certificates,
            certificates_by_id: _,
            agenda: _,
        } = self;
        let mut facts = Vec::new();
        facts.extend(subscribed.map(Change::Subscribed));
        facts.extend(import_seal.clone().map(Change::ImportSealDrawn));
        facts.extend(keys.values().cloned().map(Change::KeyAdded));
        facts.extend(aliases.iter().map(|(name, key)| Change::AliasBound(name.clone(), *key)));
        facts.extend(secrets.values().cloned().map(Change::SecretAdded));
        facts.extend(certificates.values().cloned().map(Change::CertificateAdded));
        facts.extend((*last > 0).then_some(Change::Counted(*last)));
        facts
    }

    /// Takes one fact in. A fact about what is not here changes nothing.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::RealmCleared => *self = Self::default(),
            Change::Subscribed(at) => self.subscribed = Some(*at),
            Change::ImportSealDrawn(seal) => self.import_seal = Some(Arc::clone(seal)),
            Change::Counted(last) => self.last = self.last.max(*last),
            Change::KeyAdded(key) => self.add_key(key),
            Change::KeySet(ordinal, settings) => {
                self.revise(*ordinal, |key| key.settings = settings.clone())
            }
            Change::VersionsAdded(ordinal, versions) => {
                if self.keys.contains_key(ordinal) {
                    for version in versions {
                        self.by_version.insert_mut(version.id, *ordinal);
                    }
                }
                self.revise(*ordinal, |key| key.versions.extend(versions.iter().cloned()));
            }
            Change::VersionSet(ordinal, version) => self.revise(*ordinal, |key| {
                for it in key.versions.iter_mut().filter(|it| it.id == version.id) {
                    *it = Arc::clone(version);
                }
            }),
            Change::KeyRemoved(ordinal) => self.remove_key(*ordinal),
            Change::AliasBound(name, ordinal) => {
                self.unbind(name);
                self.aliases.insert_mut(name.clone(), *ordinal);
                self.aliases_of.insert_mut((*ordinal, name.clone()));
            }
            Change::AliasRemoved(name) => self.unbind(name),
            Change::TagSet(ordinal, name, value) => self.revise(*ordinal, |key| {
                key.tags.insert(name.clone(), value.clone());
            }),
            Change::TagRemoved(ordinal, name) => self.revise(*ordinal, |key| {
                key.tags.remove(name);
            }),
            Change::PolicySet(ordinal, policy) => {
                self.revise(*ordinal, |key| key.policy = Some(policy.clone()));
            }
            Change::SecretAdded(secret) => {
                self.last = self.last.max(secret.ordinal);
                self.secrets_by_name.insert_mut(secret.name.clone(), secret.ordinal);
                self.put_secret(Arc::clone(secret));
            }
            Change::SecretSet(ordinal, settings) => {
                self.revise_secret(*ordinal, |secret| secret.settings = settings.clone());
            }
            Change::SecretVersionAdded(ordinal, version) => {
                self.revise_secret(*ordinal, |secret| secret.versions.push(Arc::clone(version)));
            }
            Change::SecretVersionRemoved(ordinal, number) => {
                self.revise_secret(*ordinal, |secret| {
                    secret.versions.retain(|it| it.number != *number)
                });
            }
            Change::SecretRemoved(ordinal) => self.remove_secret(*ordinal),
            Change::SecretTagSet(ordinal, name, value) => self.revise_secret(*ordinal, |secret| {
                secret.tags.insert(name.clone(), value.clone());
            }),
            Change::SecretTagRemoved(ordinal, name) => self.revise_secret(*ordinal, |secret| {
                secret.tags.remove(name);
            }),
            Change::CertificateAdded(certificate) => self.add_certificate(certificate),
            Change::CertificateSet(ordinal, settings) => {
                self.revise_certificate(*ordinal, |it| it.settings = settings.clone());
            }
            Change::CertificateRemoved(ordinal) => self.remove_certificate(*ordinal),
            Change::CertificateTagSet(ordinal, name, value) => {
                self.revise_certificate(*ordinal, |it| {
                    it.tags.insert(name.clone(), value.clone());
                })
            }
            Change::CertificateTagRemoved(ordinal, name) => {
                self.revise_certificate(*ordinal, |it| {
                    it.tags.remove(name);
                })
            }
        }
    }

    fn add_key(&mut self, key: &Arc<Key>) {
        self.last = self.last.max(key.ordinal);
        self.by_id.insert_mut(key.id.clone(), key.ordinal);
        for version in &key.versions {
            self.by_version.insert_mut(version.id, key.ordinal);
        }
        self.put(Arc::clone(key));
    }

    fn revise(&mut self, ordinal: Ordinal, edit: impl FnOnce(&mut Key)) {
        if let Some(old) = self.keys.get(&ordinal).cloned() {
            self.unschedule(&old);
            let mut key = Key::clone(&old);
            edit(&mut key);
            self.put(Arc::new(key));
        }
    }

    fn put(&mut self, key: Arc<Key>) {
        if let Some(due) = key.next_due() {
            self.agenda.insert_mut((due, key.ordinal));
        }
        self.keys.insert_mut(key.ordinal, key);
    }

    fn unschedule(&mut self, key: &Key) {
        if let Some(due) = key.next_due() {
            self.agenda.remove_mut(&(due, key.ordinal));
        }
    }

    fn remove_key(&mut self, ordinal: Ordinal) {
        let Some(key) = self.keys.get(&ordinal).cloned() else { return };
        self.unschedule(&key);
        self.keys.remove_mut(&ordinal);
        self.by_id.remove_mut(&key.id);
        for version in &key.versions {
            self.by_version.remove_mut(&version.id);
        }
        let bound: Vec<_> = self.aliases_of(ordinal).cloned().collect();
        for name in bound {
            self.unbind(&name);
        }
    }

    fn unbind(&mut self, name: &AliasName) {
        if let Some(ordinal) = self.aliases.get(name).copied() {
            self.aliases.remove_mut(name);
            self.aliases_of.remove_mut(&(ordinal, name.clone()));
        }
    }

    fn revise_secret(&mut self, ordinal: Ordinal, edit: impl FnOnce(&mut Secret)) {
        if let Some(old) = self.secrets.get(&ordinal).cloned() {
            self.unschedule_secret(&old);
            let mut secret = Secret::clone(&old);
            edit(&mut secret);
            self.put_secret(Arc::new(secret));
        }
    }

    fn put_secret(&mut self, secret: Arc<Secret>) {
        if let Some(due) = secret.next_due() {
            self.agenda.insert_mut((due, secret.ordinal));
        }
        self.secrets.insert_mut(secret.ordinal, secret);
    }

    fn unschedule_secret(&mut self, secret: &Secret) {
        if let Some(due) = secret.next_due() {
            self.agenda.remove_mut(&(due, secret.ordinal));
        }
    }

    fn remove_secret(&mut self, ordinal: Ordinal) {
        if let Some(secret) = self.secrets.get(&ordinal).cloned() {
            self.unschedule_secret(&secret);
            self.secrets.remove_mut(&ordinal);
            self.secrets_by_name.remove_mut(&secret.name);
        }
    }

    fn add_certificate(&mut self, certificate: &Arc<Certificate>) {
        self.last = self.last.max(certificate.ordinal);
        self.certificates_by_id.insert_mut(certificate.id.clone(), certificate.ordinal);
        self.certificates.insert_mut(certificate.ordinal, Arc::clone(certificate));
    }

    fn revise_certificate(&mut self, ordinal: Ordinal, edit: impl FnOnce(&mut Certificate)) {
        if let Some(old) = self.certificates.get(&ordinal) {
            let mut certificate = Certificate::clone(old);
            edit(&mut certificate);
            self.certificates.insert_mut(ordinal, Arc::new(certificate));
        }
    }

    fn remove_certificate(&mut self, ordinal: Ordinal) {
        if let Some(certificate) = self.certificates.get(&ordinal).cloned() {
            self.certificates.remove_mut(&ordinal);
            self.certificates_by_id.remove_mut(&certificate.id);
        }
    }
}
