//! What each action needs: which action on which resource policies must allow. `resources.rs` finds
//! the resources of a request from its parameters. Who may do that is decided in `ram/` for users,
//! and in `applications/` for applications.

mod resources;

use crate::dialects::alibaba::dedicated;
pub(super) use resources::{About, Needed, NeededAction, needed};

/// What an action needs. Without another name, the action in policies has the name that it has on
/// the wire, and is needed on each of these resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// Nothing.
    Nothing,
    /// The whole account.
    Account,
    /// A container, such as `key`.
    Container(&'static str),
    /// The item of a container that a parameter names.
    Item(&'static str, &'static str),
    /// The same, or the container if the parameter is absent.
    ItemOrContainer(&'static str, &'static str),
    /// The key that a parameter names.
    Key(&'static str),
    /// The key of `CiphertextBlob`.
    KeyOfCiphertext,
    /// `ReEncryptFrom` on the key of the ciphertext, `ReEncryptTo` on `DestinationKeyId`.
    ReEncryption,
    /// `AliasName` and `KeyId`.
    AliasAndKey,
    /// `AliasName` and its key.
    AliasAndItsKey,
    /// The container of secrets, and `GenerateDataKey` on `EncryptionKeyId`.
    NewSecret,
    /// `SecretName`.
    Secret,
    /// The same, and another action on the secret's key, if its owner chose that.
    SecretAnd(&'static str),
    /// `GetSecretValue` on each secret of `SecretsList`, and `Decrypt` on their keys.
    SecretsList,
    /// The key, secret or certificate that one of three parameters names.
    Tagged,
    /// The resources `ResourceId.N`.
    TaggedList,
    /// The same, or the container if there are none.
    TaggedListOrContainer,
    /// The key or instance that one of three parameters names.
    Protected,
    /// The key that `KeyId` names, or that has the version which a header of the dedicated gateway
    /// names.
    KeyOrVersion,
    /// The key of `CiphertextBlob`, which may have the container of the dedicated gateway.
    KeyOfContainer,
}

#[rustfmt::skip]
const TABLE: &[(Needs, &[&str])] = &[
    (Needs::Nothing, &["DescribeRegions", "GetRandomPassword"]),
    (Needs::Account, &["OpenKmsService", "DescribeAccountKmsStatus", "GetChallenge"]),
    (Needs::Container("key"), &["CreateKey", "ListKeys"]),
    (Needs::Key("KeyId"), &[
        "DescribeKey", "UpdateKeyDescription", "EnableKey", "DisableKey", "ScheduleKeyDeletion",
        "CancelKeyDeletion", "DescribeKeyVersion", "ListKeyVersions", "CreateKeyVersion",
        "UpdateRotationPolicy", "GetParametersForImport", "ImportKeyMaterial", "DeleteKeyMaterial",
        "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "GenerateAndExportDataKey",
        "AsymmetricSign", "AsymmetricVerify", "AsymmetricEncrypt", "AsymmetricDecrypt",
        "GetPublicKey", "GenerateMac", "VerifyMac", "ListAliasesByKeyId", "SetKeyPolicy",
        "GetKeyPolicy", "ListResourceTags",
    ]),
    (Needs::KeyOfCiphertext, &["Decrypt", "ExportDataKey"]),
    (Needs::ReEncryption, &["ReEncrypt"]),
    (Needs::Protected, &["SetDeletionProtection"]),
    (Needs::Container("alias"), &["ListAliases"]),
    (Needs::AliasAndKey, &["CreateAlias", "UpdateAlias"]),
    (Needs::AliasAndItsKey, &["DeleteAlias"]),
    (Needs::Container("secret"), &["ListSecrets"]),
    (Needs::NewSecret, &["CreateSecret"]),
    (Needs::Secret, &[
        "DescribeSecret", "UpdateSecret", "DeleteSecret", "RestoreSecret", "RotateSecret",
        "UpdateSecretVersionStage", "ListSecretVersionIds", "UpdateSecretRotationPolicy",
        "SetSecretPolicy", "GetSecretPolicy",
    ]),
    (Needs::SecretAnd("Decrypt"), &["GetSecretValue"]),
    (Needs::SecretAnd("GenerateDataKey"), &["PutSecretValue"]),
    (Needs::SecretsList, &["BatchGetSecretValue"]),
    (Needs::Container("certificate"), &["CreateCertificate"]),
    (Needs::Item("certificate", "CertificateId"), &[
        "UploadCertificate", "GetCertificate", "DescribeCertificate", "UpdateCertificateStatus",
        "DeleteCertificate", "CertificatePrivateKeySign", "CertificatePublicKeyVerify",
        "CertificatePublicKeyEncrypt", "CertificatePrivateKeyDecrypt",
    ]),
    (Needs::Tagged, &["TagResource", "UntagResource"]),
    (Needs::TaggedList, &["TagResources", "UntagResources"]),
    (Needs::TaggedListOrContainer, &["ListTagResources"]),
    (Needs::Item("manageddatakey", "DataKeyName"), &[
        "GetManagedDataKey", "ListManagedDataKeyVersions",
    ]),
    // Applications.
    (Needs::Container("applicationaccesspoint"), &[
        "CreateApplicationAccessPoint", "ListApplicationAccessPoints",
    ]),
    (Needs::Item("applicationaccesspoint", "Name"), &[
        "DescribeApplicationAccessPoint", "UpdateApplicationAccessPoint",
        "DeleteApplicationAccessPoint",
    ]),
    (Needs::Container("policy"), &["CreatePolicy", "ListPolicies"]),
    (Needs::Item("policy", "Name"), &["DescribePolicy", "UpdatePolicy", "DeletePolicy"]),
    (Needs::Container("network"), &["CreateNetworkRule", "ListNetworkRules"]),
    (Needs::Item("network", "Name"), &[
        "DescribeNetworkRule", "UpdateNetworkRule", "DeleteNetworkRule",
    ]),
    (Needs::Item("applicationaccesspoint", "AapName"), &["CreateClientKey"]),
    (Needs::ItemOrContainer("applicationaccesspoint", "AapName"), &["ListClientKeys"]),
    (Needs::Item("clientkey", "ClientKeyId"), &["GetClientKey", "DeleteClientKey"]),
    // Instances.
    (Needs::Container("keystore"), &["ListKmsInstances", "GetDefaultKmsInstance"]),
    (Needs::Item("keystore", "KmsInstanceId"), &[
        "GetKmsInstance", "ConnectKmsInstance", "UpdateKmsInstance", "UpdateKmsInstanceBindVpc",
        "ReleaseKmsInstance",
    ]),
    (Needs::ItemOrContainer("keystore", "KmsInstanceId"), &["GetKmsInstanceQuotaInfos"]),
];

/// The actions of the dedicated gateway's own wire.
#[rustfmt::skip]
const DEDICATED: &[(Needs, &[&str])] = &[
    (Needs::Nothing, &["GenerateRandom", "Hash"]),
    (Needs::KeyOrVersion, &[
        "Encrypt", "Decrypt", "AdvanceEncrypt", "KmsEncrypt", "GenerateDataKey",
        "AdvanceGenerateDataKey", "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext",
        "AdvanceGenerateDataKeyPair", "AdvanceGenerateDataKeyPairWithoutPlaintext", "Sign",
        "Verify", "GetPublicKey", "Hmac",
    ]),
    (Needs::KeyOfContainer, &["AdvanceDecrypt", "KmsDecrypt"]),
    (Needs::SecretAnd("Decrypt"), &["GetSecretValue"]),
];

/// What an action needs, and its name without a lifetime and without its wire.
pub(super) fn of_action(action: &str) -> Option<(Needs, &'static str)> {
    let (table, action) = match action.strip_prefix(dedicated::request::PREFIX) {
        Some(api) => (DEDICATED, api),
        None => (TABLE, action),
    };
    let named = |(needs, actions): &(Needs, &'static [&'static str])| {
        let name = actions.iter().copied().find(|it| *it == action)?;
        Some((*needs, name))
    };
    table.iter().find_map(named)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_action_of_each_wire_is_listed_once() {
        for (wire, table) in [("", TABLE), (dedicated::request::PREFIX, DEDICATED)] {
            let all: Vec<_> = table.iter().flat_map(|(_, actions)| *actions).collect();
            let listed: BTreeSet<_> = all.iter().collect();
            assert_eq!(listed.len(), all.len());
            assert!(all.iter().all(|action| of_action(&[wire, action].concat()).is_some()));
        }
        assert_eq!((of_action("Nothing"), of_action("dedicated/CreateKey")), (None, None));
    }
}
