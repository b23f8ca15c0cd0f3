//! What a cloud decides: which operation goes with which key state, which aliases are its own, and how much and
//! how long.

use std::time::Duration;

use zeroize::Zeroizing;

use crate::model::{AliasName, CertificateStatus, KeyId, KeyState};
use crate::world::{Entropy, Instant};

/// What a caller wants to do with a key. The order is that of the columns in a cloud's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(usize)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Operation {
    GenerateDataKey,
    GenerateDataKeyWithoutPlaintext,
    Encrypt,
    Decrypt,
    ReEncryptSource,
    ReEncryptDestination,
    Describe,
    UpdateDescription,
    Enable,
    Disable,
    ScheduleDeletion,
    CancelDeletion,
    ProtectDeletion,
    CreateAlias,
    UpdateAlias,
    DeleteAlias,
    ListAliases,
    Tag,
    Untag,
    ListTags,
    DescribeVersion,
    ListVersions,
    UpdateRotation,
    GetImportParameters,
    ImportMaterial,
    DeleteMaterial,
    CreateVersion,
    GetPublicKey,
    Sign,
    Verify,
    EncryptToPair,
    DecryptByPair,
    ExportDataKey,
    GenerateAndExportDataKey,
    SetPolicy,
    GetPolicy,
}

/// What a caller wants to do with a certificate. The order is that of the columns in a cloud's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(usize)]
#[expect(missing_docs, reason = "the names say it")]
pub enum CertificateOperation {
    Look,
    Upload,
    Activate,
    Deactivate,
    Revoke,
    Delete,
    Sign,
    Verify,
    Encrypt,
    Decrypt,
    Tag,
    Untag,
}

/// What a managed secret's next value is made of. It holds values, and has no form for logs.
pub struct Renewal<'a> {
    /// The kind of secret, in the cloud's own word.
    pub kind: &'a str,
    /// What it is for, in the cloud's own form.
    pub config: &'a str,
    /// The current value.
    pub current: &'a [u8],
    /// The value before, if there is one.
    pub previous: Option<&'a [u8]>,
    /// When it is made.
    pub now: Instant,
    /// Where chance comes from.
    pub entropy: &'a Entropy,
}

/// How a cloud answers an operation on a key or certificate in some state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It goes ahead.
    Admit,
    /// It is refused, and the answer names the state.
    RefuseState,
    /// It is refused as a move that the state does not allow.
    RefuseMove,
}

/// A cloud's rules. The engine asks; it never knows whose they are.
#[derive(Debug)]
pub struct Rules {
    /// The cloud's table of states and operations.
    pub verdict: fn(Operation, KeyState) -> Verdict,
    /// Draws the id of a new key.
    pub key_id: fn(&Entropy) -> KeyId,
    /// The same for certificates.
    pub certificate_verdict: fn(CertificateOperation, CertificateStatus) -> Verdict,
    /// Whether an alias belongs to the cloud and not to its users.
    pub reserved: fn(&AliasName) -> bool,
    /// How many tags a key, a secret or a certificate may carry.
    pub tags_per_key: usize,
    /// How many versions a key pair may have.
    pub versions_per_pair: usize,
    /// How long after a pair's newest version the next one may be made.
    pub version_spacing: Duration,
    /// How long an import token is good.
    pub import_token_life: Duration,
    /// The alias of the service's key that seals secrets whose owners named none.
    pub secrets_alias: fn() -> Option<AliasName>,
    /// Whether there are secrets of this kind with this configuration, or with none.
    pub secret_fits: fn(&str, Option<&str>) -> bool,
    /// The stages of a secret's current version, and of the one before.
    pub stages: (&'static str, &'static str),
    /// How many stages may stand at one version of a secret.
    pub stages_per_version: usize,
    /// How many versions a secret keeps.
    pub versions_per_secret: usize,
    /// How often a secret may be rotated within an hour because somebody asks.
    pub rotations_per_hour: usize,
    /// Makes a managed secret's next value; `None` when the last one cannot be read.
    pub renew: fn(&Renewal<'_>) -> Option<Zeroizing<Vec<u8>>>,
    /// Whether making the next value of this kind with this configuration takes long.
    pub renews_slowly: fn(&str, &str) -> bool,
    /// The service whose own key goes by this alias, if it is such an alias.
    pub service: fn(&AliasName) -> Option<&str>,
}
