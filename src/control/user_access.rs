//! What users, roles and applications may do: explains decisions, decides without acting, and
//! suggests policies.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::Uri;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answer::{Answer, JsonBody, Refused};
use super::endpoints::Endpoints;
use super::names;
use super::requests::kept;
use super::scope::ScopeParams;
use crate::app::App;
use crate::dialects::{Cloud, Hypothetical, PROFILES, Unanswered};
use crate::model::Realm;
use crate::watch::journal::{Condition, Filter, Since};
use crate::watch::{Asker, Check, Decision, PolicyRefusal};

pub(super) fn endpoints() -> Endpoints {
    Endpoints::on_page(include_str!("openapi/user_access.json"))
        .get("/_kmsim/access/{request_id}", explain)
        .get("/_kmsim/access/policy", suggest)
        .post("/_kmsim/access/check", check)
}

/// A decision as JSON.
#[derive(Serialize)]
pub(super) struct ShownDecision {
    allowed: bool,
    /// Whether the account limits its users. Applications are always limited.
    enforced: bool,
    user: Option<String>,
    role: Option<String>,
    application: Option<String>,
    checks: Vec<ShownCheck>,
}

#[derive(Serialize)]
struct ShownCheck {
    action: String,
    resource: String,
    allowed: Option<bool>,
    why: Option<&'static str>,
    layer: Option<&'static str>,
    policy: Option<String>,
    statement: Option<usize>,
    sid: Option<String>,
    refusals: Vec<ShownRefusal>,
}

#[derive(Serialize)]
struct ShownRefusal {
    policy: String,
    why: String,
}

impl ShownDecision {
    pub(super) fn of(decision: &Decision) -> Self {
        let mut shown = Self {
            allowed: decision.denied().is_none(),
            enforced: decision.is_enforced,
            checks: decision.checks.iter().map(ShownCheck::of).collect(),
            ..Self::of_account()
        };
        match &decision.asker {
            Asker::User(name) => shown.user = Some(name.clone()),
            Asker::Role(name) => shown.role = Some(name.clone()),
            Asker::Application(name) => shown.application = Some(name.clone()),
        }
        shown
    }

    /// The account itself may do everything.
    fn of_account() -> Self {
        let (user, role, application) = (None, None, None);
        Self { allowed: true, enforced: false, user, role, application, checks: Vec::new() }
    }
}

impl ShownCheck {
    fn of(check: &Check) -> Self {
        let ruling = check.ruling.as_ref();
        let statement = ruling.and_then(|ruling| ruling.statement.as_ref());
        Self {
            action: check.action.clone(),
            resource: check.resource.clone(),
            allowed: ruling.map(|it| it.is_allowed),
            why: ruling.map(|it| it.why),
            layer: ruling.map(|it| it.layer),
            policy: statement.map(|it| it.policy.clone()),
            statement: statement.and_then(|it| it.at),
            sid: statement.and_then(|it| it.name.clone()),
            refusals: ruling.map_or_else(Vec::new, |it| {
                let shown = |it: &PolicyRefusal| {
                    let PolicyRefusal { policy, why } = it.clone();
                    ShownRefusal { policy, why }
                };
                it.refusals.iter().map(shown).collect()
            }),
        }
    }
}

/// `GET /_kmsim/access/{request_id}`: the decision about a request in the journal.
async fn explain(
    State(app): State<Arc<App>>,
    Path(request_id): Path<String>,
) -> Answer<ShownDecision> {
    let conditions = vec![Condition::RequestId(request_id)];
    let found = kept(&app)?.page(&Filter { conditions, ..Filter::default() }, 1).entries;
    let entry = found.first().ok_or_else(|| Refused::not_found("no such request is kept"))?;
    let decision = entry.decision.as_ref();
    let none =
        || Refused::not_found("no access of a user or an application was checked for this request");
    Ok(Json(ShownDecision::of(decision.ok_or_else(none)?)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Selected {
    account: Option<String>,
    access_key: Option<String>,
    region: Option<String>,
    dialect: Option<String>,
    since: Option<String>,
}

#[derive(Serialize)]
struct Suggested {
    /// How many requests it allows.
    requests: usize,
    policy: Value,
}

/// `GET /_kmsim/access/policy`: the smallest policy that allows what users called.
async fn suggest(State(app): State<Arc<App>>, uri: Uri) -> Answer<Suggested> {
    let selected = Query::<Selected>::try_from_uri(&uri);
    let Query(selected) = selected.map_err(|error| Refused::bad(error.body_text()))?;
    let Selected { account, access_key, region, dialect, since } = selected;
    let since = since.as_deref().map(super::requests::since).transpose()?;
    let requests = ScopeParams { account, access_key, region }.requests(&app)?;
    let cloud = cloud(&app, dialect.as_deref())?;
    let conditions = vec![Condition::Dialect(cloud.profile().name.to_owned())];
    let mut filter = Filter { requests, since, conditions };
    let (journal, mut needed, mut count) = (kept(&app)?, Vec::new(), 0);
    loop {
        let page = journal.page(&filter, 1000);
        let decisions = page.entries.iter().filter_map(|entry| entry.decision.as_ref());
        for decision in decisions.filter(|it| !matches!(it.asker, Asker::Application(_))) {
            count += 1;
            let checks = decision.checks.iter();
            needed.extend(checks.map(|it| (it.action.clone(), it.resource.clone())));
        }
        needed.sort_unstable();
        needed.dedup();
        match page.next {
            Some(next) => filter.since = Some(Since::Entry(next)),
            None => break,
        }
    }
    let none = || Refused::bad("dialect: this cloud's users have no such policies");
    let policy = cloud.smallest_policy(&needed).ok_or_else(none)?;
    Ok(Json(Suggested { requests: count, policy }))
}

/// A request that is not made.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    access_key: String,
    action: String,
    #[serde(default)]
    parameters: BTreeMap<String, String>,
    dialect: Option<String>,
    region: Option<String>,
    source_ip: Option<IpAddr>,
    #[serde(default)]
    secure_transport: bool,
    #[serde(default)]
    host: String,
}

/// `POST /_kmsim/access/check`: decides about a request that is not made.
async fn check(
    State(app): State<Arc<App>>,
    JsonBody(asked): JsonBody<Asked>,
) -> Answer<ShownDecision> {
    let cloud = cloud(&app, asked.dialect.as_deref())?;
    if let Some(region) = asked.region.as_deref().filter(|it| !Realm::is_region_id(it)) {
        return Err(Refused::bad(format!("region: {region:?} is not a region id")));
    }
    let request = Hypothetical {
        access_key: &asked.access_key,
        region: asked.region.as_deref(),
        action: &asked.action,
        params: &asked.parameters,
        peer: asked.source_ip,
        is_encrypted: asked.secure_transport,
        host: &asked.host,
    };
    match cloud.decide(&app.engine, &request) {
        Ok(Some(decision)) => Ok(Json(ShownDecision::of(&decision))),
        Ok(None) => Ok(Json(ShownDecision::of_account())),
        Err(Unanswered::NoAccessKey) => {
            Err(Refused::bad(format!("access_key: {:?} does not exist", asked.access_key)))
        }
        Err(Unanswered::NotExplained) => {
            Err(Refused::bad("dialect: this cloud does not explain what its users may do"))
        }
        Err(Unanswered::Refused(refusal)) => {
            Err(Refused::bad(format!("{}: {}", refusal.code.name, refusal.message)))
        }
    }
}

/// The cloud of this name, or the first.
fn cloud<'a>(app: &'a App, name: Option<&str>) -> Result<&'a dyn Cloud, Refused> {
    names::clouds(app, name, None, None)?;
    let name = name.or_else(|| PROFILES.first().map(|profile| profile.name));
    let cloud = name.and_then(|name| app.clouds.named(name));
    cloud.ok_or_else(|| Refused::not_found("dialect: there is no such cloud"))
}
