//! Tests the decisions in `fixtures/alibaba/ram-decisions.tsv`, and that documents with wrong
//! conditions are refused.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::conditions::{ConditionKey, Properties};
use super::document::{Document, Holder};
use super::layers::{Attached, Layer, Layers, Question, ResourcePolicy, User};
use crate::dialects::accounts::AccountPrincipal;

/// The values of condition keys.
struct Given(HashMap<String, String>);

impl Properties for Given {
    fn value(&self, key: &ConditionKey) -> Option<Cow<'_, str>> {
        let mut named =
            self.0.iter().filter(|(name, _)| ConditionKey::read(name).as_ref() == Some(key));
        named.next().map(|(_, value)| Cow::Borrowed(value.as_str()))
    }
}

fn list(texts: &str) -> Value {
    json!(texts.split(',').collect::<Vec<_>>())
}

/// A statement of the table as a statement of a policy.
fn statement(text: &str) -> Value {
    let words: Vec<&str> = text.split(' ').collect();
    let (effect, rest) = words.split_first().unwrap();
    let effect = if *effect == "deny" { "Deny" } else { "Allow" };
    let mut statement = json!({ "Effect": effect, "Resource": "*" });
    match rest[0].strip_prefix("not:") {
        Some(actions) => statement["NotAction"] = list(actions),
        None => statement["Action"] = list(rest[0]),
    }
    if rest[1] == "to" {
        let with_account = |who: &str| match who.split_once(':') {
            Some((account, who)) => format!("acs:ram::{account}:{who}"),
            None => format!("acs:ram::1:{who}"),
        };
        statement["Principal"] = json!({ "RAM": [with_account(rest[2])] });
    } else {
        statement["Resource"] = list(rest[2]);
    }
    if let Some(["if", conditions @ ..]) = rest.get(3..) {
        let mut operators = Map::new();
        for condition in conditions.chunks(3) {
            let keys = operators.entry(condition[0]).or_insert_with(|| json!({}));
            keys[condition[1]] = list(condition[2]);
        }
        statement["Condition"] = operators.into();
    }
    statement
}

fn attached(name: &str, cell: &str, holder: Holder) -> Option<Attached> {
    let statements: Vec<Value> =
        (cell != "-").then(|| cell.split(" ; ").map(statement).collect())?;
    let document = json!({ "Version": "1", "Statement": statements });
    let read = Document::read(&document, holder);
    let document = read.unwrap_or_else(|flaw| panic!("{cell}: {flaw}"));
    Some(Attached { name: name.to_owned(), document })
}

#[test]
fn every_decision_of_the_table() {
    let table = include_str!("../../../../fixtures/alibaba/ram-decisions.tsv");
    let lines = table.lines().filter(|line| !line.starts_with('#')).skip(1);
    let mut count = 0;
    for line in lines {
        let cells: Vec<&str> = line.split('\t').collect();
        let [control, identity, session, of_resource, reading, request, properties, decision, by] =
            cells[..]
        else {
            panic!("{line}")
        };
        let control: Vec<_> = attached("control", control, Holder::Identity).into_iter().collect();
        let identity: Vec<_> = attached("own", identity, Holder::Identity).into_iter().collect();
        let session = attached("session", session, Holder::Identity);
        let (layer, of_resource) = match of_resource.split_once(": ") {
            Some(("key", cell)) => (Layer::Key, cell),
            Some(("secret", cell)) => (Layer::Secret, cell),
            _ => (Layer::Key, "-"),
        };
        let of_resource = attached("default", of_resource, Holder::Resource);
        let account_principal = match reading {
            "account" => AccountPrincipal::Account,
            "users" => AccountPrincipal::Users,
            other => panic!("{other}"),
        };
        let (request, is_role) = match request.strip_suffix(" as role") {
            Some(request) => (request, true),
            None => (request, false),
        };
        let (action, resource) = request.split_once(' ').unwrap();
        let layers = Layers {
            user: User { account: "1", name: "bob", is_role, account_principal },
            control: &control,
            identity: &identity,
            session: session.as_ref(),
            of_resource: of_resource
                .as_ref()
                .map(|it| ResourcePolicy { layer, document: &it.document }),
        };
        let pairs = properties.split(' ').filter_map(|it| it.split_once('='));
        let given = Given(pairs.map(|(key, value)| (key.into(), value.into())).collect());
        let action = &action.to_ascii_lowercase();
        let question = Question { action, resource, properties: &given };
        let ruling = question.ruling(&layers);
        let at = ruling.statement.as_ref().and_then(|it| it.at);
        let at = at.map_or("-".into(), |at| at.to_string());
        let found = (ruling.is_allowed, format!("{} {at}", ruling.layer));
        assert_eq!(found, (decision == "allow", by.to_owned()), "{line}");
        count += 1;
    }
    assert!(count > 200, "{count}");
}

#[test]
fn wrong_conditions_are_refused() {
    for (conditions, expected) in [
        (json!([]), "expected an object"),
        (json!({ "StringIs": {} }), "StringIs: there is no such operator"),
        (json!({ "stringEquals": {} }), "stringEquals: there is no such operator"),
        (json!({ "Bool": [] }), "Bool: expected an object"),
        (
            json!({ "StringEquals": { "acs:UserAgent": "a" } }),
            "StringEquals.acs:UserAgent: there is no such condition key",
        ),
        (
            json!({ "StringEquals": { "kms:tag/": "a" } }),
            "StringEquals.kms:tag/: there is no such condition key",
        ),
        (
            json!({ "StringEquals": { "kms:tag/a": {} } }),
            "StringEquals.kms:tag/a: expected a text or a list of texts",
        ),
        (
            json!({ "IpAddress": { "acs:CurrentTime": "10.0.0.1" } }),
            "IpAddress.acs:CurrentTime: the operator is for values of another type",
        ),
        (
            json!({ "IpAddress": { "acs:SourceIp": ["10.0.0.1", "10.0.0.1/33"] } }),
            "IpAddress.acs:SourceIp[1]: not an IP address, nor a range such as 10.0.0.0/8",
        ),
        (
            json!({ "DateLessThan": { "acs:CurrentTime": "tomorrow" } }),
            "DateLessThan.acs:CurrentTime[0]: not a time such as 2030-01-01T00:00:00Z",
        ),
        (
            json!({ "NumericEquals": { "kms:tag/a": "inf" } }),
            "NumericEquals.kms:tag/a[0]: not a number",
        ),
        (
            json!({ "Bool": { "acs:SecureTransport": "yes" } }),
            "Bool.acs:SecureTransport[0]: expected true or false",
        ),
        (
            json!({ "StringLike": { "kms:tag/a": "a".repeat(1025) } }),
            "StringLike.kms:tag/a[0]: longer than 1024 characters",
        ),
        (
            json!({ "StringEquals": { "acs:SourceVpc": "vpc-1" } }),
            "acs:SourceVpc needs a statement whose actions all begin with kms:",
        ),
    ] {
        let statement = json!({
            "Effect": "Allow", "Action": ["kms:*", "k*"], "Resource": "*", "Condition": conditions,
        });
        let document = json!({ "Version": "1", "Statement": [statement] });
        let flaw = Document::read(&document, Holder::Identity).unwrap_err().to_string();
        let place = "Statement[0].Condition";
        let expected = match conditions {
            Value::Array(_) => format!("{place}: {expected}"),
            _ if expected.starts_with("acs:") => format!("{place}: {expected}"),
            _ => format!("{place}.{expected}"),
        };
        assert_eq!(flaw, expected);
    }
}

#[test]
fn conditions_may_have_numbers_and_booleans() {
    let statement = json!({
        "Effect": "Allow", "Action": "kms:*", "Resource": "*",
        "Condition": { "Bool": { "acs:SecureTransport": true }, "NumericLessThan": { "kms:tag/a": [1, 2.5] } },
    });
    let document = json!({ "Version": "1", "Statement": [statement] });
    let read = Document::read(&document, Holder::Identity).unwrap();
    assert_eq!(read.statements[0].conditions().len(), 2);
}
