//! Access points of keyspaces. They are kept and returned; nothing checks them.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::page::{Page, PageInfo};
use super::values::{Decimal, alias_name, date, described, uuid};
use crate::algorithms::pem;
use crate::dialects::wire::answer::{Done, done};
use crate::dialects::wire::values::OpenText;
use crate::dialects::{Cx, Error};
use crate::engine::NewAccessPoint;
use crate::model::{AccessPoint, AccessPointId, AccessPointKind, KeyspaceId};

/// The kinds, by their numbers: an elastic cloud server, a container cluster, anything else.
const KINDS: [(u64, AccessPointKind); 3] =
    [(1, AccessPointKind::Machine), (2, AccessPointKind::Cluster), (3, AccessPointKind::Custom)];

fn number_of(kind: AccessPointKind) -> u64 {
    KINDS.iter().find(|(_, it)| *it == kind).map_or(0, |(number, _)| *number)
}

#[derive(Deserialize)]
pub(crate) struct CreateAccessPoint {
    keyspace_id: OpenText,
    access_point_name: OpenText,
    #[serde(rename = "type")]
    kind: Decimal,
    identity: Option<OpenText>,
    cluster_id: Option<OpenText>,
    description: Option<String>,
}

#[derive(Serialize)]
pub(crate) struct Created {
    access_point_id: String,
}

pub(crate) async fn create(cx: Cx, request: CreateAccessPoint) -> Result<Created, Error> {
    let number = request.kind.number();
    let kind = KINDS.iter().find(|(it, _)| Some(*it) == number);
    let kind = kind.ok_or(Error::Invalid("type".into()))?.1;
    if kind == AccessPointKind::Cluster && request.cluster_id.is_none() {
        return Err(Error::Missing("cluster_id".into()));
    }
    let name = alias_name(&request.access_point_name);
    let new = NewAccessPoint {
        keyspace: uuid(&request.keyspace_id, "keyspace_id", KeyspaceId::parse)?,
        name: name.ok_or(Error::Invalid("access_point_name".into()))?.to_string(),
        kind,
        identity: request.identity.map(|text| text.0),
        cluster: request.cluster_id.map(|text| text.0),
        description: described(request.description)?.unwrap_or_default(),
    };
    let access_point = cx.engine.create_access_point(cx.caller, new).await?;
    Ok(Created { access_point_id: access_point.id.to_string() })
}

#[derive(Deserialize)]
pub(crate) struct OneAccessPoint {
    access_point_id: OpenText,
}

impl OneAccessPoint {
    fn id(&self) -> Result<AccessPointId, Error> {
        uuid(&self.access_point_id, "access_point_id", AccessPointId::parse)
    }
}

/// An access point in answers. The name of the last member is the SDKs'.
#[derive(Serialize)]
struct AccessPointInfo {
    access_point_id: String,
    keyspace_id: String,
    access_point_name: String,
    state: u8,
    #[serde(rename = "type")]
    kind: u64,
    created_by: String,
    create_time: String,
    lsat_modify_time: String,
}

impl AccessPointInfo {
    fn of(it: &AccessPoint) -> Self {
        Self {
            access_point_id: it.id.to_string(),
            keyspace_id: it.keyspace.to_string(),
            access_point_name: it.name.clone(),
            state: u8::from(it.enabled),
            kind: number_of(it.kind),
            created_by: it.creator.to_string(),
            create_time: date(it.created_at),
            lsat_modify_time: date(it.changed_at),
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct ListAccessPoints {
    keyspace_id: OpenText,
    limit: Option<Decimal>,
    marker: Option<Decimal>,
}

#[derive(Serialize)]
pub(crate) struct Listed {
    page_info: PageInfo,
    access_points: Vec<AccessPointInfo>,
}

pub(crate) fn list(cx: &Cx, request: ListAccessPoints) -> Result<Listed, Error> {
    let page = Page::parse(request.limit.as_ref(), request.marker.as_ref())?;
    let keyspace = uuid(&request.keyspace_id, "keyspace_id", KeyspaceId::parse)?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let all = snapshot.view(&cx.caller).access_points(&keyspace);
    let (access_points, page_info) = page.cut(all, |it| AccessPointInfo::of(it)).with_info();
    Ok(Listed { page_info, access_points })
}

pub(crate) async fn enable(cx: Cx, request: OneAccessPoint) -> Result<Done, Error> {
    done(cx.engine.switch_access_point(cx.caller, request.id()?, true).await)
}

pub(crate) async fn disable(cx: Cx, request: OneAccessPoint) -> Result<Done, Error> {
    done(cx.engine.switch_access_point(cx.caller, request.id()?, false).await)
}

pub(crate) async fn delete(cx: Cx, request: OneAccessPoint) -> Result<Done, Error> {
    done(cx.engine.delete_access_point(cx.caller, request.id()?).await)
}

#[derive(Serialize)]
pub(crate) struct PrivateKey {
    access_point_id: String,
    private_key: Zeroizing<String>,
}

/// The private key, which only a custom access point has, in PEM.
pub(crate) fn private_key(cx: &Cx, request: OneAccessPoint) -> Result<PrivateKey, Error> {
    let id = request.id()?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let found = snapshot.view(&cx.caller).access_point(&id)?;
    let key = found.owners_key().ok_or(Error::Invalid("access_point_id".into()))?;
    let unwritten = |_| crate::engine::Error::Internal("a private key cannot be written");
    let private_key = pem::write_private_key(key).map_err(unwritten)?;
    Ok(PrivateKey { access_point_id: id.to_string(), private_key })
}
