//! What can be wrong, named for the fact, in families. A dialect turns each into its cloud's
//! status, code and message.

use super::rules::{CertificateOperation, Operation};
use crate::algorithms::x509::Flawed;
use crate::model::{AliasName, CertificateStatus, KeyState};
use crate::store::StoreError;

/// Why an operation did not happen.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A key is not there, or does not do this.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// An alias is not there, or not to be had.
    #[error(transparent)]
    Alias(#[from] AliasError),
    /// Key material cannot be imported.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// A secret is not there, or does not do this.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// A certificate is not there, or does not do this.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// A ciphertext does not open.
    #[error(transparent)]
    Ciphertext(#[from] CiphertextError),
    /// The account holds as many as it may.
    #[error("the quota is used up")]
    QuotaExceeded,
    /// The account has subscribed already.
    #[error("the account has subscribed already")]
    AlreadySubscribed,
    /// Nothing was written, and nothing changed.
    #[error("the store failed: {0}")]
    Store(StoreError),
    /// Something that cannot happen did.
    #[error("internal: {0}")]
    Internal(&'static str),
}

/// What is wrong with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No key has this id in the caller's realm.
    #[error("no such key")]
    NotFound,
    /// The key has no version of this id.
    #[error("no such key version")]
    VersionNotFound,
    /// The cloud's rules do not admit the operation in the key's state.
    #[error("the key is {state:?}, which does not go with {operation:?}")]
    State {
        /// What was to be done.
        operation: Operation,
        /// The key's state.
        state: KeyState,
    },
    /// The key's version has no material.
    #[error("the key has no material")]
    MaterialMissing,
    /// The key is a pair, and the operation takes a symmetric key.
    #[error("the key is a key pair")]
    IsPair,
    /// The key is not one for this: by its kind, its usage, its origin or its owner.
    #[error("the key does not do this")]
    Unsupported,
    /// The key does not use this algorithm.
    #[error("the key does not use this algorithm")]
    AlgorithmUnfit,
    /// The text is longer than the algorithm takes.
    #[error("the text is too long for the algorithm")]
    TextTooLong,
    /// The key is protected from deletion.
    #[error("the key is protected from deletion")]
    DeletionProtected,
    /// The key's newest version is too young for another.
    #[error("the newest version is too young")]
    VersionTooSoon,
}

/// What is wrong with an alias.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AliasError {
    /// No alias has this name in the caller's realm.
    #[error("no such alias")]
    NotFound,
    /// The alias exists.
    #[error("the alias exists")]
    Taken,
    /// The alias is the cloud's own.
    #[error("the alias is reserved")]
    Reserved,
    /// A service's own alias, whose key is created on first use: create it, and ask again.
    #[error("the service key does not exist yet")]
    ServiceKeyAbsent(AliasName),
}

/// Why key material cannot be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// The service drew the key's material itself: none can be imported or deleted.
    #[error("the key's material is not imported")]
    NotExternal,
    /// The import token is none of this realm's, or another key's.
    #[error("the import token is invalid")]
    TokenInvalid,
    /// The import token is over.
    #[error("the import token has expired")]
    TokenExpired,
    /// The wrapped material does not unwrap, has the wrong length, or is not that which was
    /// imported first. Which of these, a caller does not learn.
    #[error("the key material is invalid")]
    MaterialInvalid,
}

/// What is wrong with a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// No secret has this name, or it has no such version or stage.
    #[error("no such secret")]
    NotFound,
    /// A secret of this name exists.
    #[error("the secret exists")]
    Taken,
    /// A version of this id exists, with another value.
    #[error("the secret's version exists")]
    VersionTaken,
    /// The secret is deleted, but could be restored.
    #[error("the secret is deleted")]
    Deleted,
    /// The secret is not deleted.
    #[error("the secret is not deleted")]
    NotDeleted,
    /// The secret is not one for this: managed or not, by its stages, or by its value.
    #[error("the secret does not do this")]
    Unsupported,
    /// The stage does not stand at the version that it is to leave.
    #[error("the stage stands elsewhere")]
    StageElsewhere,
    /// What a caller makes of a text is wrong; the caller knows how.
    #[error("the text is not legal")]
    TextIllegal,
}

/// What is wrong with a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// No certificate has this id in the caller's realm.
    #[error("no such certificate")]
    NotFound,
    /// The cloud's rules do not admit the operation in the certificate's status.
    #[error("the certificate is {status:?}, which does not go with {operation:?}")]
    State {
        /// What was to be done.
        operation: CertificateOperation,
        /// The certificate's status.
        status: CertificateStatus,
    },
    /// What came as the certificate, or as its issuers', is not what it has to be.
    #[error("certificate {} of the chain: {:?}", .0.at, .0.flaw)]
    Flawed(Flawed),
}

/// Why a ciphertext does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CiphertextError {
    /// The text is no ciphertext of ours: too short, or it does not begin with a version id.
    #[error("not a ciphertext")]
    Malformed,
    /// It was changed, or its context differs.
    #[error("the ciphertext does not open")]
    DecryptionFailed,
}
