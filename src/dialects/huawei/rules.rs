//! The rules for the engine, which operation is allowed in which state, and the limits (document,
//! "Key status" and the tables of parameters). `docs/limits.md` lists what is a guess.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::codes;
use crate::algorithms::asymmetric::PairSpec;
use crate::dialects::Code;
use crate::engine::{
    AliasRules, GrantRules, ImportRules, KeyRules, KeyStoreKind, KeyStoreRules, KeyspaceRules,
    NameRule, Operation, Rules,
};
use crate::model::{AliasName, KeySpec, KeyState, KeyUsage, Lifecycle, SymmetricSpec};

use Operation as Op;

/// The rules for the engine. This cloud has no secrets and no certificates.
pub(super) static RULES: Rules = Rules {
    keys: KeyRules {
        admits: |operation, state| of_key(operation, state).is_none(),
        for_users: FOR_USERS,
        new_id: |entropy, _| entropy.uuid().into(),
        specs: has_spec,
        usages: &[
            KeyUsage::EncryptDecrypt,
            KeyUsage::SignVerify,
            KeyUsage::GenerateVerifyMac,
            KeyUsage::KeyAgreement,
        ],
        restored: Lifecycle::Disabled,
        rotation_spacing: None,
        bindings: 0,
    },
    pairs: None,
    aliases: Some(AliasRules {
        names: NameRule { accepts: is_alias, form: ALIAS_FORM },
        reserved: |alias| alias.as_str().ends_with(SERVICE_SUFFIX),
        service,
        one_per_key: false,
        own_name: true,
    }),
    tags: 10,
    imports: Some(ImportRules { token_life: Duration::from_hours(24), enables: true }),
    secrets: None,
    certificates: None,
    white_box_keys: None,
    data_keys: None,
    grants: Some(GrantRules { per_key: 100, operations: GRANT_OPERATIONS, retire: "retire-grant" }),
    key_stores: Some(KeyStoreRules {
        names: NameRule { accepts: is_alias, form: ALIAS_FORM },
        kinds: &[
            KeyStoreKind { word: "DHSM", one_per_cluster: true },
            KeyStoreKind { word: "CDMS", one_per_cluster: false },
            KeyStoreKind { word: "DEFAULT", one_per_cluster: false },
        ],
    }),
    keyspaces: Some(KeyspaceRules {
        names: NameRule { accepts: is_alias, form: ALIAS_FORM },
        pair: PairSpec::Rsa2048,
    }),
    applications: None,
    instances: None,
    managed_data_keys: None,
};

const ALIAS_FORM: &str = "an alias: 1 to 255 letters, digits, :, /, _ and -";

/// Operations that are refused for default master keys.
const FOR_USERS: &[Op] = &[
    Op::CancelDeletion,
    Op::ChangeDescription,
    Op::ChangeRotation,
    Op::CreateAlias,
    Op::CreateGrant,
    Op::DeleteAlias,
    Op::DeleteMaterial,
    Op::Disable,
    Op::Enable,
    Op::EndRotation,
    Op::ImportMaterial,
    Op::MoveAlias,
    Op::MovePrimary,
    Op::PrepareImport,
    Op::Rename,
    Op::Replicate,
    Op::RotateNow,
    Op::ScheduleDeletion,
];

/// The operations that a grant may list.
pub(super) const GRANT_OPERATIONS: &[&str] = &[
    "create-datakey",
    "create-datakey-without-plaintext",
    "create-grant",
    "decrypt-data",
    "decrypt-datakey",
    "describe-key",
    "encrypt-data",
    "encrypt-datakey",
    "retire-grant",
];

/// The end of the aliases of default master keys.
const SERVICE_SUFFIX: &str = "/default";

/// The service whose default master key has this alias.
fn service(alias: &AliasName) -> Option<&str> {
    let service = alias.as_str().strip_suffix(SERVICE_SUFFIX)?;
    let is_legal = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    (!service.is_empty() && service.bytes().all(is_legal)).then_some(service)
}

/// Whether the service has keys of this type.
fn has_spec(spec: KeySpec) -> bool {
    match spec {
        KeySpec::Symmetric(spec) => matches!(spec, SymmetricSpec::Aes256 | SymmetricSpec::Sm4),
        KeySpec::Pair(_) | KeySpec::Mac(_) => super::words::spec_word(spec).is_some(),
    }
}

/// Whether a text is an alias.
pub(super) fn is_alias(text: &str) -> bool {
    let is_legal = |b: u8| b.is_ascii_alphanumeric() || b":/_-".contains(&b);
    (1..=255).contains(&text.len()) && text.bytes().all(is_legal)
}

/// The longest description of a key, in characters.
pub(super) const DESCRIPTION_MAX: usize = 255;
/// The id of the key store that all accounts share.
pub(super) const SHARED_STORE: &str = "0";
/// The enterprise project of keys without one.
pub(super) const NO_GROUP: &str = "0";
/// The longest key and value of a tag, in characters.
pub(super) const TAG_KEY_MAX: usize = 36;
pub(super) const TAG_VALUE_MAX: usize = 43;
/// The most values of a tag in a filter. The document gives no number; this is that of tags.
pub(super) const FILTER_VALUES_MAX: usize = 10;
/// The longest value of a match, in characters.
pub(super) const MATCH_MAX: usize = 255;
/// The number of resources on a page, and its default.
pub(super) const RESOURCES: (RangeInclusive<u64>, u64) = (1..=1000, 10);
/// The length of `sequence`, in bytes.
pub(super) const SEQUENCE_LEN: usize = 36;
/// The rotation interval in days, and its default.
pub(super) const ROTATION_DAYS: RangeInclusive<u64> = 30..=365;
pub(super) const ROTATION_DEFAULT: u64 = 365;
/// The lengths of import tokens, in letters of base64.
pub(super) const IMPORT_TOKEN: RangeInclusive<usize> = 200..=6144;
/// The lengths of wrapped key material, in letters of base64. The document's minimum is for RSA;
/// SM2 gives less.
pub(super) const WRAPPED_MATERIAL: RangeInclusive<usize> = 128..=360;
/// The waiting time before a deletion, in days.
pub(super) const PENDING_DAYS: RangeInclusive<u64> = 7..=1096;

/// The lengths of random data and data keys, in bits. They are multiples of 8.
pub(super) const BITS: RangeInclusive<u64> = 8..=8192;
/// The lengths of data keys, in bytes.
pub(super) const DATA_KEY_BYTES: RangeInclusive<usize> = 1..=1024;
/// The length of a message to sign, in bytes before base64.
pub(super) const MESSAGE: RangeInclusive<usize> = 1..=4095;
/// The length of a signature or a message authentication code, in bytes before base64.
pub(super) const PROOF: RangeInclusive<usize> = 1..=1024;
/// The length of a public key, in bytes before base64.
pub(super) const PUBLIC_KEY: RangeInclusive<usize> = 1..=1024;
/// The longest data, in bytes.
pub(super) const DATA_MAX: usize = 4096;
/// The lengths of encrypted data, in letters of base64 (SDK).
pub(super) const CIPHER_TEXT: RangeInclusive<usize> = 128..=5648;

/// The refusal of an operation in a state; `None` if the state allows it.
type Cell = Option<&'static Code>;

const ADMIT: Cell = None;
const DISABLED: Cell = Some(codes::KEY_DISABLED);
const DELETION: Cell = Some(codes::KEY_PENDING_DELETION);
const NOT_DISABLED: Cell = Some(codes::NOT_DISABLED);
const NOT_ENABLED: Cell = Some(codes::NOT_ENABLED);
const ALREADY: Cell = Some(codes::ALREADY_PENDING_DELETION);
const NOT_DELETED: Cell = Some(codes::NOT_PENDING_DELETION);
const HAS_MATERIAL: Cell = Some(codes::NOT_PENDING_IMPORT);
const NO_MATERIAL: Cell = Some(codes::NO_MATERIAL_TO_DELETE);

/// Operations on keys by state.
#[rustfmt::skip]
const KEYS: &[(Op, [Cell; 4])] = &[
    //                       Enabled       Disabled      PendingDeletion PendingImport
    (Op::GenerateDataKey,   [ADMIT,        DISABLED,     DELETION,       NOT_ENABLED]),
    (Op::Encrypt,           [ADMIT,        DISABLED,     DELETION,       NOT_ENABLED]),
    (Op::Decrypt,           [ADMIT,        DISABLED,     DELETION,       NOT_ENABLED]),
    (Op::Sign,              [ADMIT,        DISABLED,     DELETION,       NOT_ENABLED]),
    (Op::Verify,            [ADMIT,        DISABLED,     DELETION,       NOT_ENABLED]),
    (Op::EncryptToPair,     [ADMIT,        DISABLED,     DELETION,       NOT_ENABLED]),
    (Op::DecryptByPair,     [ADMIT,        DISABLED,     DELETION,       NOT_ENABLED]),
    (Op::GenerateMac,       [ADMIT,        DISABLED,     DELETION,       NOT_ENABLED]),
    (Op::VerifyMac,         [ADMIT,        DISABLED,     DELETION,       NOT_ENABLED]),
    (Op::DeriveSecret,      [ADMIT,        DISABLED,     DELETION,       NOT_ENABLED]),
    (Op::ReadPublicKey,     [ADMIT,        ADMIT,        ADMIT,          NOT_ENABLED]),
    (Op::Describe,          [ADMIT,        ADMIT,        ADMIT,          ADMIT]),
    (Op::ChangeDescription, [ADMIT,        ADMIT,        DELETION,       ADMIT]),
    (Op::Rename,            [ADMIT,        ADMIT,        DELETION,       ADMIT]),
    (Op::Enable,            [NOT_DISABLED, ADMIT,        NOT_DISABLED,   NOT_DISABLED]),
    (Op::Disable,           [ADMIT,        NOT_ENABLED,  NOT_ENABLED,    NOT_ENABLED]),
    (Op::ScheduleDeletion,  [ADMIT,        ADMIT,        ALREADY,        ADMIT]),
    (Op::CancelDeletion,    [NOT_DELETED,  NOT_DELETED,  ADMIT,          NOT_DELETED]),
    (Op::PrepareImport,     [HAS_MATERIAL, HAS_MATERIAL, HAS_MATERIAL,   ADMIT]),
    (Op::ImportMaterial,    [HAS_MATERIAL, HAS_MATERIAL, HAS_MATERIAL,   ADMIT]),
    (Op::DeleteMaterial,    [ADMIT,        ADMIT,        NO_MATERIAL,    NO_MATERIAL]),
    (Op::CreateAlias,       [ADMIT,        ADMIT,        DELETION,       ADMIT]),
    (Op::MoveAlias,         [ADMIT,        ADMIT,        DELETION,       ADMIT]),
    (Op::DeleteAlias,       [ADMIT,        ADMIT,        ADMIT,          ADMIT]),
    (Op::ListAliases,       [ADMIT,        ADMIT,        ADMIT,          ADMIT]),
    (Op::Tag,               [ADMIT,        ADMIT,        ADMIT,          ADMIT]),
    (Op::Untag,             [ADMIT,        ADMIT,        ADMIT,          ADMIT]),
    (Op::ListTags,          [ADMIT,        ADMIT,        ADMIT,          ADMIT]),
    (Op::ChangeRotation,    [ADMIT,        DISABLED,     DELETION,       NOT_ENABLED]),
    (Op::EndRotation,       [ADMIT,        DISABLED,     DELETION,       NOT_ENABLED]),
    (Op::Replicate,         [ADMIT,        DISABLED,     DELETION,       NOT_ENABLED]),
    (Op::MovePrimary,       [ADMIT,        ADMIT,        DELETION,       ADMIT]),
    (Op::CreateGrant,       [ADMIT,        DISABLED,     DELETION,       ADMIT]),
    (Op::RevokeGrant,       [ADMIT,        ADMIT,        ADMIT,          ADMIT]),
    (Op::RetireGrant,       [ADMIT,        ADMIT,        ADMIT,          ADMIT]),
    (Op::ListGrants,        [ADMIT,        ADMIT,        ADMIT,          ADMIT]),
    (Op::RotateNow,         [ADMIT,        DISABLED,     DELETION,       NOT_ENABLED]),
];

/// The refusal of an operation that only the primary of a key in several regions allows.
pub(super) fn of_replica(operation: Op) -> &'static Code {
    match operation {
        Op::PrepareImport | Op::ImportMaterial | Op::DeleteMaterial => codes::NOT_ORIGINAL_REGION,
        _ => codes::REPLICA_READ_ONLY,
    }
}

/// The refusal of an operation that key stores do not allow.
pub(super) fn of_key_in_store(operation: Op) -> &'static Code {
    match operation {
        Op::PrepareImport | Op::ImportMaterial | Op::DeleteMaterial => {
            codes::KEY_STORE_CANNOT_IMPORT
        }
        Op::Replicate => codes::KEY_STORE_UNSUPPORTED,
        _ => codes::KEY_STORE_CANNOT_ROTATE,
    }
}

/// The refusal of an operation on a key in this state. Operations without a row come from no
/// action.
pub(super) fn of_key(operation: Op, state: KeyState) -> Cell {
    let column = match state {
        KeyState::Enabled => 0,
        KeyState::Disabled | KeyState::Archived => 1,
        KeyState::PendingDeletion => 2,
        KeyState::PendingImport => 3,
    };
    KEYS.iter().find(|row| row.0 == operation).map_or(NOT_ENABLED, |row| row.1[column])
}
