//! Instances of the service in exports.

use crate::model::{BoundNetwork, Instance};
use crate::seed::document::{
    BoundNetworkEntry, CapacityEntry, InstanceEntry, InstanceNetworkEntry, Protection,
};
use crate::seed::when::time;
use crate::seed::words::{Region, located, placed};

pub(super) fn instance_entry(instance: &Instance) -> InstanceEntry {
    let capacity = instance.capacity;
    InstanceEntry {
        id: located(instance.id.clone()),
        ordinal: Some(placed(instance.ordinal)),
        name: instance.name.clone(),
        kind: Some(located(instance.kind)),
        status: Some(located(instance.status)),
        capacity: Some(CapacityEntry {
            throughput: Some(capacity.throughput),
            keys: Some(capacity.keys),
            secrets: Some(capacity.secrets),
            networks: Some(capacity.networks),
            logs: capacity.logs,
        }),
        prepaid: instance.prepaid,
        network: instance.network.as_ref().map(|network| InstanceNetworkEntry {
            id: network.network.clone(),
            subnets: network.subnets.clone(),
            zones: network.zones.clone(),
        }),
        bound_networks: instance.bound_networks.iter().map(bound_network_entry).collect(),
        backed_up: instance.backed_up,
        deletion_protection: instance.deletion_protection.clone().map(Protection::Reason),
        tags: instance.tags.clone(),
        created_at: Some(time(instance.created_at)),
        ends_at: instance.ends_at.map(time),
    }
}

fn bound_network_entry(network: &BoundNetwork) -> BoundNetworkEntry {
    let BoundNetwork { region, network, subnet, owner } = network.clone();
    BoundNetworkEntry { region: located(Region(region)), network, subnet, owner }
}
