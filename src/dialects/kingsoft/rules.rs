//! Which action goes with which state of a key, and the limits. The document's one rule of states is that only a
//! disabled key is deleted (overview, `DeleteKey`); that a disabled key does not encrypt is what disabling means.

use crate::engine::{KeyRules, Operation, Rules};
use crate::model::{KeyId, KeyState, Lifecycle};

use Operation as Op;

/// The rules, for the engine. This cloud has keys, and nothing else.
pub(super) static RULES: Rules = Rules {
    keys: KeyRules {
        admits: |operation, state| of_key(operation, state).is_none(),
        new_id: |entropy| KeyId::of_letters(entropy.array()),
        // No deletion waits, so none is cancelled.
        restored: Lifecycle::Enabled,
    },
    pairs: None,
    aliases: None,
    tags: 0,
    imports: None,
    secrets: None,
    certificates: None,
};

/// How many bytes Encrypt takes. The document does not say whether its 4096 are counted before base64 or behind.
pub(super) const PLAINTEXT_MAX: usize = 4096;
/// How many bytes a data key may have.
pub(super) const DATA_KEY_BYTES: std::ops::RangeInclusive<usize> = 1..=1024;
/// How many characters a key's name may have. No source says.
pub(super) const NAME_MAX: usize = 256;
/// How many characters a description may have. No source says.
pub(super) const DESCRIPTION_MAX: usize = 8192;

/// Which parameter is wrong where an operation does not go with a state: none where it goes ahead.
type Cell = Option<&'static str>;

const ADMIT: Cell = None;
const KEY: Cell = Some("KeyId");
const STATE: Cell = Some("KeyState");

#[rustfmt::skip]
const TABLE: [(Op, [Cell; 2]); 8] = [
    //                        Enabled Disabled
    (Op::Encrypt,           [ADMIT, KEY]),
    (Op::Decrypt,           [ADMIT, KEY]),
    (Op::GenerateDataKey,   [ADMIT, KEY]),
    (Op::Describe,          [ADMIT, ADMIT]),
    (Op::ChangeDescription, [ADMIT, ADMIT]), // ModifyKey
    (Op::Enable,            [ADMIT, ADMIT]), // ModifyKeyState
    (Op::Disable,           [ADMIT, ADMIT]), // ModifyKeyState
    (Op::ScheduleDeletion,  [STATE, ADMIT]), // DeleteKey, which is immediate
];

/// No action leads to the two other states, and the operations of other clouds come from no action.
pub(super) fn of_key(operation: Op, state: KeyState) -> Cell {
    let column = match state {
        KeyState::Enabled => 0,
        KeyState::Disabled => 1,
        KeyState::PendingDeletion | KeyState::PendingImport => return KEY,
    };
    TABLE.iter().find(|row| row.0 == operation).map_or(STATE, |row| row.1[column])
}
