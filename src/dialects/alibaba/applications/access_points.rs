//! Application access points.

use serde::{Deserialize, Serialize};

use super::parameters::{Description, PageRequest, PointName, PolicyNames, compact};
use crate::dialects::alibaba::listing::{Listing, page};
use crate::dialects::alibaba::names;
use crate::dialects::wire::answer::{Done, done};
use crate::dialects::{Cx, Error};
use crate::engine::NewApplication;
use crate::model::{Application, Realm};

/// How an application proves who it is.
#[derive(Clone, Copy, Default, Deserialize, Serialize)]
pub(crate) enum AuthenticationMethod {
    /// By the signature of a client key.
    #[default]
    ClientKey,
}

/// An application access point in answers.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Described {
    arn: String,
    name: String,
    authentication_method: AuthenticationMethod,
    description: String,
    /// A JSON list of names.
    policies: String,
}

impl Described {
    fn of(realm: &Realm, application: &Application) -> Self {
        let name = &application.name;
        Self {
            arn: names::arn(realm, format_args!("applicationaccesspoint/{name}")),
            name: name.to_string(),
            authentication_method: AuthenticationMethod::ClientKey,
            description: application.description.clone(),
            policies: compact(&application.policies),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CreateApplicationAccessPoint {
    name: PointName,
    policies: PolicyNames,
    #[serde(default, rename = "AuthenticationMethod")]
    _authentication_method: AuthenticationMethod,
    #[serde(default)]
    description: Description,
}

pub(crate) async fn create(
    cx: Cx,
    request: CreateApplicationAccessPoint,
) -> Result<Described, Error> {
    let realm = cx.caller.realm.clone();
    let new = NewApplication {
        name: request.name.0,
        policies: request.policies.0,
        description: request.description.0,
    };
    let created = cx.engine.create_application(cx.caller, new).await?;
    Ok(Described::of(&realm, &created))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct OneApplicationAccessPoint {
    name: PointName,
}

pub(crate) fn describe(cx: &Cx, request: OneApplicationAccessPoint) -> Result<Described, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let found = snapshot.view(&cx.caller).application(&request.name.0)?;
    Ok(Described::of(&cx.caller.realm, found))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UpdateApplicationAccessPoint {
    name: PointName,
    policies: Option<PolicyNames>,
    description: Option<Description>,
}

pub(crate) async fn update(cx: Cx, request: UpdateApplicationAccessPoint) -> Result<Done, Error> {
    let policies = request.policies.map(|it| it.0);
    let description = request.description.map(|it| it.0);
    done(cx.engine.update_application(cx.caller, request.name.0, policies, description).await)
}

pub(crate) async fn delete(cx: Cx, request: OneApplicationAccessPoint) -> Result<Done, Error> {
    done(cx.engine.delete_application(cx.caller, request.name.0).await)
}

/// An application access point in a list.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Listed {
    name: String,
    authentication_method: AuthenticationMethod,
}

pub(crate) fn list(cx: &Cx, request: PageRequest) -> Result<Listing<Listed>, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let all = snapshot.view(&cx.caller).applications();
    let page = page(all, request.page_number, request.page_size);
    Ok(page.listing(("ApplicationAccessPoints", "ApplicationAccessPoint"), |it| Listed {
        name: it.name.to_string(),
        authentication_method: AuthenticationMethod::ClientKey,
    }))
}
