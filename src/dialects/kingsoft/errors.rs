//! Maps errors to the codes of the document's table of common errors. The document has no other
//! codes: an error about a key or a ciphertext is reported as the value of the parameter that names
//! it.

use super::{codes, rules};
use crate::dialects::{HeadRefused, Refusal};
use crate::engine::{self, CiphertextError, KeyError};

fn invalid(name: &str) -> Refusal {
    codes::INVALID_PARAMETER_VALUE.with(&[name])
}

/// The refusal for a parameter that cannot be decoded.
pub(super) fn malformed(name: &str) -> Refusal {
    codes::INVALID_QUERY_PARAMETER.with(&[name])
}

/// The refusal for a request whose head was refused.
pub(super) fn of_head(why: HeadRefused) -> Refusal {
    let code = codes::INVALID_QUERY_PARAMETER;
    Refusal { status: why.status().as_u16(), message: why.to_string().into(), ..code.into() }
}

/// The refusal for an error of the engine.
pub(super) fn of_engine(error: &engine::Error) -> Refusal {
    use engine::Error as E;
    match error {
        // No source names codes for these.
        E::Key(KeyError::NotFound | KeyError::MaterialMissing) => invalid("KeyId"),
        E::Key(KeyError::State { operation, state }) => {
            invalid(rules::of_key(*operation, *state).unwrap_or("KeyState"))
        }
        E::Key(KeyError::DeletionProtected) => invalid("KeyState"),
        E::Ciphertext(CiphertextError::Malformed | CiphertextError::DecryptionFailed) => {
            invalid("CiphertextBlob")
        }
        E::QuotaExceeded => codes::LIMIT_EXCEEDED.into(),
        // The cause is in the log; the caller cannot fix it. No action of this cloud causes the
        // other errors.
        E::Store(_)
        | E::Internal(_)
        | E::Key(
            KeyError::VersionNotFound
            | KeyError::IsPair
            | KeyError::IsSymmetric
            | KeyError::IsMac
            | KeyError::Usage(_)
            | KeyError::Unsupported
            | KeyError::AlgorithmMismatch
            | KeyError::DigestLength
            | KeyError::PeerInvalid
            | KeyError::TextTooLong
            | KeyError::VersionTooSoon
            | KeyError::InUse
            | KeyError::NotBound
            | KeyError::NotUserMade
            | KeyError::NotPermitted
            | KeyError::StoreDisabled
            | KeyError::IsReplica(_)
            | KeyError::NoReplica
            | KeyError::ReplicaExists
            | KeyError::InStore(_),
        )
        | E::Alias(_)
        | E::Import(_)
        | E::Secret(_)
        | E::Certificate(_)
        | E::WhiteBox(_)
        | E::DataKey(_)
        | E::Grant(_)
        | E::KeyStore(_)
        | E::Keyspace(_)
        | E::Application(_)
        | E::Instance(_)
        | E::ManagedDataKey(_)
        | E::AlreadySubscribed => codes::SERVICE_UNAVAILABLE.into(),
    }
}
