//! KMS instances in answers.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::dialects::alibaba::account::NoParams;
use crate::dialects::alibaba::listing::{Filters, Listing, PageNumber, PageSize, Wrapped, page};
use crate::dialects::alibaba::names::{self, InstanceName};
use crate::dialects::alibaba::words;
use crate::dialects::{Cx, Error};
use crate::engine::{self, InstanceError, View};
use crate::model::{BoundNetwork, Instance, InstanceKind};

/// The `EndDate` of an instance that has no end.
const NEVER: &str = "2999-09-09T16:00:00Z";

/// The name of an instance. Until it has one, that is its id.
fn name_of(instance: &Instance) -> &str {
    if instance.name.is_empty() { instance.id.as_str() } else { &instance.name }
}

#[derive(Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct ListKmsInstances {
    page_number: PageNumber,
    page_size: PageSize,
    filters: Filters<Property>,
}

impl Default for ListKmsInstances {
    fn default() -> Self {
        let (page_number, filters) = (PageNumber::default(), Filters::default());
        Self { page_number, page_size: PageSize::twenty(), filters }
    }
}

/// The property in filters of instances.
#[derive(Debug, Deserialize, PartialEq)]
pub(crate) enum Property {
    InstanceName,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct InstanceEntry {
    kms_instance_id: String,
    kms_instance_arn: String,
}

pub(crate) fn list(cx: &Cx, request: ListKmsInstances) -> Result<Listing<InstanceEntry>, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let pass = |instance: &Instance| {
        request.filters.pass(|property, value| match property {
            Property::InstanceName => name_of(instance) == value,
        })
    };
    let all = snapshot.view(&cx.caller).instances().filter(|instance| pass(instance));
    let page = page(all, request.page_number, request.page_size);
    Ok(page.listing(("KmsInstances", "KmsInstance"), |instance| InstanceEntry {
        kms_instance_id: instance.id.to_string(),
        kms_instance_arn: names::arn(&cx.caller.realm, format_args!("keystore/{}", instance.id)),
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct OneInstance {
    kms_instance_id: InstanceName,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Described {
    kms_instance: Found,
}

/// An instance, or that there is none. Terraform's provider waits for this answer after a refund.
#[derive(Serialize)]
#[serde(untagged)]
enum Found {
    Instance(Box<KmsInstance>),
    #[serde(rename_all = "PascalCase")]
    Nothing {
        instance_id: &'static str,
    },
}

/// An instance in answers. The number of secrets is a text, as in the newest SDK.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct KmsInstance {
    instance_id: String,
    instance_name: String,
    status: &'static str,
    create_time: String,
    start_date: String,
    end_date: String,
    spec: u32,
    key_num: u32,
    secret_num: String,
    vpc_num: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    vpc_id: Option<String>,
    vswitch_ids: Vec<String>,
    zone_ids: Vec<String>,
    bind_vpcs: Wrapped<Vec<BindVpc>>,
    ca_certificate_chain_pem: String,
    charge_type: &'static str,
    product_type: &'static str,
    product_version: &'static str,
    log: u8,
    log_storage: u32,
    sale_status: &'static str,
    deletion_protection: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    deletion_protection_description: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct BindVpc {
    region_id: String,
    vpc_id: String,
    #[serde(rename = "VSwitchId")]
    vswitch_id: String,
    vpc_owner_id: String,
}

impl BindVpc {
    fn of(bound: &BoundNetwork) -> Self {
        let BoundNetwork { region, network, subnet, owner } = bound.clone();
        Self { region_id: region, vpc_id: network, vswitch_id: subnet, vpc_owner_id: owner }
    }
}

impl KmsInstance {
    fn of(instance: &Instance, authority: &str) -> Self {
        let capacity = &instance.capacity;
        let network = instance.network.as_ref();
        let (charge_type, product_type) = if instance.prepaid {
            ("PREPAY", "kms_ddi_public_cn")
        } else {
            ("POSTPAY", "kms_ppi_public_cn")
        };
        let reason = instance.deletion_protection.as_ref();
        Self {
            instance_id: instance.id.to_string(),
            instance_name: name_of(instance).to_owned(),
            status: words::instance_status_word(instance.status),
            create_time: instance.created_at.to_string(),
            start_date: instance.created_at.to_string(),
            end_date: instance.ends_at.map_or_else(|| NEVER.to_owned(), |at| at.to_string()),
            spec: capacity.throughput,
            key_num: capacity.keys,
            secret_num: capacity.secrets.to_string(),
            vpc_num: capacity.networks,
            vpc_id: network.map(|it| it.network.clone()),
            vswitch_ids: network.map(|it| it.subnets.clone()).unwrap_or_default(),
            zone_ids: network.map(|it| it.zones.clone()).unwrap_or_default(),
            bind_vpcs: Wrapped(
                "BindVpc",
                instance.bound_networks.iter().map(BindVpc::of).collect(),
            ),
            // As in the sample, lines end with CR LF.
            ca_certificate_chain_pem: authority.replace('\n', "\r\n"),
            charge_type,
            product_type,
            product_version: match instance.kind {
                InstanceKind::Software => "3",
                InstanceKind::Hardware => "5",
            },
            log: capacity.logs.is_some().into(),
            log_storage: capacity.logs.unwrap_or_default(),
            sale_status: "Normal",
            deletion_protection: reason.is_some(),
            deletion_protection_description: reason.filter(|reason| !reason.is_empty()).cloned(),
        }
    }
}

pub(crate) fn get(cx: &Cx, request: OneInstance) -> Result<Described, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let kms_instance = match snapshot.view(&cx.caller).instance(&request.kms_instance_id.0) {
        Ok(instance) => Found::Instance(Box::new(KmsInstance::of(instance, &cx.server.authority))),
        Err(engine::Error::Instance(InstanceError::NotFound)) => Found::Nothing { instance_id: "" },
        Err(error) => return Err(error.into()),
    };
    Ok(Described { kms_instance })
}

/// The instance that is meant where none is named: the oldest one.
fn default_of<'a>(view: &View<'a>) -> Result<&'a Arc<Instance>, Error> {
    Ok(view.instances().next().ok_or(InstanceError::NotFound)?)
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DefaultInstance {
    default_kms_instance_id: String,
}

pub(crate) fn get_default(cx: &Cx, _: NoParams) -> Result<DefaultInstance, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let instance = default_of(&snapshot.view(&cx.caller))?;
    Ok(DefaultInstance { default_kms_instance_id: instance.id.to_string() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetKmsInstanceQuotaInfos {
    kms_instance_id: Option<InstanceName>,
    resource_type: Option<QuotaType>,
}

/// What an instance has quotas of.
#[derive(Clone, Copy, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum QuotaType {
    Key,
    Secret,
    Qps,
    Vpc,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Quotas {
    kms_instance_id: String,
    kms_instance_quota_infos: Vec<QuotaInfo>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct QuotaInfo {
    resource_type: QuotaType,
    resource_quota: u32,
    used_quantity: usize,
}

/// Requests per second are not counted: none are in use.
pub(crate) fn quotas(cx: &Cx, request: GetKmsInstanceQuotaInfos) -> Result<Quotas, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let view = snapshot.view(&cx.caller);
    let id = match request.kms_instance_id {
        Some(name) => name.0,
        None => default_of(&view)?.id.clone(),
    };
    let instance = view.connected_instance(&id)?;
    let (capacity, used) = (&instance.capacity, view.instance_use(instance));
    let all = [
        (QuotaType::Key, capacity.keys, used.keys),
        (QuotaType::Secret, capacity.secrets, used.secrets),
        (QuotaType::Qps, capacity.throughput, 0),
        (QuotaType::Vpc, capacity.networks, used.networks),
    ];
    let wanted = |kind| request.resource_type.is_none_or(|it| it == kind);
    let infos = all.into_iter().filter(|(kind, ..)| wanted(*kind)).map(
        |(resource_type, resource_quota, used_quantity)| QuotaInfo {
            resource_type,
            resource_quota,
            used_quantity,
        },
    );
    Ok(Quotas { kms_instance_id: id.to_string(), kms_instance_quota_infos: infos.collect() })
}
