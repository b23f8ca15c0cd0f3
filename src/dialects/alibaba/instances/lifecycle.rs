//! Connecting, changing and releasing KMS instances.

use serde::Deserialize;

use crate::dialects::alibaba::limits;
use crate::dialects::alibaba::names::InstanceName;
use crate::dialects::alibaba::values::{Text, is_label};
use crate::dialects::wire::answer::{Done, done};
use crate::dialects::wire::values::parsed;
use crate::dialects::{Cx, Error};
use crate::model::{BoundNetwork, InstanceNetwork, Realm};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ConnectKmsInstance {
    kms_instance_id: InstanceName,
    vpc_id: ResourceName,
    zone_ids: ResourceNames,
    #[serde(rename = "VSwitchIds")]
    vswitch_ids: ResourceNames,
    #[serde(rename = "KMProvider")]
    _provider: Provider,
}

/// Who made the instance.
#[derive(Deserialize)]
enum Provider {
    Aliyun,
}

/// The id of a network, a subnet or a zone.
struct ResourceName(String);

parsed!(ResourceName, Open, |text: String| is_resource_name(&text).then_some(Self(text)));

fn is_resource_name(text: &str) -> bool {
    is_label(text, limits::INSTANCE_MAX) && !text.contains([',', ' '])
}

/// Such ids, all different, with commas between them.
struct ResourceNames(Vec<String>);

parsed!(ResourceNames, Open, |text: String| {
    let names: Vec<&str> = text.split(',').collect();
    let is_repeated = |(at, name): (usize, &&str)| names[..at].contains(name);
    let legal = names.len() <= limits::ZONES_MAX
        && names.iter().all(|name| is_resource_name(name))
        && !names.iter().enumerate().any(is_repeated);
    legal.then(|| Self(names.into_iter().map(str::to_owned).collect()))
});

pub(crate) async fn connect(cx: Cx, request: ConnectKmsInstance) -> Result<Done, Error> {
    let network = InstanceNetwork {
        network: request.vpc_id.0,
        subnets: request.vswitch_ids.0,
        zones: request.zone_ids.0,
    };
    done(cx.engine.connect_instance(cx.caller, request.kms_instance_id.0, network).await)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UpdateKmsInstanceBindVpc {
    kms_instance_id: InstanceName,
    bind_vpcs: BindVpcs,
}

/// A JSON list of networks.
struct BindVpcs(Vec<BindVpc>);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct BindVpc {
    vpc_id: String,
    #[serde(rename = "VSwitchId")]
    vswitch_id: String,
    /// Empty and absent mean the instance's region.
    #[serde(default)]
    region_id: String,
    vpc_owner_id: Option<OwnerId>,
}

/// The id of an account. Clients send it as a number or as a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum OwnerId {
    Number(u64),
    Text(String),
}

parsed!(BindVpcs, Open, |text: String| {
    let networks: Vec<BindVpc> = serde_json::from_str(&text).ok()?;
    let is_legal = |it: &BindVpc| {
        is_resource_name(&it.vpc_id)
            && is_resource_name(&it.vswitch_id)
            && (it.region_id.is_empty() || Realm::is_region_id(&it.region_id))
    };
    (networks.len() <= limits::NETWORKS_MAX && networks.iter().all(is_legal))
        .then_some(Self(networks))
});

impl BindVpc {
    /// The network. Without an owner, it belongs to the account of the realm.
    fn within(self, realm: &Realm) -> BoundNetwork {
        let region = Some(self.region_id).filter(|region| !region.is_empty());
        let owner = match self.vpc_owner_id {
            Some(OwnerId::Number(number)) => number.to_string(),
            Some(OwnerId::Text(text)) if !text.is_empty() => text,
            Some(OwnerId::Text(_)) | None => realm.account.to_string(),
        };
        BoundNetwork {
            region: region.unwrap_or_else(|| realm.region.to_string()),
            network: self.vpc_id,
            subnet: self.vswitch_id,
            owner,
        }
    }
}

pub(crate) async fn bind(cx: Cx, request: UpdateKmsInstanceBindVpc) -> Result<Done, Error> {
    let networks = request.bind_vpcs.0.into_iter().map(|it| it.within(&cx.caller.realm)).collect();
    done(cx.engine.bind_instance(cx.caller, request.kms_instance_id.0, networks).await)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UpdateKmsInstance {
    kms_instance_id: InstanceName,
    instance_name: Text<{ limits::INSTANCE_MAX }>,
}

pub(crate) async fn rename(cx: Cx, request: UpdateKmsInstance) -> Result<Done, Error> {
    let (id, name) = (request.kms_instance_id.0, request.instance_name.0);
    done(cx.engine.rename_instance(cx.caller, id, name).await)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ReleaseKmsInstance {
    kms_instance_id: InstanceName,
    #[serde(default)]
    force_delete_without_backup: bool,
}

pub(crate) async fn release(cx: Cx, request: ReleaseKmsInstance) -> Result<Done, Error> {
    let (id, without_backup) = (request.kms_instance_id.0, request.force_delete_without_backup);
    done(cx.engine.release_instance(cx.caller, id, without_backup).await)
}
