//! Errors as facts, in families. A dialect maps each to its cloud's status, code and message.

use super::rules::{CertificateOperation, DataKeyOperation, Operation};
use crate::algorithms::x509::Flawed;
use crate::model::{AliasName, CertificateStatus, DataKeyState, KeyState, KeyUsage};
use crate::store::StoreError;

/// Why an operation failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// About a key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// About an alias.
    #[error(transparent)]
    Alias(#[from] AliasError),
    /// About imported key material.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// About a secret.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// About a certificate.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// About a white-box key.
    #[error(transparent)]
    WhiteBox(#[from] WhiteBoxError),
    /// About a data key.
    #[error(transparent)]
    DataKey(#[from] DataKeyError),
    /// About a grant.
    #[error(transparent)]
    Grant(#[from] GrantError),
    /// About a key store.
    #[error(transparent)]
    KeyStore(#[from] KeyStoreError),
    /// About an access point or a policy of a keyspace.
    #[error(transparent)]
    Keyspace(#[from] KeyspaceError),
    /// About an application, or what belongs to applications.
    #[error(transparent)]
    Application(#[from] ApplicationError),
    /// About an instance of the service.
    #[error(transparent)]
    Instance(#[from] InstanceError),
    /// About a managed data key.
    #[error(transparent)]
    ManagedDataKey(#[from] ManagedDataKeyError),
    /// About a ciphertext.
    #[error(transparent)]
    Ciphertext(#[from] CiphertextError),
    /// The account's quota is used up.
    #[error("the quota is used up")]
    QuotaExceeded,
    /// The account has subscribed already.
    #[error("the account has subscribed already")]
    AlreadySubscribed,
    /// Nothing was written, and nothing changed.
    #[error("the store failed: {0}")]
    Store(StoreError),
    /// An invariant was broken, or the server is shutting down.
    #[error("internal: {0}")]
    Internal(&'static str),
}

/// Errors about a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No key has this id in the caller's realm.
    #[error("no such key")]
    NotFound,
    /// The key has no version with this id.
    #[error("no such key version")]
    VersionNotFound,
    /// The caller has no access to the key.
    #[error("the caller may not do this with the key")]
    NotPermitted,
    /// The cloud's rules do not admit the operation in the key's state.
    #[error("the key's state {state:?} does not allow {operation:?}")]
    State {
        /// The refused operation.
        operation: Operation,
        /// The key's state.
        state: KeyState,
    },
    /// The key's version has no material.
    #[error("the key has no material")]
    MaterialMissing,
    /// The key is a pair, but the operation needs a symmetric key.
    #[error("the key is a key pair")]
    IsPair,
    /// The key is symmetric, but the operation needs a pair or a MAC key.
    #[error("the key is symmetric")]
    IsSymmetric,
    /// The key is for message authentication codes, but the operation needs another kind.
    #[error("the key is a MAC key")]
    IsMac,
    /// The key is for this usage only.
    #[error("the key's usage is {0:?}")]
    Usage(KeyUsage),
    /// The key does not support this, by its kind, origin or owner.
    #[error("the key does not support this")]
    Unsupported,
    /// The key does not support this algorithm.
    #[error("the key does not support this algorithm")]
    AlgorithmMismatch,
    /// The algorithm signs digests of another length.
    #[error("the digest does not have the algorithm's length")]
    DigestLength,
    /// The other party's public key is no key of this kind, or no point of its curve.
    #[error("the other party's public key is invalid")]
    PeerInvalid,
    /// The text is longer than the algorithm takes.
    #[error("the text is too long for the algorithm")]
    TextTooLong,
    /// The key is protected from deletion.
    #[error("the key is protected from deletion")]
    DeletionProtected,
    /// Too little time has passed since the key's newest version.
    #[error("the newest version is too recent")]
    VersionTooSoon,
    /// Resources are bound to the key.
    #[error("resources are bound to the key")]
    InUse,
    /// This resource is not bound to the key.
    #[error("the resource is not bound to the key")]
    NotBound,
    /// The key's store is disabled.
    #[error("the key's store is disabled")]
    StoreDisabled,
    /// The key is in a key store, which does not allow the operation.
    #[error("the key's store does not allow {0:?}")]
    InStore(Operation),
    /// The key is a replica, and only its primary allows the operation.
    #[error("only the key's primary allows {0:?}")]
    IsReplica(Operation),
    /// The key has no replica in that region.
    #[error("the key has no replica there")]
    NoReplica,
    /// A key with this id is in that region already.
    #[error("the key is there already")]
    ReplicaExists,
    /// The operation is for users' keys, and a service created this one.
    #[error("no user created the key")]
    NotUserMade,
}

/// Errors about an alias.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AliasError {
    /// No alias has this name in the caller's realm.
    #[error("no such alias")]
    NotFound,
    /// The alias exists.
    #[error("the alias exists")]
    Taken,
    /// The alias belongs to the cloud.
    #[error("the alias is reserved")]
    Reserved,
    /// A service's alias whose key is created on first use. Create it and try again.
    #[error("the service key does not exist yet")]
    ServiceKeyAbsent(AliasName),
}

/// Errors about imported key material.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// The service generated the key's material, so none can be imported or deleted.
    #[error("the key's material was not imported")]
    NotExternal,
    /// The import token is malformed or belongs to another realm.
    #[error("the import token is invalid")]
    TokenInvalid,
    /// The import token belongs to another key.
    #[error("the import token is for another key")]
    TokenOfOtherKey,
    /// The import token has expired.
    #[error("the import token has expired")]
    TokenExpired,
    /// The wrapped material does not unwrap.
    #[error("the key material is invalid")]
    MaterialInvalid,
    /// The material has the wrong length.
    #[error("the key material has the wrong length")]
    MaterialLength,
    /// The material differs from the material imported first.
    #[error("the key material differs from the first")]
    MaterialDiffers,
}

/// Errors about a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// No secret has this name, or it has no such version or stage.
    #[error("no such secret")]
    NotFound,
    /// A secret with this name exists.
    #[error("the secret exists")]
    Taken,
    /// A version with this id exists, with another value.
    #[error("the secret's version exists")]
    VersionTaken,
    /// The caller may not read the secret's values.
    #[error("the caller may not read the secret")]
    NotPermitted,
    /// The secret is deleted, but can be restored.
    #[error("the secret is deleted")]
    Deleted,
    /// The secret is not deleted.
    #[error("the secret is not deleted")]
    NotDeleted,
    /// The secret does not support this: it is managed, or it is not, or its stages or value do not
    /// allow it.
    #[error("the secret does not support this")]
    Unsupported,
    /// The stage is not at the version that the caller expects.
    #[error("the stage is at another version")]
    StageMismatch,
    /// The caller's own edit of a text failed. The caller knows why.
    #[error("the text is invalid")]
    TextInvalid,
}

/// Errors about a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// No certificate has this id in the caller's realm.
    #[error("no such certificate")]
    NotFound,
    /// The cloud's rules do not admit the operation in the certificate's status.
    #[error("the certificate's status {status:?} does not allow {operation:?}")]
    State {
        /// The refused operation.
        operation: CertificateOperation,
        /// The certificate's status.
        status: CertificateStatus,
    },
    /// The certificate or its chain has a flaw.
    #[error("certificate {} of the chain: {:?}", .0.at, .0.flaw)]
    Flawed(Flawed),
}

/// Errors about a white-box key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WhiteBoxError {
    /// No white-box key has this id in the caller's realm.
    #[error("no such white-box key")]
    NotFound,
    /// Another white-box key has this alias.
    #[error("the alias of a white-box key exists")]
    AliasTaken,
    /// The white-box key is disabled.
    #[error("the white-box key is disabled")]
    Disabled,
    /// The white-box key is enabled, and only a disabled one can be deleted.
    #[error("the white-box key is enabled")]
    Enabled,
    /// There are more device fingerprints than one white-box key may have.
    #[error("too many device fingerprints")]
    TooManyFingerprints,
}

/// Errors about a data key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DataKeyError {
    /// No data key has this id in the caller's realm.
    #[error("no such data key")]
    NotFound,
    /// Another data key has this name.
    #[error("the name of a data key exists")]
    NameTaken,
    /// The cloud's rules do not allow the operation in the data key's state.
    #[error("the data key is {state:?}, which does not allow {operation:?}")]
    State {
        /// The operation.
        operation: DataKeyOperation,
        /// The data key's state.
        state: DataKeyState,
    },
}

/// Errors about a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// No grant has this id in the caller's realm.
    #[error("no such grant")]
    NotFound,
    /// The grant is for another key.
    #[error("the grant is for another key")]
    KeyMismatch,
    /// The key has as many grants as one key may have.
    #[error("the key has too many grants")]
    TooManyOfKey,
    /// The account's quota of grants is used up.
    #[error("there are too many grants")]
    TooMany,
    /// The caller may not retire the grant.
    #[error("the caller may not retire the grant")]
    NotRetirable,
}

/// Errors about a key store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyStoreError {
    /// No key store has this id in the caller's realm.
    #[error("no such key store")]
    NotFound,
    /// Another key store has this alias.
    #[error("the alias of a key store exists")]
    AliasTaken,
    /// The cluster has a key store already.
    #[error("the cluster has a key store")]
    ClusterTaken,
    /// There are keys in the key store.
    #[error("the key store has keys")]
    InUse,
}

/// Errors about an access point or a policy of a keyspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyspaceError {
    /// No access point has this id in the caller's realm.
    #[error("no such access point")]
    AccessPointNotFound,
    /// No keyspace policy has this id in the caller's realm.
    #[error("no such keyspace policy")]
    PolicyNotFound,
}

/// Errors about applications, their policies and client keys, and network rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApplicationError {
    /// Nothing of this kind has this name in the caller's realm.
    #[error("no such application, policy, network rule or client key")]
    NotFound,
    /// Something of this kind has this name.
    #[error("the name of an application, a policy or a network rule exists")]
    Taken,
    /// The application has no policy, or more than one application may have.
    #[error("the number of policies is not allowed")]
    PolicyCount,
    /// The network rule has more addresses than one rule may have.
    #[error("there are too many addresses")]
    TooManySources,
    /// The application has as many client keys as one application may have.
    #[error("the application has too many client keys")]
    TooManyClientKeys,
    /// The validity ends before it begins.
    #[error("the validity ends before it begins")]
    ValidityEmpty,
}

/// Errors about an instance of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InstanceError {
    /// No instance has this id in the caller's realm.
    #[error("no such instance")]
    NotFound,
    /// The instance's status does not allow it.
    #[error("the instance's status does not allow it")]
    StatusInvalid,
    /// Instances of this kind do not support it, or not those that are paid in advance.
    #[error("the instance does not support this")]
    Unsupported,
    /// The instance is protected from release.
    #[error("the instance is protected from release")]
    Protected,
    /// There is no backup of the instance.
    #[error("there is no backup of the instance")]
    NoBackup,
    /// The instance has as many keys, secrets or networks as it was bought for.
    #[error("the instance is full")]
    Full,
    /// An instance of the realm has this id already.
    #[error("an instance of the account and region has it")]
    Exists,
}

/// Errors about a managed data key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManagedDataKeyError {
    /// No managed data key has this name in the caller's realm.
    #[error("no such managed data key")]
    NotFound,
    /// The managed data key has no version with this id.
    #[error("no such version of the managed data key")]
    VersionNotFound,
    /// The managed data key has as many versions as the cloud's rules allow.
    #[error("the managed data key has too many versions")]
    TooManyVersions,
}

/// Errors about a ciphertext.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CiphertextError {
    /// It is not in the engine's format: too short, or without a version id.
    #[error("not a ciphertext")]
    Malformed,
    /// The ciphertext or its context was changed.
    #[error("the ciphertext does not decrypt")]
    DecryptionFailed,
}
