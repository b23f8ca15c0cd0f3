//! Which action goes with which state of a key, and the limits. The document says little of states;
//! where it is silent, `docs/limits.md` says what was chosen.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::{codes, words};
use crate::dialects::Code;
use crate::engine::{
    AliasRules, DataKeyOperation, DataKeyRules, ImportRules, KeyRules, NameRule, Operation, Rules,
    WhiteBoxRules,
};
use crate::model::{
    DataKeyLifecycle, DataKeyState, KeyId, KeySpec, KeyState, Lifecycle, SymmetricSpec,
};
use crate::world::{Entropy, Instant};

use Operation as Op;

/// The rules, for the engine. This cloud has no secrets and no certificates.
pub(super) static RULES: Rules = Rules {
    keys: KeyRules {
        admits: |operation, state| of_key(operation, state).is_none(),
        new_id: key_id,
        specs: has_spec,
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
};

/// Whether the service has keys of this spec.
fn has_spec(spec: KeySpec) -> bool {
    match spec {
        KeySpec::Symmetric(spec) => matches!(spec, SymmetricSpec::Aes256 | SymmetricSpec::Sm4),
        KeySpec::Pair(spec) => words::USAGES.iter().any(|row| row.2 == spec),
    }
}

/// Aliases of keys and of white-box keys, and names of data keys.
const NAMES: NameRule =
    NameRule { accepts: is_alias, form: "an alias: 1 to 60 letters, digits, - and _" };

/// How many resources may be bound to a key. No source says.
const BINDINGS_MAX: usize = 1000;
/// How many bytes are encrypted, before base64.
pub(super) const PLAINTEXT_MAX: usize = 4096;
/// How many bytes are signed, before base64.
pub(super) const MESSAGE_MAX: usize = 4096;
/// How long an SM2 ciphertext may be, in bytes before base64.
pub(super) const SM2_CIPHERTEXT_MAX: usize = 256;
/// How long an encryption context may be, in characters.
pub(super) const CONTEXT_MAX: usize = 1024;
/// How many random bytes can be had.
pub(super) const RANDOM_BYTES: RangeInclusive<u64> = 1..=1024;
/// How long a description may be, in bytes.
pub(super) const DESCRIPTION_MAX: usize = 1024;
/// How long the description of a data key may be, in bytes.
pub(super) const DATA_KEY_DESCRIPTION_MAX: usize = 100;
/// How many keys a batch may name.
pub(super) const BATCH_MAX: usize = 100;
/// How many white-box keys a batch may name.
pub(super) const WHITE_BOX_BATCH_MAX: usize = 50;
/// How many rows a page may have, and how many it has.
pub(super) const PAGE: (RangeInclusive<u64>, u64) = (1..=200, 10);
/// How many days a deletion waits.
pub(super) const WINDOW_DAYS: RangeInclusive<u64> = 7..=30;
/// How many days may lie between two rotations, and how many do.
pub(super) const ROTATE_DAYS: (RangeInclusive<u64>, u64) = (7..=365, 365);
/// The latest end of imported material, in seconds of Unix time.
pub(super) const VALID_TO_MAX: u64 = 2_147_443_200;

/// Whether a text is an alias: of a key, of a white-box key, or the name of a data key.
pub(super) fn is_alias(text: &str) -> bool {
    let legal = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    (1..=60).contains(&text.len())
        && text.bytes().all(legal)
        && text.as_bytes()[0].is_ascii_alphanumeric()
}

/// A key's id: a UUID of version 1 (RFC 9562, section 5.1), whose time is that of the key's
/// creation, as in the document's samples. The node is random, with the bit that says so.
pub(super) fn key_id(entropy: &Entropy, now: Instant) -> KeyId {
    // From 1582-10-15 to 1970-01-01, in steps of 100 nanoseconds.
    const BEFORE_UNIX: u64 = 0x01B2_1DD2_1381_4000;
    let draw: [u8; 10] = entropy.array();
    let steps = u64::try_from(now.millis()).unwrap_or_default().saturating_mul(10_000);
    // Keys of one millisecond differ in their steps, and in the rest.
    let within = u64::from(u16::from_be_bytes([draw[0], draw[1]])) % 10_000;
    let time = steps.saturating_add(BEFORE_UNIX).saturating_add(within);
    let sequence = u16::from_be_bytes([draw[2], draw[3]]);
    let mut node = [0; 6];
    node.copy_from_slice(&draw[4..]);
    node[0] |= 1;
    uuid::Builder::from_gregorian_timestamp(time, sequence, &node).into_uuid().into()
}

/// What an operation in some state is answered: nothing where it goes ahead.
type Cell = Option<&'static Code>;

const OK: Cell = None;
const ST: Cell = Some(codes::RESOURCE_UNAVAILABLE_CMK_STATE_NOT_SUPPORT);
const DIS: Cell = Some(codes::RESOURCE_UNAVAILABLE_CMK_DISABLED);
const ARC: Cell = Some(codes::RESOURCE_UNAVAILABLE_CMK_ARCHIVED);
const DEL: Cell = Some(codes::RESOURCE_UNAVAILABLE_KEY_PENDING_DELETE);
const OFF: Cell = Some(codes::RESOURCE_UNAVAILABLE_CMK_SHOULD_BE_DISABLED);
const NOT: Cell = Some(codes::RESOURCE_UNAVAILABLE_CMK_NOT_PENDING_DELETE);
const EXT: Cell = Some(codes::UNSUPPORTED_OPERATION_EXTERNAL_CMK_CAN_NOT_ROTATE);

#[rustfmt::skip]
const KEYS: &[(Op, [Cell; 5])] = &[
    //                       Enabled Disabled PendingDelete PendingImport Archived
    (Op::GenerateDataKey,   [OK,  DIS, DEL, DIS, ARC]),
    (Op::Encrypt,           [OK,  DIS, DIS, DIS, ARC]), // PostQuantumCryptoEncrypt, ReEncrypt to
    (Op::Decrypt,           [OK,  DIS, DIS, DIS, OK]),  // PostQuantumCryptoDecrypt, ReEncrypt from
    (Op::Describe,          [OK,  OK,  OK,  OK,  OK]),
    (Op::ChangeDescription, [OK,  OK,  ST,  OK,  OK]),
    (Op::Rename,            [OK,  OK,  ST,  OK,  OK]),  // UpdateAlias
    (Op::Enable,            [OK,  OK,  ST,  ST,  ST]),
    (Op::Disable,           [OK,  OK,  ST,  ST,  ST]),
    (Op::Archive,           [OK,  OK,  ST,  ST,  OK]),
    (Op::Unarchive,         [ST,  ST,  ST,  ST,  OK]),
    (Op::ScheduleDeletion,  [OFF, OK,  ST,  OK,  OK]),
    (Op::CancelDeletion,    [NOT, NOT, OK,  NOT, NOT]),
    (Op::Tag,               [OK,  OK,  OK,  OK,  OK]),  // of the tag service, which knows no states
    (Op::Untag,             [OK,  OK,  OK,  OK,  OK]),
    (Op::ListTags,          [OK,  OK,  OK,  OK,  OK]),
    (Op::ChangeRotation,    [OK,  OK,  ST,  EXT, ST]),  // EnableKeyRotation
    (Op::RotateNow,         [OK,  ST,  ST,  ST,  ST]),
    (Op::PrepareImport,     [OK,  OK,  OK,  OK,  OK]),
    (Op::ImportMaterial,    [OK,  ST,  ST,  OK,  ST]),
    (Op::DeleteMaterial,    [OK,  OK,  ST,  ST,  ST]),
    (Op::Bind,              [OK,  ST,  ST,  ST,  ST]),
    (Op::Unbind,            [OK,  OK,  OK,  OK,  OK]),
    (Op::EndRotation,       [OK,  OK,  OK,  OK,  OK]),  // DisableKeyRotation
    (Op::EnableDataKey,     [OK,  ST,  ST,  ST,  ST]),
    (Op::ReadPublicKey,     [OK,  ST,  ST,  ST,  ST]),
    (Op::Sign,              [OK,  ST,  ST,  ST,  ST]),
    (Op::Verify,            [OK,  ST,  ST,  ST,  ST]),
    (Op::DecryptByPair,     [OK,  ST,  ST,  ST,  ST]),
];

/// What an operation on a key in this state is refused with. Operations that no action of this
/// cloud has are refused.
pub(super) fn of_key(operation: Op, state: KeyState) -> Cell {
    let column = match state {
        KeyState::Enabled => 0,
        KeyState::Disabled => 1,
        KeyState::PendingDeletion => 2,
        KeyState::PendingImport => 3,
        KeyState::Archived => 4,
    };
    KEYS.iter().find(|row| row.0 == operation).map_or(ST, |row| row.1[column])
}

const DATA_KEY_DISABLED: Cell = Some(codes::RESOURCE_UNAVAILABLE_DATA_KEY_DISABLED);
const DATA_KEY_LEAVING: Cell = Some(codes::RESOURCE_UNAVAILABLE_DATA_KEY_PENDING_DELETE);
const DATA_KEY_STAYS: Cell = Some(codes::RESOURCE_UNAVAILABLE_DATA_KEY_NOT_PENDING_DELETE);
const DATA_KEY_STATE: Cell = Some(codes::RESOURCE_UNAVAILABLE_DATA_KEY_STATE_NOT_SUPPORT);

/// What an operation on a data key in this state is refused with. The SDKs name the codes of each
/// action, and no states: these follow the states of keys.
pub(super) fn of_data_key(operation: DataKeyOperation, state: DataKeyState) -> Cell {
    use DataKeyOperation as Op;
    use DataKeyState::{Disabled, Enabled, PendingDeletion};
    match (operation, state) {
        (Op::ReadPlaintext, Disabled) => DATA_KEY_DISABLED,
        (Op::ReadPlaintext, PendingDeletion) => DATA_KEY_LEAVING,
        (Op::Enable | Op::Disable | Op::ScheduleDeletion, PendingDeletion)
        | (Op::ScheduleDeletion, Enabled) => DATA_KEY_STATE,
        (Op::CancelDeletion, Enabled | Disabled) => DATA_KEY_STAYS,
        _ => OK,
    }
}
