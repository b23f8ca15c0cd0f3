//! Secrets of seeds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_saphyr::Spanned;

use super::document::{SecretEntry, SecretRotation, SecretVersionEntry};
use super::error::{Place, SeedError};
use super::material::Owner;
use super::realm_builder::{COUNT_MAX, RealmBuilder, service_key};
use super::words::{Bytes, GENERIC, Located, Text};
use crate::engine::contents::seal_value;
use crate::model::{
    AliasName, Creator, Envelope, Holding, Key, KeyId, KeyUsage, KeyVersion, Managed, Origin,
    ProtectionLevel, Secret, SecretName, SecretSettings, SecretVersion, Settings,
};
use crate::world::{Entropy, Instant};

/// The id of the only version of a secret that has a plain value.
const ONLY_VERSION: &str = "v1";

/// A version before its value is sealed.
struct NewVersion<'a> {
    id: &'a str,
    number: u64,
    created_at: Instant,
    binary: bool,
    value: Value<'a>,
}

enum Value<'a> {
    Open(&'a [u8]),
    Sealed(&'a Located<Bytes>, &'a Located<Bytes>),
}

impl RealmBuilder<'_> {
    /// Adds a secret, unless its name existed before.
    pub(super) fn add_secret(
        &mut self,
        entry: &SecretEntry,
        entropy: &Entropy,
        place: Place<'_>,
    ) -> Result<(), SeedError> {
        let name = &entry.name.value.0;
        let rules = self.rules.secrets.as_ref();
        if let Some(rules) = rules {
            let checked = rules.names.check(name.as_str());
            checked.map_err(|what| place.wrong("name", &entry.name, what))?;
        }
        let known = self.base.secrets.named(name).is_some();
        if !known && self.state.secrets.named(name).is_some() {
            return Err(place.wrong("name", &entry.name, "given twice"));
        }
        let kind = entry.kind.as_ref().map_or(GENERIC, |kind| &kind.value.0.0);
        let config = entry.extended_config.as_ref().map(|config| &*config.value.0.0);
        if !rules.is_some_and(|rules| (rules.fits)(kind, config)) {
            return Err(match (&entry.extended_config, &entry.kind) {
                (Some(at), _) => place.wrong("extended_config", at, "does not fit the type"),
                (None, Some(at)) => {
                    place.wrong("type", at, "unknown type, or extended_config is missing")
                }
                (None, None) => place.wrong("type", &entry.name, "must be given"),
            });
        }
        let created_at = self.time(entry.created_at.as_ref()).unwrap_or(self.now);
        let versions = self.new_versions(entry, created_at, place)?;
        let stages = self.stages(entry, &versions, place)?;
        let managed = match (&entry.rotation, config) {
            (rotation, Some(config)) => {
                let default = SecretRotation { enabled: true, ..SecretRotation::default() };
                let rotation = rotation.as_ref().unwrap_or(&default);
                Some(self.managed(rotation, config, created_at, place)?)
            }
            (Some(_), None) => {
                return Err(place.wrong("rotation", &entry.name, "needs an extended_config"));
            }
            (None, None) => None,
        };
        if known {
            return Ok(());
        }
        let (key, key_is_named) = self.sealing_key(entry, place)?;
        let versions = versions
            .into_iter()
            .map(|new| self.seal_version(name, &key, new, entropy, entry, place));
        let versions: Vec<_> = versions.collect::<Result<_, _>>()?;
        let secret = Secret {
            ordinal: self.ordinal(entry.ordinal.as_ref(), place)?,
            name: name.clone(),
            kind: kind.into(),
            created_at,
            key,
            key_is_named,
            instance: entry.instance.clone(),
            settings: SecretSettings {
                description: entry.description.clone(),
                updated_at: self.time(entry.updated_at.as_ref()).unwrap_or(created_at),
                delete_at: self.time(entry.delete_at.as_ref()),
                policy: entry.policy.clone(),
                managed,
                stages,
            },
            versions,
            tags: entry.tags.clone(),
        };
        self.insert(secret);
        Ok(())
    }

    fn new_versions<'a>(
        &self,
        entry: &'a SecretEntry,
        created_at: Instant,
        place: Place<'_>,
    ) -> Result<Vec<NewVersion<'a>>, SeedError> {
        if let Some(value) = &entry.value {
            if !entry.versions.is_empty() {
                return Err(place.wrong("value", value, "cannot be given with versions"));
            }
            let value = Value::Open(value.value.0.as_bytes());
            return Ok(vec![NewVersion {
                id: ONLY_VERSION,
                number: 1,
                created_at,
                binary: false,
                value,
            }]);
        }
        let mut new: Vec<NewVersion<'a>> = Vec::new();
        let mut ids = BTreeSet::new();
        for (index, version) in entry.versions.iter().enumerate() {
            let path = format!("{}.versions[{index}]", place.path);
            let place = Place { path: &path, ..place };
            let (last, before) =
                new.last().map_or((0, created_at), |last| (last.number, last.created_at));
            let number = match &version.number {
                None => last + 1,
                Some(number) if number.value > last && number.value <= COUNT_MAX => number.value,
                Some(number) => return Err(place.wrong("number", number, "must increase from 1")),
            };
            if version.id.value.is_empty() || !ids.insert(&version.id.value) {
                return Err(place.wrong("id", &version.id, "is empty, or given twice"));
            }
            new.push(NewVersion {
                id: &version.id.value,
                number,
                created_at: self.time(version.created_at.as_ref()).unwrap_or(before),
                binary: version.binary,
                value: version.value(place)?,
            });
        }
        if new.is_empty() {
            return Err(place.wrong("", &entry.name, "needs a value, or versions"));
        }
        Ok(new)
    }

    /// The version of each stage. By default the newest is current and the one before is previous.
    fn stages(
        &self,
        entry: &SecretEntry,
        versions: &[NewVersion<'_>],
        place: Place<'_>,
    ) -> Result<BTreeMap<Arc<str>, u64>, SeedError> {
        let mut stages = BTreeMap::<Arc<str>, u64>::new();
        for (index, (version, new)) in entry.versions.iter().zip(versions).enumerate() {
            for stage in version.stages.iter().flatten() {
                if stages.insert(stage.value.as_str().into(), new.number).is_some() {
                    let field = format!("versions[{index}].stages");
                    return Err(place.wrong(&field, stage, "a stage belongs to one version"));
                }
            }
        }
        if entry.versions.iter().all(|version| version.stages.is_none()) {
            let rules = self.rules.secrets.as_ref();
            let fixed = rules.map(|rules| [rules.current, rules.previous]);
            for (stage, version) in fixed.into_iter().flatten().zip(versions.iter().rev()) {
                stages.insert(stage.into(), version.number);
            }
        }
        Ok(stages)
    }

    fn managed(
        &self,
        rotation: &SecretRotation,
        config: &str,
        created_at: Instant,
        place: Place<'_>,
    ) -> Result<Managed, SeedError> {
        let interval = rotation.interval.as_ref().map(|it| it.0);
        let given = (rotation.last.as_ref(), rotation.next.as_ref());
        let rotated_at = self.rotated_at(given, interval, place)?;
        Ok(Managed {
            config: config.to_owned(),
            rotation: interval.filter(|_| rotation.enabled),
            stuck: rotation.failed,
            rotated_at: rotated_at.filter(|at| rotation.last.is_some() || *at != created_at),
            asked: rotation.requested.iter().map(|at| at.value.0.from(self.now)).collect(),
        })
    }

    /// The key that seals the values, and whether its owner named it.
    fn sealing_key(
        &mut self,
        entry: &SecretEntry,
        place: Place<'_>,
    ) -> Result<(KeyId, bool), SeedError> {
        let Some(named) = &entry.encryption_key_id else {
            let alias = self.rules.secrets_alias();
            let alias = alias
                .ok_or_else(|| place.wrong("encryption_key_id", &entry.name, "must be given"))?;
            return Ok((self.service_key(&alias, entry, place)?, false));
        };
        let text = &named.value.0.0;
        let bound = AliasName::parse(text).and_then(|alias| self.state.keys.aliased(&alias));
        let id = bound.map(|key| key.id.clone()).or_else(|| KeyId::parse(text));
        let id =
            id.ok_or_else(|| place.wrong("encryption_key_id", named, "there is no such key"))?;
        Ok((id, !entry.default_key))
    }

    fn service_key(
        &mut self,
        alias: &AliasName,
        entry: &SecretEntry,
        place: Place<'_>,
    ) -> Result<KeyId, SeedError> {
        if let Some(there) = self.state.keys.aliased(alias) {
            return Ok(there.id.clone());
        }
        let (id, version, spec) = service_key(&self.realm, alias.as_str());
        let material = self.material(Owner::ServiceKey);
        let service = self.rules.service(alias).unwrap_or_default();
        let keys = &self.state.keys;
        let taken = keys.named(&id).or_else(|| keys.with_version(version));
        let (Some(material), None) = (material, taken) else {
            let why = "must be given, because another key has the id or the version id of the \
                       service key";
            return Err(place.wrong("encryption_key_id", &entry.name, why));
        };
        let key = Key {
            ordinal: self.state.next_ordinal(),
            id: id.clone(),
            spec,
            usage: KeyUsage::EncryptDecrypt,
            origin: Origin::Service,
            protection: ProtectionLevel::Software,
            creator: Creator::Service(service.into()),
            created_at: self.now,
            instance: None,
            storage: None,
            group: None,
            primary_region: None,
            policy: None,
            settings: Settings::default(),
            versions: vec![Arc::new(KeyVersion {
                id: version,
                created_at: self.now,
                holding: Holding::Material(material, None),
            })],
            aliases: [alias.clone()].into(),
            tags: BTreeMap::new(),
        };
        self.insert(key);
        Ok(id)
    }

    fn seal_version(
        &self,
        name: &SecretName,
        key: &KeyId,
        new: NewVersion<'_>,
        entropy: &Entropy,
        entry: &SecretEntry,
        place: Place<'_>,
    ) -> Result<Arc<SecretVersion>, SeedError> {
        let envelope = match new.value {
            Value::Sealed(data_key, value) => {
                let (data_key, value) = (&data_key.value.0.0, &value.value.0.0);
                Envelope { data_key: data_key.to_vec(), value: value.to_vec() }
            }
            Value::Open(value) => {
                let at: &Spanned<_> = &entry.name;
                let key = self.state.keys.named(key);
                let key = key.ok_or_else(|| {
                    let wrong = |at: &Located<Text>| {
                        place.wrong("encryption_key_id", at, "there is no such key")
                    };
                    entry
                        .encryption_key_id
                        .as_ref()
                        .map_or_else(|| place.wrong("", at, "has no key"), wrong)
                })?;
                seal_value(key, entropy, (name, new.id), value).map_err(|_| {
                    place.wrong("encryption_key_id", at, "that key is a pair, or has no material")
                })?
            }
        };
        Ok(Arc::new(SecretVersion {
            id: new.id.into(),
            number: new.number,
            created_at: new.created_at,
            binary: new.binary,
            envelope,
        }))
    }
}

impl SecretVersionEntry {
    fn value(&self, place: Place<'_>) -> Result<Value<'_>, SeedError> {
        match (&self.value, &self.value_base64, &self.sealed) {
            (Some(text), None, None) => Ok(Value::Open(text.value.0.as_bytes())),
            (None, Some(bytes), None) => Ok(Value::Open(&bytes.value.0.0)),
            (None, None, Some(sealed)) => Ok(Value::Sealed(&sealed.data_key, &sealed.sealed_value)),
            _ => Err(place.wrong("id", &self.id, "needs one of value, value_base64, sealed")),
        }
    }
}
