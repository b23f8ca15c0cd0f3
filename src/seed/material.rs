//! The key material of seeds: parsed from the file, or generated where the file has none. That is
//! done once, because seeds may be applied repeatedly.

use std::collections::HashMap;

use serde_saphyr::Spanned;
use sha2::{Digest, Sha256};
use uuid::Builder;
use zeroize::Zeroizing;

use super::document::{KeyEntry, VersionEntry};
use super::error::{Place, SeedError};
use super::words::Hidden;
use crate::algorithms::asymmetric::private_key_from_pem;
use crate::algorithms::base64_text;
use crate::engine::Engine;
use crate::model::{
    AccessPointId, CertificateId, DataKeyId, KeyId, KeySpec, ManagedDataKeyName,
    ManagedDataKeyVersionId, Material, Origin, Realm, VersionId, WhiteBoxKeyId,
};

/// What material belongs to.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum Owner {
    /// A version of a key in a file.
    Key(KeyId, VersionId),
    /// The service key for secrets, if no file and no server has one.
    ServiceKey,
    /// A certificate in a file.
    Certificate(CertificateId),
    /// A data key in a file.
    DataKey(DataKeyId),
    /// An access point in a file.
    AccessPoint(AccessPointId),
    /// A version of a managed data key in a file.
    ManagedDataKey(ManagedDataKeyName, ManagedDataKeyVersionId),
    /// A white-box key in a file.
    WhiteBoxKey(WhiteBoxKeyId),
}

/// Material by its owner.
pub(super) type Materials = HashMap<(Realm, Owner), Material>;

/// A version's id: given, or derived from the key's id and the index, so that it is equal in every
/// run.
pub(super) fn version_id(key: &KeyId, index: usize, entry: Option<&VersionEntry>) -> VersionId {
    let given = entry.and_then(|entry| entry.id.as_ref()).map(|id| id.value.0);
    given.unwrap_or_else(|| derived(&format!("{key}/{index}")).into())
}

/// A UUID derived from a text (version 8, RFC 9562 section 5.8).
pub(super) fn derived(text: &str) -> uuid::Uuid {
    let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    let (first, _) = digest.split_first_chunk::<16>().unwrap_or((&[0; 16], &[]));
    Builder::from_custom_bytes(*first).into_uuid()
}

/// Adds the material of a key's versions. Missing material is taken from the server, or generated.
pub(super) async fn of_key(
    materials: &mut Materials,
    engine: &Engine,
    realm: &Realm,
    entry: &KeyEntry,
    place: Place<'_>,
) -> Result<(), SeedError> {
    let key = &entry.id.value.0;
    let spec = entry.spec();
    let plain = VersionEntry::plain();
    let versions =
        if entry.versions.is_empty() { std::slice::from_ref(&plain) } else { &entry.versions };
    if let (Some(material), false) = (&entry.material, entry.versions.is_empty()) {
        return Err(place.wrong("material", material, "cannot be given with versions"));
    }
    for (index, version) in versions.iter().enumerate() {
        let id = version_id(key, index, Some(version));
        let field = if entry.versions.is_empty() {
            "material"
        } else {
            &format!("versions[{index}].material")
        };
        let material = match version.material.as_ref().or(entry.material.as_ref()) {
            Some(text) => Some(read(spec, text, field, place)?),
            None if entry.origin() == Origin::External => None,
            None => Some(existing_or_new(engine, realm, (key, id), spec, place.file).await?),
        };
        let owner = Owner::Key(key.clone(), id);
        materials.extend(material.map(|material| ((realm.clone(), owner), material)));
    }
    Ok(())
}

/// The server's material of a version, or new material.
pub(super) async fn existing_or_new(
    engine: &Engine,
    realm: &Realm,
    (key, version): (&KeyId, VersionId),
    spec: KeySpec,
    file: &str,
) -> Result<Material, SeedError> {
    let state = engine.state(realm);
    let there = state.keys.named(key).filter(|key| key.spec == spec);
    let there = there.and_then(|key| key.version(version)?.any_material().cloned());
    or_new(there, engine, spec, file).await
}

/// The existing material, or new material.
pub(super) async fn or_new(
    there: Option<Material>,
    engine: &Engine,
    spec: KeySpec,
    file: &str,
) -> Result<Material, SeedError> {
    match there {
        Some(material) => Ok(material),
        None => engine.generate_material(spec).await.map_err(|error| SeedError::of(file, error)),
    }
}

/// Parses material of this spec.
pub(super) fn read(
    spec: KeySpec,
    text: &Spanned<Hidden>,
    field: &str,
    place: Place<'_>,
) -> Result<Material, SeedError> {
    let written: &str = &text.value.0;
    let bytes = match spec {
        KeySpec::Symmetric(symmetric) => plain_bytes(written, symmetric.material_len()),
        KeySpec::Mac(mac) => plain_bytes(written, mac.material_len()),
        KeySpec::Pair(pair) => private_key_from_pem(pair, written).map_err(|_| {
            "not a private key of this spec in PEM (PKCS #8, PKCS #1, SEC 1)".to_owned()
        }),
    };
    bytes.map(Material::new).map_err(|what| place.wrong(field, text, what))
}

/// Exactly this many bytes.
fn plain_bytes(text: &str, len: usize) -> Result<Zeroizing<Vec<u8>>, String> {
    let bytes = hex(text.trim(), len).or_else(|| of_base64(text, len));
    bytes.ok_or_else(|| format!("not {len} bytes in hex or base64, as this spec takes"))
}

/// Exactly this many bytes in hex. Base64 of them never has this length.
fn hex(text: &str, len: usize) -> Option<Zeroizing<Vec<u8>>> {
    let bytes = Zeroizing::new(base16ct::mixed::decode_vec(text).ok()?);
    (bytes.len() == len).then_some(bytes)
}

fn of_base64(text: &str, len: usize) -> Option<Zeroizing<Vec<u8>>> {
    base64_text::decode(text).filter(|bytes| bytes.len() == len)
}
