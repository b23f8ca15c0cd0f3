//! A client that signs as this cloud's SDKs do.

use base16ct::lower::encode_string as hex;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::algorithms::mac::{Hash, digest, hmac};
use kmsim::world::Instant;
use serde_json::{Value, json};

use crate::kit::{Answer, Server, form, send};

/// How a client signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// TC3-HMAC-SHA256 over a JSON body.
    Post,
    /// The same over a query.
    Get,
    /// Signature version 1, HMAC-SHA1, in a query.
    Sha1,
    /// Signature version 1, HMAC-SHA256, in a form.
    Sha256,
}

pub const WIRES: [Wire; 4] = [Wire::Post, Wire::Get, Wire::Sha1, Wire::Sha256];

/// A client. Its fields can be changed.
#[derive(Clone)]
pub struct Client {
    pub address: std::net::SocketAddr,
    pub id: String,
    pub secret: String,
    pub token: Option<String>,
    pub region: String,
    /// The time of its clock, in RFC 3339.
    pub time: String,
    pub wire: Wire,
    pub language: &'static str,
    pub version: &'static str,
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
            token: None,
            region: "ap-guangzhou".into(),
            time: server.world.clock.host().to_string(),
            wire: Wire::Post,
            language: "en-US",
            version: "2019-01-18",
        }
    }

    pub fn on(&self, wire: Wire) -> Self {
        Self { wire, ..self.clone() }
    }

    pub fn in_region(&self, region: &str) -> Self {
        Self { region: region.into(), ..self.clone() }
    }

    fn seconds(&self) -> i64 {
        Instant::parse(&self.time).unwrap().millis() / 1000
    }

    /// Calls an action, whose parameters are given as JSON.
    pub fn call(&self, action: &str, params: Value) -> Answer {
        match self.wire {
            Wire::Post => self.tc3(action, "POST", "", &params.to_string(), "application/json"),
            Wire::Get => {
                let query = form(&flat(&params));
                self.tc3(action, "GET", &query, "", "application/x-www-form-urlencoded")
            }
            Wire::Sha1 | Wire::Sha256 => self.v1(action, &params),
        }
    }

    /// Sends a request with signature version 3.
    pub fn tc3(&self, action: &str, method: &str, query: &str, body: &str, kind: &str) -> Answer {
        let authorization = self.authorization(method, query, body, kind);
        let head = self.head(action, method, query, kind);
        send(self.address, &format!("{head}Authorization: {authorization}\r\n"), body.as_bytes())
    }

    /// The head of a request, without its signature.
    pub fn head(&self, action: &str, method: &str, query: &str, kind: &str) -> String {
        let target = if query.is_empty() { "/".to_owned() } else { format!("/?{query}") };
        let token = self.token.iter().map(|it| format!("X-TC-Token: {it}\r\n"));
        format!(
            "{method} {target} HTTP/1.1\r\nHost: {}\r\nContent-Type: {kind}\r\nX-TC-Action: {action}\r\n\
             X-TC-Version: {}\r\nX-TC-Timestamp: {}\r\nX-TC-Region: {}\r\nX-TC-Language: {}\r\n{}",
            self.address,
            self.version,
            self.seconds(),
            self.region,
            self.language,
            token.collect::<String>()
        )
    }

    /// The header `Authorization` of a request.
    pub fn authorization(&self, method: &str, query: &str, body: &str, kind: &str) -> String {
        let (host, day) = (self.address.to_string(), &self.time[..10]);
        self.authorization_as((&host, day), method, query, body, kind)
    }

    /// The same with another host and another date in the scope.
    pub fn authorization_as(
        &self,
        (host, day): (&str, &str),
        method: &str,
        query: &str,
        body: &str,
        kind: &str,
    ) -> String {
        let body = hex(&digest(Hash::Sha256, body.as_bytes()));
        let canonical = format!(
            "{method}\n/\n{query}\ncontent-type:{kind}\nhost:{host}\n\ncontent-type;host\n{body}"
        );
        let canonical = hex(&digest(Hash::Sha256, canonical.as_bytes()));
        let scope = format!("{day}/kms/tc3_request");
        let text = format!("TC3-HMAC-SHA256\n{}\n{scope}\n{canonical}", self.seconds());
        let key = format!("TC3{}", self.secret).into_bytes();
        let key =
            scope.split('/').fold(key, |key, part| hmac(Hash::Sha256, &[&key], part.as_bytes()));
        let signature = hex(&hmac(Hash::Sha256, &[&key], text.as_bytes()));
        format!(
            "TC3-HMAC-SHA256 Credential={}/{scope}, SignedHeaders=content-type;host, Signature={signature}",
            self.id
        )
    }

    fn v1(&self, action: &str, params: &Value) -> Answer {
        let all = self.v1_form(action, params);
        if self.wire == Wire::Sha1 {
            let head = format!("GET /?{all} HTTP/1.1\r\nHost: {}\r\n", self.address);
            send(self.address, &head, b"")
        } else {
            let kind = "Content-Type: application/x-www-form-urlencoded\r\n";
            let head = format!("POST / HTTP/1.1\r\nHost: {}\r\n{kind}", self.address);
            send(self.address, &head, all.as_bytes())
        }
    }

    /// The signed parameters of a request with signature version 1, the common ones last.
    pub fn v1_form(&self, action: &str, params: &Value) -> String {
        let mut all = flat(params);
        let own = |name: &str, value: String| (name.to_owned(), value);
        all.extend([
            own("Action", action.to_owned()),
            own("Version", self.version.to_owned()),
            own("Timestamp", self.seconds().to_string()),
            own("Nonce", "9223372036854775807".to_owned()),
            own("Region", self.region.clone()),
            own("SecretId", self.id.clone()),
            own("Language", self.language.to_owned()),
            own("RequestClient", "SDK_TEST_1".to_owned()),
        ]);
        all.extend(self.token.iter().map(|it| own("Token", it.clone())));
        let (hash, method) = match self.wire {
            Wire::Sha256 => (Hash::Sha256, "POST"),
            _ => (Hash::Sha1, "GET"),
        };
        if hash == Hash::Sha256 {
            all.push(own("SignatureMethod", "HmacSHA256".to_owned()));
        }
        let mut sorted = all.clone();
        sorted.sort();
        let pairs: Vec<_> = sorted.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let text = format!("{method}{}/?{}", self.address, pairs.join("&"));
        let signature = STANDARD.encode(hmac(hash, &[self.secret.as_bytes()], text.as_bytes()));
        all.push(own("Signature", signature));
        form(&all)
    }

    /// Creates a key and returns its id.
    pub fn create_key(&self, more: Value) -> String {
        let mut params = json!({ "Alias": Self::fresh() });
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        done(&self.call("CreateKey", params))["KeyId"].as_str().unwrap().to_owned()
    }

    /// An alias that no other test of this process uses.
    pub fn fresh() -> String {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        format!("key-{}", NUMBER.fetch_add(1, Ordering::Relaxed))
    }

    /// Calls an action that must succeed.
    #[track_caller]
    pub fn done(&self, action: &str, params: Value) -> Value {
        done(&self.call(action, params))
    }

    /// Calls an action that must be refused with this code. Returns the message.
    #[track_caller]
    pub fn refused(&self, code: &str, action: &str, params: Value) -> String {
        let answer = self.call(action, params);
        let (found, message) = refusal(&answer);
        assert_eq!(found, code, "{action}: {}", answer.text);
        message
    }
}

/// Nested JSON as the flat parameters of a query.
pub fn flat(params: &Value) -> Vec<(String, String)> {
    fn add(name: &str, value: &Value, out: &mut Vec<(String, String)>) {
        let within = |part: &str| match name {
            "" => part.to_owned(),
            name => format!("{name}.{part}"),
        };
        match value {
            Value::Null => {}
            Value::String(text) => out.push((name.to_owned(), text.clone())),
            Value::Bool(_) | Value::Number(_) => out.push((name.to_owned(), value.to_string())),
            Value::Array(members) => {
                for (at, member) in members.iter().enumerate() {
                    add(&within(&at.to_string()), member, out);
                }
            }
            Value::Object(members) => {
                for (part, member) in members {
                    add(&within(part), member, out);
                }
            }
        }
    }
    let mut out = Vec::new();
    add("", params, &mut out);
    out
}

/// The members of an answer, which must be a success.
#[track_caller]
pub fn done(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let body = answer.json()["Response"].clone();
    assert!(body["Error"].is_null(), "{}", answer.text);
    assert_eq!(body["RequestId"].as_str().map(str::len), Some(36), "{}", answer.text);
    body
}

/// The code and message of a refusal. Both are empty if the answer is a success.
#[track_caller]
pub fn refusal(answer: &Answer) -> (String, String) {
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let body = answer.json()["Response"].clone();
    assert_eq!(body["RequestId"].as_str().map(str::len), Some(36), "{}", answer.text);
    let text = |name: &str| body["Error"][name].as_str().unwrap_or_default().to_owned();
    (text("Code"), text("Message"))
}
