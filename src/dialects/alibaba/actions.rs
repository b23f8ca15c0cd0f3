//! The table of actions. `hot` uses key material, `read` reads, `change` waits until a change is
//! durable.

use axum::http::Method;

use super::applications::{
    access_points, client_keys, network_rules, policies as application_policies,
};
use super::certificates::{
    lifecycle as certificates, metadata as certificate_metadata, usage as certificate_use,
};
use super::instances::{lifecycle as instances, metadata as instance_metadata};
use super::keys::{aliases, asymmetric, cipher, export, import, lifecycle as keys, mac, versions};
use super::secrets::{
    lifecycle as secrets, metadata as secret_metadata, rotation as secret_rotation,
    values as secret_values,
};
use super::wire::call::Call;
use super::{account, challenge, dedicated, managed_data_keys, policies, profile, tags};
use crate::dialects::Actions;

#[rustfmt::skip]
#[expect(clippy::too_many_lines, reason = "a table, row by row")]
pub(super) fn table() -> Actions<Call> {
    Actions::with(&profile::PARAM_STYLE)
        .change("CreateKey",                       keys::create)
        .read  ("DescribeKey",                     keys::describe)
        .read  ("ListKeys",                        keys::list)
        .change("UpdateKeyDescription",            keys::update_description)
        .change("EnableKey",                       keys::enable)
        .change("DisableKey",                      keys::disable)
        .change("ScheduleKeyDeletion",             keys::schedule_deletion)
        .change("CancelKeyDeletion",               keys::cancel_deletion)
        .change("SetDeletionProtection",           keys::set_deletion_protection)
        .read  ("DescribeKeyVersion",              versions::describe)
        .read  ("ListKeyVersions",                 versions::list)
        .change("CreateKeyVersion",                versions::create)
        .change("UpdateRotationPolicy",            versions::update_rotation)
        .change("GetParametersForImport",          import::get_parameters)
        .change("ImportKeyMaterial",               import::import)
        .change("DeleteKeyMaterial",               import::delete)
        .hot   ("Encrypt",                         cipher::encrypt)
        .hot   ("Decrypt",                         cipher::decrypt)
        .hot   ("GenerateDataKey",                 cipher::generate_data_key)
        .hot   ("GenerateDataKeyWithoutPlaintext", cipher::generate_data_key_without_plaintext)
        .hot   ("ReEncrypt",                       cipher::re_encrypt)
        .hot   ("ExportDataKey",                   export::export_data_key)
        .hot   ("GenerateAndExportDataKey",        export::generate_and_export_data_key)
        .hot   ("AsymmetricSign",                  asymmetric::sign)
        .hot   ("AsymmetricVerify",                asymmetric::verify)
        .hot   ("AsymmetricEncrypt",               asymmetric::encrypt)
        .hot   ("AsymmetricDecrypt",               asymmetric::decrypt)
        .hot   ("GetPublicKey",                    asymmetric::public_key)
        .hot   ("GenerateMac",                     mac::generate)
        .hot   ("VerifyMac",                       mac::verify)
        .change("CreateAlias",                     aliases::create)
        .change("UpdateAlias",                     aliases::update)
        .change("DeleteAlias",                     aliases::delete)
        .read  ("ListAliases",                     aliases::list)
        .read  ("ListAliasesByKeyId",              aliases::list_by_key)
        .change("CreateSecret",                    secrets::create)
        .read  ("DescribeSecret",                  secret_metadata::describe)
        .read  ("ListSecrets",                     secret_metadata::list)
        .change("UpdateSecret",                    secrets::update)
        .change("DeleteSecret",                    secrets::delete)
        .change("RestoreSecret",                   secrets::restore)
        .hot   ("GetSecretValue",                  secret_values::get)
        .hot   ("BatchGetSecretValue",             secret_values::batch)
        .change("PutSecretValue",                  secret_values::put)
        .change("UpdateSecretVersionStage",        secret_values::move_stage)
        .read  ("ListSecretVersionIds",            secret_values::list_versions)
        .change("RotateSecret",                    secret_rotation::rotate)
        .change("UpdateSecretRotationPolicy",      secret_rotation::update_policy)
        .read  ("GetRandomPassword",               secret_rotation::random_password)
        .change("SetKeyPolicy",                    policies::set_key_policy)
        .read  ("GetKeyPolicy",                    policies::get_key_policy)
        .change("SetSecretPolicy",                 policies::set_secret_policy)
        .read  ("GetSecretPolicy",                 policies::get_secret_policy)
        .change("CreateCertificate",               certificates::create)
        .change("UploadCertificate",               certificates::upload)
        .read  ("GetCertificate",                  certificates::get)
        .read  ("DescribeCertificate",             certificate_metadata::describe)
        .change("UpdateCertificateStatus",         certificates::update_status)
        .change("DeleteCertificate",               certificates::delete)
        .hot   ("CertificatePrivateKeySign",       certificate_use::sign)
        .hot   ("CertificatePublicKeyVerify",      certificate_use::verify)
        .hot   ("CertificatePublicKeyEncrypt",     certificate_use::encrypt)
        .hot   ("CertificatePrivateKeyDecrypt",    certificate_use::decrypt)
        .read  ("ListKmsInstances",                instance_metadata::list)
        .read  ("GetKmsInstance",                  instance_metadata::get)
        .read  ("GetDefaultKmsInstance",           instance_metadata::get_default)
        .read  ("GetKmsInstanceQuotaInfos",        instance_metadata::quotas)
        .change("ConnectKmsInstance",              instances::connect)
        .change("UpdateKmsInstanceBindVpc",        instances::bind)
        .change("UpdateKmsInstance",               instances::rename)
        .change("ReleaseKmsInstance",              instances::release)
        .change("TagResource",                     tags::tag_resource)
        .change("UntagResource",                   tags::untag_resource)
        .read  ("ListResourceTags",                tags::list_resource_tags)
        .change("TagResources",                    tags::tag_resources)
        .change("UntagResources",                  tags::untag_resources)
        .read  ("ListTagResources",                tags::list_tag_resources)
        .hot   ("GetManagedDataKey",               managed_data_keys::get)
        .read  ("ListManagedDataKeyVersions",      managed_data_keys::list_versions)
        .change("GetChallenge",                    challenge::get)
        .hot   ("dedicated/Encrypt",               dedicated::cipher::encrypt)
        .hot   ("dedicated/Decrypt",               dedicated::cipher::decrypt)
        .hot   ("dedicated/AdvanceEncrypt",        dedicated::cipher::advance_encrypt)
        .hot   ("dedicated/AdvanceDecrypt",        dedicated::cipher::advance_decrypt)
        .hot   ("dedicated/KmsEncrypt",            dedicated::cipher::kms_encrypt)
        .hot   ("dedicated/KmsDecrypt",            dedicated::cipher::kms_decrypt)
        .hot   ("dedicated/GenerateDataKey",       dedicated::data_keys::generate)
        .hot   ("dedicated/AdvanceGenerateDataKey", dedicated::data_keys::advance_generate)
        .change("dedicated/GenerateDataKeyPair",   dedicated::data_keys::generate_pair)
        .change("dedicated/GenerateDataKeyPairWithoutPlaintext", dedicated::data_keys::generate_pair_without_plaintext)
        .change("dedicated/AdvanceGenerateDataKeyPair", dedicated::data_keys::advance_generate_pair)
        .change("dedicated/AdvanceGenerateDataKeyPairWithoutPlaintext", dedicated::data_keys::advance_generate_pair_without_plaintext)
        .hot   ("dedicated/Sign",                  dedicated::pairs::sign)
        .hot   ("dedicated/Verify",                dedicated::pairs::verify)
        .hot   ("dedicated/GetPublicKey",          dedicated::pairs::public_key)
        .hot   ("dedicated/GenerateRandom",        dedicated::others::random)
        .hot   ("dedicated/Hash",                  dedicated::others::hash)
        .hot   ("dedicated/Hmac",                  dedicated::others::hmac)
        .hot   ("dedicated/GetSecretValue",        secret_values::get)
        .read  ("DescribeRegions",                 account::describe_regions)
        .change("OpenKmsService",                  account::open)
        .read  ("DescribeAccountKmsStatus",        account::describe_status)
        .change("CreateApplicationAccessPoint",    access_points::create)
        .read  ("DescribeApplicationAccessPoint",  access_points::describe)
        .change("UpdateApplicationAccessPoint",    access_points::update)
        .change("DeleteApplicationAccessPoint",    access_points::delete)
        .read  ("ListApplicationAccessPoints",     access_points::list)
        .change("CreatePolicy",                    application_policies::create)
        .read  ("DescribePolicy",                  application_policies::describe)
        .change("UpdatePolicy",                    application_policies::update)
        .change("DeletePolicy",                    application_policies::delete)
        .read  ("ListPolicies",                    application_policies::list)
        .change("CreateNetworkRule",               network_rules::create)
        .read  ("DescribeNetworkRule",             network_rules::describe)
        .change("UpdateNetworkRule",               network_rules::update)
        .change("DeleteNetworkRule",               network_rules::delete)
        .read  ("ListNetworkRules",                network_rules::list)
        .change("CreateClientKey",                 client_keys::create)
        .read  ("GetClientKey",                    client_keys::get)
        .change("DeleteClientKey",                 client_keys::delete)
        .read  ("ListClientKeys",                  client_keys::list)
}

/// The method of an action that has only one. The others take GET and POST.
pub(super) fn only_method(action: &str) -> Option<&'static Method> {
    match action {
        "ConnectKmsInstance" => Some(&Method::POST),
        _ => None,
    }
}
