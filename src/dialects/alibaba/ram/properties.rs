//! The properties of a request that conditions compare.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;

use serde::Deserialize;

use super::conditions::{ConditionKey, Properties};
use crate::dialects::alibaba::needs::{About, NeededAction};
use crate::dialects::{Cx, Form};
use crate::model::KeySpec;

/// A request that needs an action on a resource.
pub(super) struct Request<'a> {
    cx: &'a Cx,
    params: &'a Form,
    needed: &'a NeededAction,
    context: OnceCell<BTreeMap<String, String>>,
    tags: OnceCell<BTreeMap<String, String>>,
}

/// The actions on keys for which `kms:tag/…` has a value.
const WITH_TAGS: &[&str] = &[
    "Encrypt",
    "Decrypt",
    "ReEncryptFrom",
    "ReEncryptTo",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "ExportDataKey",
    "GenerateAndExportDataKey",
    "AsymmetricSign",
    "AsymmetricVerify",
    "AsymmetricEncrypt",
    "AsymmetricDecrypt",
    "GetPublicKey",
    "DescribeKey",
    "UpdateKeyDescription",
    "EnableKey",
    "DisableKey",
    "ScheduleKeyDeletion",
    "CancelKeyDeletion",
    "ImportKeyMaterial",
    "GetParametersForImport",
    "DeleteKeyMaterial",
    "CreateKeyVersion",
    "DescribeKeyVersion",
    "ListKeyVersions",
    "UpdateRotationPolicy",
    "SetDeletionProtection",
];

impl<'a> Request<'a> {
    pub(super) fn new(cx: &'a Cx, params: &'a Form, needed: &'a NeededAction) -> Self {
        let (context, tags) = (OnceCell::new(), OnceCell::new());
        Self { cx, params, needed, context, tags }
    }

    /// The tags of the resource.
    fn tags_there(&self) -> Option<&BTreeMap<String, String>> {
        match &self.needed.about {
            About::Other => None,
            About::Key(key) => Some(&key.tags),
            About::Secret(secret) => Some(&secret.tags),
            About::Certificate(certificate) => Some(&certificate.tags),
        }
    }

    /// The tags that the request attaches.
    fn tags_given(&self) -> &BTreeMap<String, String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Tag {
            tag_key: String,
            #[serde(default)]
            tag_value: String,
        }
        self.tags.get_or_init(|| {
            let listed = self.params.get("Tags").and_then(|text| serde_json::from_str(text).ok());
            let listed: Vec<Tag> = listed.unwrap_or_default();
            let mut tags: BTreeMap<_, _> =
                listed.into_iter().map(|tag| (tag.tag_key, tag.tag_value)).collect();
            for (name, key) in self.params.iter() {
                let entry = name.strip_prefix("Tag.").and_then(|it| it.strip_suffix(".Key"));
                let Some(entry) = entry else { continue };
                let value = self.params.get(&format!("Tag.{entry}.Value"));
                tags.insert(key.to_owned(), value.unwrap_or_default().to_owned());
            }
            tags
        })
    }

    fn context(&self) -> &BTreeMap<String, String> {
        self.context.get_or_init(|| {
            let param = match self.needed.action {
                "ReEncryptFrom" => "SourceEncryptionContext",
                "ReEncryptTo" => "DestinationEncryptionContext",
                _ => "EncryptionContext",
            };
            let text = self.params.get(param);
            text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
        })
    }

    /// The algorithm with which a key encrypts or decrypts.
    fn algorithm(&self) -> Option<&str> {
        let About::Key(key) = &self.needed.about else { return None };
        let param = match self.needed.action {
            "AsymmetricEncrypt" | "AsymmetricDecrypt" => "Algorithm",
            "ReEncryptFrom" if self.params.get("SourceEncryptionAlgorithm").is_some() => {
                "SourceEncryptionAlgorithm"
            }
            "Encrypt"
            | "Decrypt"
            | "ReEncryptFrom"
            | "ReEncryptTo"
            | "GenerateDataKey"
            | "GenerateDataKeyWithoutPlaintext"
            | "ExportDataKey"
            | "GenerateAndExportDataKey" => {
                let is_symmetric = matches!(key.spec, KeySpec::Symmetric(_));
                return is_symmetric.then_some("SYMMETRIC_DEFAULT");
            }
            _ => return None,
        };
        self.params.get(param)
    }
}

impl Properties for Request<'_> {
    fn value(&self, key: &ConditionKey) -> Option<Cow<'_, str>> {
        let text = |text: &'static str| Some(Cow::Borrowed(text));
        let of = |tags: Option<&'_ BTreeMap<String, String>>, name: &str| {
            tags.and_then(|tags| tags.get(name)).map(|value| Cow::Owned(value.clone()))
        };
        match key {
            ConditionKey::CurrentTime => {
                Some(self.cx.engine.now(&self.cx.caller.realm).precise().into())
            }
            ConditionKey::SecureTransport => {
                text(if self.cx.is_encrypted { "true" } else { "false" })
            }
            ConditionKey::SourceIp => self.cx.peer.map(|it| it.to_canonical().to_string().into()),
            // Nobody signs in with a second factor here.
            ConditionKey::MfaPresent => text("false"),
            // No request comes through a VPC.
            ConditionKey::SourceVpc | ConditionKey::VpcSourceIp => None,
            ConditionKey::ResourceTag(name) => of(self.tags_there(), name),
            ConditionKey::RequestTag(name) => of(Some(self.tags_given()), name),
            ConditionKey::KmsTag(name) => {
                let is_with_tags = match &self.needed.about {
                    About::Key(_) => WITH_TAGS.contains(&self.needed.action),
                    About::Secret(_) => true,
                    About::Certificate(_) | About::Other => false,
                };
                of(self.tags_there().filter(|_| is_with_tags), name)
            }
            ConditionKey::EncryptionAlgorithm => self.algorithm().map(Cow::Borrowed),
            ConditionKey::EncryptionContext(name) => of(Some(self.context()), name),
        }
    }
}
