//! Maps errors to codes. `fixtures/tencent/errors.tsv` gives the source of each code.

use super::{codes, rules};
use crate::dialects::{Code, Refusal};
use crate::engine::{
    self, AliasError, CiphertextError, DataKeyError, ImportError, KeyError, WhiteBoxError,
};

fn invalid(name: &str) -> Refusal {
    codes::INVALID_PARAMETER.with(&[name])
}

/// The refusal for an error of the engine.
pub(super) fn of_engine(error: &engine::Error) -> Refusal {
    use engine::Error as E;
    let code: &'static Code = match error {
        E::Key(error) => return of_key(*error),
        E::Alias(AliasError::Taken) => codes::INVALID_PARAMETER_VALUE_ALIAS_ALREADY_EXISTS,
        E::Alias(AliasError::Reserved) => codes::INVALID_PARAMETER_VALUE_INVALID_ALIAS,
        E::Import(ImportError::NotExternal) => codes::UNSUPPORTED_OPERATION_NOT_EXTERNAL_CMK,
        E::Import(ImportError::TokenInvalid | ImportError::TokenOfOtherKey) => {
            return invalid("ImportToken");
        }
        E::Import(ImportError::TokenExpired) => codes::RESOURCE_UNAVAILABLE_TOKEN_EXPIRED,
        E::Import(ImportError::MaterialInvalid | ImportError::MaterialLength) => {
            codes::INVALID_PARAMETER_DECRYPT_MATERIAL_ERROR
        }
        E::Import(ImportError::MaterialDiffers) => {
            codes::INVALID_PARAMETER_VALUE_MATERIAL_NOT_MATCH
        }
        E::Ciphertext(CiphertextError::Malformed | CiphertextError::DecryptionFailed) => {
            codes::INVALID_PARAMETER_VALUE_INVALID_CIPHERTEXT
        }
        E::WhiteBox(WhiteBoxError::NotFound) => codes::RESOURCE_NOT_FOUND,
        E::WhiteBox(WhiteBoxError::AliasTaken) => {
            codes::INVALID_PARAMETER_VALUE_ALIAS_ALREADY_EXISTS
        }
        E::WhiteBox(WhiteBoxError::Disabled) => codes::RESOURCE_UNAVAILABLE_KEY_DISABLED,
        E::WhiteBox(WhiteBoxError::Enabled) => {
            return codes::FAILED_OPERATION.with(&["the key is enabled"]);
        }
        E::WhiteBox(WhiteBoxError::TooManyFingerprints) => {
            codes::LIMIT_EXCEEDED_FINGERPRINTS_LIMIT_EXCEEDED
        }
        E::DataKey(DataKeyError::NotFound) => codes::RESOURCE_UNAVAILABLE_DATA_KEY_NOT_FOUND,
        E::DataKey(DataKeyError::NameTaken) => {
            codes::INVALID_PARAMETER_VALUE_DATA_KEY_NAME_ALREADY_EXISTS
        }
        E::DataKey(DataKeyError::State { operation, state }) => {
            rules::of_data_key(*operation, *state).unwrap_or(codes::INTERNAL_ERROR)
        }
        E::QuotaExceeded => codes::LIMIT_EXCEEDED_CMK_LIMIT_EXCEEDED,
        // The cause is in the log; the caller cannot fix it. No action leads to the others.
        E::Store(_)
        | E::Internal(_)
        | E::Alias(AliasError::NotFound | AliasError::ServiceKeyAbsent(_))
        | E::Secret(_)
        | E::Certificate(_)
        | E::Grant(_)
        | E::KeyStore(_)
        | E::Keyspace(_)
        | E::Application(_)
        | E::Instance(_)
        | E::ManagedDataKey(_)
        | E::AlreadySubscribed => codes::INTERNAL_ERROR,
    };
    code.into()
}

fn of_key(error: KeyError) -> Refusal {
    let code: &'static Code = match error {
        KeyError::NotFound | KeyError::VersionNotFound => codes::RESOURCE_UNAVAILABLE_CMK_NOT_FOUND,
        KeyError::State { operation, state } => {
            rules::of_key(operation, state).unwrap_or(codes::INTERNAL_ERROR)
        }
        KeyError::MaterialMissing => codes::RESOURCE_UNAVAILABLE_CMK_DISABLED,
        KeyError::InUse => codes::FAILED_OPERATION_CMK_USED_BY_CLOUD_PRODUCT,
        KeyError::NotUserMade => codes::UNSUPPORTED_OPERATION_NOT_USER_CREATED_CMK,
        KeyError::NotBound => codes::RESOURCE_UNAVAILABLE_CLOUD_RESOURCE_BINDING_NOT_FOUND,
        KeyError::IsPair | KeyError::IsSymmetric | KeyError::Usage(_) | KeyError::Unsupported => {
            return invalid("KeyId");
        }
        KeyError::AlgorithmMismatch | KeyError::DigestLength => return invalid("Algorithm"),
        KeyError::TextTooLong => codes::FAILED_OPERATION_ENCRYPTION_ERROR,
        KeyError::VersionTooSoon => codes::REQUEST_LIMIT_EXCEEDED_ROTATE_RATE_LIMITED,
        // No action protects a key from deletion, puts it into a key store, replicates it, makes
        // MAC keys or agrees on secrets, and every caller has access to all keys.
        KeyError::DeletionProtected
        | KeyError::IsMac
        | KeyError::PeerInvalid
        | KeyError::NotPermitted
        | KeyError::StoreDisabled
        | KeyError::IsReplica(_)
        | KeyError::NoReplica
        | KeyError::ReplicaExists
        | KeyError::InStore(_) => codes::INTERNAL_ERROR,
    };
    code.into()
}
