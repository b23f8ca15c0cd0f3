//! Managed data keys in exports.

use super::{placed, time};
use crate::engine::contents::export_material;
use crate::model::{ManagedDataKey, ManagedDataKeyVersion};
use crate::seed::document::{ManagedDataKeyEntry, ManagedDataKeyVersionEntry};
use crate::seed::words::{Bytes, located};

pub(super) fn managed_data_key_entry(data_key: &ManagedDataKey) -> ManagedDataKeyEntry {
    ManagedDataKeyEntry {
        name: located(data_key.name.clone()),
        ordinal: Some(placed(data_key.ordinal)),
        plaintext: None,
        versions: data_key.versions.iter().map(|version| version_entry(version)).collect(),
    }
}

fn version_entry(version: &ManagedDataKeyVersion) -> ManagedDataKeyVersionEntry {
    ManagedDataKeyVersionEntry {
        id: Some(located(version.id.clone())),
        created_at: Some(time(version.created_at)),
        plaintext: Some(located(Bytes::of(export_material(&version.bytes)))),
    }
}
