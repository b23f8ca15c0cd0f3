//! How parameters are written here.

use std::sync::OnceLock;

use serde::de::DeserializeOwned;

use super::errors::Error;
use crate::dialects::form::Form;
use crate::dialects::params::{self, Manner};
use crate::watch::naming::Naming;

const MANNER: Manner = Manner {
    common: COMMON,
    empty_is_a_value: &["Description"],
    // One SDK sends it flat.
    maps: &["ExtendedConfig.CustomData"],
    lists_repeat: false,
};

/// What requests are about, by their parameters.
pub(super) static NAMING: Naming = Naming {
    common: COMMON,
    open: OPEN,
    keys: &["KeyId", "SourceKeyId", "DestinationKeyId", "EncryptionKeyId", "AliasName"],
    versions: &["KeyVersionId", "SourceKeyVersionId"],
    blobs: &["CiphertextBlob"],
    secrets: &["SecretName"],
    certificates: &["CertificateId"],
    contexts: &["EncryptionContext", "SourceEncryptionContext", "DestinationEncryptionContext"],
    answered: ("KeyId", "KeyVersionId"),
    made: OnceLock::new(),
};

/// The parameters that belong to every request.
const COMMON: &[&str] = &[
    "AccessKeyId",
    "Action",
    "DryRun",
    "Format",
    "RegionId",
    "SecurityToken",
    "Signature",
    "SignatureMethod",
    "SignatureNonce",
    "SignatureType",
    "SignatureVersion",
    "Timestamp",
    "Version",
];

/// The parameters whose values may stand in a log.
pub(super) const OPEN: &[&str] = &[
    "AccessKeyId",
    "Action",
    "Algorithm",
    "AliasName",
    "CertificateId",
    "DestinationKeyId",
    "DryRun",
    "EnableAutomaticRotation",
    "EnableDeletionProtection",
    "EncryptionKeyId",
    "FetchExtendedConfig",
    "FetchTags",
    "Filters",
    "ForceDeleteWithoutRecovery",
    "Format",
    "IncludeDeprecated",
    "KeyId",
    "KeyMaterialExpireUnix",
    "KeySpec",
    "KeyUsage",
    "KeyVersionId",
    "MessageType",
    "MoveToVersion",
    "NextToken",
    "NumberOfBytes",
    "Origin",
    "PageNumber",
    "PageSize",
    "PasswordLength",
    "PendingWindowInDays",
    "PolicyName",
    "ProtectedResourceArn",
    "ProtectionLevel",
    "RecoveryWindowInDays",
    "RegionId",
    "RemoveFromVersion",
    "ResourceId",
    "ResourceType",
    "RotationInterval",
    "SecretDataType",
    "SecretName",
    "SecretType",
    "SignatureMethod",
    "SignatureNonce",
    "SignatureType",
    "SignatureVersion",
    "SourceEncryptionAlgorithm",
    "SourceKeyId",
    "SourceKeyVersionId",
    "Status",
    "Subject",
    "SubjectAlternativeNames",
    "Timestamp",
    "Version",
    "VersionId",
    "VersionStage",
    "WrappingAlgorithm",
    "WrappingKeySpec",
];

/// Reads an action's parameters.
pub(super) fn read<T: DeserializeOwned>(params: &Form) -> Result<T, Error> {
    Ok(params::read(params, &MANNER)?)
}

/// Reads some parameters, and says nothing of the others.
pub(super) fn glance<T: DeserializeOwned>(params: &Form) -> Result<T, Error> {
    Ok(params::glance(params, &MANNER)?)
}
