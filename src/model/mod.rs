//! Plain nouns: what a realm holds, and the facts by which it changes. No rule lives here, no clock, no wire.

mod change;
mod key;
mod realm;
mod state;

pub use change::{Change, RealmChange};
pub use key::{
    AliasName, Creator, Key, KeyId, KeyState, KeyUsage, KeyVersion, Lifecycle, Material, Ordinal, Origin,
    ProtectionLevel, Settings, SymmetricSpec, VersionId,
};
pub use realm::Realm;
pub use state::State;
