//! The table of actions. `hot` uses key material, `read` reads, `change` waits until a change is
//! durable.

use super::keys::{bindings, cipher, import, lifecycle, listing, pairs, quantum, rotation};
use super::wire::call::Call;
use super::{data_keys, profile, service, tag_service, white_box};
use crate::dialects::Actions;

#[rustfmt::skip]
pub(super) fn table() -> Actions<Call> {
    Actions::with(&profile::PARAM_STYLE)
        // Keys.
        .change("CreateKey",                 lifecycle::create)
        .read  ("DescribeKey",               listing::describe)
        .read  ("DescribeKeys",              listing::describe_all)
        .read  ("ListKeys",                  listing::list)
        .read  ("ListKeyDetail",             listing::list_detail)
        .change("UpdateAlias",               lifecycle::update_alias)
        .change("UpdateKeyDescription",      lifecycle::update_description)
        .change("EnableKey",                 lifecycle::enable)
        .change("EnableKeys",                lifecycle::enable_all)
        .change("DisableKey",                lifecycle::disable)
        .change("DisableKeys",               lifecycle::disable_all)
        .change("ArchiveKey",                lifecycle::archive)
        .change("CancelKeyArchive",          lifecycle::cancel_archive)
        .change("ScheduleKeyDeletion",       lifecycle::schedule_deletion)
        .change("CancelKeyDeletion",         lifecycle::cancel_deletion)
        .change("EnableKeyRotation",         rotation::enable)
        .change("DisableKeyRotation",        rotation::disable)
        .read  ("GetKeyRotationStatus",      rotation::status)
        .change("RotateKey",                 rotation::rotate)
        .change("GetParametersForImport",    import::parameters)
        .change("ImportKeyMaterial",         import::import_material)
        .change("DeleteImportedKeyMaterial", import::delete_material)
        .change("BindCloudResource",         bindings::bind)
        .change("UnbindCloudResource",       bindings::unbind)
        // Symmetric cryptography.
        .hot   ("Encrypt",                   cipher::encrypt)
        .hot   ("Decrypt",                   cipher::decrypt)
        .hot   ("ReEncrypt",                 cipher::re_encrypt)
        .change("GenerateDataKey",           cipher::generate_data_key)
        .hot   ("GenerateRandom",            cipher::generate_random)
        // Key pairs.
        .hot   ("GetPublicKey",              pairs::public_key)
        .hot   ("AsymmetricRsaDecrypt",      pairs::rsa_decrypt)
        .hot   ("AsymmetricSm2Decrypt",      pairs::sm2_decrypt)
        .hot   ("SignByAsymmetricKey",       pairs::sign)
        .hot   ("VerifyByAsymmetricKey",     pairs::verify)
        .hot   ("PostQuantumCryptoEncrypt",  quantum::encrypt)
        .hot   ("PostQuantumCryptoDecrypt",  quantum::decrypt)
        .hot   ("PostQuantumCryptoSign",     quantum::sign)
        .hot   ("PostQuantumCryptoVerify",   quantum::verify)
        // The service.
        .read  ("GetRegions",                service::regions)
        .read  ("GetServiceStatus",          service::status)
        .read  ("ListAlgorithms",            service::algorithms)
        // White-box keys.
        .change("CreateWhiteBoxKey",                   white_box::create)
        .read  ("DescribeWhiteBoxKey",                 white_box::describe)
        .read  ("DescribeWhiteBoxKeyDetails",          white_box::list)
        .read  ("DescribeWhiteBoxDecryptKey",          white_box::decrypt_key)
        .read  ("DescribeWhiteBoxServiceStatus",       white_box::service_status)
        .change("EnableWhiteBoxKey",                   white_box::enable)
        .change("EnableWhiteBoxKeys",                  white_box::enable_all)
        .change("DisableWhiteBoxKey",                  white_box::disable)
        .change("DisableWhiteBoxKeys",                 white_box::disable_all)
        .change("DeleteWhiteBoxKey",                   white_box::delete)
        .hot   ("EncryptByWhiteBox",                   white_box::encrypt)
        .change("OverwriteWhiteBoxDeviceFingerprints", white_box::overwrite_fingerprints)
        .read  ("DescribeWhiteBoxDeviceFingerprints",  white_box::fingerprints)
        // Hosted data keys.
        .change("ImportDataKey",            data_keys::lifecycle::import)
        .hot   ("GetDataKeyPlaintext",      data_keys::lifecycle::plaintext)
        .read  ("GetDataKeyCiphertextBlob", data_keys::lifecycle::ciphertext)
        .read  ("DescribeDataKey",          data_keys::listing::describe)
        .read  ("DescribeDataKeys",         data_keys::listing::describe_all)
        .read  ("ListDataKeys",             data_keys::listing::list)
        .read  ("ListDataKeyDetail",        data_keys::listing::list_detail)
        .change("EnableDataKey",            data_keys::lifecycle::enable)
        .change("EnableDataKeys",           data_keys::lifecycle::enable_all)
        .change("DisableDataKey",           data_keys::lifecycle::disable)
        .change("DisableDataKeys",          data_keys::lifecycle::disable_all)
        .change("ScheduleDataKeyDeletion",  data_keys::lifecycle::schedule_deletion)
        .change("CancelDataKeyDeletion",    data_keys::lifecycle::cancel_deletion)
        .change("UpdateDataKeyName",        data_keys::lifecycle::rename)
        .change("UpdateDataKeyDescription", data_keys::lifecycle::update_description)
        // The tag service.
        .read  ("DescribeResourceTagsByResourceIds", tag_service::by_resources)
        .change("ModifyResourceTags",                tag_service::modify)
}
