//! The resources that requests need: `fixtures/alibaba/ram-resources.tsv`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{FORBIDDEN, allow, arn, ciphertext, client, server, user};
use crate::kit::{action_names, table};

/// A row: the action, its parameters, and what it needs.
struct Row {
    action: String,
    params: Vec<(String, String)>,
    /// Actions and resources, as policies name them.
    needs: Vec<(String, String)>,
}

/// The rows of actions that are served.
fn rows() -> Vec<Row> {
    let served = action_names();
    let list = |cell: &str, between: &str| -> Vec<String> {
        cell.split(between).filter(|it| *it != "-").map(str::to_owned).collect()
    };
    let rows: Vec<Row> = table("alibaba/ram-resources.tsv")
        .into_iter()
        .filter(|cells| served.contains(&cells[0].as_str()))
        .map(|cells| {
            let pair = |it: String, at: char| {
                let (name, value) = it.split_once(at).unwrap();
                (name.to_owned(), value.to_owned())
            };
            let needed = |it: String| {
                let (action, resource) = pair(it, ' ');
                (format!("kms:{action}"), arn(&resource))
            };
            Row {
                params: list(&cells[1], " ").into_iter().map(|it| pair(it, '=')).collect(),
                needs: list(&cells[2], " ; ").into_iter().map(needed).collect(),
                action: cells[0].clone(),
            }
        })
        .collect();
    let there: BTreeSet<_> = rows.iter().map(|row| row.action.as_str()).collect();
    let missing: Vec<_> = served.iter().filter(|it| !there.contains(*it)).collect();
    assert!(missing.is_empty(), "fixtures/alibaba/ram-resources.tsv lacks {missing:?}");
    rows
}

impl Row {
    fn params<'a>(&'a self, ciphertext: &'a str) -> Vec<(&'a str, &'a str)> {
        let value = |it: &'a str| if it == "{k1}" { ciphertext } else { it };
        self.params.iter().map(|(name, it)| (name.as_str(), value(it))).collect()
    }

    /// Policies that allow what is needed, except that one of them is about another resource.
    fn policies(&self, except: Option<usize>) -> Vec<Value> {
        let numbered = self.needs.iter().enumerate();
        let policy = |(at, (action, resource)): (usize, &(String, String))| {
            let other = format!("{resource}/another");
            let resource = if Some(at) == except { &other } else { resource };
            allow(&[action], &[resource])
        };
        numbered.map(policy).collect()
    }
}

#[test]
fn each_request_needs_its_resources_and_no_others() {
    let rows = rows();
    let mut users = vec![user("nobody", &[])];
    for (at, row) in rows.iter().enumerate() {
        users.push(user(&format!("exact{at}"), &row.policies(None)));
        for except in 0..row.needs.len() {
            users.push(user(&format!("lacks{at}x{except}"), &row.policies(Some(except))));
        }
    }
    let server = server(&users);
    let ciphertext = ciphertext(&server, "k1");
    // The allowed requests come last, because some of them change something.
    for (at, row) in rows.iter().enumerate() {
        let (action, params) = (&*row.action, row.params(&ciphertext));
        let named = format!("{action} {:?}", row.params);
        let call = |name: &str| client(&server, name).call(action, &params);
        for (except, (_, resource)) in row.needs.iter().enumerate() {
            let answer = call(&format!("lacks{at}x{except}"));
            let message = answer.refused(403, FORBIDDEN);
            assert!(message.contains(&format!("for {resource} is")), "{named}: {message}");
        }
        let answer = call("nobody");
        let is_denied = answer.text.contains(FORBIDDEN);
        assert_eq!(is_denied, !row.needs.is_empty(), "{named}: {answer:?}");
    }
    for (at, row) in rows.iter().enumerate() {
        let answer =
            client(&server, &format!("exact{at}")).call(&row.action, &row.params(&ciphertext));
        let is_denied = answer.text.contains(FORBIDDEN);
        assert!(!is_denied, "{} {:?}: {answer:?}", row.action, row.params);
    }
}

#[test]
fn exact_rights_are_enough() {
    let own = arn("secret/own");
    let (k1, k2) = (arn("key/k1"), arn("key/k2"));
    let policies = [
        allow(&["kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:GenerateDataKey"], &[&k1]),
        allow(&["kms:ReEncryptTo"], &[&k2]),
        allow(&["kms:GetSecretValue", "kms:PutSecretValue", "kms:DescribeSecret"], &[&own]),
        allow(&["kms:*Secret*"], &[&arn("secret/plain")]),
        allow(&["kms:CreateSecret"], &[&arn("secret")]),
    ];
    let server = server(&[user("bob", &policies)]);
    let bob = client(&server, "bob");
    let sealed = ciphertext(&server, "k1");
    let (value, next) = (("SecretData", "value"), ("VersionId", "v2"));
    for (action, params) in [
        ("Encrypt", &[("KeyId", "alias/a"), ("Plaintext", "text")][..]),
        ("Decrypt", &[("CiphertextBlob", &*sealed)]),
        ("ReEncrypt", &[("CiphertextBlob", &sealed), ("DestinationKeyId", "k2")]),
        ("GetSecretValue", &[("SecretName", "own")]),
        ("PutSecretValue", &[("SecretName", "own"), value, next]),
        ("GetSecretValue", &[("SecretName", "plain")]),
        ("PutSecretValue", &[("SecretName", "plain"), value, next]),
        ("CreateSecret", &[("SecretName", "a"), value, next]),
        ("CreateSecret", &[("SecretName", "b"), value, next, ("EncryptionKeyId", "k1")]),
    ] {
        bob.call(action, params).ok();
    }
    let answer = bob.call("Encrypt", &[("KeyId", "k2"), ("Plaintext", "text")]);
    answer.refused(403, FORBIDDEN);
    bob.call("Decrypt", &[("CiphertextBlob", &ciphertext(&server, "k2"))]).refused(403, FORBIDDEN);
}

#[test]
fn a_services_key_is_created_for_a_user_who_may_use_it() {
    let any_key = allow(&["kms:Encrypt"], &["*"]);
    let server = server(&[user("bob", &[any_key]), user("eve", &[])]);
    let params = [("KeyId", "alias/acs/oss"), ("Plaintext", "text")];
    client(&server, "eve").call("Encrypt", &params).refused(403, FORBIDDEN);
    client(&server, "bob").call("Encrypt", &params).ok();
    client(&server, "eve").call("Encrypt", &params).refused(403, FORBIDDEN);
}

#[test]
fn resources_of_other_realms_have_their_own_names() {
    let server = server(&[user("bob", &[allow(&["*"], &[&arn("*")])])]);
    let bob = client(&server, "bob");
    for (action, name, resource) in [
        ("DescribeKey", "KeyId", "acs:kms:cn-beijing:1000000000000001:key/k1"),
        ("DescribeKey", "KeyId", "acs:kms:cn-hangzhou:1000000000000003:key/k1"),
        ("DescribeSecret", "SecretName", "acs:kms:cn-beijing:1000000000000001:secret/own"),
    ] {
        let message = bob.call(action, &[(name, resource)]).refused(403, FORBIDDEN);
        assert!(message.contains(resource), "{message}");
    }
    bob.call("DescribeKey", &[("KeyId", "none")]).refused(404, "Forbidden.KeyNotFound");
}
