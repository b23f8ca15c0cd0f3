//! Issuing tokens.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::listing::{self, Service};
use super::sealed::{self, Claims, Purpose};
use super::sign_in::{Auth, Method, Named, Scope};
use crate::dialects::huawei::{codes, projects};
use crate::dialects::users::{Policy, Project, User};
use crate::dialects::wire::values::OpenText;
use crate::dialects::{Account, Cx, Error};
use crate::engine;
use crate::model::Realm;
use crate::world::Instant;

/// How long a token lasts.
const LIFETIME: Duration = Duration::from_hours(24);

#[derive(Deserialize)]
pub(crate) struct CreateToken {
    /// The JSON text of [`Auth`].
    auth: String,
    #[serde(rename = "kmsim-origin")]
    origin: OpenText,
}

#[derive(Serialize)]
pub(crate) struct Issued {
    token: Token,
    /// Becomes a header.
    x_subject_token: String,
}

#[derive(Serialize)]
struct Token {
    methods: [&'static str; 1],
    issued_at: String,
    expires_at: String,
    user: Owned,
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<Owned>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<Entity>,
    roles: Vec<Entity>,
    catalog: Vec<Service>,
}

#[derive(Clone, Serialize)]
struct Entity {
    id: String,
    name: String,
}

/// A user or a project, in its domain.
#[derive(Serialize)]
struct Owned {
    id: String,
    name: String,
    domain: Entity,
}

pub(crate) fn create(cx: &Cx, request: CreateToken) -> Result<Issued, Error> {
    let auth = Auth::parse(&request.auth)?;
    let method = auth.method()?;
    let project = project(cx, auth.scope.as_ref())?;
    let realm = match &project {
        Some(project) => Realm { region: project.region.clone(), ..cx.caller.realm.clone() },
        None => cx.caller.realm.clone(),
    };
    let user = &cx.user.clone().unwrap_or_else(|| Arc::new(unchecked_user(&cx.account)));
    let issued = cx.engine.now(&realm);
    // A token that is exchanged for another does not live longer by it.
    let earlier = auth.earlier_token().filter(|_| method == Method::Token);
    let expires = earlier.and_then(sealed::claimed_expiry);
    let claims = Claims {
        account: cx.account.id.to_string(),
        user: user.id.clone(),
        issued,
        expires: expires.unwrap_or_else(|| issued.plus(LIFETIME)),
        purpose: match &project {
            Some(project) => Purpose::Project(project.id.to_string()),
            None => Purpose::Domain,
        },
    };
    let x_subject_token =
        sealed::seal(user, &claims).ok_or(engine::Error::Internal("a token cannot be written"))?;
    let token = describe(cx, &request.origin, user, (method, &claims), project.as_ref());
    Ok(Issued { token, x_subject_token })
}

/// A user for whom nobody signed in, because nothing is checked. A server that checks does not know
/// it.
fn unchecked_user(account: &Account) -> User {
    const NAME: &str = "unchecked";
    let names = (&*account.id, User::derived_id(&account.id, NAME), NAME.to_owned());
    User::new(names, None, std::iter::empty(), Vec::new())
}

/// The project of a scope. `None` for a scope without a project.
fn project(cx: &Cx, scope: Option<&Scope>) -> Result<Option<Project>, Error> {
    let unknown = |what: &str| Error::from(codes::IAM_NOT_FOUND.with(&[what]));
    match scope {
        Some(Scope { project: Some(named), .. }) => {
            let default_region = &cx.caller.realm.region;
            let mut all = projects::all(&cx.account, default_region).into_iter();
            let found = all.find(|project| named.is(&project.id, &project.name));
            let named_by_id = || match named {
                Named { id: Some(id), name: None } => {
                    projects::unlisted(&cx.account, id, default_region)
                }
                _ => None,
            };
            found.or_else(named_by_id).map(Some).ok_or_else(|| unknown("the project"))
        }
        Some(Scope { project: None, domain: Some(domain) }) if !domain.is_account(&cx.account) => {
            Err(unknown("the domain"))
        }
        _ => Ok(None),
    }
}

fn describe(
    cx: &Cx,
    origin: &str,
    user: &User,
    (method, claims): (Method, &Claims),
    project: Option<&Project>,
) -> Token {
    let domain = |id: &str| Entity {
        id: id.to_owned(),
        name: projects::domain_name(&cx.account).to_owned(),
    };
    let own = projects::domains(&cx.account).next().unwrap_or(&cx.account.id);
    let role = |policy: &Policy| match policy {
        Policy::Named(name) => Some(Entity { id: "0".to_owned(), name: name.clone() }),
        Policy::Document(_) => None,
    };
    Token {
        methods: [method.word()],
        issued_at: date(claims.issued),
        expires_at: date(claims.expires),
        user: Owned { id: user.id.clone(), name: user.name.clone(), domain: domain(own) },
        project: project.map(|project| Owned {
            id: project.id.to_string(),
            name: project.name.clone(),
            domain: domain(&project.domain),
        }),
        domain: project.is_none().then(|| domain(own)),
        roles: user.policies.iter().filter_map(role).collect(),
        catalog: listing::services(cx, origin, project.map(|project| &*project.region)),
    }
}

/// A date of this service: RFC 3339 with six digits of a second.
pub(super) fn date(at: Instant) -> String {
    let text = at.to_string();
    let whole = text.strip_suffix('Z').unwrap_or(&text);
    format!("{whole}.{:03}000Z", at.millis().rem_euclid(1000))
}
