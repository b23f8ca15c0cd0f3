//! Keys of seeds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::document::{BindingEntry, KeyEntry, Protection, VersionEntry};
use super::error::{Place, SeedError};
use super::material::{Owner, version_id};
use super::realm_builder::RealmBuilder;
use super::words::{CreatorType, KeyStatus};
use crate::model::{
    AliasName, Binding, Change, Creator, Fact, Fingerprint, Holding, Key, KeySpec, KeyStorage,
    KeyStoreId, KeyUsage, KeyVersion, Lifecycle, Ordinal, Origin, ProtectionLevel, Settings,
    SymmetricSpec,
};
use crate::world::Instant;

impl VersionEntry {
    /// A version with default values.
    pub(super) const fn plain() -> Self {
        Self { id: None, created_at: None, material: None, expires_at: None, fingerprint: None }
    }
}

impl KeyEntry {
    pub(super) fn spec(&self) -> KeySpec {
        self.spec.as_ref().map_or(KeySpec::Symmetric(SymmetricSpec::Aes256), |spec| spec.value.0)
    }

    pub(super) fn origin(&self) -> Origin {
        self.origin.as_ref().map_or(Origin::Service, |origin| origin.value.0)
    }

    fn usage(&self, place: Place<'_>) -> Result<KeyUsage, SeedError> {
        let spec = self.spec();
        let Some(usage) = &self.usage else { return Ok(spec.default_usage()) };
        if spec.serves(usage.value.0) {
            Ok(usage.value.0)
        } else {
            Err(place.wrong("usage", usage, "this key spec does not support this usage"))
        }
    }
}

impl RealmBuilder<'_> {
    /// Adds a key, unless its id existed before, and its missing aliases.
    pub(super) fn add_key(&mut self, entry: &KeyEntry, place: Place<'_>) -> Result<(), SeedError> {
        let id = &entry.id.value.0;
        let key = self.key(entry, place)?;
        let ordinal = if let Some(there) = self.base.keys.named(id).cloned() {
            if !may_be_same(&there, &key) {
                tracing::warn!(key = %id, "a different key with the seed's id exists and is kept");
            }
            there.ordinal
        } else {
            if self.state.keys.named(id).is_some() {
                return Err(place.wrong("id", &entry.id, "given twice"));
            }
            if let Some(taken) =
                key.versions.iter().position(|it| self.state.keys.with_version(it.id).is_some())
            {
                return Err(version_wrong(
                    entry,
                    taken,
                    "another key has a version with this id",
                    place,
                ));
            }
            let ordinal = key.ordinal;
            self.insert(key);
            ordinal
        };
        self.bind(ordinal, entry, place)
    }

    /// Binds the aliases that did not exist before, in one change: each change copies the key.
    fn bind(&mut self, key: Ordinal, entry: &KeyEntry, place: Place<'_>) -> Result<(), SeedError> {
        let one = self.rules.aliases.as_ref().is_some_and(|rules| rules.one_per_key);
        let Some(before) = self.state.keys.get(key).cloned() else { return Ok(()) };
        let mut names = BTreeSet::new();
        for (index, alias) in entry.aliases.iter().enumerate() {
            let name = &alias.value.0;
            let wrong = |what: String| place.wrong(&format!("aliases[{index}]"), alias, what);
            if one && index > 0 {
                return Err(wrong("a key has one alias in this cloud".into()));
            }
            if let Some(rules) = &self.rules.aliases {
                rules.names.check(name.as_str()).map_err(wrong)?;
            }
            if self.base.keys.aliased(name).is_some() {
                continue;
            }
            if self.state.keys.aliased(name).is_some() || !names.insert(name.clone()) {
                return Err(wrong("given twice".into()));
            }
        }
        // A new key's own name is one of its aliases, where the cloud says so.
        let own = entry.name.as_ref().filter(|_| self.own_names());
        if let Some(own) = own.filter(|own| before.settings.name.as_ref() == Some(&own.value)) {
            let name = AliasName::parse(&own.value).filter(|name| !before.aliases.contains(name));
            let other = name.as_ref().and_then(|name| self.state.keys.aliased(name));
            if other.is_some() {
                return Err(place.wrong("name", own, "another key has this name"));
            }
            names.extend(name);
        }
        // A key that was renamed keeps its new name.
        if !names.is_empty() && (!one || before.aliases.is_empty()) {
            let mut after = Key::clone(&before);
            after.aliases.extend(names);
            self.add(Change::Key(Fact::changed(before, Arc::new(after))));
        }
        Ok(())
    }

    fn key(&self, entry: &KeyEntry, place: Place<'_>) -> Result<Key, SeedError> {
        let (spec, origin) = (entry.spec(), entry.origin());
        if let (false, Some(at)) = ((self.rules.keys.specs)(spec), &entry.spec) {
            return Err(place.wrong("spec", at, "the cloud has no keys of this spec"));
        }
        let usage = entry.usage(place)?;
        if let (false, Some(at)) = (self.rules.keys.usages.contains(&usage), &entry.usage) {
            return Err(place.wrong("usage", at, "the cloud has no keys of this usage"));
        }
        if let (Origin::External, KeySpec::Pair(_) | KeySpec::Mac(_), Some(at)) =
            (origin, spec, &entry.origin)
        {
            return Err(place.wrong("origin", at, "only symmetric keys are EXTERNAL"));
        }
        self.check_instance(entry, place)?;
        let created_at = self.time(entry.created_at.as_ref()).unwrap_or(self.now);
        let rotation = self.rotation(entry, place)?;
        let versions =
            self.versions(entry, created_at, rotation.and_then(|(_, last)| last), place)?;
        let has_material = versions.last().is_some_and(|newest| newest.any_material().is_some());
        let creator = entry.creator.as_deref().unwrap_or(&self.realm.account).into();
        Ok(Key {
            ordinal: self.ordinal(entry.ordinal.as_ref(), place)?,
            id: entry.id.value.0.clone(),
            spec,
            usage,
            origin,
            protection: entry
                .protection_level
                .as_ref()
                .map_or(ProtectionLevel::Software, |it| it.value.0),
            creator: match entry.creator_type.as_ref().map(|it| it.value.0) {
                Some(CreatorType::Service) => Creator::Service(creator),
                Some(CreatorType::User) | None => Creator::User(creator),
            },
            created_at,
            instance: entry.instance.clone(),
            storage: self.storage(entry, place)?,
            group: entry.group.clone(),
            primary_region: self.primary_region(entry, place)?,
            policy: entry.policy.clone(),
            settings: Settings {
                name: self.name(entry, place)?,
                description: entry.description.clone(),
                lifecycle: self.lifecycle(entry, has_material, place)?,
                deletion_protection: entry
                    .deletion_protection
                    .as_ref()
                    .and_then(Protection::reason),
                rotation: rotation.map(|(interval, _)| interval),
                bindings: self.bindings(entry, place)?,
            },
            versions,
            aliases: BTreeSet::new(),
            tags: entry.tags.clone(),
        })
    }

    /// The region of a replica's primary.
    fn primary_region(
        &self,
        entry: &KeyEntry,
        place: Place<'_>,
    ) -> Result<Option<Arc<str>>, SeedError> {
        let Some(region) = &entry.primary_region else { return Ok(None) };
        let wrong = |what| Err(place.wrong("primary_region", region, what));
        match region.value.0.0.as_str() {
            _ if !self.rules.replicates() => wrong("this cloud has no keys in several regions"),
            "" => wrong("not a region's id: letters, digits and hyphens"),
            own if *self.realm.region == *own => wrong("a primary has none"),
            _ if entry.rotation.is_some() => wrong("a replica does not rotate"),
            other => Ok(Some(other.into())),
        }
    }

    /// Checks that the key store exists that a key names, in a cloud with key stores.
    fn check_instance(&self, entry: &KeyEntry, place: Place<'_>) -> Result<(), SeedError> {
        let (Some(store), Some(_)) = (&entry.instance, &self.rules.key_stores) else {
            return Ok(());
        };
        let store = KeyStoreId::parse(store).and_then(|id| self.state.key_stores.named(&id));
        match store {
            Some(_) => Ok(()),
            None => Err(place.wrong("instance", &entry.id, "there is no such key store")),
        }
    }

    /// Where the key's instance keeps it.
    fn storage(&self, entry: &KeyEntry, place: Place<'_>) -> Result<Option<KeyStorage>, SeedError> {
        let Some(storage) = &entry.storage else { return Ok(None) };
        let wrong = |what| Err(place.wrong("storage", storage, what));
        match storage.value.0 {
            _ if self.rules.instances.is_none() => wrong("this cloud has no instances"),
            _ if entry.instance.is_none() => wrong("the key is in no instance"),
            KeyStorage::Module if entry.rotation.is_some() => {
                wrong("a key in a module does not rotate")
            }
            storage => Ok(Some(storage)),
        }
    }

    /// Whether a key's own name is one of its aliases.
    fn own_names(&self) -> bool {
        self.rules.aliases.as_ref().is_some_and(|rules| rules.own_name)
    }

    /// The key's own name. If that is one of the aliases, it is the first of them by default.
    fn name(&self, entry: &KeyEntry, place: Place<'_>) -> Result<Option<String>, SeedError> {
        let Some(rules) = self.rules.aliases.as_ref().filter(|rules| rules.own_name) else {
            return Ok(entry.name.as_ref().map(|name| name.value.clone()));
        };
        let Some(name) = &entry.name else {
            return Ok(entry.aliases.first().map(|alias| alias.value.0.to_string()));
        };
        rules.names.check(&name.value).map_err(|what| place.wrong("name", name, what))?;
        Ok(Some(name.value.clone()))
    }

    fn bindings(&self, entry: &KeyEntry, place: Place<'_>) -> Result<BTreeSet<Binding>, SeedError> {
        let mut bindings = BTreeSet::new();
        for (index, binding) in entry.bindings.iter().enumerate() {
            let wrong = |what| Err(place.wrong(&format!("bindings[{index}]"), binding, what));
            if !self.rules.binds() {
                return wrong("this cloud binds no resources to keys");
            }
            let BindingEntry { product, resource } = &binding.value;
            let (product, resource) = (product.clone(), resource.clone());
            if !bindings.insert(Binding { product, resource }) {
                return wrong("given twice");
            }
        }
        Ok(bindings)
    }

    fn lifecycle(
        &self,
        entry: &KeyEntry,
        has_material: bool,
        place: Place<'_>,
    ) -> Result<Lifecycle, SeedError> {
        let Some(state) = &entry.state else {
            return match &entry.delete_at {
                None => Ok(Lifecycle::Enabled),
                Some(at) => Err(place.wrong("delete_at", at, "needs state: PendingDeletion")),
            };
        };
        let wrong = |what: &str| Err(place.wrong("state", state, what));
        match (state.value.0, &entry.delete_at) {
            (KeyStatus::PendingDeletion, Some(at)) => {
                Ok(Lifecycle::PendingDeletion(at.value.0.from(self.now)))
            }
            (KeyStatus::PendingDeletion, None) => wrong("needs a delete_at"),
            (_, Some(at)) => Err(place.wrong("delete_at", at, "needs state: PendingDeletion")),
            (KeyStatus::Enabled, None) if !has_material => {
                wrong("without material the state is PendingImport")
            }
            (KeyStatus::PendingImport, None) if has_material => {
                wrong("needs origin: EXTERNAL and no material")
            }
            (KeyStatus::Enabled | KeyStatus::PendingImport, None) => Ok(Lifecycle::Enabled),
            (KeyStatus::Disabled, None) => Ok(Lifecycle::Disabled),
            (KeyStatus::Archived, None) if !self.rules.archives() => {
                wrong("this cloud archives no keys")
            }
            (KeyStatus::Archived, None) => Ok(Lifecycle::Archived),
        }
    }

    /// The rotation interval, if rotation is on, and the creation of the newest version, if this
    /// entry implies it.
    fn rotation(
        &self,
        entry: &KeyEntry,
        place: Place<'_>,
    ) -> Result<Option<(Duration, Option<Instant>)>, SeedError> {
        let Some(rotation) = &entry.rotation else { return Ok(None) };
        let interval = rotation.interval.0;
        let may =
            matches!(entry.spec(), KeySpec::Symmetric(_)) && entry.origin() == Origin::Service;
        let given = (rotation.last.as_ref(), rotation.next.as_ref());
        let last = self.rotated_at(given, Some(interval), place)?;
        match (rotation.enabled, may) {
            (true, false) => Err(place.wrong(
                "rotation",
                &entry.id,
                "only symmetric keys with generated material rotate",
            )),
            (true, true) => Ok(Some((interval, last))),
            (false, _) => Ok(None),
        }
    }

    fn versions(
        &self,
        entry: &KeyEntry,
        created_at: Instant,
        last: Option<Instant>,
        place: Place<'_>,
    ) -> Result<Vec<Arc<KeyVersion>>, SeedError> {
        let plain = [VersionEntry::plain()];
        let entries = if entry.versions.is_empty() { &plain[..] } else { &entry.versions[..] };
        if entry.origin() == Origin::External && entries.len() > 1 {
            return Err(place.wrong("versions", &entry.id, "an EXTERNAL key has one version"));
        }
        let mut versions = Vec::with_capacity(entries.len());
        let (mut ids, mut before) = (BTreeSet::new(), created_at);
        for (index, version) in entries.iter().enumerate() {
            let newest = index + 1 == entries.len();
            let at = match (&version.created_at, last.filter(|_| newest)) {
                (Some(at), Some(last)) if at.value.0.from(self.now) != last => {
                    let field = format!("versions[{index}].created_at");
                    return Err(place.wrong(&field, at, "contradicts the last rotation"));
                }
                (Some(at), _) => at.value.0.from(self.now),
                (None, Some(last)) => last,
                (None, None) => before,
            };
            before = at;
            let id = version_id(&entry.id.value.0, index, Some(version));
            if !ids.insert(id) {
                return Err(version_wrong(entry, index, "given twice", place));
            }
            let holding = self.holding(entry, index, version, id, place)?;
            versions.push(Arc::new(KeyVersion { id, created_at: at, holding }));
        }
        Ok(versions)
    }

    fn holding(
        &self,
        entry: &KeyEntry,
        index: usize,
        version: &VersionEntry,
        id: crate::model::VersionId,
        place: Place<'_>,
    ) -> Result<Holding, SeedError> {
        let field = |name: &str| format!("versions[{index}].{name}");
        let material = self.material(Owner::Key(entry.id.value.0.clone(), id));
        let external = entry.origin() == Origin::External;
        if let (Some(at), false) = (&version.expires_at, external && material.is_some()) {
            return Err(place.wrong(&field("expires_at"), at, "only imported material expires"));
        }
        if let (Some(at), false) = (&version.fingerprint, external && material.is_none()) {
            return Err(place.wrong(
                &field("fingerprint"),
                at,
                "needs imported material that is gone",
            ));
        }
        Ok(match material {
            Some(material) => {
                let expires = version.expires_at.as_ref().map(|at| at.value.0.from(self.now));
                Holding::Material(material, expires)
            }
            None => Holding::Nothing {
                last: version
                    .fingerprint
                    .as_ref()
                    .map(|it| Fingerprint::from_bytes(it.value.0.0.to_vec())),
            },
        })
    }
}

/// An error about a version's id, which may be missing.
fn version_wrong(entry: &KeyEntry, index: usize, what: &str, place: Place<'_>) -> SeedError {
    let field = format!("versions[{index}].id");
    match entry.versions.get(index).and_then(|version| version.id.as_ref()) {
        Some(id) => place.wrong(&field, id, what),
        None => place.wrong(&field, &entry.id, what),
    }
}

/// Whether two keys with one id can be the same key at different times. The kind never changes, nor
/// does the material of a version that both have.
fn may_be_same(there: &Key, seeded: &Key) -> bool {
    let known: BTreeMap<_, _> =
        there.versions.iter().map(|version| (version.id, version)).collect();
    let same = |seeded: &Arc<KeyVersion>| {
        known.get(&seeded.id).is_none_or(|it| match (it.any_material(), seeded.any_material()) {
            (Some(there), Some(seeded)) => there == seeded,
            _ => true,
        })
    };
    (there.spec, there.usage, there.origin) == (seeded.spec, seeded.usage, seeded.origin)
        && seeded.versions.iter().any(|it| known.contains_key(&it.id))
        && seeded.versions.iter().all(same)
}
