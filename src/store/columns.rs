//! What the columns hold: the words for nouns, numbers, and whom a sealed text belongs to.

use super::StoreError;
use crate::algorithms::asymmetric::PairSpec;
use crate::model::{
    CertificateId, CertificateStatus, KeyId, KeySpec, KeyUsage, Lifecycle, Ordinal, Origin,
    ProtectionLevel, Realm, Settings, SymmetricSpec, VersionId,
};

/// A query of rows that belong to somebody, in an order where one matters.
macro_rules! owned {
    ($select:literal) => {
        concat!($select, " WHERE realm IN (SELECT id FROM realms WHERE spare = 0)")
    };
    ($select:literal, $order:literal) => {
        concat!(
            $select,
            " WHERE realm IN (SELECT id FROM realms WHERE spare = 0) ORDER BY ",
            $order
        )
    };
}
pub(super) use owned;

pub(super) const SPECS: &[(KeySpec, &str)] = &[
    (KeySpec::Symmetric(SymmetricSpec::Aes128), "aes-128"),
    (KeySpec::Symmetric(SymmetricSpec::Aes192), "aes-192"),
    (KeySpec::Symmetric(SymmetricSpec::Aes256), "aes-256"),
    (KeySpec::Symmetric(SymmetricSpec::Sm4), "sm4"),
    (KeySpec::Pair(PairSpec::Rsa2048), "rsa-2048"),
    (KeySpec::Pair(PairSpec::Rsa3072), "rsa-3072"),
    (KeySpec::Pair(PairSpec::EcP256), "ec-p256"),
    (KeySpec::Pair(PairSpec::EcP256K), "ec-p256k"),
    (KeySpec::Pair(PairSpec::EcSm2), "ec-sm2"),
];
pub(super) const USAGES: &[(KeyUsage, &str)] =
    &[(KeyUsage::EncryptDecrypt, "encrypt-decrypt"), (KeyUsage::SignVerify, "sign-verify")];
pub(super) const ORIGINS: &[(Origin, &str)] =
    &[(Origin::Service, "service"), (Origin::External, "external")];
pub(super) const PROTECTIONS: &[(ProtectionLevel, &str)] =
    &[(ProtectionLevel::Software, "software"), (ProtectionLevel::Hsm, "hsm")];

pub(super) const STATUSES: &[(CertificateStatus, &str)] = &[
    (CertificateStatus::Pending, "pending"),
    (CertificateStatus::Inactive, "inactive"),
    (CertificateStatus::Active, "active"),
    (CertificateStatus::Revoked, "revoked"),
];

/// What sealed material is bound to.
pub(super) fn owner(realm: &Realm, key: &KeyId, version: VersionId) -> String {
    format!("{}/{}/{}/{key}/{version}", realm.dialect, realm.account, realm.region)
}

/// What a sealed fingerprint is bound to.
pub(super) fn owner_of_fingerprint(realm: &Realm, key: &KeyId, version: VersionId) -> String {
    owner(realm, key, version) + "/fingerprint"
}

/// What a certificate's sealed private key is bound to.
pub(super) fn owner_of_private_key(realm: &Realm, certificate: &CertificateId) -> String {
    format!(
        "{}/{}/{}/certificate/{certificate}/private-key",
        realm.dialect, realm.account, realm.region
    )
}

/// What a sealed import seal is bound to.
pub(super) fn owner_of_import_seal(realm: &Realm) -> String {
    format!("{}/{}/{}/import", realm.dialect, realm.account, realm.region)
}

pub(super) fn lifecycle_columns(lifecycle: Lifecycle) -> (&'static str, Option<i64>) {
    match lifecycle {
        Lifecycle::Enabled => ("enabled", None),
        Lifecycle::Disabled => ("disabled", None),
        Lifecycle::PendingDeletion(at) => ("pending-deletion", Some(at.millis())),
    }
}

pub(super) fn rotation_column(settings: &Settings) -> Option<i64> {
    settings.rotation.map(|interval| i64::try_from(interval.as_millis()).unwrap_or(i64::MAX))
}

/// An ordinal as a column; the two agree far beyond any number of keys.
pub(super) fn number(ordinal: Ordinal) -> i64 {
    i64::try_from(ordinal).unwrap_or(i64::MAX)
}

pub(super) fn ordinal(number: i64) -> Result<Ordinal, StoreError> {
    Ordinal::try_from(number).map_err(|_| damaged("ordinal"))
}

pub(super) fn word<T: Copy + PartialEq>(words: &[(T, &'static str)], noun: T) -> &'static str {
    words.iter().find(|(it, _)| *it == noun).map_or("", |(_, word)| word)
}

pub(super) fn noun<T: Copy>(
    words: &[(T, &'static str)],
    word: &str,
    column: &str,
) -> Result<T, StoreError> {
    words.iter().find(|(_, it)| *it == word).map(|(noun, _)| *noun).ok_or_else(|| damaged(column))
}

pub(super) fn damaged(column: &str) -> StoreError {
    StoreError::new(format_args!("the data is damaged: column {column} cannot be read"))
}
