//! Key policies of keyspaces. They are kept and returned; nothing enforces them.

use serde::{Deserialize, Serialize};

use super::page::{Page, PageInfo};
use super::values::{Decimal, alias_name, date, described, uuid};
use crate::dialects::wire::answer::{Done, done};
use crate::dialects::wire::values::OpenText;
use crate::dialects::{Cx, Error};
use crate::engine::NewKeyspacePolicy;
use crate::model::{KeyspaceId, KeyspacePolicy, KeyspacePolicyId};

/// A policy's document. Its members have two spellings: that of most answers, and that of lists.
#[derive(Deserialize, Serialize)]
pub(crate) struct Document {
    version: String,
    #[serde(alias = "validityPeriod", skip_serializing_if = "Option::is_none")]
    validity_period: Option<Period>,
    #[serde(alias = "allowedAccessPoint", skip_serializing_if = "Option::is_none")]
    allowed_access_point: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_data_security_zone: Option<Vec<String>>,
}

/// When a policy is in force.
#[derive(Deserialize, Serialize)]
struct Period {
    #[serde(skip_serializing_if = "Option::is_none")]
    start_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time: Option<String>,
}

/// A document in lists.
#[derive(Serialize)]
struct ListedDocument {
    version: String,
    #[serde(rename = "validityPeriod", skip_serializing_if = "Option::is_none")]
    validity_period: Option<Period>,
    #[serde(rename = "allowedAccessPoint", skip_serializing_if = "Option::is_none")]
    allowed_access_point: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_data_security_zone: Option<Vec<String>>,
}

impl From<Document> for ListedDocument {
    fn from(document: Document) -> Self {
        Self {
            version: document.version,
            validity_period: document.validity_period,
            allowed_access_point: document.allowed_access_point,
            allowed_data_security_zone: document.allowed_data_security_zone,
        }
    }
}

/// Reads a document.
///
/// # Errors
/// `KMS.0308`: it is not the JSON text of such an object.
fn document(text: &str) -> Result<Document, Error> {
    serde_json::from_str(text).map_err(|_| Error::Invalid("policy".into()))
}

/// The document as it is stored: compact JSON, with the names of most answers.
fn stored(text: &str) -> Result<String, Error> {
    serde_json::to_string(&document(text)?).map_err(|_| Error::Invalid("policy".into()))
}

#[derive(Deserialize)]
pub(crate) struct CreateKeyPolicy {
    keyspace_id: OpenText,
    policy_name: OpenText,
    policy: String,
    description: Option<String>,
}

#[derive(Serialize)]
pub(crate) struct Created {
    policy_id: String,
}

pub(crate) async fn create(cx: Cx, request: CreateKeyPolicy) -> Result<Created, Error> {
    let name = alias_name(&request.policy_name);
    let new = NewKeyspacePolicy {
        keyspace: uuid(&request.keyspace_id, "keyspace_id", KeyspaceId::parse)?,
        name: name.ok_or(Error::Invalid("policy_name".into()))?.to_string(),
        document: stored(&request.policy)?,
        description: described(request.description)?.unwrap_or_default(),
    };
    let policy = cx.engine.create_keyspace_policy(cx.caller, new).await?;
    Ok(Created { policy_id: policy.id.to_string() })
}

#[derive(Deserialize)]
pub(crate) struct OnePolicy {
    policy_id: OpenText,
}

fn policy_id(id: &OpenText) -> Result<KeyspacePolicyId, Error> {
    uuid(id, "policy_id", KeyspacePolicyId::parse)
}

/// A policy in answers, with its document in one of the two spellings. Nothing accesses policies,
/// so the time of the last access is empty.
#[derive(Serialize)]
pub(crate) struct PolicyInfo<D> {
    policy_id: String,
    policy_name: String,
    keyspace_id: String,
    policy: D,
    description: String,
    created_by: String,
    create_time: String,
    last_modify_time: String,
    last_access_time: &'static str,
}

impl<D: From<Document>> PolicyInfo<D> {
    fn of(it: &KeyspacePolicy) -> Result<Self, Error> {
        Ok(Self {
            policy_id: it.id.to_string(),
            policy_name: it.name.clone(),
            keyspace_id: it.keyspace.to_string(),
            policy: document(&it.document)?.into(),
            description: it.description.clone(),
            created_by: it.creator.to_string(),
            create_time: date(it.created_at),
            last_modify_time: date(it.changed_at),
            last_access_time: "",
        })
    }
}

pub(crate) fn show(cx: &Cx, request: OnePolicy) -> Result<PolicyInfo<Document>, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    PolicyInfo::of(snapshot.view(&cx.caller).keyspace_policy(&policy_id(&request.policy_id)?)?)
}

#[derive(Deserialize)]
pub(crate) struct ListKeyPolicies {
    keyspace_id: OpenText,
    limit: Option<Decimal>,
    marker: Option<Decimal>,
}

#[derive(Serialize)]
pub(crate) struct Listed {
    page_info: PageInfo,
    keyspace_policies: Vec<PolicyInfo<ListedDocument>>,
}

pub(crate) fn list(cx: &Cx, request: ListKeyPolicies) -> Result<Listed, Error> {
    let page = Page::parse(request.limit.as_ref(), request.marker.as_ref())?;
    let keyspace = uuid(&request.keyspace_id, "keyspace_id", KeyspaceId::parse)?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let all = snapshot.view(&cx.caller).keyspace_policies(&keyspace);
    let (rows, page_info) = page.cut(all, |it| PolicyInfo::of(it)).with_info();
    let policies: Result<_, Error> = rows.into_iter().collect();
    Ok(Listed { page_info, keyspace_policies: policies? })
}

#[derive(Deserialize)]
pub(crate) struct UpdateKeyPolicy {
    policy_id: OpenText,
    policy: String,
    description: Option<String>,
}

#[derive(Serialize)]
pub(crate) struct Updated {
    policy_id: String,
    policy: Document,
    description: String,
    last_modify_time: String,
}

pub(crate) async fn update(cx: Cx, request: UpdateKeyPolicy) -> Result<Updated, Error> {
    let id = policy_id(&request.policy_id)?;
    let (stored, described) = (stored(&request.policy)?, described(request.description)?);
    let it = cx.engine.update_keyspace_policy(cx.caller, id, stored, described).await?;
    Ok(Updated {
        policy_id: it.id.to_string(),
        policy: document(&it.document)?,
        description: it.description.clone(),
        last_modify_time: date(it.changed_at),
    })
}

pub(crate) async fn delete(cx: Cx, request: OnePolicy) -> Result<Done, Error> {
    done(cx.engine.delete_keyspace_policy(cx.caller, policy_id(&request.policy_id)?).await)
}
