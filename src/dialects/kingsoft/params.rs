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
    maps: &[],
    // One SDK sends a list so.
    lists_repeat: true,
};

/// What requests are about, by their parameters.
pub(super) static NAMING: Naming = Naming {
    common: COMMON,
    open: OPEN,
    keys: &["KeyId"],
    versions: &[],
    blobs: &["CiphertextBlob"],
    secrets: &[],
    certificates: &[],
    contexts: &[],
    answered: ("KeyId", "KeyVersionId"),
    made: OnceLock::new(),
};

/// The parameters that belong to every request.
const COMMON: &[&str] = &[
    "Accesskey",
    "Action",
    "DryRun",
    "Format",
    "Language",
    "Region",
    "SdkVersion",
    "SecurityToken",
    "Service",
    "Signature",
    "SignatureMethod",
    "SignatureVersion",
    "Timestamp",
    "Version",
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
];

/// The parameters whose values may stand in a log.
pub(super) const OPEN: &[&str] = &[
    "Accesskey",
    "Action",
    "ChargeType",
    "DryRun",
    "Format",
    "KeyId",
    "KeySpec",
    "KeyState",
    "KeyUsage",
    "Language",
    "NumberOfBytes",
    "Origin",
    "Region",
    "SdkVersion",
    "Service",
    "SignatureMethod",
    "SignatureVersion",
    "Timestamp",
    "Version",
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-SignedHeaders",
];

/// Reads an action's parameters.
pub(super) fn read<T: DeserializeOwned>(params: &Form) -> Result<T, Error> {
    Ok(params::read(params, &MANNER)?)
}

/// Reads some parameters, and says nothing of the others.
pub(super) fn glance<T: DeserializeOwned>(params: &Form) -> Result<T, Error> {
    Ok(params::glance(params, &MANNER)?)
}
