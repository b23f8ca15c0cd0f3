//! Grants of keys. A grant lists what its grantee may do with one key.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::page::Page;
use super::values::{Decimal, KeyName, alias_name, date};
use super::{codes, rules};
use crate::dialects::wire::answer::{Done, done};
use crate::dialects::wire::values::OpenText;
use crate::dialects::{Cx, Error};
use crate::engine::{NewGrant, Operation};
use crate::model::{Grant, GrantId, Grantee};

/// The operation that a grant may not list alone.
const CREATE_GRANT: &str = "create-grant";

/// Checks the id of a user or a domain: 1 to 64 letters and digits.
///
/// # Errors
/// `KMS.2402`.
fn principal(id: &OpenText, name: &str) -> Result<Arc<str>, Error> {
    if (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric()) {
        Ok((&**id).into())
    } else {
        Err(codes::INVALID_USER_ID.with(&[name]).into())
    }
}

/// The id of a grant.
///
/// # Errors
/// `KMS.2501`: not 64 hexadecimal digits.
fn grant_id(id: &OpenText) -> Result<GrantId, Error> {
    let is_legal = id.len() == 64 && id.bytes().all(|b| b.is_ascii_hexdigit());
    let id = GrantId::parse(&id.to_ascii_lowercase()).filter(|_| is_legal);
    id.ok_or_else(|| codes::INVALID_GRANT_ID.with(&["grant_id"]).into())
}

#[derive(Deserialize)]
pub(crate) struct CreateGrant {
    key_id: KeyName,
    grantee_principal: OpenText,
    operations: Vec<OpenText>,
    name: Option<OpenText>,
    retiring_principal: Option<OpenText>,
    grantee_principal_type: Option<OpenText>,
}

impl CreateGrant {
    fn grantee(&self) -> Result<Grantee, Error> {
        let id = principal(&self.grantee_principal, "grantee_principal")?;
        match self.grantee_principal_type.as_deref().unwrap_or("user") {
            "user" => Ok(Grantee::User(id)),
            "domain" => Ok(Grantee::Account(id)),
            _ => Err(Error::Invalid("grantee_principal_type".into())),
        }
    }

    fn grant(&self) -> Result<NewGrant, Error> {
        let known = |word: &OpenText| rules::GRANT_OPERATIONS.contains(&&**word);
        if !self.operations.iter().all(known) {
            return Err(Error::Invalid("operations".into()));
        }
        if self.operations.iter().all(|word| **word == *CREATE_GRANT) {
            return Err(codes::GRANT_NEEDS_ANOTHER_OPERATION.with(&["operations"]).into());
        }
        let name = |name: &OpenText| alias_name(name).ok_or(Error::Invalid("name".into()));
        let retiring = self.retiring_principal.as_ref();
        Ok(NewGrant {
            grantee: self.grantee()?,
            operations: self.operations.iter().map(|word| word.0.clone()).collect(),
            name: self.name.as_ref().map(name).transpose()?.map(|name| name.to_string()),
            retiring: retiring.map(|id| principal(id, "retiring_principal")).transpose()?,
        })
    }
}

#[derive(Serialize)]
pub(crate) struct Created {
    grant_id: String,
}

pub(crate) async fn create(cx: Cx, request: CreateGrant) -> Result<Created, Error> {
    let (key, new) = (request.key_id.key()?, request.grant()?);
    let grant = cx.engine.create_grant(cx.caller, key, new).await?;
    Ok(Created { grant_id: grant.id.to_string() })
}

#[derive(Deserialize)]
pub(crate) struct OneGrant {
    key_id: KeyName,
    grant_id: OpenText,
}

pub(crate) async fn revoke(cx: Cx, request: OneGrant) -> Result<Done, Error> {
    let (key, grant) = (request.key_id.key()?, grant_id(&request.grant_id)?);
    done(cx.engine.revoke_grant(cx.caller, key, grant).await)
}

pub(crate) async fn retire(cx: Cx, request: OneGrant) -> Result<Done, Error> {
    let (key, grant) = (request.key_id.key()?, grant_id(&request.grant_id)?);
    done(cx.engine.retire_grant(cx.caller, key, grant).await)
}

/// A grant in answers.
#[derive(Serialize)]
struct GrantInfo {
    key_id: String,
    grant_id: String,
    grantee_principal: String,
    grantee_principal_type: &'static str,
    operations: Vec<String>,
    issuing_principal: String,
    creation_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retiring_principal: Option<String>,
}

impl GrantInfo {
    fn of(grant: &Arc<Grant>) -> Self {
        let (grantee, grantee_principal_type) = match &grant.grantee {
            Grantee::User(id) => (id, "user"),
            Grantee::Account(id) => (id, "domain"),
        };
        Self {
            key_id: grant.key.to_string(),
            grant_id: grant.id.to_string(),
            grantee_principal: grantee.to_string(),
            grantee_principal_type,
            operations: grant.operations.iter().cloned().collect(),
            issuing_principal: grant.issuer.to_string(),
            creation_date: date(grant.created_at),
            name: grant.name.clone(),
            retiring_principal: grant.retiring.as_ref().map(ToString::to_string),
        }
    }
}

#[derive(Serialize)]
pub(crate) struct Listed {
    grants: Vec<GrantInfo>,
    next_marker: String,
    truncated: &'static str,
    total: usize,
}

impl Listed {
    fn of<'a>(page: Page, grants: impl Iterator<Item = &'a Arc<Grant>>) -> Self {
        let page = page.cut(grants, GrantInfo::of);
        let truncated = page.truncated();
        Self { grants: page.rows, next_marker: page.next_marker, truncated, total: page.total }
    }
}

#[derive(Deserialize)]
pub(crate) struct ListGrants {
    key_id: KeyName,
    limit: Option<Decimal>,
    marker: Option<Decimal>,
}

pub(crate) fn list(cx: &Cx, request: ListGrants) -> Result<Listed, Error> {
    let key = request.key_id.key()?;
    let page = Page::parse(request.limit.as_ref(), request.marker.as_ref())?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let view = snapshot.view(&cx.caller);
    let key = view.admit(&key, Operation::ListGrants)?.key();
    Ok(Listed::of(page, view.grants_of(key).iter()))
}

#[derive(Deserialize)]
pub(crate) struct ListRetirable {
    limit: Option<Decimal>,
    marker: Option<Decimal>,
}

pub(crate) fn list_retirable(cx: &Cx, request: ListRetirable) -> Result<Listed, Error> {
    let page = Page::parse(request.limit.as_ref(), request.marker.as_ref())?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    Ok(Listed::of(page, snapshot.view(&cx.caller).retirable_grants()))
}
