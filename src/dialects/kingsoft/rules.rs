//! Which action is allowed in which key state, and the limits. The document's only rule about
//! states is that only a disabled key is deleted (overview, `DeleteKey`). That a disabled key does
//! not encrypt is the meaning of disabling.

use crate::engine::{KeyRules, Operation, Rules};
use crate::model::{KeyId, KeySpec, KeyState, KeyUsage, Lifecycle};

use Operation as Op;

/// The rules for the engine. This cloud has keys only.
pub(super) static RULES: Rules = Rules {
    keys: KeyRules {
        admits: |operation, state| of_key(operation, state).is_none(),
        for_users: &[],
        new_id: |entropy, _| key_id(entropy.array()),
        specs: |spec| matches!(spec, KeySpec::Symmetric(_)),
        usages: &[KeyUsage::EncryptDecrypt, KeyUsage::SignVerify],
        // Deletion is immediate, so it is never cancelled.
        restored: Lifecycle::Enabled,
        rotation_spacing: None,
        bindings: 0,
    },
    pairs: None,
    aliases: None,
    tags: 0,
    imports: None,
    secrets: None,
    certificates: None,
    white_box_keys: None,
    data_keys: None,
    grants: None,
    key_stores: None,
    keyspaces: None,
    applications: None,
    instances: None,
    managed_data_keys: None,
};

/// The longest plaintext of Encrypt, in bytes. The document does not say whether its 4096 are
/// counted before or after base64.
pub(super) const PLAINTEXT_MAX: usize = 4096;
/// The lengths of data keys, in bytes.
pub(super) const DATA_KEY_BYTES: std::ops::RangeInclusive<usize> = 1..=1024;
/// The longest name of a key, in characters. No source says.
pub(super) const NAME_MAX: usize = 256;
/// The longest description, in characters. No source says.
pub(super) const DESCRIPTION_MAX: usize = 8192;

/// A new key id: 32 letters in the groups of a UUID. The letters are those of base 32 "extended
/// hex" (RFC 4648, section 7) in lower case, five bits each.
fn key_id(bits: [u8; 20]) -> KeyId {
    const LETTERS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
    let mut text = String::with_capacity(36);
    for group in bits.as_chunks::<5>().0 {
        let bits = group.iter().fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
        for place in (0..8).rev() {
            if [8, 13, 18, 23].contains(&text.len()) {
                text.push('-');
            }
            let [.., last] = (bits >> (5 * place)).to_be_bytes();
            text.push(char::from(LETTERS[usize::from(last & 31)]));
        }
    }
    KeyId::made(&text)
}

/// The parameter that is reported as wrong when a state does not allow an operation; `None` if it
/// does.
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

/// The parameter to report. No action leads to the other states, and no action causes the
/// operations of other clouds.
pub(super) fn of_key(operation: Op, state: KeyState) -> Cell {
    let column = match state {
        KeyState::Enabled => 0,
        KeyState::Disabled => 1,
        KeyState::PendingDeletion | KeyState::PendingImport | KeyState::Archived => return KEY,
    };
    TABLE.iter().find(|row| row.0 == operation).map_or(STATE, |row| row.1[column])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_hold_five_bits_each() {
        assert_eq!(key_id([0; 20]).as_str(), "00000000-0000-0000-0000-000000000000");
        assert_eq!(key_id([255; 20]).as_str(), "vvvvvvvv-vvvv-vvvv-vvvv-vvvvvvvvvvvv");
        // RFC 4648, section 10: "foobar", padded with zeros to 20 bytes.
        let mut bits = [0; 20];
        bits[..6].copy_from_slice(b"foobar");
        assert_eq!(key_id(bits).as_str(), "cpnmuoj1-e800-0000-0000-000000000000");
    }
}
