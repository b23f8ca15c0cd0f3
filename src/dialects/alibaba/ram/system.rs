//! The service's own policies, by name. Only the statement of `AliyunKMSSecretUserAccess` is
//! documented; the others allow what their names say.

use serde_json::{Value, json};

use super::document::VERSION;

/// Their names.
pub(super) const NAMES: &[&str] = &[
    "AdministratorAccess",
    "AliyunKMSFullAccess",
    "AliyunKMSReadOnlyAccess",
    "AliyunKMSCryptoAdminAccess",
    "AliyunKMSCryptoUserAccess",
    "AliyunKMSSecretAdminAccess",
    "AliyunKMSSecretUserAccess",
];

/// What reads, and shows no secret.
const READING: &[&str] = &[
    "kms:Describe*",
    "kms:List*",
    "kms:GetPublicKey",
    "kms:GetKeyPolicy",
    "kms:GetSecretPolicy",
    "kms:GetCertificate",
    "kms:GetClientKey",
    "kms:GetKmsInstance*",
    "kms:GetDefaultKmsInstance",
];
/// What manages keys and aliases, and uses none.
const MANAGING_KEYS: &[&str] = &[
    "kms:Describe*",
    "kms:List*",
    "kms:CreateKey*",
    "kms:*Alias",
    "kms:EnableKey",
    "kms:DisableKey",
    "kms:UpdateKeyDescription",
    "kms:UpdateRotationPolicy",
    "kms:SetDeletionProtection",
    "kms:SetKeyPolicy",
    "kms:GetKeyPolicy",
    "kms:GetParametersForImport",
    "kms:ImportKeyMaterial",
    "kms:DeleteKeyMaterial",
    "kms:ScheduleKeyDeletion",
    "kms:CancelKeyDeletion",
    "kms:TagResource*",
    "kms:UntagResource*",
];
/// What uses keys.
const USING_KEYS: &[&str] = &[
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncrypt*",
    "kms:GenerateDataKey*",
    "kms:GenerateAndExportDataKey",
    "kms:ExportDataKey",
    "kms:Asymmetric*",
    "kms:GetPublicKey",
    "kms:GenerateMac",
    "kms:VerifyMac",
    "kms:DescribeKey",
    "kms:DescribeKeyVersion",
    "kms:ListKeyVersions",
    "kms:ListAliasesByKeyId",
];
/// What manages secrets, and shows no value.
const MANAGING_SECRETS: &[&str] = &[
    "kms:CreateSecret",
    "kms:DescribeSecret",
    "kms:ListSecret*",
    "kms:UpdateSecret*",
    "kms:DeleteSecret",
    "kms:RestoreSecret",
    "kms:RotateSecret",
    "kms:PutSecretValue",
    "kms:SetSecretPolicy",
    "kms:GetSecretPolicy",
    "kms:TagResource*",
    "kms:UntagResource*",
    "kms:ListTagResources",
];
const USING_SECRETS: &[&str] =
    &["kms:GetSecretValue", "kms:DescribeSecret", "kms:ListSecretVersionIds"];

const KEYS: &[&str] =
    &["acs:kms:*:*:key", "acs:kms:*:*:key/*", "acs:kms:*:*:alias", "acs:kms:*:*:alias/*"];
const SECRETS: &[&str] = &["acs:kms:*:*:secret", "acs:kms:*:*:secret/*"];

/// The document of the policy with this name.
pub(super) fn document(name: &str) -> Option<Value> {
    let everywhere: &[&str] = &["*"];
    let (actions, resources) = match name {
        "AdministratorAccess" => (everywhere, everywhere),
        "AliyunKMSFullAccess" => (&["kms:*"][..], everywhere),
        "AliyunKMSReadOnlyAccess" => (READING, everywhere),
        "AliyunKMSCryptoAdminAccess" => (MANAGING_KEYS, KEYS),
        "AliyunKMSCryptoUserAccess" => (USING_KEYS, KEYS),
        "AliyunKMSSecretAdminAccess" => (MANAGING_SECRETS, SECRETS),
        "AliyunKMSSecretUserAccess" => (USING_SECRETS, everywhere),
        _ => return None,
    };
    let statement = json!({ "Effect": "Allow", "Action": actions, "Resource": resources });
    Some(json!({ "Version": VERSION, "Statement": [statement] }))
}

#[cfg(test)]
mod tests {
    use super::super::document::{Document, Holder};
    use super::*;

    #[test]
    fn every_policy_is_a_document() {
        for name in NAMES {
            let document = document(name).unwrap();
            assert!(Document::read(&document, Holder::Identity).is_ok(), "{name}");
        }
        assert!(document("AliyunECSFullAccess").is_none());
    }
}
