//! The entries of instances of the service.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;

use super::entries::{Protection, entries};
use crate::model::{InstanceId, InstanceKind, InstanceStatus};
use crate::seed::when::Time;
use crate::seed::words::{Located, Region};

entries! {
    /// An instance of the service.
    InstanceEntry {
        id: Located<InstanceId>,
    }
    optional {
        ordinal: Option<Spanned<u64>>,
        name: String,
        kind: Option<Located<InstanceKind>>,
        status: Option<Located<InstanceStatus>>,
        capacity: Option<CapacityEntry>,
        prepaid: bool,
        network: Option<InstanceNetworkEntry>,
        bound_networks: Vec<BoundNetworkEntry>,
        backed_up: bool,
        deletion_protection: Option<Protection>,
        tags: BTreeMap<String, String>,
        created_at: Option<Spanned<Time>>,
        ends_at: Option<Spanned<Time>>,
    }

    /// How much an instance was bought for.
    CapacityEntry {}
    optional {
        throughput: Option<u32>,
        keys: Option<u32>,
        secrets: Option<u32>,
        networks: Option<u32>,
        logs: Option<u32>,
    }

    /// The network of an instance.
    InstanceNetworkEntry {
        id: String,
    }
    optional {
        subnets: Vec<String>,
        zones: Vec<String>,
    }

    /// A further network from which an instance can be reached.
    BoundNetworkEntry {
        region: Located<Region>,
        network: String,
        subnet: String,
        owner: String,
    }
    optional {}
}
