//! Plain nouns: what a realm holds, and the facts by which it changes. No rule lives here, no clock, no wire.

mod certificate;
mod change;
mod key;
mod material;
mod names;
mod realm;
mod secret;
mod state;

pub use certificate::{Certificate, CertificateId, CertificateSettings, CertificateStatus, Issued};
pub use change::{Change, RealmChange};
pub use key::{
    Creator, Key, KeySpec, KeyState, KeyUsage, Lifecycle, Ordinal, Origin, ProtectionLevel,
    Settings, SymmetricSpec,
};
pub use material::{Fingerprint, Holding, KeyVersion, Material};
pub use names::{AliasName, KeyId, VersionId};
pub use realm::{Realm, Scope};
pub use secret::{Envelope, Managed, Secret, SecretName, SecretSettings, SecretVersion};
pub use state::State;
