//! The facts by which a realm changes. The store writes them, and the state is the fold of them.

use std::sync::Arc;

use super::{
    AliasName, Certificate, CertificateSettings, Key, KeyVersion, Material, Ordinal, Realm, Secret,
    SecretSettings, SecretVersion, Settings,
};
use crate::world::Instant;

/// One fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The realm holds nothing any more, and is as one that nobody has used.
    RealmCleared,
    /// The account subscribed to the service, at this instant.
    Subscribed(Instant),
    /// The secret under which this realm's import tokens are sealed.
    ImportSealDrawn(Arc<Material>),
    /// So many numbers were given here so far, to keys, to secrets, to certificates and to versions that came later: none is given
    /// again.
    Counted(Ordinal),
    /// A key came to be, with its versions and tags.
    KeyAdded(Arc<Key>),
    /// A key's settings are now these.
    KeySet(Ordinal, Settings),
    /// A key has new versions, oldest first; they come after those that it had.
    VersionsAdded(Ordinal, Vec<Arc<KeyVersion>>),
    /// A key's version holds something else now.
    VersionSet(Ordinal, Arc<KeyVersion>),
    /// A key is gone, and with it its versions, aliases and tags.
    KeyRemoved(Ordinal),
    /// An alias points to a key, whether or not it pointed elsewhere before.
    AliasBound(AliasName, Ordinal),
    /// An alias is gone.
    AliasRemoved(AliasName),
    /// A key carries a tag, whatever value that had before.
    TagSet(Ordinal, String, String),
    /// A key lost the tag with this name.
    TagRemoved(Ordinal, String),
    /// The access policy of a key is now this text.
    PolicySet(Ordinal, String),
    /// A secret came to be, with its versions and tags.
    SecretAdded(Arc<Secret>),
    /// A secret's settings and stages are now these.
    SecretSet(Ordinal, SecretSettings),
    /// A secret has a new version.
    SecretVersionAdded(Ordinal, Arc<SecretVersion>),
    /// A secret lost the version of this number.
    SecretVersionRemoved(Ordinal, u64),
    /// A secret is gone, and with it its versions and tags.
    SecretRemoved(Ordinal),
    /// A secret carries a tag, whatever value that had before.
    SecretTagSet(Ordinal, String, String),
    /// A secret lost the tag with this name.
    SecretTagRemoved(Ordinal, String),
    /// A certificate came to be, with its private key and tags.
    CertificateAdded(Arc<Certificate>),
    /// A certificate's settings are now these.
    CertificateSet(Ordinal, CertificateSettings),
    /// A certificate is gone, and with it its private key and tags.
    CertificateRemoved(Ordinal),
    /// A certificate carries a tag, whatever value that had before.
    CertificateTagSet(Ordinal, String, String),
    /// A certificate lost the tag with this name.
    CertificateTagRemoved(Ordinal, String),
}

/// A fact, and where it holds.
pub type RealmChange = (Realm, Change);
