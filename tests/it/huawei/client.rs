//! A client that signs as this cloud's SDKs do: SDK-HMAC-SHA256 with `Access=`.

use base16ct::lower::encode_string as hex;
use kmsim::algorithms::mac::{Hash, digest, hmac};
use kmsim::dialects::users::Project;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::kit::{Answer, Server, encode, form, send};

/// A client. Its fields can be changed.
#[derive(Clone)]
pub struct Client {
    pub address: std::net::SocketAddr,
    pub id: String,
    pub secret: String,
    /// The token of a temporary access key.
    pub security_token: Option<String>,
    /// The project in paths.
    pub project: String,
    /// The time of its clock, in RFC 3339.
    pub time: String,
}

impl Client {
    pub fn of(server: &Server) -> Self {
        Self::with(server, "testid", "testsecret")
    }

    pub fn with(server: &Server, id: &str, secret: &str) -> Self {
        Self {
            address: server.address,
            id: id.into(),
            secret: secret.into(),
            security_token: None,
            project: Project::derived(&"".into(), "cn-north-4").id.to_string(),
            time: server.world.clock.host().to_string(),
        }
    }

    /// The same client in another region, for an account that lists no projects.
    pub fn in_region(&self, region: &str) -> Self {
        let project = Project::derived(&"".into(), region).id.to_string();
        Self { project, ..self.clone() }
    }

    /// Calls an action, which is given as a method and a path: `GET tags`. The method is POST if
    /// none is given. A path is relative to `/v1.0/{project_id}/kms/`, unless it begins with `/`.
    /// The parameters of GET are the query; those of other methods are the JSON body, and null
    /// stands for an empty body.
    pub fn call(&self, what: &str, params: Value) -> Answer {
        let (method, path) = what.split_once(' ').unwrap_or(("POST", what));
        let path = match path.strip_prefix('/') {
            Some(_) => path.replace("{project_id}", &self.project),
            None => format!("/v1.0/{}/kms/{path}", self.project),
        };
        if method != "GET" {
            let body = if params.is_null() { String::new() } else { params.to_string() };
            return self.send(method, &path, &body);
        }
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let pairs = params.as_object().into_iter().flatten();
        let pairs: Vec<_> = pairs.map(|(name, value)| (name.clone(), text(value))).collect();
        let query = if pairs.is_empty() { String::new() } else { format!("?{}", form(&pairs)) };
        self.send(method, &format!("{path}{query}"), "")
    }

    /// Signs and sends a request.
    pub fn send(&self, method: &str, target: &str, body: &str) -> Answer {
        send(self.address, &self.head(method, target, body), body.as_bytes())
    }

    /// The head of a signed request.
    pub fn head(&self, method: &str, target: &str, body: &str) -> String {
        let date: String = self.time.chars().filter(|c| !matches!(c, '-' | ':')).collect();
        let host = self.address.to_string();
        let mut headers = vec![
            ("content-type", "application/json;charset=utf-8"),
            ("host", &host),
            ("user-agent", "huaweicloud-usdk-python/3.0 test"),
            ("x-project-id", &self.project),
            ("x-sdk-date", &date),
        ];
        headers.extend(self.security_token.iter().map(|token| ("x-security-token", &**token)));
        headers.sort_unstable();
        let lines = |separator: &str| -> String {
            let line = |(name, value): &(&str, &str)| format!("{name}:{value}{separator}");
            headers.iter().map(line).collect()
        };
        let names: Vec<_> = headers.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = percent_decode_str(path).decode_utf8().unwrap();
        let segments: Vec<_> = path.split('/').map(encode).collect();
        let mut pairs: Vec<_> = query.split('&').collect();
        pairs.sort_unstable();
        let canonical = format!(
            "{method}\n{}/\n{}\n{}\n{names}\n{}",
            segments.join("/").trim_end_matches('/'),
            pairs.join("&"),
            lines("\n"),
            hex(&digest(Hash::Sha256, body.as_bytes())),
        );
        let canonical = hex(&digest(Hash::Sha256, canonical.as_bytes()));
        let text = format!("SDK-HMAC-SHA256\n{date}\n{canonical}");
        let signature = hex(&hmac(Hash::Sha256, &[self.secret.as_bytes()], text.as_bytes()));
        format!(
            "{method} {target} HTTP/1.1\r\n{}Authorization: SDK-HMAC-SHA256 Access={}, \
             SignedHeaders={names}, Signature={signature}\r\n",
            lines("\r\n"),
            self.id
        )
    }

    /// Creates a key and returns its id.
    #[track_caller]
    pub fn create_key(&self, more: Value) -> String {
        let mut params = json!({ "key_alias": Self::fresh() });
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = self.done("create-key", params);
        made["key_info"]["key_id"].as_str().unwrap().to_owned()
    }

    /// The details of a key.
    #[track_caller]
    pub fn describe(&self, key: &str) -> Value {
        self.done("describe-key", json!({ "key_id": key }))["key_info"].clone()
    }

    /// An alias that no other test of this process uses.
    pub fn fresh() -> String {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        format!("key-{}", NUMBER.fetch_add(1, Ordering::Relaxed))
    }

    /// Calls an action that must succeed. The answer is null if it has no body.
    #[track_caller]
    pub fn done(&self, what: &str, params: Value) -> Value {
        done(&self.call(what, params))
    }

    /// Calls an action that must be refused with this code. Returns the answer.
    #[track_caller]
    pub fn refused(&self, code: &str, what: &str, params: Value) -> Answer {
        let answer = self.call(what, params);
        assert_eq!(refusal(&answer).0, code, "{what}: {}", answer.text);
        answer
    }
}

/// The body of an answer, which must be a success.
#[track_caller]
pub fn done(answer: &Answer) -> Value {
    assert_eq!(answer.header("x-request-id").map(str::len), Some(36), "{answer:?}");
    if answer.status == 204 {
        assert_eq!(answer.text, "");
        return Value::Null;
    }
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    answer.json()
}

/// The code and message of a refusal. Both are empty if the answer is a success.
#[track_caller]
pub fn refusal(answer: &Answer) -> (String, String) {
    assert_eq!(answer.header("x-request-id").map(str::len), Some(36), "{answer:?}");
    if answer.status < 300 {
        return Default::default();
    }
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let body = answer.json();
    let error = body.get("error").unwrap_or(&body);
    let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    (text("error_code"), text("error_msg"))
}
