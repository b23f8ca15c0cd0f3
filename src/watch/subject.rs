//! What a request is about.

use std::borrow::Cow;

use crate::model::{KeyId, Realm, VersionId};

/// What a request is about, as far as it tells.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The realm that it works in; of a request that failed its checks, the one that it claims.
    pub realm: Realm,
    /// The access key that it names.
    pub access_key: Option<Box<str>>,
    /// The action that it asks for. A name that is not served is cut short.
    pub action: Option<Cow<'static, str>>,
    /// The keys that it names, or that its ciphertexts do.
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
    /// The name: an id, an alias, or what its cloud has besides. A key that only a ciphertext names has none.
    pub name: Option<Box<str>>,
    /// Its id, if there was such a key.
    pub id: Option<KeyId>,
    /// The version, where one is named or was used.
    pub version: Option<VersionId>,
}

impl Subject {
    /// A request in a realm, of which nothing more is known yet.
    #[must_use]
    pub fn of(realm: Realm, action: Option<Cow<'static, str>>) -> Self {
        let (secret, certificate, context) = (None, None, None);
        Self { realm, access_key: None, action, keys: Vec::new(), secret, certificate, context }
    }

    /// About how many bytes it takes beside its own place.
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
    /// Whether it is the key that somebody calls `name`, by id or by the words of the request.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        self.id.as_ref().is_some_and(|id| id.as_str() == name) || self.name.as_deref() == Some(name)
    }
}

/// The longest name that is kept of what nobody serves, in characters.
const LONGEST: usize = 64;
/// The longest name that is kept of a secret: the ARN of the longest is shorter.
const LONGEST_SECRET: usize = 320;

/// A name that anybody may have made up, cut short.
#[must_use]
pub fn truncate(name: &str) -> &str {
    first_of(name, LONGEST)
}

/// The name of a secret, cut short where no secret can have it.
#[must_use]
pub fn truncate_secret(name: &str) -> &str {
    first_of(name, LONGEST_SECRET)
}

fn first_of(name: &str, most: usize) -> &str {
    if name.len() <= most {
        return name;
    }
    name.char_indices().nth(most).map_or(name, |(end, _)| &name[..end])
}
