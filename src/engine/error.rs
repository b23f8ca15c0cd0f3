//! What can be wrong, named for the fact. A dialect turns each into its cloud's status, code and message.

use crate::algorithms::x509::Flawed;
use crate::model::AliasName;
use crate::store::StoreError;

/// Why an operation did not happen.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No key has this id in the caller's realm.
    #[error("no such key")]
    KeyNotFound,
    /// No alias has this name in the caller's realm.
    #[error("no such alias")]
    AliasNotFound,
    /// The key has no version of this id.
    #[error("no such key version")]
    KeyVersionNotFound,
    /// The key is disabled.
    #[error("the key is disabled")]
    KeyDisabled,
    /// The key waits for its deletion.
    #[error("the key is pending deletion")]
    KeyPendingDeletion,
    /// The key waits for its material.
    #[error("the key is pending import")]
    KeyPendingImport,
    /// The key is a pair, and the operation takes a symmetric key.
    #[error("the key is a key pair")]
    KeyIsPair,
    /// The key is not one for this: by its kind, its usage, its origin or its owner.
    #[error("the key does not do this")]
    KeyUnfit,
    /// The key does not use this algorithm.
    #[error("the key does not use this algorithm")]
    AlgorithmUnfit,
    /// The text is longer than the algorithm takes.
    #[error("the text is too long for the algorithm")]
    TextTooLong,
    /// The key's or certificate's state does not allow this move.
    #[error("the state does not allow this")]
    MoveRefused,
    /// The key is protected from deletion.
    #[error("the key is protected from deletion")]
    DeletionProtected,
    /// The alias exists.
    #[error("the alias exists")]
    AliasTaken,
    /// The alias is the cloud's own.
    #[error("the alias is reserved")]
    AliasReserved,
    /// A service's own alias, whose key is made when first asked for: make it, and ask again.
    #[error("the service key does not exist yet")]
    ServiceKeyAbsent(AliasName),
    /// The service drew the key's material itself: none can be imported or deleted.
    #[error("the key's material is not imported")]
    NotExternal,
    /// The import token is none of this realm's, or another key's.
    #[error("the import token is invalid")]
    ImportTokenInvalid,
    /// The import token is over.
    #[error("the import token has expired")]
    ImportTokenExpired,
    /// The wrapped material does not unwrap, has the wrong length, or is not that which was imported first. Which
    /// of these, a caller does not learn.
    #[error("the key material is invalid")]
    MaterialInvalid,
    /// The key's newest version is too young for another.
    #[error("the newest version is too young")]
    VersionTooSoon,
    /// No secret has this name, or it has no such version or stage.
    #[error("no such secret")]
    SecretNotFound,
    /// A secret of this name exists.
    #[error("the secret exists")]
    SecretTaken,
    /// A version of this id exists, with another value.
    #[error("the secret's version exists")]
    SecretVersionTaken,
    /// The secret is deleted, but could be restored.
    #[error("the secret is deleted")]
    SecretInDeleteWindow,
    /// The secret is not deleted.
    #[error("the secret is not deleted")]
    SecretNotDeleted,
    /// The secret is not one for this: managed or not, by its stages, or by its value.
    #[error("the secret does not do this")]
    SecretUnfit,
    /// The stage does not stand at the version that it is to leave.
    #[error("the stage stands elsewhere")]
    StageElsewhere,
    /// What a caller makes of a text is wrong; the caller knows how.
    #[error("the text is not legal")]
    TextIllegal,
    /// No certificate has this id in the caller's realm.
    #[error("no such certificate")]
    CertificateNotFound,
    /// The certificate is not issued yet.
    #[error("the certificate is pending")]
    CertificatePending,
    /// The certificate is switched off.
    #[error("the certificate is inactive")]
    CertificateInactive,
    /// The certificate was taken back.
    #[error("the certificate is revoked")]
    CertificateRevoked,
    /// What came as the certificate, or as its issuers', is not what it has to be.
    #[error("certificate {} of the chain: {:?}", .0.at, .0.flaw)]
    CertificateFlawed(Flawed),
    /// The account holds as many as it may.
    #[error("the quota is used up")]
    QuotaExceeded,
    /// The text is no ciphertext of ours: too short, or it does not begin with a version id.
    #[error("not a ciphertext")]
    CiphertextMalformed,
    /// The ciphertext does not open: it was changed, or its context differs.
    #[error("the ciphertext does not open")]
    CiphertextUnopenable,
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
