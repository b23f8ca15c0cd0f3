//! The table of actions. `hot` uses key material, `read` reads, `change` waits until a change is
//! durable. `routes.rs` has their paths.

use super::iam::{self, temporary_keys, tokens};
use super::keys::{
    agreement, aliases, capsules, cipher, data_keys, datakey_pairs, import, lifecycle, listing,
    mac, reencrypt, rotation, sign,
};
use super::wire::call::Call;
use super::{access_points, grants, key_policies, key_stores, profile, regions, tags, versions};
use crate::dialects::Actions;

#[rustfmt::skip]
pub(super) fn table() -> Actions<Call> {
    Actions::with(&profile::PARAM_STYLE)
        // Keys.
        .change("CreateKey",                 lifecycle::create)
        .read  ("ListKeyDetail",             lifecycle::describe)
        .read  ("ListKeys",                  listing::list)
        .read  ("ShowUserInstances",         listing::count)
        .read  ("ShowUserQuotas",            listing::quotas)
        .change("EnableKey",                 lifecycle::enable)
        .change("DisableKey",                lifecycle::disable)
        .change("DeleteKey",                 lifecycle::schedule_deletion)
        .change("CancelKeyDeletion",         lifecycle::cancel_deletion)
        .change("UpdateKeyAlias",            lifecycle::update_alias)
        .change("UpdateKeyDescription",      lifecycle::update_description)
        // Rotation.
        .change("EnableKeyRotation",         rotation::enable)
        .change("DisableKeyRotation",        rotation::disable)
        .change("UpdateKeyRotationInterval", rotation::update_interval)
        .read  ("ShowKeyRotationStatus",     rotation::status)
        .change("RotateOnDemand",            rotation::rotate)
        // Imported key material.
        .change("CreateParametersForImport", import::parameters)
        .change("ImportKeyMaterial",         import::import_material)
        .change("DeleteImportedKeyMaterial", import::delete_material)
        // Aliases.
        .change("CreateAlias",               aliases::create)
        .change("AssociateAlias",            aliases::associate)
        .change("DeleteAlias",               aliases::delete)
        .read  ("ListAliases",               aliases::list)
        // Grants.
        .change("CreateGrant",               grants::create)
        .change("CancelGrant",               grants::revoke)
        .change("CancelSelfGrant",           grants::retire)
        .read  ("ListGrants",                grants::list)
        .read  ("ListRetirableGrants",       grants::list_retirable)
        // Key stores.
        .change("CreateKeyStore",            key_stores::create)
        .read  ("ListKeyStores",             key_stores::list)
        .read  ("ShowKeyStore",              key_stores::show)
        .change("EnableKeyStore",            key_stores::enable)
        .change("DisableKeyStore",           key_stores::disable)
        .change("DeleteKeyStore",            key_stores::delete)
        // Capsules and PINs.
        .hot   ("CreateDatakeyCapsule",          capsules::create)
        .read  ("DecryptDatakeyCapsule",         capsules::open)
        .read  ("CreatePin",                     capsules::pin)
        // Keyspaces.
        .change("CreateAccessPoint",             access_points::create)
        .read  ("ListAccessPoint",               access_points::list)
        .change("EnableAccessPoint",             access_points::enable)
        .change("DisableAccessPoint",            access_points::disable)
        .change("DeleteAccessPoint",             access_points::delete)
        .read  ("DownloadAccessPointPrivateKey", access_points::private_key)
        .change("CreateKeyPolicy",               key_policies::create)
        .read  ("ListKeyPolicy",                 key_policies::list)
        .read  ("ShowKeyPolicy",                 key_policies::show)
        .change("UpdateKeyPolicy",               key_policies::update)
        .change("DeleteKeyPolicy",               key_policies::delete)
        // Regions.
        .change("ReplicateKey",              regions::replicate)
        .change("UpdatePrimaryRegion",       regions::update_primary)
        .read  ("ListSupportRegions",        regions::list)
        // Tags.
        .change("CreateKmsTag",              tags::create)
        .change("BatchCreateKmsTags",        tags::change_all)
        .change("DeleteTag",                 tags::delete)
        .read  ("ShowKmsTags",               tags::of_key)
        .read  ("ListKmsTags",               tags::list)
        .read  ("ListKmsByTags",             tags::find)
        // Data keys, data and random data.
        .hot   ("CreateDatakey",                 data_keys::create)
        .hot   ("CreateDatakeyWithoutPlaintext", data_keys::create_without_plaintext)
        .hot   ("EncryptDatakey",                data_keys::encrypt)
        .hot   ("DecryptDatakey",                data_keys::decrypt)
        .hot   ("EncryptData",                   cipher::encrypt)
        .hot   ("DecryptData",                   cipher::decrypt)
        .hot   ("ReEncrypt",                     reencrypt::re_encrypt)
        .hot   ("CreateRandom",                  cipher::random)
        // Key pairs and codes.
        .read  ("ShowPublicKey",                 sign::public_key)
        .hot   ("Sign",                          sign::sign)
        .hot   ("ValidateSignature",             sign::verify)
        .hot   ("GenerateMac",                   mac::generate)
        .hot   ("VerifyMac",                     mac::verify)
        .hot   ("DeriveSharedSecret",            agreement::derive)
        .change("CreateRsaDatakeyPair",          datakey_pairs::create_rsa)
        .change("CreateEcDatakeyPair",           datakey_pairs::create_ec)
        // Versions of the API.
        .read  ("ShowVersions",              versions::list)
        .read  ("ShowVersion",               versions::show)
        // The identity service.
        .read  ("CreateToken",               tokens::create)
        .read  ("CreateTemporaryAccessKey",  temporary_keys::create)
        .read  ("ListProjects",              iam::listing::projects)
        .read  ("ListAuthProjects",          iam::listing::own_projects)
        .read  ("ListAuthDomains",           iam::listing::domains)
        .read  ("ListCatalog",               iam::listing::catalog)
}
