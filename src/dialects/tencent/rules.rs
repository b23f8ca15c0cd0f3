//! The rules for the engine, which operation is allowed in which state, and the limits. The
//! document says little about states; `docs/limits.md` lists what is a guess.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::{codes, words};
use crate::dialects::Code;
use crate::engine::{
    AliasRules, DataKeyOperation, DataKeyRules, ImportRules, KeyRules, NameRule, Operation, Rules,
    WhiteBoxRules,
};
use crate::model::{
    DataKeyLifecycle, DataKeyState, KeyId, KeySpec, KeyState, KeyUsage, Lifecycle, SymmetricSpec,
};
use crate::world::{Entropy, Instant};

use Operation as Op;

/// The rules for the engine. This cloud has no secrets and no certificates.
pub(super) static RULES: Rules = Rules {
    keys: KeyRules {
        admits: |operation, state| of_key(operation, state).is_none(),
        for_users: &[Op::Archive, Op::Unarchive],
        new_id: key_id,
        specs: has_spec,
        usages: &[KeyUsage::EncryptDecrypt, KeyUsage::SignVerify],
        restored: Lifecycle::Disabled,
        rotation_spacing: Some(Duration::from_hours(24)),
        bindings: BINDINGS_MAX,
    },
    pairs: None,
    aliases: Some(AliasRules {
        names: NAMES,
        reserved: |alias| alias.as_str().starts_with("kms-"),
        service: |_| None,
        one_per_key: true,
        own_name: false,
    }),
    tags: 50,
    imports: Some(ImportRules { token_life: Duration::from_hours(24), enables: true }),
    secrets: None,
    certificates: None,
    white_box_keys: Some(WhiteBoxRules {
        names: NAMES,
        ciphers: &[SymmetricSpec::Aes256, SymmetricSpec::Sm4],
        keys: 50,
        fingerprints: 200,
    }),
    data_keys: Some(DataKeyRules {
        names: NAMES,
        admits: |operation, state| of_data_key(operation, state).is_none(),
        restored: DataKeyLifecycle::Disabled,
    }),
    grants: None,
    key_stores: None,
    keyspaces: None,
    applications: None,
    instances: None,
    managed_data_keys: None,
};

/// Whether the service has keys of this type.
fn has_spec(spec: KeySpec) -> bool {
    match spec {
        KeySpec::Symmetric(spec) => matches!(spec, SymmetricSpec::Aes256 | SymmetricSpec::Sm4),
        KeySpec::Pair(spec) => words::PAIR_USAGES.iter().any(|it| it.spec == spec),
        KeySpec::Mac(_) => false,
    }
}

/// The form of aliases of keys and white-box keys, and of names of data keys.
const NAMES: NameRule =
    NameRule { accepts: is_alias, form: "an alias: 1 to 60 letters, digits, - and _" };

/// The most resources that are bound to a key. No source gives a limit.
const BINDINGS_MAX: usize = 1000;
/// The longest plaintext, in bytes before base64.
pub(super) const PLAINTEXT_MAX: usize = 4096;
/// The longest message to sign, in bytes before base64.
pub(super) const MESSAGE_MAX: usize = 4096;
/// The longest SM2 ciphertext, in bytes before base64.
pub(super) const SM2_CIPHERTEXT_MAX: usize = 256;
/// The longest encryption context, in characters.
pub(super) const CONTEXT_MAX: usize = 1024;
/// The lengths of random data and of data keys, in bytes.
pub(super) const RANDOM_BYTES: RangeInclusive<u64> = 1..=1024;
/// The longest description of a key, in bytes.
pub(super) const DESCRIPTION_MAX: usize = 1024;
/// The longest description of a data key, in bytes.
pub(super) const DATA_KEY_DESCRIPTION_MAX: usize = 100;
/// The most keys or data keys in one request.
pub(super) const BATCH_MAX: usize = 100;
/// The most white-box keys in one request.
pub(super) const WHITE_BOX_BATCH_MAX: usize = 50;
/// The range of `Limit`, and its default.
pub(super) const PAGE: (RangeInclusive<u64>, u64) = (1..=200, 10);
/// The waiting time before a deletion, in days.
pub(super) const WINDOW_DAYS: RangeInclusive<u64> = 7..=30;
/// The range of the rotation period, in days, and its default.
pub(super) const ROTATE_DAYS: (RangeInclusive<u64>, u64) = (7..=365, 365);
/// The latest expiry of imported key material, in seconds of Unix time.
pub(super) const VALID_TO_MAX: i64 = 2_147_443_200;

/// Whether a text has the form of [`NAMES`].
pub(super) fn is_alias(text: &str) -> bool {
    let is_legal = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    (1..=60).contains(&text.len())
        && text.bytes().all(is_legal)
        && text.as_bytes()[0].is_ascii_alphanumeric()
}

/// A new key id: a UUID of version 1 (RFC 9562, section 5.1) with the key's creation time, as in
/// the document's samples. Its node is random and has the multicast bit (section 6.10).
pub(super) fn key_id(entropy: &Entropy, now: Instant) -> KeyId {
    // From 1582-10-15 to 1970-01-01, in units of 100 nanoseconds.
    const UNIX_EPOCH: u64 = 0x01B2_1DD2_1381_4000;
    let draw: [u8; 10] = entropy.array();
    let ticks = u64::try_from(now.millis()).unwrap_or_default().saturating_mul(10_000);
    // Keys of the same millisecond get different times.
    let within = u64::from(u16::from_be_bytes([draw[0], draw[1]])) % 10_000;
    let time = ticks.saturating_add(UNIX_EPOCH).saturating_add(within);
    let sequence = u16::from_be_bytes([draw[2], draw[3]]);
    let mut node = [0; 6];
    node.copy_from_slice(&draw[4..]);
    node[0] |= 1;
    uuid::Builder::from_gregorian_timestamp(time, sequence, &node).into_uuid().into()
}

/// The refusal of an operation in a state; `None` if the state allows it.
type Cell = Option<&'static Code>;

const ADMIT: Cell = None;
const STATE: Cell = Some(codes::RESOURCE_UNAVAILABLE_CMK_STATE_NOT_SUPPORT);
const DISABLED: Cell = Some(codes::RESOURCE_UNAVAILABLE_CMK_DISABLED);
const ARCHIVED: Cell = Some(codes::RESOURCE_UNAVAILABLE_CMK_ARCHIVED);
const DELETION: Cell = Some(codes::RESOURCE_UNAVAILABLE_KEY_PENDING_DELETE);
const ENABLED: Cell = Some(codes::RESOURCE_UNAVAILABLE_CMK_SHOULD_BE_DISABLED);
const NOT_DELETED: Cell = Some(codes::RESOURCE_UNAVAILABLE_CMK_NOT_PENDING_DELETE);
const EXTERNAL: Cell = Some(codes::UNSUPPORTED_OPERATION_EXTERNAL_CMK_CAN_NOT_ROTATE);

/// Operations on keys by state. Some operations belong to more than the action of their name:
/// - `Encrypt`: `PostQuantumCryptoEncrypt`, and `ReEncrypt` for the destination;
/// - `Decrypt`: `PostQuantumCryptoDecrypt`, and `ReEncrypt` for the source;
/// - `ChangeRotation` is `EnableKeyRotation`, and `EndRotation` is `DisableKeyRotation`;
/// - `Tag`, `Untag` and `ListTags` are of the tag service, which does not check states.
#[rustfmt::skip]
const KEYS: &[(Op, [Cell; 5])] = &[
    //                       Enabled      Disabled     PendingDelete PendingImport Archived
    (Op::GenerateDataKey,   [ADMIT,       DISABLED,    DELETION,     DISABLED,     ARCHIVED]),
    (Op::Encrypt,           [ADMIT,       DISABLED,    DISABLED,     DISABLED,     ARCHIVED]),
    (Op::Decrypt,           [ADMIT,       DISABLED,    DISABLED,     DISABLED,     ADMIT]),
    (Op::Describe,          [ADMIT,       ADMIT,       ADMIT,        ADMIT,        ADMIT]),
    (Op::ChangeDescription, [ADMIT,       ADMIT,       STATE,        ADMIT,        ADMIT]),
    (Op::Rename,            [ADMIT,       ADMIT,       STATE,        ADMIT,        ADMIT]),
    (Op::Enable,            [ADMIT,       ADMIT,       STATE,        STATE,        STATE]),
    (Op::Disable,           [ADMIT,       ADMIT,       STATE,        STATE,        STATE]),
    (Op::Archive,           [ADMIT,       ADMIT,       STATE,        STATE,        ADMIT]),
    (Op::Unarchive,         [STATE,       STATE,       STATE,        STATE,        ADMIT]),
    (Op::ScheduleDeletion,  [ENABLED,     ADMIT,       STATE,        ADMIT,        ADMIT]),
    (Op::CancelDeletion,    [NOT_DELETED, NOT_DELETED, ADMIT,        NOT_DELETED,  NOT_DELETED]),
    (Op::Tag,               [ADMIT,       ADMIT,       ADMIT,        ADMIT,        ADMIT]),
    (Op::Untag,             [ADMIT,       ADMIT,       ADMIT,        ADMIT,        ADMIT]),
    (Op::ListTags,          [ADMIT,       ADMIT,       ADMIT,        ADMIT,        ADMIT]),
    (Op::ChangeRotation,    [ADMIT,       ADMIT,       STATE,        EXTERNAL,     STATE]),
    (Op::RotateNow,         [ADMIT,       STATE,       STATE,        STATE,        STATE]),
    (Op::PrepareImport,     [ADMIT,       ADMIT,       ADMIT,        ADMIT,        ADMIT]),
    (Op::ImportMaterial,    [ADMIT,       STATE,       STATE,        ADMIT,        STATE]),
    (Op::DeleteMaterial,    [ADMIT,       ADMIT,       STATE,        STATE,        STATE]),
    (Op::Bind,              [ADMIT,       STATE,       STATE,        STATE,        STATE]),
    (Op::Unbind,            [ADMIT,       ADMIT,       ADMIT,        ADMIT,        ADMIT]),
    (Op::EndRotation,       [ADMIT,       ADMIT,       ADMIT,        ADMIT,        ADMIT]),
    (Op::EnableDataKey,     [ADMIT,       STATE,       STATE,        STATE,        STATE]),
    (Op::ReadPublicKey,     [ADMIT,       STATE,       STATE,        STATE,        STATE]),
    (Op::Sign,              [ADMIT,       STATE,       STATE,        STATE,        STATE]),
    (Op::Verify,            [ADMIT,       STATE,       STATE,        STATE,        STATE]),
    (Op::DecryptByPair,     [ADMIT,       STATE,       STATE,        STATE,        STATE]),
];

/// The refusal of an operation on a key in this state. Operations without a row come from no
/// action.
pub(super) fn of_key(operation: Op, state: KeyState) -> Cell {
    let column = match state {
        KeyState::Enabled => 0,
        KeyState::Disabled => 1,
        KeyState::PendingDeletion => 2,
        KeyState::PendingImport => 3,
        KeyState::Archived => 4,
    };
    KEYS.iter().find(|row| row.0 == operation).map_or(STATE, |row| row.1[column])
}

const DATA_KEY_DISABLED: Cell = Some(codes::RESOURCE_UNAVAILABLE_DATA_KEY_DISABLED);
const DATA_KEY_DELETION: Cell = Some(codes::RESOURCE_UNAVAILABLE_DATA_KEY_PENDING_DELETE);
const DATA_KEY_NOT_DELETED: Cell = Some(codes::RESOURCE_UNAVAILABLE_DATA_KEY_NOT_PENDING_DELETE);
const DATA_KEY_STATE: Cell = Some(codes::RESOURCE_UNAVAILABLE_DATA_KEY_STATE_NOT_SUPPORT);

/// The refusal of an operation on a data key in this state. The SDKs list the codes of each action,
/// but not the states; these follow the rules for keys.
pub(super) fn of_data_key(operation: DataKeyOperation, state: DataKeyState) -> Cell {
    use DataKeyOperation as Op;
    use DataKeyState::{Disabled, Enabled, PendingDeletion};
    match (operation, state) {
        (Op::ReadPlaintext, Disabled) => DATA_KEY_DISABLED,
        (Op::ReadPlaintext, PendingDeletion) => DATA_KEY_DELETION,
        (Op::Enable | Op::Disable | Op::ScheduleDeletion, PendingDeletion)
        | (Op::ScheduleDeletion, Enabled) => DATA_KEY_STATE,
        (Op::CancelDeletion, Enabled | Disabled) => DATA_KEY_NOT_DELETED,
        _ => ADMIT,
    }
}
