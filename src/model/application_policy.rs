//! Policies of applications: what an application may do with which keys and secrets, and from
//! where.

use serde::{Deserialize, Serialize};

use super::index::ByName;
use super::noun::{Noun, named_by, read_from_body};
use super::texts::{is_name, names};
use super::{InstanceId, NetworkRuleName, Ordinal};
use crate::world::Instant;

names! {
    /// The name of an application's policy, unique in its realm. Opaque text; its cloud decides the
    /// exact form.
    ApplicationPolicyName:
    /// Reads a name: 1 to 1024 bytes without control characters.
    is_name;
}

/// A policy that applications can have. It allows each of its permissions for each of its
/// resources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationPolicy {
    /// Its number in the realm, shared with all nouns.
    #[serde(skip)]
    pub ordinal: Ordinal,
    /// Its name.
    pub name: ApplicationPolicyName,
    /// The instance to whose keys and secrets it applies. `None`: to those that are in no instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<InstanceId>,
    /// What it allows, in the cloud's words.
    pub permissions: Vec<String>,
    /// The keys and secrets for which it allows that, in the cloud's patterns.
    pub resources: Vec<String>,
    /// Where requests must come from.
    pub access_control: AccessControl,
    /// The owner's description.
    pub description: String,
    /// When it was created.
    pub created_at: Instant,
}

/// Where the requests of an application must come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessControl {
    /// The names of network rules, one of which must match. Without any, requests may come from
    /// anywhere. A rule need not exist: then it matches nothing.
    pub network_rules: Vec<NetworkRuleName>,
    /// How the owner wrote that, in the cloud's grammar, if it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl Noun for ApplicationPolicy {
    const KIND: &'static str = "application-policy";
    type Names = ByName<ApplicationPolicyName>;
    type Part = ();

    named_by! { name: ApplicationPolicyName }

    read_from_body! {}
}
