//! The table of key states and operations: chapter 2 of the API document, "Impact of CMK status on API
//! operations". Rows that it lacks follow their closest relative and say so. And the same of certificates.

use super::codes;
use crate::algorithms::specs::Form;
use crate::dialects::Code;
use crate::engine::{CertificateOperation, Operation};
use crate::model::{AliasName, CertificateStatus, KeyState};

use Operation as Op;

/// How many days a scheduled deletion may wait. The document says 7 to 30; newer SDKs go to 366.
pub(super) const DELETION_WINDOW_DAYS: std::ops::RangeInclusive<u64> = 7..=366;
/// The wait where none is given.
pub(super) const DELETION_WINDOW_DEFAULT: u64 = 30;
/// How many bytes Encrypt takes.
pub(super) const PLAINTEXT_MAX: usize = 6 * 1024;
/// How many bytes a data key may have.
pub(super) const DATA_KEY_BYTES: std::ops::RangeInclusive<usize> = 1..=1024;
/// How many characters a description may have.
pub(super) const DESCRIPTION_MAX: usize = 8192;
/// How many characters the name of a dedicated instance may have.
pub(super) const INSTANCE_MAX: usize = 128;
/// How many characters an encryption context may have.
pub(super) const CONTEXT_MAX: usize = 8192;
/// How many bytes a policy may have.
pub(super) const POLICY_MAX: usize = 32_768;
/// The days between two rotations.
pub(super) const ROTATION_DAYS: std::ops::RangeInclusive<u64> = 7..=730;

/// How many bytes a secret's value may have.
pub(super) const SECRET_DATA_MAX: usize = 30_720;
/// How many characters the configuration of a secret may have.
pub(super) const EXTENDED_CONFIG_MAX: usize = 1024;
/// The days for which a deleted secret can be restored.
pub(super) const RECOVERY_WINDOW_DAYS: std::ops::RangeInclusive<u64> = 7..=30;
/// The days where none are given.
pub(super) const RECOVERY_WINDOW_DEFAULT: u64 = 30;
/// How many characters a stage's name may have, and how many stages one version has. No source says.
pub(super) const STAGE_MAX: usize = 64;
/// See [`STAGE_MAX`].
pub(super) const STAGES_MAX: usize = 8;
/// How many secrets `BatchGetSecretValue` takes.
pub(super) const BATCH_MAX: usize = 20;
/// How many properties secrets are filtered by at once, and how many characters a value has that is no name.
pub(super) const SECRET_FILTERS_MAX: usize = 1;
/// See [`SECRET_FILTERS_MAX`].
pub(super) const SECRET_FILTER_MAX: usize = 256;
/// The hours between two rotations of a secret.
pub(super) const SECRET_ROTATION_HOURS: std::ops::RangeInclusive<u64> = 6..=8760;

/// How many tags a key may carry, and how many `CreateKey` and `TagResources` take at once: newer SDKs say 20, where the
/// document says 10.
pub(super) const TAGS_MAX: usize = 20;
/// How many tags `TagResource` takes at once.
pub(super) const TAG_RESOURCE_MAX: usize = 10;
/// How many resources one call names.
pub(super) const RESOURCES_MAX: usize = 50;

/// How many bytes `SM2PKE` takes.
pub(super) const SM2_PLAINTEXT_MAX: usize = 6047;
/// The form in which SM2 ciphertexts are answered; both are read. The document does not say: its limits speak for the
/// raw one (6047 bytes become 6144), the standards and the SDKs' samples for DER.
pub(super) const SM2_CIPHERTEXT: Form = Form::Der;

/// How many bytes a certificate signs where it is given the text itself.
pub(super) const MESSAGE_MAX: usize = 4096;
/// How many domain names a certificate may have.
pub(super) const DOMAINS_MAX: usize = 10;

/// What an operation in some state is answered: nothing where it goes ahead.
type Cell = Option<&'static Code>;

const ADMIT: Cell = None;
const DISABLED: Cell = Some(codes::REJECTED_DISABLED);
const DELETION: Cell = Some(codes::REJECTED_PENDING_DELETION);
const IMPORT: Cell = Some(codes::REJECTED_PENDING_IMPORT);
const UNAVAILABLE: Cell = Some(codes::REJECTED_UNAVAILABLE);
/// The state does not allow this change of it.
const MOVE: Cell = Some(codes::REJECTED_STATE_MODIFIED_FAILED);

#[rustfmt::skip]
const KEYS: [(Op, [Cell; 4]); 31] = [
    //                       Enabled Disabled   PendingDeletion PendingImport
    (Op::GenerateDataKey,   [ADMIT, DISABLED, DELETION, IMPORT]), // and its kin: WithoutPlaintext, AndExport
    (Op::Encrypt,           [ADMIT, DISABLED, DELETION, IMPORT]), // Encrypt, ReEncrypt to
    (Op::Decrypt,           [ADMIT, DISABLED, DELETION, IMPORT]), // Decrypt, ReEncrypt from, ExportDataKey
    (Op::Describe,          [ADMIT, ADMIT,    ADMIT,    ADMIT]),
    (Op::ChangeDescription, [ADMIT, ADMIT,    DELETION, ADMIT]),
    (Op::Enable,            [ADMIT, ADMIT,    MOVE,     MOVE]),
    (Op::Disable,           [ADMIT, ADMIT,    MOVE,     MOVE]),
    (Op::ScheduleDeletion,  [ADMIT, ADMIT,    MOVE,     ADMIT]),
    (Op::CancelDeletion,    [MOVE,  MOVE,     ADMIT,    MOVE]),
    (Op::ProtectDeletion,   [ADMIT, ADMIT,    MOVE,     ADMIT]), // as ScheduleKeyDeletion
    (Op::CreateAlias,       [ADMIT, ADMIT,    MOVE,     ADMIT]),
    (Op::MoveAlias,         [ADMIT, ADMIT,    DELETION, ADMIT]),
    (Op::DeleteAlias,       [ADMIT, ADMIT,    ADMIT,    ADMIT]),
    (Op::ListAliases,       [ADMIT, ADMIT,    ADMIT,    ADMIT]), // as ListAliases, which names no key
    (Op::Tag,               [ADMIT, ADMIT,    DELETION, ADMIT]),
    (Op::Untag,             [ADMIT, ADMIT,    DELETION, ADMIT]),
    (Op::ListTags,          [ADMIT, ADMIT,    ADMIT,    ADMIT]),
    (Op::DescribeVersion,   [ADMIT, ADMIT,    ADMIT,    ADMIT]),
    (Op::ListVersions,      [ADMIT, ADMIT,    ADMIT,    ADMIT]),
    (Op::ChangeRotation,    [ADMIT, DISABLED, DELETION, IMPORT]),
    (Op::PrepareImport,     [ADMIT, ADMIT,    ADMIT,    ADMIT]),
    (Op::ImportMaterial,    [ADMIT, ADMIT,    MOVE,     ADMIT]),
    (Op::DeleteMaterial,    [ADMIT, ADMIT,    ADMIT,    ADMIT]),
    (Op::CreateVersion,     [ADMIT, DISABLED, DELETION, IMPORT]), // section 8.16: Enabled only
    (Op::ReadPublicKey,     [ADMIT, ADMIT,    ADMIT,    IMPORT]), // as DescribeKey: it is public
    (Op::Sign,              [ADMIT, DISABLED, DELETION, IMPORT]), // as Encrypt
    (Op::Verify,            [ADMIT, DISABLED, DELETION, IMPORT]), // as Decrypt
    (Op::EncryptToPair,     [ADMIT, DISABLED, DELETION, IMPORT]), // as Encrypt
    (Op::DecryptByPair,     [ADMIT, DISABLED, DELETION, IMPORT]), // as Decrypt
    (Op::ChangePolicy,      [ADMIT, ADMIT,    DELETION, ADMIT]), // as UpdateKeyDescription
    (Op::ReadPolicy,        [ADMIT, ADMIT,    ADMIT,    ADMIT]), // as DescribeKey
];

/// Every row stands where its operation looks for it.
const _: () = {
    let mut at = 0;
    while at < KEYS.len() {
        assert!(KEYS[at].0 as usize == at);
        at += 1;
    }
};

/// What an operation on a key in this state is refused with.
pub(super) fn of_key(operation: Op, state: KeyState) -> Cell {
    let column = match state {
        KeyState::Enabled => 0,
        KeyState::Disabled => 1,
        KeyState::PendingDeletion => 2,
        KeyState::PendingImport => 3,
    };
    KEYS[operation as usize].1[column]
}

/// The statuses of certificates and operations. Section 10.5 says that a revoked one only verifies; the rest goes by what
/// keys do in their states, and no source names other codes.
#[rustfmt::skip]
const CERTIFICATES: [(CertificateOperation, [Cell; 4]); 12] = [
    //                                  PENDING  INACTIVE   ACTIVE  REVOKED
    (CertificateOperation::Look,       [ADMIT,  ADMIT,    ADMIT, ADMIT]),
    (CertificateOperation::Upload,     [ADMIT,  MOVE,     MOVE,  MOVE]),
    (CertificateOperation::Activate,   [MOVE,   ADMIT,    ADMIT, MOVE]),
    (CertificateOperation::Deactivate, [MOVE,   ADMIT,    ADMIT, MOVE]),
    (CertificateOperation::Revoke,     [MOVE,   ADMIT,    ADMIT, ADMIT]),
    (CertificateOperation::Delete,     [ADMIT,  ADMIT,    ADMIT, ADMIT]),
    (CertificateOperation::Sign,       [IMPORT, DISABLED, ADMIT, UNAVAILABLE]),
    (CertificateOperation::Verify,     [IMPORT, DISABLED, ADMIT, ADMIT]),
    (CertificateOperation::Encrypt,    [IMPORT, DISABLED, ADMIT, UNAVAILABLE]),
    (CertificateOperation::Decrypt,    [IMPORT, DISABLED, ADMIT, UNAVAILABLE]),
    (CertificateOperation::Tag,        [ADMIT,  ADMIT,    ADMIT, ADMIT]),
    (CertificateOperation::Untag,      [ADMIT,  ADMIT,    ADMIT, ADMIT]),
];

/// Here too every row stands where its operation looks for it.
const _: () = {
    let mut at = 0;
    while at < CERTIFICATES.len() {
        assert!(CERTIFICATES[at].0 as usize == at);
        at += 1;
    }
};

/// What an operation on a certificate of this status is refused with.
pub(super) fn of_certificate(operation: CertificateOperation, status: CertificateStatus) -> Cell {
    let column = match status {
        CertificateStatus::Pending => 0,
        CertificateStatus::Inactive => 1,
        CertificateStatus::Active => 2,
        CertificateStatus::Revoked => 3,
    };
    CERTIFICATES[operation as usize].1[column]
}

/// The services that documents and real clients name as owners of a key: configuration management, disks, Nacos and other
/// registries, objects, databases, secrets. Any other word is a typing error, and has to show.
const SERVICES: &[&str] = &["acm", "ecs", "mse", "oss", "rds", "secretsmanager"];

/// The service that an alias is of, `alias/acs/<service>`.
pub(super) fn service(name: &AliasName) -> Option<&str> {
    name.as_str().strip_prefix("alias/acs/").filter(|service| SERVICES.contains(service))
}

/// `alias/acs` opens no alias of a user's.
pub(super) fn reserved(name: &AliasName) -> bool {
    name.as_str().starts_with("alias/acs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn service_aliases_are_told_from_users() {
        let alias = |text| AliasName::parse(text).unwrap();
        assert_eq!(service(&alias("alias/acs/mse")), Some("mse"));
        for other in
            ["alias/acs/mes", "alias/acs/MSE", "alias/acs/mse/b", "alias/acsx", "alias/mse"]
        {
            assert_eq!(service(&alias(other)), None, "{other}");
        }
        assert!(reserved(&alias("alias/acs/mse")) && reserved(&alias("alias/acsx")));
        assert!(!reserved(&alias("alias/ac")));
    }
}
