//! Instances of the service in seeds.

use super::document::{CapacityEntry, InstanceEntry, Protection};
use super::error::{Place, SeedError};
use super::realm_builder::RealmBuilder;
use crate::model::{
    BoundNetwork, Capacity, Instance, InstanceKind, InstanceNetwork, InstanceStatus,
};

impl RealmBuilder<'_> {
    /// Adds an instance, unless one with its id exists.
    pub(super) fn add_instance(
        &mut self,
        entry: &InstanceEntry,
        place: Place<'_>,
    ) -> Result<(), SeedError> {
        let id = &entry.id.value.0;
        if self.rules.instances.is_none() {
            return Err(place.wrong("id", &entry.id, "this cloud has no instances"));
        }
        if self.base.instances.named(id).is_some() {
            return Ok(());
        }
        if self.state.instances.named(id).is_some() {
            return Err(place.wrong("id", &entry.id, "given twice"));
        }
        let status =
            entry.status.as_ref().map_or(InstanceStatus::Connected, |status| status.value.0);
        let network = entry.network.as_ref().map(|network| InstanceNetwork {
            network: network.id.clone(),
            subnets: network.subnets.clone(),
            zones: network.zones.clone(),
        });
        if let (InstanceStatus::Uninitialized, Some(_), Some(at)) =
            (status, &network, &entry.status)
        {
            return Err(place.wrong("status", at, "an instance with a network has another"));
        }
        let bound = entry.bound_networks.iter().map(|it| BoundNetwork {
            region: it.region.value.0.0.clone(),
            network: it.network.clone(),
            subnet: it.subnet.clone(),
            owner: it.owner.clone(),
        });
        let instance = Instance {
            ordinal: self.ordinal(entry.ordinal.as_ref(), place)?,
            id: id.clone(),
            name: entry.name.clone(),
            kind: entry.kind.as_ref().map_or(InstanceKind::Software, |kind| kind.value.0),
            status,
            capacity: entry.capacity.as_ref().map(capacity).unwrap_or_default(),
            prepaid: entry.prepaid,
            network,
            bound_networks: bound.collect(),
            backed_up: entry.backed_up,
            deletion_protection: entry.deletion_protection.as_ref().and_then(Protection::reason),
            tags: entry.tags.clone(),
            created_at: self.time(entry.created_at.as_ref()).unwrap_or(self.now),
            ends_at: self.time(entry.ends_at.as_ref()),
        };
        self.insert(instance);
        Ok(())
    }
}

fn capacity(entry: &CapacityEntry) -> Capacity {
    let CapacityEntry { throughput, keys, secrets, networks, logs } = entry;
    let default = Capacity::default();
    Capacity {
        throughput: throughput.unwrap_or(default.throughput),
        keys: keys.unwrap_or(default.keys),
        secrets: secrets.unwrap_or(default.secrets),
        networks: networks.unwrap_or(default.networks),
        logs: *logs,
    }
}
