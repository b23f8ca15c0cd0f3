//! Instances: parts of the service that belong to one account alone, with keys and secrets of their
//! own. An account buys them elsewhere.

use serde::{Deserialize, Serialize};

use super::Ordinal;
use super::index::ByName;
use super::noun::{Noun, Tags, named_by, read_from_body};
use super::texts::{is_id, names};
use crate::world::Instant;

names! {
    /// An instance's id, unique in its realm. A key names it in [`instance`](super::Key::instance).
    InstanceId:
    /// Reads an id: 1 to 64 letters, digits and hyphens.
    is_id;
}

impl InstanceId {
    /// An id that a cloud's rules made for a new instance. They guarantee its form.
    #[must_use]
    pub fn made(text: &str) -> Self {
        debug_assert!(is_id(text), "{text} is no id");
        Self(text.into())
    }
}

/// What an instance keeps its keys in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InstanceKind {
    /// In software.
    Software,
    /// In hardware security modules.
    Hardware,
}

/// Whether an instance can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InstanceStatus {
    /// It is bought and has no network yet.
    Uninitialized,
    /// It is being connected to its network.
    Connecting,
    /// It can be used.
    Connected,
    /// It was cut off from its network.
    Disconnected,
    /// It failed.
    Error,
}

/// The network in which an instance answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceNetwork {
    /// The network's id.
    pub network: String,
    /// The ids of its subnets, one for each zone.
    pub subnets: Vec<String>,
    /// The ids of its zones.
    pub zones: Vec<String>,
}

/// A further network from which an instance can be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoundNetwork {
    /// The network's region.
    pub region: String,
    /// The network's id.
    pub network: String,
    /// The id of a subnet.
    pub subnet: String,
    /// The account that owns the network.
    pub owner: String,
}

/// How much an instance was bought for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capacity {
    /// Requests per second.
    pub throughput: u32,
    /// Keys.
    pub keys: u32,
    /// Secrets.
    pub secrets: u32,
    /// Networks, the instance's own included.
    pub networks: u32,
    /// The space for its logs, in gigabytes. `None`: it writes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logs: Option<u32>,
}

impl Default for Capacity {
    fn default() -> Self {
        Self { throughput: 1000, keys: 1000, secrets: 1000, networks: 10, logs: None }
    }
}

/// An instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// Its number in the realm, shared with all nouns.
    #[serde(skip)]
    pub ordinal: Ordinal,
    /// Its id.
    pub id: InstanceId,
    /// Its name, which need not be unique.
    pub name: String,
    /// What it keeps its keys in.
    pub kind: InstanceKind,
    /// Whether it can be used.
    pub status: InstanceStatus,
    /// How much it was bought for.
    pub capacity: Capacity,
    /// Whether it is paid in advance, for a fixed time. Otherwise it is paid by use.
    pub prepaid: bool,
    /// Its network, once it is connected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<InstanceNetwork>,
    /// Further networks from which it can be reached.
    pub bound_networks: Vec<BoundNetwork>,
    /// Whether there is a backup of it.
    pub backed_up: bool,
    /// If it is protected from release: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_protection: Option<String>,
    /// The owner's tags.
    pub tags: Tags,
    /// When it was bought.
    pub created_at: Instant,
    /// Until when it is paid, if that is fixed. Nothing happens then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Instant>,
}

impl Noun for Instance {
    const KIND: &'static str = "instance";
    type Names = ByName<InstanceId>;
    type Part = ();

    named_by! { id: InstanceId, tags }

    read_from_body! {}
}
