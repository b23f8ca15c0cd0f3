//! Exports: the contents of realms as a seed file. Reading an export gives the same states, and
//! exporting those gives the same text.

mod applications;
mod instances;
mod managed_data_keys;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde_saphyr::Spanned;
use zeroize::Zeroizing;

use super::document::{
    AccessPointEntry, BindingEntry, CertificateEntry, DataKeyEntry, GrantEntry, KeyEntry,
    KeyRotation, KeyStoreEntry, KeyspacePolicyEntry, Protection, SealedEntry, SecretEntry,
    SecretRotation, SecretVersionEntry, VersionEntry, WhiteBoxKeyEntry,
};
use super::when::time;
use super::words::{
    AccountId, Bytes, CreatorType, GENERIC, GranteeType, KeyStatus, Parsed, Region, Text, hidden,
    located, placed,
};
use crate::algorithms::pem;
use crate::engine::contents::{export_material, open_value};
use crate::model::{
    AccessPoint, Binding, Certificate, Creator, DataKey, DataKeyLifecycle, Grant, Grantee, Holding,
    Key, KeySpec, KeyStore, KeyVersion, KeyspacePolicy, Lifecycle, Material, Origin, Realm, Secret,
    SecretVersion, Shelves, State, WhiteBoxKey,
};

/// The first line of every export.
const WARNING: &str =
    "# Exported by kmsim. It contains key material and the values of secrets, unencrypted.\n";

/// Exports these realms. The text is secret.
///
/// # Errors
/// Something cannot be written, which does not happen.
pub fn write(contents: &[(Realm, Arc<State>)]) -> Result<Zeroizing<String>, std::fmt::Error> {
    let mut text = Zeroizing::new(WARNING.to_owned());
    // Quoted strings are read back exactly. Block scalars are used only where requested.
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    serde_saphyr::to_fmt_writer_with_options(&mut *text, &Written(contents), options)
        .map_err(|_| std::fmt::Error)?;
    Ok(text)
}

/// The realms of an export. Entries are created one at a time, so that only one exists beside the
/// text.
struct Written<'a>(&'a [(Realm, Arc<State>)]);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut document = serializer.serialize_struct("Document", 1)?;
        document.serialize_field(
            "realms",
            &Each(|| self.0.iter().map(|(realm, state)| Entry(realm, state))),
        )?;
        document.end()
    }
}

/// A realm, with the fields of a [`RealmEntry`](super::document::RealmEntry).
struct Entry<'a>(&'a Realm, &'a State);

impl Serialize for Entry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(realm, state) = *self;
        let mut entry = serializer.serialize_struct("RealmEntry", 21)?;
        entry.serialize_field("account", &located(AccountId(realm.account.to_string())))?;
        entry.serialize_field("region", &located(Region(realm.region.to_string())))?;
        entry.serialize_field("cloud", &located(Text(realm.dialect.to_string())))?;
        if let Some(subscribed) = state.subscribed() {
            entry.serialize_field("subscribed_at", &time(subscribed))?;
        }
        if let Some(seal) = state.import_seal() {
            entry.serialize_field("import_seal", &located(Bytes::of(export_material(seal))))?;
        }
        entry.serialize_field("counted", &placed(state.counted()))?;
        // In full, so that a new noun cannot be forgotten.
        let Shelves {
            keys,
            secrets,
            certificates,
            white_box_keys,
            data_keys,
            grants,
            key_stores,
            access_points,
            keyspace_policies,
            applications,
            application_policies,
            network_rules,
            client_keys,
            instances,
            managed_data_keys,
        } = state.shelves();
        if keys.count() > 0 {
            let keys = || keys.all().map(|key| key_entry(key));
            entry.serialize_field("keys", &Each(keys))?;
        }
        if secrets.count() > 0 {
            let secrets = || secrets.all().map(|secret| secret_entry(state, secret));
            entry.serialize_field("secrets", &Each(secrets))?;
        }
        if certificates.count() > 0 {
            let certificates = || certificates.all().map(|it| certificate_entry(it));
            entry.serialize_field("certificates", &Each(certificates))?;
        }
        if white_box_keys.count() > 0 {
            let keys = || white_box_keys.all().map(|it| white_box_key_entry(it));
            entry.serialize_field("white_box_keys", &Each(keys))?;
        }
        if data_keys.count() > 0 {
            let keys = || data_keys.all().map(|it| data_key_entry(it));
            entry.serialize_field("data_keys", &Each(keys))?;
        }
        if grants.count() > 0 {
            let grants = || grants.all().map(|it| grant_entry(it));
            entry.serialize_field("grants", &Each(grants))?;
        }
        if key_stores.count() > 0 {
            let key_stores = || key_stores.all().map(|it| key_store_entry(it));
            entry.serialize_field("key_stores", &Each(key_stores))?;
        }
        if access_points.count() > 0 {
            let access_points = || access_points.all().map(|it| access_point_entry(it));
            entry.serialize_field("access_points", &Each(access_points))?;
        }
        if keyspace_policies.count() > 0 {
            let policies = || keyspace_policies.all().map(|it| keyspace_policy_entry(it));
            entry.serialize_field("keyspace_policies", &Each(policies))?;
        }
        if applications.count() > 0 {
            let applications = || applications.all().map(|it| applications::application_entry(it));
            entry.serialize_field("applications", &Each(applications))?;
        }
        if application_policies.count() > 0 {
            let policies =
                || application_policies.all().map(|it| applications::application_policy_entry(it));
            entry.serialize_field("application_policies", &Each(policies))?;
        }
        if network_rules.count() > 0 {
            let rules = || network_rules.all().map(|it| applications::network_rule_entry(it));
            entry.serialize_field("network_rules", &Each(rules))?;
        }
        if client_keys.count() > 0 {
            let client_keys = || client_keys.all().map(|it| applications::client_key_entry(it));
            entry.serialize_field("client_keys", &Each(client_keys))?;
        }
        if instances.count() > 0 {
            let instances = || instances.all().map(|it| instances::instance_entry(it));
            entry.serialize_field("instances", &Each(instances))?;
        }
        if managed_data_keys.count() > 0 {
            let data_keys =
                || managed_data_keys.all().map(|it| managed_data_keys::managed_data_key_entry(it));
            entry.serialize_field("managed_data_keys", &Each(data_keys))?;
        }
        entry.end()
    }
}

/// A list whose entries are created one at a time.
struct Each<F>(F);

impl<F, I> Serialize for Each<F>
where
    F: Fn() -> I,
    I: Iterator<Item: Serialize>,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

fn key_entry(key: &Key) -> KeyEntry {
    let (creator, creator_type) = match &key.creator {
        Creator::User(name) => (name, CreatorType::User),
        Creator::Service(name) => (name, CreatorType::Service),
    };
    let settings = &key.settings;
    let has_material = key.primary().is_some_and(|newest| newest.any_material().is_some());
    let (status, delete_at) = match settings.lifecycle {
        Lifecycle::Enabled if has_material => (KeyStatus::Enabled, None),
        Lifecycle::Enabled => (KeyStatus::PendingImport, None),
        Lifecycle::Disabled => (KeyStatus::Disabled, None),
        Lifecycle::Archived => (KeyStatus::Archived, None),
        Lifecycle::PendingDeletion(at) => (KeyStatus::PendingDeletion, Some(time(at))),
    };
    KeyEntry {
        id: located(key.id.clone()),
        ordinal: Some(placed(key.ordinal)),
        spec: Some(located(key.spec)),
        usage: Some(located(key.usage)),
        origin: Some(located(key.origin)),
        protection_level: Some(located(key.protection)),
        name: settings.name.clone().map(placed),
        description: settings.description.clone(),
        creator: Some(creator.to_string()),
        creator_type: Some(located(creator_type)),
        created_at: Some(time(key.created_at)),
        instance: key.instance.clone(),
        storage: key.storage.map(located),
        group: key.group.clone(),
        primary_region: key.primary_region.as_ref().map(|it| located(Region(it.to_string()))),
        state: Some(located(status)),
        delete_at,
        deletion_protection: settings.deletion_protection.clone().map(Protection::Reason),
        rotation: settings.rotation.map(|interval| KeyRotation {
            interval: Parsed(interval),
            enabled: true,
            last: None,
            next: None,
        }),
        aliases: key.aliases.iter().cloned().map(located).collect(),
        bindings: settings.bindings.iter().map(binding_entry).collect(),
        tags: key.tags.clone(),
        policy: key.policy.clone(),
        material: None,
        versions: key.versions.iter().map(|version| version_entry(key, version)).collect(),
    }
}

fn binding_entry(binding: &Binding) -> Spanned<BindingEntry> {
    let Binding { product, resource } = binding.clone();
    placed(BindingEntry { product, resource })
}

fn version_entry(key: &Key, version: &KeyVersion) -> VersionEntry {
    let (material, expires_at, fingerprint) = match &version.holding {
        Holding::Material(material, expires) => {
            (Some(written(key.spec, material)), expires.map(time), None)
        }
        Holding::Nothing { last } => {
            (None, None, last.as_ref().map(|last| located(Bytes::of(last.as_bytes()))))
        }
    };
    VersionEntry {
        id: Some(located(version.id)),
        created_at: Some(time(version.created_at)),
        material: material.map(hidden),
        expires_at: expires_at.filter(|_| key.origin == Origin::External),
        fingerprint,
    }
}

fn written(spec: KeySpec, material: &Material) -> Zeroizing<String> {
    let bytes = export_material(material);
    match spec {
        KeySpec::Symmetric(_) | KeySpec::Mac(_) => Zeroizing::new(STANDARD.encode(bytes)),
        // The material of a pair is always PKCS #8.
        KeySpec::Pair(_) => pem::write_private_key(bytes).unwrap_or_default(),
    }
}

fn secret_entry(state: &State, secret: &Secret) -> SecretEntry {
    let settings = &secret.settings;
    let managed = settings.managed.as_ref();
    SecretEntry {
        name: located(secret.name.clone()),
        ordinal: Some(placed(secret.ordinal)),
        kind: (*secret.kind != *GENERIC).then(|| located(Text(secret.kind.to_string()))),
        description: settings.description.clone(),
        created_at: Some(time(secret.created_at)),
        updated_at: Some(time(settings.updated_at)),
        delete_at: settings.delete_at.map(time),
        encryption_key_id: Some(located(Text(secret.key.to_string()))),
        default_key: !secret.key_is_named,
        instance: secret.instance.clone(),
        extended_config: managed.map(|it| located(Text(it.config.clone()))),
        rotation: managed.map(|it| SecretRotation {
            interval: it.rotation.map(Parsed),
            enabled: true,
            last: it.rotated_at.map(time),
            next: None,
            failed: it.stuck,
            requested: it.asked.iter().copied().map(time).collect(),
        }),
        tags: secret.tags.clone(),
        policy: settings.policy.clone(),
        value: None,
        versions: secret
            .versions
            .iter()
            .map(|version| secret_version(state, secret, version))
            .collect(),
    }
}

fn secret_version(state: &State, secret: &Secret, version: &SecretVersion) -> SecretVersionEntry {
    let opened = open_value(state, &secret.name, version);
    let text = opened.as_ref().and_then(|it| std::str::from_utf8(it).ok());
    let bytes = opened.as_ref().filter(|_| text.is_none());
    let sealed = opened.is_none().then(|| SealedEntry {
        data_key: located(Bytes::of(&version.envelope.data_key)),
        sealed_value: located(Bytes::of(&version.envelope.value)),
    });
    SecretVersionEntry {
        id: placed(version.id.to_string()),
        number: Some(placed(version.number)),
        created_at: Some(time(version.created_at)),
        binary: version.binary,
        stages: Some(secret.stages_of(version).map(|stage| placed(stage.to_string())).collect()),
        value: text.map(|text| hidden(Zeroizing::new(text.to_owned()))),
        value_base64: bytes.map(|bytes| located(Bytes::of(bytes))),
        sealed,
    }
}

fn certificate_entry(certificate: &Certificate) -> CertificateEntry {
    let text = |text: &str| hidden(Zeroizing::new(text.to_owned()));
    let settings = &certificate.settings;
    let spec = KeySpec::Pair(certificate.spec);
    CertificateEntry {
        id: located(certificate.id.clone()),
        ordinal: Some(placed(certificate.ordinal)),
        spec: Some(located(spec)),
        protection_level: Some(located(certificate.protection)),
        exportable: certificate.exportable,
        created_at: Some(time(certificate.created_at)),
        updated_at: Some(time(settings.updated_at)),
        status: Some(located(settings.status)),
        tags: certificate.tags.clone(),
        subject: None,
        subject_alternative_names: Vec::new(),
        private_key: Some(hidden(written(spec, &certificate.private_key))),
        request: Some(text(&certificate.request)),
        certificate: settings.issued.as_ref().map(|it| text(&it.certificate)),
        chain: settings.issued.as_ref().and_then(|it| it.chain.as_deref()).map(text),
    }
}

fn white_box_key_entry(key: &WhiteBoxKey) -> WhiteBoxKeyEntry {
    let spec = KeySpec::Symmetric(key.spec);
    WhiteBoxKeyEntry {
        id: located(key.id.clone()),
        ordinal: Some(placed(key.ordinal)),
        alias: located(key.alias.clone()),
        description: key.description.clone(),
        spec: Some(located(spec)),
        enabled: key.enabled,
        creator: Some(key.creator.to_string()),
        created_at: Some(time(key.created_at)),
        fingerprints: key.fingerprints.clone(),
        tags: key.tags.clone(),
        material: Some(hidden(written(spec, &key.material))),
    }
}

fn grant_entry(grant: &Grant) -> GrantEntry {
    let (grantee, grantee_type) = match &grant.grantee {
        Grantee::User(id) => (id, GranteeType::User),
        Grantee::Account(id) => (id, GranteeType::Account),
    };
    GrantEntry {
        id: located(grant.id.clone()),
        ordinal: Some(placed(grant.ordinal)),
        key: located(grant.key.clone()),
        grantee: grantee.to_string(),
        grantee_type: Some(located(grantee_type)),
        operations: grant.operations.iter().cloned().map(placed).collect(),
        name: grant.name.clone(),
        retiring_principal: grant.retiring.as_ref().map(ToString::to_string),
        issuer: Some(grant.issuer.to_string()),
        created_at: Some(time(grant.created_at)),
    }
}

fn key_store_entry(key_store: &KeyStore) -> KeyStoreEntry {
    KeyStoreEntry {
        id: located(key_store.id.clone()),
        ordinal: Some(placed(key_store.ordinal)),
        alias: located(key_store.alias.clone()),
        kind: located(Text(key_store.kind.clone())),
        enabled: key_store.enabled,
        cluster: key_store.cluster.clone(),
        authority: key_store.authority.clone(),
        creator: Some(key_store.creator.to_string()),
        created_at: Some(time(key_store.created_at)),
    }
}

fn access_point_entry(it: &AccessPoint) -> AccessPointEntry {
    // The material of a pair is always PKCS #8.
    let pem = |key| pem::write_private_key(export_material(key)).unwrap_or_default();
    AccessPointEntry {
        id: located(it.id.clone()),
        ordinal: Some(placed(it.ordinal)),
        keyspace: located(it.keyspace.clone()),
        name: located(Text(it.name.clone())),
        kind: located(it.kind),
        identity: it.identity.clone(),
        cluster: it.cluster.clone(),
        description: it.description.clone(),
        enabled: it.enabled,
        creator: Some(it.creator.to_string()),
        created_at: Some(time(it.created_at)),
        changed_at: Some(time(it.changed_at)),
        private_key: it.private_key.as_ref().map(|key| hidden(pem(key))),
    }
}

fn keyspace_policy_entry(policy: &KeyspacePolicy) -> KeyspacePolicyEntry {
    KeyspacePolicyEntry {
        id: located(policy.id.clone()),
        ordinal: Some(placed(policy.ordinal)),
        keyspace: located(policy.keyspace.clone()),
        name: located(Text(policy.name.clone())),
        document: policy.document.clone(),
        description: policy.description.clone(),
        creator: Some(policy.creator.to_string()),
        created_at: Some(time(policy.created_at)),
        changed_at: Some(time(policy.changed_at)),
    }
}

fn data_key_entry(data_key: &DataKey) -> DataKeyEntry {
    let (state, delete_at) = match data_key.lifecycle {
        DataKeyLifecycle::Enabled => (KeyStatus::Enabled, None),
        DataKeyLifecycle::Disabled => (KeyStatus::Disabled, None),
        DataKeyLifecycle::PendingDeletion(at) => (KeyStatus::PendingDeletion, Some(time(at))),
    };
    let associated = &data_key.associated;
    DataKeyEntry {
        id: located(data_key.id.clone()),
        ordinal: Some(placed(data_key.ordinal)),
        name: located(data_key.name.clone()),
        description: data_key.description.clone(),
        key: located(data_key.key.clone()),
        origin: Some(located(data_key.origin)),
        state: Some(located(state)),
        delete_at,
        creator: Some(data_key.creator.to_string()),
        created_at: Some(time(data_key.created_at)),
        tags: data_key.tags.clone(),
        plaintext: None,
        ciphertext: Some(located(Bytes::of(&data_key.ciphertext))),
        associated_data: (!associated.is_empty()).then(|| located(Bytes::of(associated))),
    }
}
