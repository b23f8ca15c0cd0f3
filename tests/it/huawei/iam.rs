//! The calls of the identity service: tokens, temporary access keys, and lists.

use std::time::Duration;

use serde_json::{Value, json};

use super::client::Client;
use crate::kit::{Answer, Server, Setup, send};

/// Two accounts with projects and users.
pub const ACCOUNTS: &str = r#"
accounts:
  - id: "1000000000000001"
    name: company
    projects:
      - { id: p0000000000000000000000000000001, name: cn-north-4, domain: d1 }
      - { id: p0000000000000000000000000000002, name: work, region: cn-east-3, domain: d1 }
    access_keys: [{ id: testid, secret: testsecret }]
    users:
      - name: alice
        id: a11ce
        password: secret of alice
        access_keys: [{ id: aliceid, secret: alicesecret }]
        policies: [KMS Administrator]
      - name: bob
        id: b0b
        password: secret of bob
        access_keys: [{ id: bobid, secret: bobsecret }]
      - name: guest
        id: 9uest
        password: secret of guest
        policies: [Tenant Guest]
  - id: "1000000000000002"
    projects: [{ id: p0000000000000000000000000000003, name: cn-north-4 }]
    users: [{ name: alice, password: another secret }]
"#;
/// The project of the first account in its default region.
pub const PROJECT: &str = "p0000000000000000000000000000001";
const OTHER_PROJECT: &str = "p0000000000000000000000000000002";

pub fn server() -> Server {
    Server::with(Setup { accounts: Some(ACCOUNTS), ..Setup::default() })
}

/// A client in the first account.
pub fn client(server: &Server, id: &str, secret: &str) -> Client {
    Client { project: PROJECT.into(), ..Client::with(server, id, secret) }
}

/// Sends a request without a signature.
fn call(server: &Server, what: &str, token: Option<&str>, body: &Value) -> Answer {
    let (method, path) = what.split_once(' ').unwrap();
    let token = token.map(|token| format!("X-Auth-Token: {token}\r\n")).unwrap_or_default();
    let head = format!("{method} {path} HTTP/1.1\r\nContent-Type: application/json\r\n{token}");
    let body = if body.is_null() { String::new() } else { body.to_string() };
    send(server.address, &head, body.as_bytes())
}

/// Lists keys with a token.
fn list_keys(server: &Server, project: &str, token: Option<&str>) -> Answer {
    call(server, &format!("POST /v1.0/{project}/kms/list-keys"), token, &json!({}))
}

/// The body of a request by a user of the first account.
fn by_password(user: &str, scope: Value) -> Value {
    let password = format!("secret of {user}");
    let user = json!({ "name": user, "password": password, "domain": { "name": "company" } });
    let identity = json!({ "methods": ["password"], "password": { "user": user } });
    let mut auth = json!({ "identity": identity });
    if !scope.is_null() {
        auth["scope"] = scope;
    }
    json!({ "auth": auth })
}

fn in_project() -> Value {
    json!({ "project": { "name": "cn-north-4" } })
}

fn token_of(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.header("x-subject-token").unwrap().to_owned()
}

/// A token of a user for the first project.
pub fn token(server: &Server, user: &str) -> String {
    let body = by_password(user, in_project());
    token_of(&call(server, "POST /v3/auth/tokens", None, &body))
}

/// The status, and the code of the service or the title of the identity service.
fn refusal(answer: &Answer) -> (u16, String) {
    let body = answer.json();
    let error = body.get("error").unwrap_or(&body);
    let code = error.get("error_code").or(error.get("title")).unwrap();
    if error.get("title").is_some() {
        assert_eq!(error["code"], answer.status);
    }
    (answer.status, code.as_str().unwrap().to_owned())
}

#[test]
fn a_password_gives_a_token() {
    let server = server();
    let answer = call(&server, "POST /v3/auth/tokens", None, &by_password("alice", in_project()));
    let token = token_of(&answer);
    let body = &answer.json()["token"];
    let domain = json!({ "id": "d1", "name": "company" });
    assert_eq!(body["methods"], json!(["password"]));
    assert_eq!(body["issued_at"], "2030-01-01T00:00:00.000000Z");
    assert_eq!(body["expires_at"], "2030-01-02T00:00:00.000000Z");
    assert_eq!(body["user"], json!({ "id": "a11ce", "name": "alice", "domain": domain }));
    let project = json!({ "id": PROJECT, "name": "cn-north-4", "domain": domain });
    assert_eq!(body["project"], project);
    assert_eq!(body["roles"], json!([{ "id": "0", "name": "KMS Administrator" }]));
    assert!(body.get("domain").is_none() && body.get("x_subject_token").is_none());
    let url = format!("http://{}/v1.0", server.address);
    assert_eq!(body["catalog"][0]["endpoints"][0]["url"], url);
    assert!(!answer.text.contains("secret of") && !token.contains("secret"));

    assert_eq!(list_keys(&server, PROJECT, Some(&token)).status, 200);
    let by_id = json!({ "project": { "id": OTHER_PROJECT } });
    let other = call(&server, "POST /v3/auth/tokens", None, &by_password("alice", by_id));
    assert_eq!(list_keys(&server, OTHER_PROJECT, Some(&token_of(&other))).status, 200);
    let whole = call(&server, "POST /v3/auth/tokens", None, &by_password("alice", Value::Null));
    assert_eq!(whole.json()["token"]["domain"], domain);
}

/// Where the user is in a request.
const USER: &str = "/auth/identity/password/user";

#[test]
fn who_cannot_sign_in() {
    let server = server();
    let good = || by_password("alice", in_project());
    let with = |at: &str, value: Value| {
        let mut body = good();
        *body.pointer_mut(at).unwrap() = value;
        body
    };
    let user = |name: &str, value: Value| with(&format!("{USER}/{name}"), value);
    for (what, body, status, title) in [
        ("password", user("password", json!("secret of bob")), 401, "Unauthorized"),
        ("user", user("name", json!("nobody")), 401, "Unauthorized"),
        ("domain", user("domain", json!({ "name": "nowhere" })), 401, "Unauthorized"),
        ("other domain", user("domain", json!({ "id": "1000000000000002" })), 401, "Unauthorized"),
        ("no domain", user("domain", Value::Null), 400, "Bad Request"),
        ("empty domain", user("domain", json!({})), 401, "Unauthorized"),
        ("number", user("password", json!(1)), 400, "Bad Request"),
        ("method", with("/auth/identity/methods", json!(["totp"])), 400, "Bad Request"),
        ("methods", with("/auth/identity/methods", json!([])), 400, "Bad Request"),
        ("no password", with("/auth/identity/password", Value::Null), 400, "Bad Request"),
        ("project", with("/auth/scope/project/name", json!("eu-west-101")), 404, "Not Found"),
        (
            "another's project",
            with("/auth/scope/project", json!({ "id": "p0000000000000000000000000000003" })),
            404,
            "Not Found",
        ),
        (
            "domain scope",
            with("/auth/scope", json!({ "domain": { "id": "d2" } })),
            404,
            "Not Found",
        ),
        ("empty", json!({}), 400, "Bad Request"),
        ("text", json!({ "auth": "x" }), 400, "Bad Request"),
    ] {
        let answer = call(&server, "POST /v3/auth/tokens", None, &body);
        assert_eq!(refusal(&answer), (status, title.to_owned()), "{what}: {}", answer.text);
        assert!(answer.header("x-subject-token").is_none(), "{what}");
    }
    let head = "POST /v3/auth/tokens HTTP/1.1\r\n";
    assert_eq!(refusal(&send(server.address, head, b"{")).0, 400);
}

#[test]
fn wrong_tokens_are_refused() {
    let server = server();
    let token = token(&server, "alice");
    let whole = call(&server, "POST /v3/auth/tokens", None, &by_password("alice", Value::Null));
    let whole = token_of(&whole);
    let shorter = &token[1..];
    for (what, project, token, code) in [
        ("none", PROJECT, None, "KMS.0301"),
        ("empty", PROJECT, Some(""), "KMS.0301"),
        ("malformed", PROJECT, Some("x"), "KMS.0302"),
        ("changed", PROJECT, Some(shorter), "KMS.0302"),
        ("another project", OTHER_PROJECT, Some(&*token), "KMS.0305"),
        ("no project", "%7Bproject_id%7D", Some(&*token), "KMS.0305"),
        ("whole account", PROJECT, Some(&*whole), "KMS.0305"),
    ] {
        let answer = list_keys(&server, project, token);
        assert_eq!(refusal(&answer), (403, code.to_owned()), "{what}: {}", answer.text);
    }
    for (what, token) in [("none", None), ("malformed", Some("x"))] {
        let answer = call(&server, "GET /v3/auth/projects", token, &Value::Null);
        assert_eq!(refusal(&answer), (401, "Unauthorized".to_owned()), "{what}");
    }
    server.advance(Duration::from_secs(24 * 3600 - 1));
    assert_eq!(list_keys(&server, PROJECT, Some(&token)).status, 200);
    server.advance(Duration::from_secs(1));
    let answer = list_keys(&server, PROJECT, Some(&token));
    assert_eq!(refusal(&answer), (403, "KMS.0303".to_owned()));
    let answer = call(&server, "GET /v3/auth/projects", Some(&token), &Value::Null);
    assert_eq!(refusal(&answer).0, 401);
}

#[test]
fn tokens_outlive_the_server_but_not_the_secrets() {
    let token = token(&server(), "alice");
    assert_eq!(list_keys(&server(), PROJECT, Some(&token)).status, 200);
    for (before, after) in
        [("secret of alice", "new secret"), ("alicesecret", "new"), ("name: alice", "name: alina")]
    {
        let accounts = ACCOUNTS.replacen(before, after, 1);
        let changed = Server::with(Setup { accounts: Some(&accounts), ..Setup::default() });
        let answer = list_keys(&changed, PROJECT, Some(&token));
        assert_eq!(refusal(&answer).1, "KMS.0302", "{after}");
    }
}

#[test]
fn a_token_is_exchanged_for_one_that_does_not_last_longer() {
    let server = server();
    let whole = call(&server, "POST /v3/auth/tokens", None, &by_password("alice", Value::Null));
    let whole = token_of(&whole);
    server.advance(Duration::from_hours(1));
    let exchange = |token: &str| {
        let identity = json!({ "methods": ["token"], "token": { "id": token } });
        let body = json!({ "auth": { "identity": identity, "scope": in_project() } });
        call(&server, "POST /v3/auth/tokens", None, &body)
    };
    let answer = exchange(&whole);
    let token = token_of(&answer);
    assert_eq!(answer.json()["token"]["expires_at"], "2030-01-02T00:00:00.000000Z");
    assert_eq!(list_keys(&server, PROJECT, Some(&token)).status, 200);
    assert_eq!(refusal(&exchange("x")).0, 401);
    server.advance(Duration::from_hours(23));
    assert_eq!(refusal(&exchange(&whole)).0, 401);
}

#[test]
fn a_signature_counts_more_than_a_token() {
    let server = server();
    let token = token(&server, "alice");
    let path = format!("/v1.0/{PROJECT}/kms/list-keys");
    let with_token = |client: &Client, token: &str| {
        let head = client.head("POST", &path, "{}") + &format!("X-Auth-Token: {token}\r\n");
        send(server.address, &head, b"{}")
    };
    assert_eq!(with_token(&client(&server, "testid", "testsecret"), "x").status, 200);
    let answer = with_token(&client(&server, "testid", "wrong"), &token);
    assert_eq!(refusal(&answer), (401, "APIGW.0301".to_owned()));
}

/// The SDKs do not sign a request that has an Authorization already.
#[test]
fn a_token_counts_beside_an_authorization_of_no_scheme() {
    let server = server();
    let token = token(&server, "alice");
    for (authorization, codes) in [("token", ["", "APIGW.0301"]), ("", ["", "APIGW.0301"])] {
        for (token, code) in [&*token, ""].into_iter().zip(codes) {
            let head = format!(
                "POST /v1.0/{PROJECT}/kms/list-keys HTTP/1.1\r\nHost: a\r\n\
                 Authorization: {authorization}\r\nX-Auth-Token: {token}\r\n"
            );
            let answer = send(server.address, &head, b"{}");
            let told = if answer.status == 200 { String::new() } else { refusal(&answer).1 };
            assert_eq!(told, code, "{authorization:?} and {token:?}: {}", answer.text);
        }
    }
}

/// The body of a request for a temporary access key.
fn temporary(more: Value) -> Value {
    json!({ "auth": { "identity": { "methods": ["token"], "token": more } } })
}

const TEMPORARY: &str = "POST /v3.0/OS-CREDENTIAL/securitytokens";

fn temporary_client(server: &Server, answer: &Answer) -> Client {
    assert_eq!(answer.status, 201, "{}", answer.text);
    let made = answer.json()["credential"].clone();
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    assert_eq!(text("access").len(), 20);
    let own = client(server, &text("access"), &text("secret"));
    Client { security_token: Some(text("securitytoken")), ..own }
}

#[test]
fn temporary_access_keys() {
    let server = server();
    let token = token(&server, "alice");
    let answer = call(&server, TEMPORARY, Some(&token), &temporary(json!({})));
    assert_eq!(answer.json()["credential"]["expires_at"], "2030-01-01T00:15:00.000000Z");
    let own = temporary_client(&server, &answer);
    let list = |client: &Client| client.call("list-keys", json!({}));
    assert_eq!(list(&own).status, 200);
    let in_body = call(&server, TEMPORARY, None, &temporary(json!({ "id": token })));
    let another = temporary_client(&server, &in_body);
    let signed = client(&server, "aliceid", "alicesecret");
    let signed = signed.send("POST", &TEMPORARY[5..], &temporary(json!({})).to_string());
    assert_eq!(list(&temporary_client(&server, &signed)).status, 200);

    let without = Client { security_token: None, ..own.clone() };
    let of_another = Client { security_token: another.security_token.clone(), ..own.clone() };
    let of_token = Client { security_token: Some(token.clone()), ..own.clone() };
    let wrong_secret = Client { secret: another.secret.clone(), ..own.clone() };
    for wrong in [without, of_another, of_token, wrong_secret] {
        assert_eq!(refusal(&list(&wrong)), (401, "APIGW.0301".to_owned()));
    }
    // A token of a temporary access key is no token.
    let answer = list_keys(&server, PROJECT, own.security_token.as_deref());
    assert_eq!(refusal(&answer), (403, "KMS.0302".to_owned()));
    server.advance(Duration::from_mins(15));
    assert_eq!(refusal(&list(&own)), (401, "APIGW.0301".to_owned()));
}

#[test]
fn how_long_temporary_access_keys_last() {
    let server = server();
    let token = token(&server, "bob");
    for (seconds, status) in [
        (json!(900), 201),
        (json!("86400"), 201),
        (json!(899), 400),
        (json!(86_401), 400),
        (json!("x"), 400),
        (json!([]), 400),
    ] {
        let body = temporary(json!({ "duration_seconds": seconds }));
        assert_eq!(call(&server, TEMPORARY, Some(&token), &body).status, status, "{seconds}");
    }
    let mut narrowed = temporary(json!({}));
    narrowed["auth"]["identity"]["policy"] = json!({ "Version": "1.1", "Statement": [] });
    let answer = call(&server, TEMPORARY, Some(&token), &narrowed);
    assert_eq!(refusal(&answer), (501, "Not Implemented".to_owned()));
    // An account itself has no temporary access keys.
    let body = temporary(json!({})).to_string();
    let of_account = client(&server, "testid", "testsecret").send("POST", &TEMPORARY[5..], &body);
    assert_eq!(refusal(&of_account), (403, "Forbidden".to_owned()));
}

/// The names of the projects in an answer.
fn names(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    assert!(body["links"]["next"].is_null());
    let name = |it: &Value| it["name"].as_str().unwrap().to_owned();
    body["projects"].as_array().unwrap().iter().map(name).collect()
}

#[test]
fn projects() {
    let server = server();
    let own = client(&server, "bobid", "bobsecret");
    let list = |query: Value| names(&own.call("GET /v3/projects", query));
    assert_eq!(list(json!({})), ["cn-north-4", "work"]);
    assert_eq!(list(json!({ "name": "work" })), ["work"]);
    assert_eq!(list(json!({ "name": "cn-north-4", "domain_id": "d1" })), ["cn-north-4"]);
    assert_eq!(list(json!({ "domain_id": "d2" })), [""; 0]);
    assert_eq!(list(json!({ "name": "cn-east-3" })), [""; 0]);
    assert_eq!(names(&own.call("GET /v3/auth/projects", json!({}))), ["cn-north-4", "work"]);
    let found = own.call("GET /v3/projects", json!({ "name": "work" })).json();
    assert_eq!(
        found["projects"][0],
        json!({
            "id": OTHER_PROJECT,
            "name": "work",
            "domain_id": "d1",
            "parent_id": "d1",
            "is_domain": false,
            "enabled": true,
            "description": "",
            "links": { "self": format!("http://{}/v3/projects/{OTHER_PROJECT}", server.address) },
        })
    );
}

#[test]
fn an_account_without_projects_has_one_in_each_region() {
    let server = Server::start();
    let own = Client::of(&server);
    for region in ["cn-north-4", "eu-west-101"] {
        let found = own.call("GET /v3/projects", json!({ "name": region })).json();
        let projects = found["projects"].as_array().unwrap();
        assert_eq!(projects.len(), 1, "{region}");
        assert_eq!(projects[0]["id"], own.in_region(region).project);
        let there = Client { project: projects[0]["id"].as_str().unwrap().into(), ..own.clone() };
        let key = there.create_key(json!({}));
        assert_eq!(there.describe(&key)["realm"], region);
    }
}

#[test]
fn domains_and_services() {
    let server = server();
    let own = client(&server, "testid", "testsecret");
    let domains = own.call("GET /v3/auth/domains", json!({})).json();
    assert_eq!(domains["domains"].as_array().unwrap().len(), 1);
    assert_eq!(domains["domains"][0]["id"], "d1");
    assert_eq!(domains["domains"][0]["name"], "company");
    let catalog = own.call("GET /v3/auth/catalog", json!({ "kmsim-origin": "http://x" })).json();
    let service = |kind: &str| {
        let services = catalog["catalog"].as_array().unwrap();
        let found: Vec<_> = services.iter().filter(|it| it["type"] == kind).collect();
        assert_eq!(found.len(), 1);
        found[0]["endpoints"].as_array().unwrap().clone()
    };
    let kms = service("kms");
    let regions: Vec<_> = kms.iter().map(|it| it["region"].as_str().unwrap()).collect();
    assert_eq!(regions, ["cn-east-3", "cn-north-4"]);
    let url = format!("http://{}", server.address);
    for endpoint in &kms {
        assert_eq!(endpoint["interface"], "public");
        assert_eq!(endpoint["url"], format!("{url}/v1.0"));
    }
    assert_eq!(service("identity")[0]["url"], format!("{url}/v3"));
}

#[test]
fn what_is_not_served() {
    let server = server();
    let answer = call(&server, "POST /v3.0/OS-AUTH/id-token/tokens", None, &json!({ "auth": {} }));
    assert_eq!(refusal(&answer), (501, "Not Implemented".to_owned()));
    let wrong = client(&server, "testid", "wrong").call("GET /v3/projects", json!({}));
    assert_eq!(refusal(&wrong), (401, "APIGW.0301".to_owned()));
}
