//! Data types: what a realm holds, and the facts that change it. There are no rules, no clock and
//! no wire format here.

mod access_point;
mod application;
mod application_policy;
mod certificate;
mod client_key;
mod data_key;
mod grant;
mod index;
mod instance;
mod ip_range;
mod key;
mod key_store;
mod keyspace_policy;
mod managed_data_key;
mod material;
mod names;
mod network_rule;
mod noun;
mod ranked;
mod realm;
mod secret;
mod shelf;
mod spec;
mod state;
mod stored;
mod texts;
mod version;
mod white_box_key;

pub use access_point::{AccessPoint, AccessPointId, AccessPointKind};
pub use application::{Application, ApplicationName};
pub use application_policy::{AccessControl, ApplicationPolicy, ApplicationPolicyName};
pub use certificate::{Certificate, CertificateId, CertificateSettings, CertificateStatus, Issued};
pub use client_key::{ClientKey, ClientKeyId};
pub use data_key::{DataKey, DataKeyId, DataKeyLifecycle, DataKeyState};
pub use grant::{Grant, GrantId, Grantee, Grants};
pub use index::{Aliased, Child, Selection};
pub use instance::{
    BoundNetwork, Capacity, Instance, InstanceId, InstanceKind, InstanceNetwork, InstanceStatus,
};
pub use ip_range::{IpRange, NoIpRange};
pub use key::{
    Binding, Creator, Key, KeyFacets, KeyState, KeyStorage, Lifecycle, Origin, ProtectionLevel,
    Settings,
};
pub use key_store::{KeyStore, KeyStoreId};
pub use keyspace_policy::{KeyspacePolicy, KeyspacePolicyId};
pub use managed_data_key::{
    ManagedDataKey, ManagedDataKeyName, ManagedDataKeyVersion, ManagedDataKeyVersionId,
};
pub use material::{Fingerprint, Holding, Material};
pub use names::{AliasName, KeyId, KeyspaceId, Ordinal, VersionId};
pub use network_rule::{Network, NetworkKind, NetworkRule, NetworkRuleName};
pub use noun::{Fact, Noun, Tags};
pub use realm::{Realm, Scope};
pub use secret::{
    Envelope, Managed, Secret, SecretFacets, SecretName, SecretSettings, SecretVersion,
};
pub use shelf::Shelf;
use spec::pair;
pub use spec::{KeySpec, KeyUsage, MacSpec, SymmetricSpec};
pub use state::{AnyNoun, Change, Counts, RealmChange, Shelved, Shelves, State};
pub use stored::{Content, Damaged, Hidden, Record, StoredChange, StoredRecord, Unseal};
pub use version::KeyVersion;
pub use white_box_key::{DeviceFingerprint, WhiteBoxKey, WhiteBoxKeyId};
