//! Conditions on properties of real requests, and the layers beside a user's own policies.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    ACCOUNT, FORBIDDEN, allow, arn, ciphertext, client, policy, server, server_with, user,
};
use crate::kit::{Client, Server};

/// A policy that allows everything under a condition.
fn under(condition: &Value) -> Value {
    policy(
        &json!([{ "Effect": "Allow", "Action": "kms:*", "Resource": "*", "Condition": condition }]),
    )
}

#[track_caller]
fn check(client: &Client, is_allowed: bool, action: &str, params: &[(&str, &str)]) {
    let answer = client.call(action, params);
    let is_denied = answer.text.contains(FORBIDDEN);
    assert_eq!(is_denied, !is_allowed, "{action} {params:?}: {answer:?}");
}

#[test]
fn conditions_see_the_connection_and_the_clock() {
    let at = "2030-01-01T00:10:00Z";
    let server = server(&[
        user("here", &[under(&json!({ "IpAddress": { "acs:SourceIp": "127.0.0.0/8" } }))]),
        user("there", &[under(&json!({ "IpAddress": { "acs:SourceIp": "10.0.0.0/8" } }))]),
        user("plain", &[under(&json!({ "Bool": { "acs:SecureTransport": false } }))]),
        user("tls", &[under(&json!({ "Bool": { "acs:SecureTransport": true } }))]),
        user("mfa", &[under(&json!({ "Bool": { "acs:MFAPresent": true } }))]),
        user("before", &[under(&json!({ "DateLessThan": { "acs:CurrentTime": at } }))]),
        user("after", &[under(&json!({ "DateGreaterThanEquals": { "acs:CurrentTime": at } }))]),
        user("vpc", &[under(&json!({ "StringEquals": { "acs:SourceVpc": "vpc-1" } }))]),
    ]);
    let list = |name: &str, is_allowed| check(&client(&server, name), is_allowed, "ListKeys", &[]);
    for (name, is_allowed) in [
        ("here", true),
        ("there", false),
        ("plain", true),
        ("tls", false),
        ("mfa", false),
        ("before", true),
        ("after", false),
        ("vpc", false),
    ] {
        list(name, is_allowed);
    }
    server.advance(Duration::from_mins(10));
    list("before", false);
    list("after", true);
}

#[test]
fn conditions_see_tags_contexts_and_algorithms() {
    let tag = |key: &str| json!({ "StringEquals": { (key): "prod" } });
    let keys = json!([{ "id": "k3", "tags": { "env": "prod" } }, { "id": "k4", "spec": "EC_SM2", "usage": "ENCRYPT/DECRYPT" }]);
    let algorithm = json!({ "StringEquals": { "kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT" } });
    let context = json!({ "StringLike": { "kms:EncryptionContext:app": "one*" } });
    let users = [
        user("tag", &[under(&tag("kms:tag/env"))]),
        user("resource", &[under(&tag("acs:ResourceTag/env"))]),
        user("request", &[under(&tag("acs:RequestTag/env"))]),
        user("algorithm", &[under(&algorithm)]),
        user("context", &[under(&context)]),
    ];
    let server = server_with(&users, &json!({}), &keys);
    let of = |name: &str| client(&server, name);
    let text = ("Plaintext", "text");
    check(&of("tag"), true, "Encrypt", &[("KeyId", "k3"), text]);
    check(&of("tag"), false, "Encrypt", &[("KeyId", "k1"), text]);
    check(&of("tag"), true, "Decrypt", &[("CiphertextBlob", &ciphertext(&server, "k3"))]);
    check(&of("tag"), false, "ListResourceTags", &[("KeyId", "k3")]);
    check(&of("resource"), true, "ListResourceTags", &[("KeyId", "k3")]);
    check(&of("resource"), false, "ListResourceTags", &[("KeyId", "k1")]);
    let tags = ("Tags", r#"[{"TagKey":"env","TagValue":"prod"}]"#);
    let others = ("Tags", r#"[{"TagKey":"env","TagValue":"test"}]"#);
    check(&of("request"), true, "CreateKey", &[tags]);
    check(&of("request"), false, "CreateKey", &[others]);
    check(&of("request"), false, "CreateKey", &[]);
    let flat = [("ResourceType", "key"), ("ResourceId.1", "k1"), ("Tag.1.Key", "env")];
    check(&of("request"), true, "TagResources", &[&flat[..], &[("Tag.1.Value", "prod")]].concat());
    check(&of("request"), false, "TagResources", &[&flat[..], &[("Tag.1.Value", "x")]].concat());
    check(&of("algorithm"), true, "Encrypt", &[("KeyId", "k1"), text]);
    check(&of("algorithm"), false, "ListKeys", &[]);
    let pair = [("KeyId", "k4"), ("KeyVersionId", "v"), ("Algorithm", "SM2PKE")];
    check(&of("algorithm"), false, "AsymmetricEncrypt", &pair);
    for (context, is_allowed) in
        [(r#"{"app":"one"}"#, true), (r#"{"app":"one two"}"#, true), (r#"{"app":"two"}"#, false)]
    {
        let params = [("KeyId", "k1"), text, ("EncryptionContext", context)];
        check(&of("context"), is_allowed, "Encrypt", &params);
    }
    check(&of("context"), false, "Encrypt", &[("KeyId", "k1"), text]);
}

#[test]
fn a_session_has_what_both_its_policy_and_its_users_allow() {
    let key = arn("key/k1");
    let bob = json!({
        "name": "bob",
        "policies": [allow(&["kms:Encrypt", "kms:DescribeKey"], &["*"])],
        "access_keys": [{ "id": "bob", "secret": "bob" }],
        "sts_tokens": [{
            "id": "STS.bob", "secret": "s", "token": "t", "expires": "2031-01-01T00:00:00Z",
            "policy": allow(&["kms:Encrypt", "kms:Decrypt"], &[&key]),
        }],
    });
    let server = server(&[bob]);
    let session = server.client_as("STS.bob", "s");
    let token = ("SecurityToken", "t");
    for (action, key, is_allowed) in
        [("Encrypt", "k1", true), ("Encrypt", "k2", false), ("DescribeKey", "k1", false)]
    {
        check(&session, is_allowed, action, &[("KeyId", key), ("Plaintext", "text"), token]);
        check(&client(&server, "bob"), true, action, &[("KeyId", key), ("Plaintext", "text")]);
    }
    let sealed = ciphertext(&server, "k1");
    check(&session, false, "Decrypt", &[("CiphertextBlob", &sealed), token]);
}

#[test]
fn a_key_of_an_instance_has_the_default_policy() {
    let key = json!([{ "id": "k3", "instance": "kst-1" }, { "id": "k4" }]);
    for (reading, is_allowed) in [("account", false), ("users", true)] {
        let more = json!({ "account_principal": reading });
        let server = server_with(&[user("bob", &[])], &more, &key);
        let bob = client(&server, "bob");
        check(&bob, is_allowed, "DescribeKey", &[("KeyId", "k3")]);
        check(&bob, false, "DescribeKey", &[("KeyId", "k4")]);
    }
}

/// A server with a key that has a policy and is in an instance or not.
fn with_key_policy(principal: &str, instance: Option<&str>, reading: &str) -> Server {
    let statement = |effect: &str, action: &str| {
        json!({
            "Effect": effect, "Action": [action], "Resource": ["*"],
            "Principal": { "RAM": [format!("acs:ram::{ACCOUNT}:{principal}")] },
        })
    };
    let statements =
        json!([statement("Allow", "kms:Encrypt"), statement("Deny", "kms:DescribeKey")]);
    let mut key = json!({ "id": "k3", "policy": policy(&statements).to_string() });
    if let Some(instance) = instance {
        key["instance"] = json!(instance);
    }
    let users = [user("bob", &[allow(&["kms:DescribeKey"], &["*"])]), user("eve", &[])];
    server_with(&users, &json!({ "account_principal": reading }), &json!([key]))
}

#[test]
fn policies_of_keys_of_instances_allow_and_deny() {
    let (instance, key) = (Some("kst-1"), ("KeyId", "k3"));
    // Whether bob may encrypt, and whether bob may describe the key.
    for (principal, instance, reading, encrypts, describes) in [
        ("user/bob", instance, "account", true, false),
        ("user/bob", None, "account", false, true),
        ("user/eve", instance, "account", false, true),
        ("*", instance, "account", false, true),
        ("*", instance, "users", true, false),
        ("root", instance, "account", false, true),
        ("root", instance, "users", true, false),
    ] {
        let server = with_key_policy(principal, instance, reading);
        let bob = client(&server, "bob");
        check(&bob, encrypts, "Encrypt", &[key, ("Plaintext", "text")]);
        check(&bob, describes, "DescribeKey", &[key]);
        check(&server.client(), true, "DescribeKey", &[key]);
    }
}
