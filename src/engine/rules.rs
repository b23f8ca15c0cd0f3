//! What a cloud decides: which operation goes with which key state, which aliases are its own, and
//! how much and how long.

use std::time::Duration;

use zeroize::Zeroizing;

use crate::model::{AliasName, CertificateStatus, KeyId, KeyState, Lifecycle};
use crate::world::{Entropy, Instant};

/// What a caller wants to do with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(usize)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Operation {
    GenerateDataKey,
    Encrypt,
    Decrypt,
    Describe,
    ChangeDescription,
    Enable,
    Disable,
    ScheduleDeletion,
    CancelDeletion,
    ProtectDeletion,
    CreateAlias,
    MoveAlias,
    DeleteAlias,
    ListAliases,
    Tag,
    Untag,
    ListTags,
    DescribeVersion,
    ListVersions,
    ChangeRotation,
    PrepareImport,
    ImportMaterial,
    DeleteMaterial,
    CreateVersion,
    ReadPublicKey,
    Sign,
    Verify,
    EncryptToPair,
    DecryptByPair,
    ChangePolicy,
    ReadPolicy,
}

/// What a caller wants to do with a certificate.
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

/// A cloud's rules. The engine asks; it never knows whose they are. What a cloud has none of, it
/// has no rules for.
#[derive(Debug)]
pub struct Rules {
    /// Keys and what is done with them.
    pub keys: KeyRules,
    /// Key pairs with several versions.
    pub pairs: Option<PairRules>,
    /// Aliases.
    pub aliases: Option<AliasRules>,
    /// How many tags a key, a secret or a certificate may carry.
    pub tags: usize,
    /// Imported key material.
    pub imports: Option<ImportRules>,
    /// Secrets.
    pub secrets: Option<SecretRules>,
    /// Certificates.
    pub certificates: Option<CertificateRules>,
}

/// A cloud's rules for keys.
#[derive(Debug)]
pub struct KeyRules {
    /// Whether an operation goes with a key's state.
    pub admits: fn(Operation, KeyState) -> bool,
    /// Draws the id of a new key.
    pub new_id: fn(&Entropy) -> KeyId,
    /// What a key is after its deletion was cancelled.
    pub restored: Lifecycle,
}

/// A cloud's rules for the versions of key pairs.
#[derive(Debug)]
pub struct PairRules {
    /// How many versions a pair may have.
    pub versions: usize,
    /// How long after the newest version the next one may be made.
    pub spacing: Duration,
}

/// A cloud's grammar of one kind of name. The cloud's requests and seed files both follow it.
#[derive(Debug)]
pub struct NameRule {
    /// Whether a text is such a name.
    pub accepts: fn(&str) -> bool,
    /// What such a name is, for error messages: "an alias: letters and digits".
    pub form: &'static str,
}

impl NameRule {
    /// Checks that a text is such a name.
    ///
    /// # Errors
    /// It is not; the error says what such a name is, and does not repeat the text.
    pub fn check(&self, text: &str) -> Result<(), String> {
        if (self.accepts)(text) { Ok(()) } else { Err(format!("not {}", self.form)) }
    }
}

/// A cloud's rules for aliases.
#[derive(Debug)]
pub struct AliasRules {
    /// Which texts are aliases.
    pub names: NameRule,
    /// Whether an alias belongs to the cloud and not to its users.
    pub reserved: fn(&AliasName) -> bool,
    /// The service whose own key goes by this alias, if it is such an alias.
    pub service: fn(&AliasName) -> Option<&str>,
}

/// A cloud's rules for imported key material.
#[derive(Debug)]
pub struct ImportRules {
    /// How long an import token is good.
    pub token_life: Duration,
}

/// A cloud's rules for secrets.
#[derive(Debug)]
pub struct SecretRules {
    /// Which texts are names of secrets.
    pub names: NameRule,
    /// The alias of the service's key that seals secrets whose owners named none.
    pub alias: fn() -> Option<AliasName>,
    /// Whether there are secrets of this kind with this configuration, or with none.
    pub fits: fn(&str, Option<&str>) -> bool,
    /// The stage of the current version.
    pub current: &'static str,
    /// The stage of the version before the current one.
    pub previous: &'static str,
    /// How many stages may stand at one version.
    pub stages_per_version: usize,
    /// How many versions a secret keeps.
    pub versions: usize,
    /// How often a secret may be rotated within an hour because somebody asks.
    pub rotations_per_hour: usize,
    /// Makes a managed secret's next value; `None` when the last one cannot be read.
    pub renew: fn(&Renewal<'_>) -> Option<Zeroizing<Vec<u8>>>,
    /// Whether making the next value of this kind with this configuration takes long.
    pub renews_slowly: fn(&str, &str) -> bool,
}

/// A cloud's rules for certificates.
#[derive(Debug)]
pub struct CertificateRules {
    /// Whether an operation goes with a certificate's status.
    pub admits: fn(CertificateOperation, CertificateStatus) -> bool,
}

impl Rules {
    /// The service whose own key goes by this alias, if it is such an alias.
    #[must_use]
    pub fn service<'a>(&self, alias: &'a AliasName) -> Option<&'a str> {
        self.aliases.as_ref().and_then(|rules| (rules.service)(alias))
    }

    /// The alias of the service's key that seals secrets whose owners named none.
    #[must_use]
    pub fn secrets_alias(&self) -> Option<AliasName> {
        self.secrets.as_ref().and_then(|rules| (rules.alias)())
    }

    /// Whether an alias belongs to the cloud and not to its users.
    pub(super) fn reserves(&self, alias: &AliasName) -> bool {
        self.aliases.as_ref().is_some_and(|rules| (rules.reserved)(alias))
    }
}
