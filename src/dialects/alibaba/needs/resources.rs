//! The resources that a request needs, found from its parameters.

use std::fmt::Display;
use std::sync::Arc;

use serde::Deserialize;

use super::Needs;
use crate::dialects::alibaba::dedicated::cipher::CONTAINER_IN_BASE64 as CONTAINER;
use crate::dialects::alibaba::dedicated::request::KEY_VERSION;
use crate::dialects::alibaba::names::{Alias, CertificateName, KeyName, SecretName, arn, key_arn};
use crate::dialects::wire::values::leading_version;
use crate::dialects::{Cx, Error, Form};
use crate::engine::{KeyRef, Snapshot};
use crate::model::{Certificate, Key, KeyId, Secret, VersionId};

/// What a request needs.
#[derive(Default)]
pub(in crate::dialects::alibaba) struct Needed {
    pub(in crate::dialects::alibaba) actions: Vec<NeededAction>,
    /// The keys that it may reach: those that it needs an action on, and those of the secrets that
    /// it needs.
    pub(in crate::dialects::alibaba) keys: Vec<KeyId>,
    /// Whether it may also reach the service's own keys.
    pub(in crate::dialects::alibaba) reaches_service_keys: bool,
}

/// An action on a resource.
pub(in crate::dialects::alibaba) struct NeededAction {
    /// The action, without the product's prefix.
    pub(in crate::dialects::alibaba) action: &'static str,
    /// The resource's ARN.
    pub(in crate::dialects::alibaba) resource: String,
    pub(in crate::dialects::alibaba) about: About,
}

/// The resource, if it exists and has properties that policies look at.
#[derive(Clone)]
pub(in crate::dialects::alibaba) enum About {
    Other,
    Key(Arc<Key>),
    Secret(Arc<Secret>),
    Certificate(Arc<Certificate>),
}

/// The longest name that is looked at, in bytes. No resource has a longer one.
const NAME_MOST: usize = 1024;

/// What a request needs.
///
/// # Errors
/// A parameter that names a resource is missing, or cannot be a name.
pub(in crate::dialects::alibaba) fn needed(
    cx: &Cx,
    (needs, action): (Needs, &'static str),
    params: &Form,
) -> Result<Needed, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let needed = Needed::default();
    let mut finder = Finder { cx, params, snapshot, action, needed };
    finder.find(needs)?;
    Ok(finder.needed)
}

struct Finder<'a> {
    cx: &'a Cx,
    params: &'a Form,
    snapshot: Snapshot,
    action: &'static str,
    needed: Needed,
}

impl<'a> Finder<'a> {
    fn find(&mut self, needs: Needs) -> Result<(), Error> {
        let action = self.action;
        match needs {
            Needs::Nothing => {}
            Needs::Account => self.add("*"),
            Needs::Container(kind) => self.add(kind),
            Needs::Item(kind, param) => {
                let name = self.required(param)?;
                self.item(kind, param, name)?;
            }
            Needs::ItemOrContainer(kind, param) => match self.given(param) {
                Some(name) => self.item(kind, param, name)?,
                None => self.add(kind),
            },
            Needs::Key(param) => {
                let name = self.required(param)?;
                self.key(action, param, name)?;
            }
            Needs::KeyOfCiphertext => {
                let blob = self.required("CiphertextBlob")?;
                self.key_of(action, blob);
            }
            Needs::ReEncryption => self.re_encryption()?,
            Needs::AliasAndKey => {
                let (alias, key) = (self.required("AliasName")?, self.required("KeyId")?);
                let before = self.alias(alias)?;
                self.key(action, "KeyId", key)?;
                self.needed.keys.extend(before);
            }
            Needs::AliasAndItsKey => {
                let alias = self.required("AliasName")?;
                if let Some(key) = self.alias(alias)? {
                    self.key_with(action, &KeyRef::Id(key), alias);
                }
            }
            Needs::NewSecret => {
                self.add("secret");
                match self.given("EncryptionKeyId") {
                    Some(key) => self.key("GenerateDataKey", "EncryptionKeyId", key)?,
                    None => self.needed.reaches_service_keys = true,
                }
            }
            Needs::Secret => {
                let name = self.required("SecretName")?;
                self.secret(action, None, name)?;
            }
            Needs::SecretAnd(of_key) => {
                let name = self.required("SecretName")?;
                self.secret(action, Some(of_key), name)?;
            }
            Needs::SecretsList => self.secrets_list()?,
            Needs::Tagged => self.tagged()?,
            Needs::TaggedList => {
                if !self.tagged_list()? {
                    return Err(Error::Missing("ResourceId".into()));
                }
            }
            Needs::TaggedListOrContainer => {
                if !self.tagged_list()? {
                    let kind = self.required("ResourceType")?;
                    self.add(container(kind)?);
                }
            }
            Needs::Protected => self.protected()?,
            Needs::KeyOrVersion => match (self.given("KeyId"), self.given(KEY_VERSION)) {
                (Some(key), _) => self.key(action, "KeyId", key)?,
                (None, Some(version)) => {
                    self.key_with_version(action, VersionId::parse(version.as_bytes()));
                }
                (None, None) => return Err(Error::Missing("KeyId".into())),
            },
            Needs::KeyOfContainer => {
                let blob = self.required("CiphertextBlob")?;
                self.key_of(action, blob.strip_prefix(CONTAINER).unwrap_or(blob));
            }
        }
        Ok(())
    }

    /// A parameter's value, if it is not empty.
    fn given(&self, param: &str) -> Option<&'a str> {
        self.params.get(param).filter(|text| !text.is_empty())
    }

    fn required(&self, param: &'static str) -> Result<&'a str, Error> {
        self.given(param).ok_or(Error::Missing(param.into()))
    }

    /// The request's own action on a resource of the realm that has no properties.
    fn add(&mut self, resource: impl Display) {
        self.add_as(self.action, arn(&self.cx.caller.realm, resource), About::Other);
    }

    fn add_as(&mut self, action: &'static str, resource: String, about: About) {
        let is_there = |it: &NeededAction| it.action == action && it.resource == resource;
        if !self.needed.actions.iter().any(is_there) {
            self.needed.actions.push(NeededAction { action, resource, about });
        }
    }

    fn item(&mut self, kind: &str, param: &'static str, name: &str) -> Result<(), Error> {
        if name.len() > NAME_MOST {
            return Err(Error::Invalid(param.into()));
        }
        let certificate = || {
            let CertificateName(id) = CertificateName::try_from(name.to_owned()).ok()?;
            self.snapshot.certificate(&id).cloned()
        };
        let found = if kind == "certificate" { certificate() } else { None };
        let about = found.map_or(About::Other, About::Certificate);
        let resource = arn(&self.cx.caller.realm, format_args!("{kind}/{name}"));
        self.add_as(self.action, resource, about);
        Ok(())
    }

    /// An action on the key that a parameter names.
    fn key(&mut self, action: &'static str, param: &'static str, name: &str) -> Result<(), Error> {
        let key = KeyName::try_from(name.to_owned());
        let key = key.map_err(|_| Error::Invalid(param.into()))?;
        match key.in_realm(&self.cx.caller.realm) {
            Ok(key) => self.key_with(action, &key, name),
            // The ARN of a key that is in another realm.
            Err(_) => self.add_as(action, name.to_owned(), About::Other),
        }
        Ok(())
    }

    /// An action on a key. One that does not exist counts as a key of the name that was given.
    fn key_with(&mut self, action: &'static str, key: &KeyRef, name: &str) {
        let realm = &self.cx.caller.realm;
        if let Some(key) = self.snapshot.key(key) {
            let (id, about) = (key.id.clone(), About::Key(Arc::clone(key)));
            self.add_as(action, key_arn(realm, &id), about);
            self.needed.keys.push(id);
            return;
        }
        // The alias of a service, whose key is created on first use.
        if let KeyRef::Alias(alias) = key {
            self.needed.reaches_service_keys |= self.cx.caller.rules.service(alias).is_some();
        }
        let resource = if name.starts_with("acs:") {
            name.to_owned()
        } else {
            arn(realm, format_args!("key/{name}"))
        };
        self.add_as(action, resource, About::Other);
    }

    /// An action on the key of a ciphertext.
    fn key_of(&mut self, action: &'static str, blob: &str) {
        self.key_with_version(action, leading_version(blob));
    }

    /// An action on the key that has a version. A version of no key counts as one of any key.
    fn key_with_version(&mut self, action: &'static str, version: Option<VersionId>) {
        let key = version.and_then(|it| self.snapshot.key_of_version(it)).cloned();
        if let Some(id) = key {
            let name = id.to_string();
            self.key_with(action, &KeyRef::Id(id), &name);
        } else {
            self.add_as(action, arn(&self.cx.caller.realm, "key/*"), About::Other);
        }
    }

    fn re_encryption(&mut self) -> Result<(), Error> {
        let (blob, to) = (self.required("CiphertextBlob")?, self.required("DestinationKeyId")?);
        match (self.given("SourceKeyId"), self.given("SourceEncryptionAlgorithm")) {
            (None, Some(_)) => return Err(Error::Missing("SourceKeyId".into())),
            (Some(key), Some(_)) => self.key("ReEncryptFrom", "SourceKeyId", key)?,
            (key, None) => {
                self.key_of("ReEncryptFrom", blob);
                if let Some(key) = key {
                    self.key("ReEncryptFrom", "SourceKeyId", key)?;
                }
            }
        }
        self.key("ReEncryptTo", "DestinationKeyId", to)
    }

    /// The action on an alias. Returns the alias's key.
    fn alias(&mut self, name: &str) -> Result<Option<KeyId>, Error> {
        let alias = Alias::try_from(name.to_owned());
        let Alias(alias) = alias.map_err(|_| Error::Invalid("AliasName".into()))?;
        self.add(&alias);
        Ok(self.snapshot.key_named(&KeyRef::Alias(alias)).cloned())
    }

    /// An action on a secret, and one on its key, if its owner chose that. The service's own key
    /// comes with the secret.
    fn secret(
        &mut self,
        action: &'static str,
        of_key: Option<&'static str>,
        name: &str,
    ) -> Result<(), Error> {
        let named = SecretName::try_from(name.to_owned());
        let named = named.map_err(|_| Error::Invalid("SecretName".into()))?;
        let realm = &self.cx.caller.realm;
        let Ok(named) = named.in_realm(realm) else {
            // The ARN of a secret that is in another realm.
            self.add_as(action, name.to_owned(), About::Other);
            return Ok(());
        };
        let resource = arn(realm, format_args!("secret/{named}"));
        let found = self.snapshot.view(&self.cx.caller).secret(&named).ok().cloned();
        let Some(secret) = found else {
            self.add_as(action, resource, About::Other);
            return Ok(());
        };
        self.add_as(action, resource, About::Secret(Arc::clone(&secret)));
        match of_key.filter(|_| secret.key_is_named) {
            Some(of_key) => {
                let key = KeyRef::Id(secret.key.clone());
                self.key_with(of_key, &key, secret.key.as_str());
            }
            None => self.needed.keys.push(secret.key.clone()),
        }
        Ok(())
    }

    fn secrets_list(&mut self) -> Result<(), Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Listed {
            secret_name: String,
        }
        let invalid = || Error::Invalid("SecretsList".into());
        let text = self.required("SecretsList")?;
        let list: Vec<Listed> = serde_json::from_str(text).map_err(|_| invalid())?;
        if !(1..=crate::dialects::alibaba::limits::BATCH_MAX).contains(&list.len()) {
            return Err(invalid());
        }
        for Listed { secret_name } in &list {
            self.secret("GetSecretValue", Some("Decrypt"), secret_name).map_err(|_| invalid())?;
        }
        Ok(())
    }

    fn tagged(&mut self) -> Result<(), Error> {
        let given = ["KeyId", "SecretName", "CertificateId"].map(|param| self.given(param));
        let [key, secret, certificate] = given;
        if let Some(key) = key {
            self.key(self.action, "KeyId", key)?;
        }
        if let Some(secret) = secret {
            self.secret(self.action, None, secret)?;
        }
        if let Some(certificate) = certificate {
            self.item("certificate", "CertificateId", certificate)?;
        }
        let is_none = given.iter().all(Option::is_none);
        if is_none { Err(Error::Missing("KeyId".into())) } else { Ok(()) }
    }

    /// The action on each of a list of resources. Returns whether there are any.
    fn tagged_list(&mut self) -> Result<bool, Error> {
        let kind = container(self.required("ResourceType")?)?;
        let is_entry = |name: &str| name == "ResourceId" || name.starts_with("ResourceId.");
        let params = self.params;
        let ids = params.iter().filter(|(name, id)| is_entry(name) && !id.is_empty());
        let (mut any, invalid) = (false, || Error::Invalid("ResourceId".into()));
        for (_, id) in ids {
            any = true;
            match kind {
                "key" => self.key(self.action, "ResourceId", id)?,
                "secret" => self.secret(self.action, None, id).map_err(|_| invalid())?,
                _ => self.item(kind, "ResourceId", id)?,
            }
        }
        Ok(any)
    }

    fn protected(&mut self) -> Result<(), Error> {
        if let Some(arn) = self.given("ProtectedResourceArn") {
            return self.key(self.action, "ProtectedResourceArn", arn);
        }
        match (self.given("KeyId"), self.given("KmsInstanceId")) {
            (Some(key), _) => self.key(self.action, "KeyId", key),
            (None, Some(instance)) => self.item("keystore", "KmsInstanceId", instance),
            (None, None) => Err(Error::Missing("ProtectedResourceArn".into())),
        }
    }
}

/// The container of a type of resources that have tags.
fn container(kind: &str) -> Result<&'static str, Error> {
    match kind {
        "key" => Ok("key"),
        "secret" => Ok("secret"),
        "instance" => Ok("keystore"),
        _ => Err(Error::Invalid("ResourceType".into())),
    }
}
