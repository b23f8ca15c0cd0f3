//! What policies and grants call the actions. Names without a source follow the others' form.

/// What an action needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// Access to the keys that it names.
    Key,
    /// A policy that allows it, because it names no key.
    Policy,
    /// No policy that denies it: it concerns the caller's own grants.
    Nothing,
}

/// The names of an action in policies and grants.
#[derive(Debug)]
pub(super) struct Permission {
    pub(super) action: &'static str,
    pub(super) needs: Needs,
    /// Its names in policies.
    pub(super) names: &'static [&'static str],
    /// Its name in grants.
    pub(super) grant: Option<&'static str>,
}

macro_rules! permissions {
    ($($needs:ident $action:literal $($name:literal)* $(, $grant:literal)?;)*) => {
        const PERMISSIONS: &[Permission] = &[$(Permission {
            action: $action,
            needs: Needs::$needs,
            names: &[$($name),*],
            grant: permissions!(@ $($grant)?),
        }),*];
    };
    (@) => { None };
    (@ $grant:literal) => { Some($grant) };
}

#[rustfmt::skip]
permissions! {
    Policy  "CreateKey"                     "kms:cmk:create";
    Key     "ListKeyDetail"                 "kms:cmk:get", "describe-key";
    Policy  "ListKeys"                      "kms:cmk:list";
    Key     "EnableKey"                     "kms:cmk:enable";
    Key     "DisableKey"                    "kms:cmk:disable";
    Key     "DeleteKey"                     "kms:cmk:update";
    Key     "CancelKeyDeletion"             "kms:cmk:update";
    Key     "UpdateKeyAlias"                "kms:cmk:update";
    Key     "UpdateKeyDescription"          "kms:cmk:update";
    Policy  "CreateRandom"                  "kms:cmk:generate";
    Policy  "ShowUserInstances"             "kms:cmk:getInstance";
    Policy  "ShowUserQuotas"                "kms:cmk:getQuota";
    // Use of keys.
    Key     "CreateDatakey"                 "kms:dek:create" "kms:cmk:createDataKey", "create-datakey";
    Key     "CreateDatakeyWithoutPlaintext" "kms:dek:create" "kms:cmk:createDataKeyWithoutPlaintext", "create-datakey-without-plaintext";
    Key     "EncryptDatakey"                "kms:dek:crypto" "kms:cmk:encryptDataKey", "encrypt-datakey";
    Key     "DecryptDatakey"                "kms:dek:crypto" "kms:cmk:decryptDataKey", "decrypt-datakey";
    Key     "EncryptData"                   "kms:cmk:crypto" "kms:cmk:encryptData", "encrypt-data";
    Key     "DecryptData"                   "kms:cmk:crypto" "kms:cmk:decryptData", "decrypt-data";
    Key     "ReEncrypt"                     "kms:cmk:crypto" "kms:cmk:reEncrypt";
    Key     "Sign"                          "kms:cmk:sign";
    Key     "ValidateSignature"             "kms:cmk:verify";
    Key     "ShowPublicKey"                 "kms:cmk:getPublicKey";
    Key     "GenerateMac"                   "kms:cmk:generateMac";
    Key     "VerifyMac"                     "kms:cmk:verifyMac";
    Key     "CreateRsaDatakeyPair"          "kms:dek:create" "kms:cmk:createRsaDatakeyPair";
    Key     "CreateEcDatakeyPair"           "kms:dek:create" "kms:cmk:createEcDatakeyPair";
    Key     "DeriveSharedSecret"            "kms:cmk:deriveSharedSecret";
    Key     "CreateDatakeyCapsule"          "kms:dek:create" "kms:cmk:createDatakeyCapsule";
    Key     "DecryptDatakeyCapsule"         "kms:dek:crypto" "kms:cmk:decryptDatakeyCapsule";
    Policy  "CreatePin"                     "kms:cmk:createPin";
    // Imported material.
    Key     "CreateParametersForImport"     "kms:cmk:getMaterial";
    Key     "ImportKeyMaterial"             "kms:cmk:importMaterial";
    Key     "DeleteImportedKeyMaterial"     "kms:cmk:deleteMaterial";
    // Rotation.
    Key     "EnableKeyRotation"             "kms:cmk:enableRotation";
    Key     "DisableKeyRotation"            "kms:cmk:disableRotation";
    Key     "UpdateKeyRotationInterval"     "kms:cmk:updateRotation";
    Key     "ShowKeyRotationStatus"         "kms:cmk:getRotation";
    Key     "RotateOnDemand"                "kms:cmk:rotateOnDemand";
    // Tags.
    Policy  "ListKmsByTags"                 "kms:cmkTag:listInstance";
    Policy  "ListKmsTags"                   "kms:cmkTag:list";
    Key     "ShowKmsTags"                   "kms:cmkTag:list";
    Key     "BatchCreateKmsTags"            "kms:cmkTag:batch";
    Key     "CreateKmsTag"                  "kms:cmkTag:create";
    Key     "DeleteTag"                     "kms:cmkTag:delete";
    // Aliases.
    Key     "CreateAlias"                   "kms:alias:create";
    Key     "DeleteAlias"                   "kms:alias:delete";
    Key     "AssociateAlias"                "kms:alias:associate";
    Policy  "ListAliases"                   "kms:alias:list";
    // Grants.
    Key     "CreateGrant"                   "kms:grant:create" "kms:cmk:createGrant", "create-grant";
    Key     "CancelGrant"                   "kms:grant:revoke" "kms:cmk:revokeGrant";
    Key     "ListGrants"                    "kms:grant:list" "kms:cmk:listGrants";
    Nothing "CancelSelfGrant"               "kms:grant:retire", "retire-grant";
    Nothing "ListRetirableGrants"           "kms:grant:list";
    // Key stores.
    Policy  "CreateKeyStore"                "kms:keystore:create";
    Policy  "ListKeyStores"                 "kms:keystore:list";
    Policy  "ShowKeyStore"                  "kms:keystore:get";
    Policy  "DeleteKeyStore"                "kms:keystore:delete";
    Policy  "EnableKeyStore"                "kms:keystore:enable";
    Policy  "DisableKeyStore"               "kms:keystore:disable";
    // Access points and their policies.
    Policy  "CreateAccessPoint"             "kms:accessPoint:create";
    Policy  "ListAccessPoint"               "kms:accessPoint:list";
    Policy  "DeleteAccessPoint"             "kms:accessPoint:delete";
    Policy  "EnableAccessPoint"             "kms:accessPoint:enable";
    Policy  "DisableAccessPoint"            "kms:accessPoint:disable";
    Policy  "DownloadAccessPointPrivateKey" "kms:accessPoint:downloadPrivateKey";
    Policy  "CreateKeyPolicy"               "kms:keyPolicy:create";
    Policy  "ListKeyPolicy"                 "kms:keyPolicy:list";
    Policy  "ShowKeyPolicy"                 "kms:keyPolicy:get";
    Policy  "UpdateKeyPolicy"               "kms:keyPolicy:update";
    Policy  "DeleteKeyPolicy"               "kms:keyPolicy:delete";
    // Regions.
    Policy  "ListSupportRegions"            "kms:cmk:listRegions";
    Key     "ReplicateKey"                  "kms:cmk:replicate";
    Key     "UpdatePrimaryRegion"           "kms:cmk:updatePrimaryRegion";
}

/// The permission of an action.
pub(super) fn of_action(action: &str) -> Option<&'static Permission> {
    PERMISSIONS.iter().find(|permission| permission.action == action)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::routes;
    use super::*;

    #[test]
    fn every_action_of_the_service_has_a_permission() {
        let actions: Vec<_> = PERMISSIONS.iter().map(|permission| permission.action).collect();
        let set: BTreeSet<_> = actions.iter().copied().collect();
        assert_eq!(set.len(), actions.len(), "each once");
        assert_eq!(set, routes::actions_of(routes::Service::Kms).collect());
        assert!(PERMISSIONS.iter().all(|it| it.names.iter().all(|name| name.starts_with("kms:"))));
    }
}
