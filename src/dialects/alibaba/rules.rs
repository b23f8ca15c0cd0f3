//! The rules for the engine, and which operation is allowed in which state. For keys: chapter 2 of
//! the API document, "Impact of CMK status on API operations". Operations that the table lacks
//! follow the closest row, which a comment names. Certificates have a table too.

use std::time::Duration;

use super::names::{self, is_alias, is_secret_name};
use super::secrets::types::{CURRENT, PREVIOUS};
use super::secrets::{rotation as secret_rotation, types as secret_types};
use super::{applications, codes, limits, words};
use crate::dialects::Code;
use crate::engine::{
    AliasRules, CertificateOperation, CertificateRules, ImportRules, InstanceRules, KeyRules,
    ManagedDataKeyRules, NameRule, Operation, PairRules, Rules, SecretRules,
};
use crate::model::{AliasName, CertificateStatus, KeyState, KeyUsage, Lifecycle};

use Operation as Op;

/// The rules for the engine.
pub(super) static RULES: Rules = Rules {
    keys: KeyRules {
        admits: |operation, state| of_key(operation, state).is_none(),
        for_users: &[],
        new_id: |entropy, _| entropy.uuid().into(),
        specs: |spec| words::spec_word(spec).is_some(),
        usages: &[KeyUsage::EncryptDecrypt, KeyUsage::SignVerify, KeyUsage::GenerateVerifyMac],
        restored: Lifecycle::Enabled,
        rotation_spacing: None,
        bindings: 0,
    },
    // Sections 8.16 and 8.2.
    pairs: Some(PairRules { versions: 50, spacing: Duration::from_hours(7 * 24) }),
    aliases: Some(AliasRules {
        names: NameRule {
            accepts: is_alias,
            form: "an alias: alias/ and then letters, digits, /, _ and -",
        },
        reserved,
        service,
        one_per_key: false,
        own_name: false,
    }),
    tags: limits::TAGS_MAX,
    imports: Some(ImportRules { token_life: Duration::from_hours(24), enables: false }),
    secrets: Some(SecretRules {
        names: NameRule {
            accepts: is_secret_name,
            form: "a secret's name: 1 to 192 letters, digits and _/+=.@-",
        },
        alias: || AliasName::parse("alias/acs/secretsmanager"),
        fits: secret_types::fits,
        current: CURRENT,
        previous: PREVIOUS,
        stages_per_version: limits::STAGES_MAX,
        // Sections 9.6 and 9.12.
        versions: 10,
        rotations_per_hour: 50,
        renew: secret_rotation::renew,
        renewal_is_slow: secret_types::renewal_is_slow,
    }),
    certificates: Some(CertificateRules {
        admits: |operation, status| of_certificate(operation, status).is_none(),
    }),
    white_box_keys: None,
    data_keys: None,
    grants: None,
    key_stores: None,
    keyspaces: None,
    applications: Some(applications::RULES),
    instances: Some(InstanceRules { new_id: names::new_instance_id }),
    managed_data_keys: Some(ManagedDataKeyRules {
        names: NameRule {
            accepts: names::is_data_key_name,
            form: "a managed data key's name: 1 to 164 letters, digits and _/+=.@-",
        },
        new_version_id: names::new_data_key_version_id,
        len: limits::MANAGED_DATA_KEY_LEN,
        versions: limits::MANAGED_DATA_KEY_VERSIONS_MAX,
    }),
};

/// The refusal of an operation in a state; `None` if the state allows it.
type Cell = Option<&'static Code>;

const ADMIT: Cell = None;
const DISABLED: Cell = Some(codes::REJECTED_DISABLED);
const DELETION: Cell = Some(codes::REJECTED_PENDING_DELETION);
const IMPORT: Cell = Some(codes::REJECTED_PENDING_IMPORT);
const UNAVAILABLE: Cell = Some(codes::REJECTED_UNAVAILABLE);
/// The state cannot be changed this way.
const MOVE: Cell = Some(codes::REJECTED_STATE_MODIFIED_FAILED);

#[rustfmt::skip]
const KEYS: [(Op, [Cell; 4]); 33] = [
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
    (Op::GenerateMac,       [ADMIT, DISABLED, DELETION, IMPORT]), // as Encrypt
    (Op::VerifyMac,         [ADMIT, DISABLED, DELETION, IMPORT]), // as Decrypt
];

/// The refusal of an operation on a key in this state. Operations without a row come from no
/// action.
pub(super) fn of_key(operation: Op, state: KeyState) -> Cell {
    let column = match state {
        KeyState::Enabled => 0,
        KeyState::Disabled => 1,
        KeyState::PendingDeletion => 2,
        KeyState::PendingImport => 3,
        // No action archives a key.
        KeyState::Archived => return UNAVAILABLE,
    };
    KEYS.iter().find(|row| row.0 == operation).map_or(UNAVAILABLE, |row| row.1[column])
}

/// Operations on certificates by status. Section 10.5 says that a revoked one only verifies. The
/// rest follows the corresponding states of keys; no source names other codes.
#[rustfmt::skip]
const CERTIFICATES: [(CertificateOperation, [Cell; 4]); 12] = [
    //                                  PENDING  INACTIVE   ACTIVE  REVOKED
    (CertificateOperation::Describe,   [ADMIT,  ADMIT,    ADMIT, ADMIT]),
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

/// Rows are indexed by operation, so their order must match.
const _: () = {
    let mut at = 0;
    while at < CERTIFICATES.len() {
        assert!(CERTIFICATES[at].0 as usize == at);
        at += 1;
    }
};

/// The refusal of an operation on a certificate with this status.
pub(super) fn of_certificate(operation: CertificateOperation, status: CertificateStatus) -> Cell {
    let column = match status {
        CertificateStatus::Pending => 0,
        CertificateStatus::Inactive => 1,
        CertificateStatus::Active => 2,
        CertificateStatus::Revoked => 3,
    };
    CERTIFICATES[operation as usize].1[column]
}

/// The services that documents and real clients name as owners of a key: configuration management,
/// disks, Nacos and other registries, objects, databases, secrets. Other names are treated as
/// typing errors and refused.
const SERVICES: &[&str] = &["acm", "ecs", "mse", "oss", "rds", "secretsmanager"];

/// The service of an alias `alias/acs/<service>`.
pub(super) fn service(name: &AliasName) -> Option<&str> {
    name.as_str().strip_prefix("alias/acs/").filter(|service| SERVICES.contains(service))
}

/// Users cannot create aliases that begin with `alias/acs`.
pub(super) fn reserved(name: &AliasName) -> bool {
    name.as_str().starts_with("alias/acs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn service_aliases_differ_from_user_aliases() {
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
