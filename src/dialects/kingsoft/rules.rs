//! Which action goes with which state of a key, and the limits. The document's one rule of states is that only a
//! disabled key is deleted (overview, `DeleteKey`); that a disabled key does not encrypt is what disabling means.

use std::time::Duration;

use crate::engine::{Operation, Rules, Verdict};
use crate::model::{KeyId, KeyState};

use Operation as Op;
use Verdict::{Admit, RefuseMove, RefuseState};

/// The rules, for the engine. Aliases, tags, pairs, imports, secrets and certificates this cloud has none of.
pub(super) static RULES: Rules = Rules {
    verdict,
    certificate_verdict: |_, _| Verdict::RefuseMove,
    key_id: |entropy| KeyId::of_letters(entropy.array()),
    reserved: |_| false,
    service: |_| None,
    tags_per_key: 0,
    versions_per_pair: 0,
    version_spacing: Duration::ZERO,
    import_token_life: Duration::ZERO,
    secrets_alias: || None,
    secret_fits: |_, _| false,
    stages: ("", ""),
    stages_per_version: 0,
    versions_per_secret: 0,
    rotations_per_hour: 0,
    renew: |_| None,
    renews_slowly: |_, _| false,
};

/// How many bytes Encrypt takes. The document does not say whether its 4096 are counted before base64 or behind.
pub(super) const PLAINTEXT_MAX: usize = 4096;
/// How many bytes a data key may have.
pub(super) const DATA_KEY_BYTES: std::ops::RangeInclusive<usize> = 1..=1024;
/// How many characters a key's name may have. No source says.
pub(super) const NAME_MAX: usize = 256;
/// How many characters a description may have. No source says.
pub(super) const DESCRIPTION_MAX: usize = 8192;

struct Row(Op, [Verdict; 2]);

#[rustfmt::skip]
const TABLE: [Row; 8] = [
    //                         Enabled     Disabled
    Row(Op::Encrypt,           [Admit,      RefuseState]),
    Row(Op::Decrypt,           [Admit,      RefuseState]),
    Row(Op::GenerateDataKey,   [Admit,      RefuseState]),
    Row(Op::Describe,          [Admit,      Admit]),
    Row(Op::UpdateDescription, [Admit,      Admit]), // ModifyKey
    Row(Op::Enable,            [Admit,      Admit]), // ModifyKeyState
    Row(Op::Disable,           [Admit,      Admit]), // ModifyKeyState
    Row(Op::ScheduleDeletion,  [RefuseMove, Admit]), // DeleteKey, which is immediate
];

/// No action leads to the two other states, and the operations of other clouds come from no action.
pub(super) fn verdict(operation: Op, state: KeyState) -> Verdict {
    let column = match state {
        KeyState::Enabled => 0,
        KeyState::Disabled => 1,
        KeyState::PendingDeletion | KeyState::PendingImport => return RefuseState,
    };
    TABLE.iter().find(|row| row.0 == operation).map_or(RefuseMove, |row| row.1[column])
}
