//! The wire of the dedicated gateway: what is refused, and how.

use super::client::{Client, EVERYTHING, message, send, server};
use std::sync::Arc;

use kmsim::dialects::{AuthMode, Clouds};
use serde_json::Value as Json;

use crate::kit::{Server, Setup, control, root};

const LIMIT: usize = 3 * 1024 * 1024;

#[test]
fn heads_are_checked() {
    let server = server(&[EVERYTHING], "");
    let client = Client::of(&server);
    let body = message(&[(1, 8.into())]);
    let signed = client.signed("GenerateRandom", &body);
    let with = |name: &str, value: &str| {
        let mut headers = signed.clone();
        headers.retain(|(it, _)| it != name);
        if !value.is_empty() {
            headers.push((name.into(), value.into()));
        }
        headers
    };
    for (line, headers, status, code, message) in [
        ("POST /x", signed.clone(), 400, "InvalidParam", "The Param Path is invalid."),
        ("POST /?a=b", signed.clone(), 400, "InvalidParam", "The Param Path is invalid."),
        (
            "GET /",
            signed.clone(),
            403,
            "UnsupportedHTTPMethod",
            "This http method is not supported.",
        ),
        (
            "POST /",
            with("x-kms-apiversion", "dkms-gcs-0.1"),
            400,
            "InvalidApiVersion",
            "The ApiVersion \"dkms-gcs-0.1\" is invalid.",
        ),
        (
            "POST /",
            with("x-kms-apiversion", ""),
            400,
            "InvalidApiVersion",
            "The ApiVersion \"\" is invalid.",
        ),
        (
            "POST /",
            with("x-kms-apiname", "CreateKey"),
            400,
            "InvalidApiName",
            "The ApiName \"CreateKey\" is invalid.",
        ),
        (
            "POST /",
            with("x-kms-acccesskeyid", "testid"),
            401,
            "Unauthorized",
            "The client key is not known, or not valid now.",
        ),
        (
            "POST /",
            with("x-kms-acccesskeyid", ""),
            400,
            "MissingParameter",
            "Parameter x-kms-acccesskeyid does not exist in http header or body.",
        ),
        (
            "POST /",
            with("content-type", "text/plain"),
            401,
            "SignatureNotMatch",
            "Signature is not matched.",
        ),
    ] {
        let reply = send(server.address, line, &headers, &body);
        assert_eq!(reply.refused(status, code), message, "{line}");
    }
    assert_eq!(send(server.address, "POST /", &signed, &body).bytes(1).len(), 8);
}

#[test]
fn bodies_are_limited_and_strict() {
    let server = server(&[EVERYTHING], "");
    let client = Client::of(&server);
    // A text of nearly the longest body, and one that is too long.
    let long = client.call("Hash", &[(1, (&vec![7; LIMIT - 64]).into())]);
    assert_eq!(long.bytes(1).len(), 32);
    let message = client.call("Hash", &[(1, (&vec![7; LIMIT]).into())]);
    assert!(message.refused(413, "InvalidParameter").contains("3145728 bytes"));
    for (fields, message) in [
        (&[(1, 7.into())][..], "The specified parameter \"KeyId\" is not valid."),
        (&[(9, "x".into())], "The specified parameter \"Body\" is not valid."),
        (
            &[(1, "k".into()), (2, (&vec![]).into())],
            "Parameter Plaintext does not exist in http header or body.",
        ),
        (&[(2, "x".into())], "Parameter KeyId does not exist in http header or body."),
        (&[(1, "a b".into()), (2, "x".into())], "The specified parameter \"KeyId\" is not valid."),
    ] {
        let reply = client.call("Encrypt", fields);
        let code = if message.contains("exist") { "MissingParameter" } else { "InvalidParameter" };
        assert_eq!(reply.refused(400, code), message);
    }
}

#[test]
fn the_actions_of_one_wire_are_not_those_of_the_other() {
    let server = server(&[EVERYTHING], "");
    let answer = server.client().call("dedicated/GenerateRandom", &[("Length", "8")]);
    answer.refused(404, "InvalidAction.NotFound");
}

#[test]
fn every_message_of_the_definition_is_served_and_documented() {
    let read = |path: &str| std::fs::read_to_string(root().join(path)).unwrap();
    let definition = read("src/dialects/alibaba/dedicated/dkms-gcs-0.2.proto");
    let requests = definition.lines().filter_map(|line| {
        line.strip_prefix("message ")?.strip_suffix("Request {").map(str::to_owned)
    });
    let mut requests: Vec<_> = requests.collect();
    requests.sort();
    let clouds = Clouds::new(&Arc::default(), AuthMode::Off, None, &Arc::default());
    let served = clouds.named("alibaba").unwrap().action_names();
    let served: Vec<_> =
        served.into_iter().filter_map(|name| name.strip_prefix("dedicated/")).collect();
    assert_eq!(served, requests);
    let support = read("docs/support.md");
    let (_, listed) = support.split_once("The dedicated gateway of instances").unwrap();
    let (listed, _) = listed.split_once("In faults").unwrap();
    for name in served {
        assert!(definition.contains(&format!("message {name}Response {{")), "{name}");
        assert!(listed.contains(&format!("`{name}`")), "docs/support.md lacks {name}");
    }
}

#[test]
fn the_journal_and_faults_know_the_wire() {
    let server = server(&[EVERYTHING], "");
    let client = Client::of(&server);
    client.call("GenerateRandom", &[(1, 8.into())]).bytes(1);
    let journal = |query: &str| {
        let found = control(server.address, "GET", &format!("requests?{query}"), &Json::Null);
        found.ok()["requests"].as_array().unwrap().clone()
    };
    let found = journal("action=dedicated/GenerateRandom");
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["access_key"], client.id, "{found:?}");
    assert_eq!(found[0]["region"], "cn-hangzhou", "{found:?}");
    let fault =
        serde_json::json!({ "action": "dedicated/GenerateRandom", "error": "Rejected.Throttling" });
    control(server.address, "POST", "faults", &fault).ok();
    let message = client.call("GenerateRandom", &[(1, 8.into())]);
    assert_eq!(message.refused(429, "Rejected.Throttling"), "QPS Limit Exceeded");
}

#[test]
fn without_checks_policies_still_decide() {
    for auth in [AuthMode::Off, AuthMode::Warn] {
        let seed = super::client::seed(&["instance: kst-one, resources: [\"key/*\"]"], "");
        let server = Server::with(Setup { seeds: &[&seed], auth, ..Setup::default() });
        let mut client = Client::of(&server);
        client.date = "Tue, 01 Jan 2031 00:00:00 GMT".into();
        client.call("GenerateRandom", &[(1, 8.into())]).refused(403, "Forbidden.NoPermission");
    }
}
