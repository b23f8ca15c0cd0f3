//! The table of key states and operations: chapter 2 of the API document, "Impact of CMK status on API
//! operations". Rows that it lacks follow their closest relative and say so. And the same of certificates.

use std::time::Duration;

use super::secret_rotation;
use super::secret_types::{self, CURRENT, PREVIOUS};
use crate::algorithms::specs::Form;
use crate::engine::{CertificateOperation, Operation, Rules, Verdict};
use crate::model::{AliasName, CertificateStatus, KeyState};

use Operation as Op;
use Verdict::{Admit, RefuseMove, RefuseState};

/// The rules, for the engine: the table of states, the limits, and how secrets are renewed.
pub(super) static RULES: Rules = Rules {
    verdict,
    key_id: |entropy| entropy.uuid().into(),
    certificate_verdict,
    reserved,
    service,
    tags_per_key: TAGS_MAX,
    // Sections 8.16 and 8.2.
    versions_per_pair: 50,
    version_spacing: Duration::from_hours(7 * 24),
    import_token_life: Duration::from_hours(24),
    secrets_alias: || AliasName::parse("alias/acs/secretsmanager"),
    secret_fits: secret_types::fits,
    stages: STAGES,
    stages_per_version: STAGES_MAX,
    // Sections 9.6 and 9.12.
    versions_per_secret: 10,
    rotations_per_hour: 50,
    renew: secret_rotation::renew,
    renews_slowly: secret_types::renews_slowly,
};

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
/// The stages of the current version, and of the one before.
pub(super) const STAGES: (&str, &str) = (CURRENT, PREVIOUS);

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

struct Row(Op, [Verdict; 4]);

#[rustfmt::skip]
const TABLE: [Row; 36] = [
    //                                         Enabled     Disabled     PendingDeletion  PendingImport
    Row(Op::GenerateDataKey,                 [Admit,      RefuseState, RefuseState,     RefuseState]),
    Row(Op::GenerateDataKeyWithoutPlaintext, [Admit,      RefuseState, RefuseState,     RefuseState]),
    Row(Op::Encrypt,                         [Admit,      RefuseState, RefuseState,     RefuseState]),
    Row(Op::Decrypt,                         [Admit,      RefuseState, RefuseState,     RefuseState]),
    Row(Op::ReEncryptSource,                 [Admit,      RefuseState, RefuseState,     RefuseState]), // as Decrypt
    Row(Op::ReEncryptDestination,            [Admit,      RefuseState, RefuseState,     RefuseState]), // as Encrypt
    Row(Op::Describe,                        [Admit,      Admit,       Admit,           Admit]),
    Row(Op::UpdateDescription,               [Admit,      Admit,       RefuseState,     Admit]),
    Row(Op::Enable,                          [Admit,      Admit,       RefuseMove,      RefuseMove]),
    Row(Op::Disable,                         [Admit,      Admit,       RefuseMove,      RefuseMove]),
    Row(Op::ScheduleDeletion,                [Admit,      Admit,       RefuseMove,      Admit]),
    Row(Op::CancelDeletion,                  [RefuseMove, RefuseMove,  Admit,           RefuseMove]),
    Row(Op::ProtectDeletion,                 [Admit,      Admit,       RefuseMove,      Admit]), // as ScheduleKeyDeletion
    Row(Op::CreateAlias,                     [Admit,      Admit,       RefuseMove,      Admit]),
    Row(Op::UpdateAlias,                     [Admit,      Admit,       RefuseState,     Admit]),
    Row(Op::DeleteAlias,                     [Admit,      Admit,       Admit,           Admit]),
    Row(Op::ListAliases,                     [Admit,      Admit,       Admit,           Admit]), // as ListAliases, which names no key
    Row(Op::Tag,                             [Admit,      Admit,       RefuseState,     Admit]),
    Row(Op::Untag,                           [Admit,      Admit,       RefuseState,     Admit]),
    Row(Op::ListTags,                        [Admit,      Admit,       Admit,           Admit]),
    Row(Op::DescribeVersion,                 [Admit,      Admit,       Admit,           Admit]),
    Row(Op::ListVersions,                    [Admit,      Admit,       Admit,           Admit]),
    Row(Op::UpdateRotation,                  [Admit,      RefuseState, RefuseState,     RefuseState]),
    Row(Op::GetImportParameters,             [Admit,      Admit,       Admit,           Admit]),
    Row(Op::ImportMaterial,                  [Admit,      Admit,       RefuseMove,      Admit]),
    Row(Op::DeleteMaterial,                  [Admit,      Admit,       Admit,           Admit]),
    Row(Op::CreateVersion,                   [Admit,      RefuseState, RefuseState,     RefuseState]), // section 8.16: Enabled only
    Row(Op::GetPublicKey,                    [Admit,      Admit,       Admit,           RefuseState]), // as DescribeKey: it is public
    Row(Op::Sign,                            [Admit,      RefuseState, RefuseState,     RefuseState]), // as Encrypt
    Row(Op::Verify,                          [Admit,      RefuseState, RefuseState,     RefuseState]), // as Decrypt
    Row(Op::EncryptToPair,                   [Admit,      RefuseState, RefuseState,     RefuseState]), // as Encrypt
    Row(Op::DecryptByPair,                   [Admit,      RefuseState, RefuseState,     RefuseState]), // as Decrypt
    Row(Op::ExportDataKey,                   [Admit,      RefuseState, RefuseState,     RefuseState]), // as Decrypt
    Row(Op::GenerateAndExportDataKey,        [Admit,      RefuseState, RefuseState,     RefuseState]), // as GenerateDataKey
    Row(Op::SetPolicy,                       [Admit,      Admit,       RefuseState,     Admit]), // as UpdateKeyDescription
    Row(Op::GetPolicy,                       [Admit,      Admit,       Admit,           Admit]), // as DescribeKey
];

/// Every row stands where its operation looks for it.
const _: () = {
    let mut at = 0;
    while at < TABLE.len() {
        assert!(TABLE[at].0 as usize == at);
        at += 1;
    }
};

pub(super) fn verdict(operation: Op, state: KeyState) -> Verdict {
    let column = match state {
        KeyState::Enabled => 0,
        KeyState::Disabled => 1,
        KeyState::PendingDeletion => 2,
        KeyState::PendingImport => 3,
    };
    TABLE[operation as usize].1[column]
}

/// The statuses of certificates and operations. Section 10.5 says that a revoked one only verifies; the rest goes by what
/// keys do in their states.
#[rustfmt::skip]
const CERTIFICATES: [(CertificateOperation, [Verdict; 4]); 12] = [
    //                                   PENDING      INACTIVE     ACTIVE      REVOKED
    (CertificateOperation::Look,       [Admit,       Admit,       Admit,      Admit]),
    (CertificateOperation::Upload,     [Admit,       RefuseMove,  RefuseMove, RefuseMove]),
    (CertificateOperation::Activate,   [RefuseMove,  Admit,       Admit,      RefuseMove]),
    (CertificateOperation::Deactivate, [RefuseMove,  Admit,       Admit,      RefuseMove]),
    (CertificateOperation::Revoke,     [RefuseMove,  Admit,       Admit,      Admit]),
    (CertificateOperation::Delete,     [Admit,       Admit,       Admit,      Admit]),
    (CertificateOperation::Sign,       [RefuseState, RefuseState, Admit,      RefuseState]),
    (CertificateOperation::Verify,     [RefuseState, RefuseState, Admit,      Admit]),
    (CertificateOperation::Encrypt,    [RefuseState, RefuseState, Admit,      RefuseState]),
    (CertificateOperation::Decrypt,    [RefuseState, RefuseState, Admit,      RefuseState]),
    (CertificateOperation::Tag,        [Admit,       Admit,       Admit,      Admit]),
    (CertificateOperation::Untag,      [Admit,       Admit,       Admit,      Admit]),
];

/// Here too every row stands where its operation looks for it.
const _: () = {
    let mut at = 0;
    while at < CERTIFICATES.len() {
        assert!(CERTIFICATES[at].0 as usize == at);
        at += 1;
    }
};

pub(super) fn certificate_verdict(
    operation: CertificateOperation,
    status: CertificateStatus,
) -> Verdict {
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
