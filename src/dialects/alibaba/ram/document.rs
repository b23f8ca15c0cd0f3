//! Policy documents: their grammar, read strictly. Whoever reads a document learns what is wrong
//! with it, and where.

use serde_json::{Map, Value};

use super::conditions::Condition;
use super::pattern::Pattern;
use super::reading::{Flaw, each, member, object, shortened, texts};

/// The only version of documents.
pub(super) const VERSION: &str = "1";

/// What a document is attached to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    /// A user or a session: its statements name resources.
    Identity,
    /// A key or a secret: its statements name principals.
    Resource,
}

/// A policy document.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) statements: Vec<Statement>,
}

/// Whether a statement allows or denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    Allow,
    Deny,
}

/// A statement of a document.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) sid: Option<String>,
    pub(super) effect: Effect,
    actions: Actions,
    /// The resources. `None`: the holder itself.
    resources: Option<Vec<Pattern>>,
    /// For a policy of a resource: whom it names.
    pub(super) principals: Vec<Principal>,
    conditions: Vec<Condition>,
}

/// The actions of a statement, in lower case.
#[derive(Debug)]
enum Actions {
    /// `Action`.
    Only(Vec<Pattern>),
    /// `NotAction`.
    AllBut(Vec<Pattern>),
}

/// A principal of an account.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Principal {
    pub(super) account: String,
    pub(super) who: Who,
}

/// Which principal of an account.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// `*` or `root`.
    Account,
    User(String),
    Role(String),
}

impl Document {
    /// Reads a document.
    pub(super) fn read(document: &Value, holder: Holder) -> Result<Self, Flaw> {
        let members = object(document, &["Version", "Statement"])?;
        match members.get("Version") {
            Some(Value::String(version)) if version == VERSION => {}
            Some(_) => return Err(Flaw::new("expected \"1\"").within("Version")),
            None => return Err(Flaw::new("missing").within("Version")),
        }
        let statements = member(members, "Statement", |value| {
            let Value::Array(entries) = value else { return Err(Flaw::new("expected a list")) };
            each(entries, |entry| Statement::read(entry, holder))
        })?;
        Ok(Self { statements })
    }
}

/// The policy of a key or secret of an account, unless its owner sets another. It allows the
/// account everything.
pub(in crate::dialects::alibaba) fn default_policy(account: &str, kind: &str) -> String {
    format!(
        r#"{{"Version":"1","Statement":[{{"Sid":"kms default {kind} policy","Effect":"Allow","Principal":{{"RAM":["acs:ram::{account}:*"]}},"Action":["kms:*"],"Resource":["*"]}}]}}"#
    )
}

/// Checks that a text can be the policy of a key or a secret of this account.
///
/// # Errors
/// What is wrong with it, and in which place.
pub(in crate::dialects::alibaba) fn check_policy_of_resource(
    text: &str,
    account: &str,
) -> Result<(), String> {
    let document = read_policy_of_resource(text).map_err(|flaw| flaw.to_string())?;
    let mut principals = document.statements.iter().flat_map(|it| &it.principals);
    if let Some(other) = principals.find(|it| it.account != account) {
        let other = shortened(&other.account);
        tracing::warn!(account, other, "a policy for principals of another account has no effect");
    }
    Ok(())
}

/// Reads the policy of a key or a secret.
pub(super) fn read_policy_of_resource(text: &str) -> Result<Document, Flaw> {
    let document: Value = serde_json::from_str(text).map_err(|_| Flaw::new("not JSON"))?;
    Document::read(&document, Holder::Resource)
}

impl Statement {
    fn read(statement: &Value, holder: Holder) -> Result<Self, Flaw> {
        let known: &[&str] = match holder {
            Holder::Identity => &["Sid", "Effect", "Action", "NotAction", "Resource", "Condition"],
            Holder::Resource => &["Sid", "Effect", "Principal", "Action", "Resource", "Condition"],
        };
        let members = object(statement, known)?;
        let effect = member(members, "Effect", |value| match value.as_str() {
            Some("Allow") => Ok(Effect::Allow),
            Some("Deny") => Ok(Effect::Deny),
            _ => Err(Flaw::new("expected \"Allow\" or \"Deny\"")),
        })?;
        let sid = members.get("Sid").map(sid).transpose().map_err(|it| it.within("Sid"))?;
        let actions = Actions::read(members, holder)?;
        let resources = member(members, "Resource", |value| match holder {
            Holder::Identity => patterns(value, resource).map(Some),
            Holder::Resource => match texts(value)?[..] {
                ["*"] => Ok(None),
                _ => Err(Flaw::new("expected \"*\"")),
            },
        })?;
        let principals = match holder {
            Holder::Identity => Vec::new(),
            Holder::Resource => member(members, "Principal", principals)?,
        };
        let conditions = match members.get("Condition") {
            None => Vec::new(),
            Some(value) => Condition::read_all(value).map_err(|it| it.within("Condition"))?,
        };
        if let Some(key) = conditions.iter().find_map(Condition::key_for_one_product)
            && !is_for_one_product(members)
        {
            let what = format!("{key} needs a statement whose actions all begin with kms:");
            return Err(Flaw::new(what).within("Condition"));
        }
        Ok(Self { sid, effect, actions, resources, principals, conditions })
    }

    /// Whether the statement is about this action, in lower case, on this resource.
    pub(super) fn covers(&self, action: &str, resource: &str) -> bool {
        let any = |patterns: &[Pattern], text| patterns.iter().any(|it| it.matches(text));
        let has_action = match &self.actions {
            Actions::Only(these) => any(these, action),
            Actions::AllBut(these) => !any(these, action),
        };
        has_action && self.resources.as_ref().is_none_or(|it| any(it, resource))
    }

    pub(super) fn conditions(&self) -> &[Condition] {
        &self.conditions
    }
}

impl Actions {
    fn read(members: &Map<String, Value>, holder: Holder) -> Result<Self, Flaw> {
        let read = |name| member(members, name, |it| patterns(it, |it| action(it, holder)));
        match (members.contains_key("Action"), members.contains_key("NotAction")) {
            (true, true) => Err(Flaw::new("there is an Action too").within("NotAction")),
            (false, true) => read("NotAction").map(Self::AllBut),
            (_, false) => read("Action").map(Self::Only),
        }
    }
}

/// Whether all actions of a statement are named with this product's prefix.
fn is_for_one_product(statement: &Map<String, Value>) -> bool {
    let names = statement.get("Action").and_then(|value| texts(value).ok());
    names.is_some_and(|names| names.iter().all(|name| name.starts_with("kms:")))
}

fn patterns(
    value: &Value,
    read: impl Fn(&str) -> Result<Pattern, Flaw>,
) -> Result<Vec<Pattern>, Flaw> {
    match value {
        Value::String(text) => Ok(vec![read(text)?]),
        _ => each(&texts(value)?, |text| read(text)),
    }
}

fn too_long() -> Flaw {
    Flaw::new(format!("longer than {} characters", Pattern::MOST))
}

/// The name of an action: `*`, or a product's prefix and a name, with wildcards.
fn action(text: &str, holder: Holder) -> Result<Pattern, Flaw> {
    let is_legal = |c: char| c.is_ascii_alphanumeric() || ":*?-_".contains(c);
    if text.is_empty() || !text.chars().all(is_legal) {
        return Err(Flaw::new("not an action's name, such as \"kms:Encrypt\""));
    }
    if holder == Holder::Resource && !text.starts_with("kms:") {
        return Err(Flaw::new("must begin with \"kms:\""));
    }
    Pattern::in_lower_case(text).ok_or_else(too_long)
}

/// A resource: `*`, or the beginning of an ARN.
fn resource(text: &str) -> Result<Pattern, Flaw> {
    if text != "*" && !text.starts_with("acs:") {
        return Err(Flaw::new("expected \"*\" or a resource's ARN, which begins with \"acs:\""));
    }
    Pattern::read(text).ok_or_else(too_long)
}

/// The name of a statement. The service's own ones contain spaces.
fn sid(value: &Value) -> Result<String, Flaw> {
    let is_legal = |c: char| c.is_ascii_alphanumeric() || "_/+=.@- ".contains(c);
    let text = value.as_str().filter(|it| it.len() <= 128 && it.chars().all(is_legal));
    let expected = "expected at most 128 letters, digits, spaces and _/+=.@-";
    text.map(str::to_owned).ok_or_else(|| Flaw::new(expected))
}

fn principals(value: &Value) -> Result<Vec<Principal>, Flaw> {
    let members = object(value, &["RAM"])?;
    member(members, "RAM", |value| each(&texts(value)?, |text| principal(text)))
}

fn principal(text: &str) -> Result<Principal, Flaw> {
    let read = || {
        let (account, who) = text.strip_prefix("acs:ram::")?.split_once(':')?;
        let named = |name: &str| Some(name.to_owned()).filter(|name| !name.is_empty());
        let who = match who.split_once('/') {
            None if matches!(who, "*" | "root") => Who::Account,
            Some(("user", name)) => Who::User(named(name)?),
            Some(("role", name)) => Who::Role(named(name)?),
            _ => return None,
        };
        let account = named(account).filter(|it| it.bytes().all(|b| b.is_ascii_digit()))?;
        Some(Principal { account, who })
    };
    let expected = "expected acs:ram::<account>:*, :root, :user/<name> or :role/<name>";
    read().ok_or_else(|| Flaw::new(expected))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn flaw(holder: Holder, statement: &Value) -> String {
        let document = json!({ "Version": "1", "Statement": [statement] });
        Document::read(&document, holder).unwrap_err().to_string()
    }

    #[test]
    fn flaws_name_their_place() {
        for (document, expected) in [
            (json!([]), "expected an object"),
            (json!({ "Statement": [] }), "Version: missing"),
            (json!({ "Version": 1, "Statement": [] }), "Version: expected \"1\""),
            (json!({ "Version": "1" }), "Statement: missing"),
            (json!({ "Version": "1", "Statement": {} }), "Statement: expected a list"),
            (json!({ "Version": "1", "Statement": [1] }), "Statement[0]: expected an object"),
            (
                json!({ "Version": "1", "Statement": [], "Id": "a" }),
                "Id: unknown; expected one of Version, Statement",
            ),
        ] {
            let found = Document::read(&document, Holder::Identity).unwrap_err();
            assert_eq!(found.to_string(), expected, "{document}");
        }
        let good = json!({ "Effect": "Allow", "Action": "kms:*", "Resource": "*" });
        let with = |name: &str, value: Value| {
            let mut statement = good.clone();
            statement[name] = value;
            statement
        };
        let expected_texts = "expected a text or a list of texts";
        for (statement, expected) in [
            (with("Effect", json!("allow")), "Effect: expected \"Allow\" or \"Deny\"".to_owned()),
            (with("Action", json!(1)), format!("Action: {expected_texts}")),
            (with("Action", json!([])), format!("Action: {expected_texts}")),
            (with("Action", json!(["kms:*", 1])), format!("Action[1]: {expected_texts}")),
            (
                with("Action", json!(["kms:*", "a b"])),
                "Action[1]: not an action's name, such as \"kms:Encrypt\"".to_owned(),
            ),
            (
                with("Resource", json!("key/*")),
                "Resource: expected \"*\" or a resource's ARN, which begins with \"acs:\""
                    .to_owned(),
            ),
            (
                with("Resource", json!(["acs:".to_owned() + &"a".repeat(1024)])),
                "Resource[0]: longer than 1024 characters".to_owned(),
            ),
            (
                with("Sid", json!("\u{fc}")),
                "Sid: expected at most 128 letters, digits, spaces and _/+=.@-".to_owned(),
            ),
            (with("NotAction", json!("kms:*")), "NotAction: there is an Action too".to_owned()),
            (
                with("NotResource", json!("*")),
                "NotResource: unknown; expected one of Sid, Effect, Action, NotAction, Resource, \
                 Condition"
                    .to_owned(),
            ),
            (
                with("Condition", json!({ "StringIs": { "acs:SourceIp": "1.2.3.4" } })),
                "Condition.StringIs: there is no such operator".to_owned(),
            ),
        ] {
            assert_eq!(flaw(Holder::Identity, &statement), format!("Statement[0].{expected}"));
        }
        for (name, value, expected) in [
            ("Action", json!("*"), "Action: must begin with \"kms:\""),
            ("Resource", json!("acs:kms:*:*:key/a"), "Resource: expected \"*\""),
            (
                "Principal",
                json!({ "RAM": ["acs:ram::1:group/g"] }),
                "Principal.RAM[0]: expected acs:ram::<account>:*, :root, :user/<name> or :role/<name>",
            ),
            (
                "Principal",
                json!({ "Service": [] }),
                "Principal.Service: unknown; expected one of RAM",
            ),
        ] {
            let mut statement = with("Principal", json!({ "RAM": ["acs:ram::1:*"] }));
            statement[name] = value;
            assert_eq!(flaw(Holder::Resource, &statement), format!("Statement[0].{expected}"));
        }
    }

    #[test]
    fn a_statement_has_actions_or_exceptions() {
        let statement = |name: &str, value: Value, condition: Value| {
            let mut statement =
                json!({ "Effect": "Allow", "Resource": "*", "Condition": condition });
            statement[name] = value;
            statement
        };
        let none = || json!({});
        for (statement, expected) in [
            (statement("NotResource", json!("*"), none()), "NotResource: unknown; "),
            (statement("Sid", json!("a"), none()), "Action: missing"),
            (statement("NotAction", json!([]), none()), "NotAction: expected a text"),
            (statement("NotAction", json!(["a b"]), none()), "NotAction[0]: not an action's name"),
            (
                statement(
                    "NotAction",
                    json!("kms:Encrypt"),
                    json!({ "StringEquals": { "acs:SourceVpc": "v" } }),
                ),
                "Condition: acs:SourceVpc needs a statement whose actions all begin with kms:",
            ),
        ] {
            let found = flaw(Holder::Identity, &statement);
            assert!(found.starts_with(&format!("Statement[0].{expected}")), "{found}");
        }
        // Policies of keys and secrets list their actions.
        let mut of_key = statement("NotAction", json!("kms:Encrypt"), none());
        of_key["Principal"] = json!({ "RAM": ["acs:ram::1:*"] });
        let found = flaw(Holder::Resource, &of_key);
        let expected = "NotAction: unknown; expected one of Sid, Effect, Principal, Action, \
                        Resource, Condition";
        assert_eq!(found, format!("Statement[0].{expected}"));
    }

    #[test]
    fn actions_are_compared_without_regard_to_case_and_resources_with_it() {
        let document = json!({ "Version": "1", "Statement": [
            { "Effect": "Deny", "Action": ["KMS:list*"], "Resource": ["acs:kms:*:*:key"] },
        ]});
        let read = Document::read(&document, Holder::Identity).unwrap();
        let statement = &read.statements[0];
        assert!(statement.covers("kms:listkeys", "acs:kms:r:1:key"));
        assert!(!statement.covers("kms:listkeys", "acs:kms:r:1:KEY"));
        assert!(!statement.covers("kms:encrypt", "acs:kms:r:1:key"));
    }
}
