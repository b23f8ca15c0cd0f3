//! What a request is about.

use std::borrow::Cow;

use crate::model::{KeyId, Realm, VersionId};

/// What a request is about, as far as it tells.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The realm that it works in; for a request that failed authentication, the one that it
    /// claims.
    pub realm: Realm,
    /// The access key that it names.
    pub access_key: Option<Box<str>>,
    /// The action. A name that is not served is truncated.
    pub action: Option<Cow<'static, str>>,
    /// The keys that it names, also by ciphertext.
    pub keys: Vec<NamedKey>,
    /// The secret.
    pub secret: Option<Box<str>>,
    /// The certificate.
    pub certificate: Option<Box<str>>,
    /// The encryption context, as sent.
    pub context: Option<Box<str>>,
}

/// A key as a request names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedKey {
    /// The name: an id, an alias, or another form of its cloud. `None` if only a ciphertext names
    /// the key.
    pub name: Option<Box<str>>,
    /// The key's id, if the key exists.
    pub id: Option<KeyId>,
    /// The version, if one is named or was used.
    pub version: Option<VersionId>,
}

impl Subject {
    /// A request in a realm, about which nothing more is known yet.
    #[must_use]
    pub fn of(realm: Realm, action: Option<Cow<'static, str>>) -> Self {
        let (secret, certificate, context) = (None, None, None);
        Self { realm, access_key: None, action, keys: Vec::new(), secret, certificate, context }
    }

    /// About how many bytes it uses besides its own size.
    pub(super) fn weight(&self) -> usize {
        let Realm { dialect, account, region } = &self.realm;
        let realm = dialect.len() + account.len() + region.len();
        let action = match &self.action {
            Some(Cow::Owned(name)) => name.capacity(),
            Some(Cow::Borrowed(_)) | None => 0,
        };
        let texts = [&self.secret, &self.certificate, &self.context, &self.access_key];
        let texts: usize = texts.into_iter().flatten().map(|text| text.len()).sum();
        let keys = self
            .keys
            .iter()
            .map(|key| size_of_val(key) + key.name.as_ref().map_or(0, |it| it.len()));
        realm + action + texts + keys.sum::<usize>()
    }
}

impl NamedKey {
    /// Whether it has this id, or this name in the request.
    #[must_use]
    pub fn has_name(&self, name: &str) -> bool {
        self.id.as_ref().is_some_and(|id| id.as_str() == name) || self.name.as_deref() == Some(name)
    }
}

/// The longest unknown name that is stored, in characters.
const NAME_LIMIT: usize = 64;
/// The longest secret name that is stored. The longest ARN is shorter.
const SECRET_NAME_LIMIT: usize = 320;

/// Truncates a name, which may be made up.
#[must_use]
pub fn truncate(name: &str) -> &str {
    first_of(name, NAME_LIMIT)
}

/// Truncates the name of a secret, if it is longer than any secret's.
#[must_use]
pub fn truncate_secret(name: &str) -> &str {
    first_of(name, SECRET_NAME_LIMIT)
}

fn first_of(name: &str, most: usize) -> &str {
    if name.len() <= most {
        return name;
    }
    name.char_indices().nth(most).map_or(name, |(end, _)| &name[..end])
}
