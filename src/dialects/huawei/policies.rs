//! Policies of users: the vendor's own by their names, and documents of version 1.1 and 5.0. What
//! is not understood in a statement allows nothing, and does not weaken a denial.

use serde_json::Value;

use crate::dialects::Accounts;
use crate::dialects::accounts::UserAccess;
use crate::dialects::profile::UserPolicies;
use crate::dialects::users::Policy;
use crate::dialects::wire::wildcard;

/// What policies say about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// Nothing.
    Silent,
    /// A statement allows it.
    Allowed,
    /// A statement denies it, which counts more than all others.
    Denied,
}

/// The vendor's policies that allow every action.
const FULL: &[&str] = &["KMS Administrator", "KMS CMKFullAccess", "Tenant Administrator"];
/// The vendor's policies that allow reading.
const READING: &[&str] = &["KMS CMKReadOnlyAccess", "Tenant Guest"];
/// The versions of documents that are understood.
const VERSIONS: &[&str] = &["1.0", "1.1", "5.0"];
/// What is not understood is no error: it allows nothing.
pub(super) const POLICIES: UserPolicies =
    UserPolicies { has: is_known, versions: VERSIONS, check: |_| Ok(()) };
/// The members of statements that are understood.
const MEMBERS: &[&str] = &["Sid", "Effect", "Action", "Resource"];

/// Logs the names of policies that do not exist here, and documents with a part that is not
/// understood.
pub(super) fn review(accounts: &Accounts) {
    let users = accounts.all().flat_map(|it| it.users.iter().map(move |user| (it, user)));
    for (account, user) in users {
        // Its policies were checked when the accounts were read: some cloud understands them.
        let is_checked = account.user_access == UserAccess::Enforced;
        for policy in &user.policies {
            match policy {
                Policy::Named(name) if is_checked && !is_known(name) => {}
                Policy::Document(document) if is_checked && !has_known_version(document) => {}
                Policy::Named(name) if !is_known(name) => {
                    tracing::warn!(
                        user = user.name,
                        policy = name,
                        "this policy allows nothing here"
                    );
                }
                Policy::Document(document) if !is_understood(document) => {
                    tracing::warn!(
                        user = user.name,
                        "a policy has a statement that never allows anything here: {document}"
                    );
                }
                _ => {}
            }
        }
    }
}

fn is_known(name: &str) -> bool {
    FULL.contains(&name) || READING.contains(&name)
}

/// Whether each statement of a document can allow or deny something.
fn is_understood(document: &Value) -> bool {
    let is_clear = |statement: &Value| {
        let effect = statement.get("Effect").and_then(Value::as_str);
        let is_pattern = |name| statement.get(name).map(|it| any(it, |_| true).is_some());
        matches!(effect, Some("Allow" | "Deny"))
            && has_known_members(statement)
            && is_pattern("Action") == Some(true)
            && is_pattern("Resource") != Some(false)
    };
    has_known_version(document) && statements(document).iter().all(is_clear)
}

fn has_known_version(document: &Value) -> bool {
    let version = document.get("Version").and_then(Value::as_str);
    version.is_some_and(|version| VERSIONS.contains(&version))
}

/// The statements of a document: a list, or one.
fn statements(document: &Value) -> &[Value] {
    document.get("Statement").map_or(&[][..], |it| match it {
        Value::Array(statements) => statements,
        one => std::slice::from_ref(one),
    })
}

fn has_known_members(statement: &Value) -> bool {
    let members = statement.as_object();
    members.is_some_and(|it| it.keys().all(|name| MEMBERS.contains(&name.as_str())))
}

/// What these policies say about an action, which has these names, on a resource.
pub(super) fn decide(policies: &[Policy], names: &[&str], resource: &str) -> Verdict {
    let verdict = |policy: &Policy| match policy {
        Policy::Named(name) => of_named(name, names),
        Policy::Document(document) => of_document(document, names, resource),
    };
    policies.iter().map(verdict).max().unwrap_or(Verdict::Silent)
}

fn of_named(policy: &str, names: &[&str]) -> Verdict {
    let allows =
        FULL.contains(&policy) || READING.contains(&policy) && names.iter().all(|it| reads(it));
    if allows { Verdict::Allowed } else { Verdict::Silent }
}

/// Whether an action reads, by its name. The parameters for an import are no reading.
fn reads(name: &str) -> bool {
    let verb = name.rsplit(':').next().unwrap_or_default();
    verb != "getMaterial" && (verb.starts_with("get") || verb.starts_with("list"))
}

fn of_document(document: &Value, names: &[&str], resource: &str) -> Verdict {
    let is_known = has_known_version(document);
    let verdict = |statement: &Value| match of_statement(statement, names, resource) {
        Verdict::Allowed if !is_known => Verdict::Silent,
        verdict => verdict,
    };
    statements(document).iter().map(verdict).max().unwrap_or(Verdict::Silent)
}

fn of_statement(statement: &Value, names: &[&str], resource: &str) -> Verdict {
    let Some(members) = statement.as_object() else { return Verdict::Silent };
    let denies = members.get("Effect").and_then(Value::as_str) == Some("Deny");
    let allows = members.get("Effect").and_then(Value::as_str) == Some("Allow")
        && has_known_members(statement);
    let is_of_action = match members.get("Action") {
        Some(patterns) => any(patterns, |pattern| names.iter().any(|it| matches(pattern, it))),
        None => None,
    };
    let is_of_resource = match members.get("Resource") {
        Some(patterns) => any(patterns, |pattern| matches(pattern, resource)),
        None => Some(true),
    };
    // Without an answer, a denial applies and a permission does not.
    match (denies, allows) {
        (true, _) if is_of_action.unwrap_or(true) && is_of_resource.unwrap_or(true) => {
            Verdict::Denied
        }
        (_, true) if is_of_action == Some(true) && is_of_resource == Some(true) => Verdict::Allowed,
        _ => Verdict::Silent,
    }
}

/// Whether any of the patterns matches: a text, or a list of texts. `None` for anything else.
fn any(patterns: &Value, is: impl Fn(&str) -> bool) -> Option<bool> {
    match patterns {
        Value::String(pattern) => Some(is(pattern)),
        Value::Array(patterns) => {
            let texts: Option<Vec<_>> = patterns.iter().map(Value::as_str).collect();
            Some(texts?.into_iter().any(is))
        }
        _ => None,
    }
}

/// Whether a text matches a pattern, without regard to case. `*` stands for any text.
fn matches(pattern: &str, text: &str) -> bool {
    wildcard::matches(&pattern.to_ascii_lowercase(), &text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const KEY: &str = "kms:cn-north-4:1:KeyId:k";

    fn document(statement: Value) -> Policy {
        Policy::Document(json!({ "Version": "1.1", "Statement": statement }))
    }

    #[test]
    fn patterns() {
        for (pattern, text, is) in [
            ("kms:cmk:get", "kms:cmk:get", true),
            ("kms:cmk:get", "kms:cmk:getQuota", false),
            ("KMS:*", "kms:cmk:get", true),
            ("kms:*:get", "kms:cmk:get", true),
            ("kms:*:get", "kms:cmk:getQuota", false),
            ("*", "", true),
            ("", "", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*a", "a", false),
            ("KMS:*:*:KeyId:k", KEY, true),
            ("KMS:*:*:KeyId:l", KEY, false),
        ] {
            assert_eq!(matches(pattern, text), is, "{pattern} {text}");
        }
    }

    #[test]
    fn documents_that_are_not_understood() {
        for (text, is) in [
            (r#"{"Version":"1.1","Statement":[{"Effect":"Allow","Action":["kms:*:*"]}]}"#, true),
            (
                r#"{"Version":"1.1","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#,
                true,
            ),
            (r#"{"Version":"9","Statement":[{"Effect":"Allow","Action":["kms:*:*"]}]}"#, false),
            (r#"{"Statement":[{"Effect":"Allow","Action":["kms:*:*"]}]}"#, false),
            (r#"{"Version":"1.1","Statement":[{"Effect":"allow","Action":["kms:*:*"]}]}"#, false),
            (r#"{"Version":"1.1","Statement":[{"Effect":"Allow","action":["kms:*:*"]}]}"#, false),
            (r#"{"Version":"1.1","Statement":[{"Effect":"Allow","Action":[1]}]}"#, false),
            (
                r#"{"Version":"1.1","Statement":[{"Effect":"Allow","Action":"*","Resource":1}]}"#,
                false,
            ),
            (
                r#"{"Version":"1.1","Statement":[{"Effect":"Allow","Action":"*","Condition":{}}]}"#,
                false,
            ),
        ] {
            let document = serde_json::from_str(text).unwrap();
            assert_eq!(is_understood(&document), is, "{text}");
        }
    }

    #[test]
    fn verdicts() {
        use Verdict::{Allowed, Denied, Silent};
        let allow = json!({ "Effect": "Allow", "Action": ["kms:*:*"] });
        let with = |name: &str, value: Value| {
            let mut statement = allow.clone();
            statement[name] = value;
            statement
        };
        for (statement, verdict) in [
            (allow.clone(), Allowed),
            (with("Action", json!("kms:cmk:get")), Allowed),
            (with("Action", json!(["kms:cmk:list"])), Silent),
            (with("Action", json!(1)), Silent),
            (with("Resource", json!(["KMS:*:*:KeyId:k"])), Allowed),
            (with("Resource", json!(["KMS:*:*:KeyId:l"])), Silent),
            (with("Resource", json!({ "uri": ["*"] })), Silent),
            (with("Condition", json!({})), Silent),
            (with("Effect", json!("Deny")), Denied),
            (with("Effect", json!("Maybe")), Silent),
            (json!({ "Effect": "Deny", "Action": ["kms:*"], "Condition": {} }), Denied),
            (json!({ "Effect": "Deny", "NotAction": ["kms:*"] }), Denied),
            (json!({ "Effect": "Deny", "Action": ["ecs:*"] }), Silent),
            (json!([allow.clone(), { "Effect": "Deny", "Action": "kms:cmk:*" }]), Denied),
            (json!("text"), Silent),
        ] {
            let shown = statement.to_string();
            let found = decide(&[document(statement)], &["kms:cmk:get"], KEY);
            assert_eq!(found, verdict, "{shown}");
        }
        let older = Policy::Document(json!({ "Version": "0", "Statement": [allow] }));
        assert_eq!(decide(&[older], &["kms:cmk:get"], KEY), Silent);
    }

    #[test]
    fn named_policies() {
        use Verdict::{Allowed, Silent};
        for (policy, name, verdict) in [
            ("KMS Administrator", "kms:cmk:create", Allowed),
            ("Tenant Guest", "kms:cmk:create", Silent),
            ("Tenant Guest", "kms:cmk:get", Allowed),
            ("Tenant Guest", "kms:cmk:getMaterial", Silent),
            ("Server Administrator", "kms:cmk:get", Silent),
        ] {
            let policies = [Policy::Named(policy.into())];
            assert_eq!(decide(&policies, &[name], KEY), verdict, "{policy} {name}");
        }
        assert_eq!(decide(&[], &["kms:cmk:get"], KEY), Silent);
    }
}
