//! Maps errors to codes. `fixtures/huawei/errors.tsv` gives the source of each code.

use super::{codes, rules};
use crate::dialects::{Code, Refusal};
use crate::engine::{
    self, AliasError, CiphertextError, GrantError, ImportError, KeyError, KeyStoreError,
    KeyspaceError,
};
use crate::model::KeyUsage;

/// The refusal for an error of the engine.
pub(super) fn of_engine(error: &engine::Error) -> Refusal {
    use engine::Error as E;
    let code: &'static Code = match error {
        E::Key(error) => of_key(*error),
        // No source names a code for a key store's alias.
        E::Alias(AliasError::Taken) | E::KeyStore(KeyStoreError::AliasTaken) => {
            codes::DUPLICATE_ALIAS
        }
        E::Alias(AliasError::Reserved) => codes::INVALID_ALIAS,
        E::Alias(AliasError::NotFound) => codes::KEY_NOT_FOUND,
        E::Import(ImportError::NotExternal) => codes::NOT_EXTERNAL,
        E::Import(ImportError::TokenInvalid) => codes::IMPORT_TOKEN_INVALID,
        E::Import(ImportError::TokenOfOtherKey) => codes::IMPORT_TOKEN_OF_OTHER_KEY,
        E::Import(ImportError::TokenExpired) => codes::IMPORT_TOKEN_EXPIRED,
        E::Import(ImportError::MaterialInvalid) => codes::UNWRAPPING_FAILED,
        E::Import(ImportError::MaterialLength) => codes::MATERIAL_LENGTH,
        E::Import(ImportError::MaterialDiffers) => codes::MATERIAL_DIFFERS,
        E::Ciphertext(CiphertextError::Malformed | CiphertextError::DecryptionFailed) => {
            codes::INVALID_CIPHER_TEXT
        }
        E::Grant(GrantError::NotFound) => codes::INVALID_GRANT_ID,
        E::Grant(GrantError::KeyMismatch) => codes::GRANT_OF_OTHER_KEY,
        E::Grant(GrantError::TooManyOfKey) => codes::TOO_MANY_KEY_GRANTS,
        E::Grant(GrantError::TooMany) => codes::TOO_MANY_GRANTS,
        E::Grant(GrantError::NotRetirable) => codes::NO_ACCESS,
        // No source names codes for these.
        E::KeyStore(KeyStoreError::NotFound) => {
            return codes::KEY_STORE_NOT_FOUND.with(&["keystore_id"]);
        }
        E::KeyStore(KeyStoreError::InUse) => {
            return codes::INVALID_PARAMETER.with(&["keystore_id"]);
        }
        E::KeyStore(KeyStoreError::ClusterTaken) => {
            return codes::INVALID_PARAMETER.with(&["cluster_id"]);
        }
        E::Keyspace(KeyspaceError::AccessPointNotFound) => {
            return codes::INVALID_PARAMETER.with(&["access_point_id"]);
        }
        E::Keyspace(KeyspaceError::PolicyNotFound) => {
            return codes::INVALID_PARAMETER.with(&["policy_id"]);
        }
        E::QuotaExceeded => codes::TOO_MANY_KEYS,
        E::Store(_) => codes::ABNORMAL_IO,
        // The cause is in the log; the caller cannot fix it. No action leads to the others.
        E::Internal(_)
        | E::Alias(AliasError::ServiceKeyAbsent(_))
        | E::Secret(_)
        | E::Certificate(_)
        | E::WhiteBox(_)
        | E::DataKey(_)
        | E::Application(_)
        | E::Instance(_)
        | E::ManagedDataKey(_)
        | E::AlreadySubscribed => codes::KMS_ERROR,
    };
    code.into()
}

fn of_key(error: KeyError) -> &'static Code {
    match error {
        KeyError::NotFound | KeyError::VersionNotFound => codes::KEY_NOT_FOUND,
        KeyError::State { operation, state } => {
            rules::of_key(operation, state).unwrap_or(codes::KMS_ERROR)
        }
        KeyError::MaterialMissing => codes::NOT_ENABLED,
        KeyError::NotPermitted => codes::NO_ACCESS,
        // No source names a code for a disabled key store.
        KeyError::StoreDisabled => codes::KEY_DISABLED,
        KeyError::IsReplica(operation) => rules::of_replica(operation),
        // No source names codes for these.
        KeyError::NoReplica | KeyError::ReplicaExists | KeyError::PeerInvalid => {
            codes::INVALID_PARAMETER
        }
        KeyError::InStore(operation) => rules::of_key_in_store(operation),
        KeyError::NotUserMade => codes::DEFAULT_MASTER_KEY,
        KeyError::IsSymmetric => codes::NOT_FOR_SYMMETRIC,
        KeyError::IsPair | KeyError::Unsupported => codes::NOT_FOR_ASYMMETRIC,
        KeyError::IsMac => codes::NOT_FOR_HMAC,
        KeyError::Usage(usage) => match usage {
            KeyUsage::EncryptDecrypt => codes::KEY_IS_FOR_ENCRYPTION,
            KeyUsage::SignVerify => codes::KEY_IS_FOR_SIGNING,
            KeyUsage::GenerateVerifyMac => codes::NOT_FOR_HMAC,
            KeyUsage::KeyAgreement => codes::NOT_FOR_ASYMMETRIC,
        },
        KeyError::AlgorithmMismatch => codes::WRONG_SIGNING_ALGORITHM,
        KeyError::DigestLength => codes::DIGEST_LENGTH,
        KeyError::TextTooLong => codes::RSA_PLAIN_TEXT_TOO_LONG,
        // No action leads to these.
        KeyError::InUse
        | KeyError::NotBound
        | KeyError::VersionTooSoon
        | KeyError::DeletionProtected => codes::KMS_ERROR,
    }
}
