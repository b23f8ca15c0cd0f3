//! A client that signs as Kingsoft's SDKs do, and parses both formats of answers.

pub use base16ct::lower::encode_string as hex;
use kmsim::algorithms::mac::{Hash, digest, hmac};
use kmsim::world::Instant;
use serde_json::Value;

use crate::kit::{Answer, Server, encode, form, send};

/// How a client signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// AWS4-HMAC-SHA256 in the header.
    Header,
    /// The same in the query.
    Presigned,
    /// `SignatureVersion` 1.0, with HMAC-SHA256.
    Simplified,
    /// The same with HMAC-SHA1.
    SimplifiedSha1,
    /// Not at all.
    Unsigned,
}

pub const SIGNED: [Wire; 4] =
    [Wire::Header, Wire::Presigned, Wire::Simplified, Wire::SimplifiedSha1];

type Pairs = Vec<(String, String)>;

/// A client. Its fields can be set to anything.
#[derive(Clone)]
pub struct Client {
    pub address: std::net::SocketAddr,
    pub id: String,
    pub secret: String,
    pub token: Option<String>,
    pub region: String,
    /// The client's time, in RFC 3339.
    pub time: String,
    pub wire: Wire,
    /// Whether parameters are in a form.
    pub post: bool,
    /// `Accept`.
    pub accept: &'static str,
    /// More headers, whole lines.
    pub headers: String,
    /// Parameters of every request, signed with the rest.
    pub common: Vec<(&'static str, String)>,
    /// `X-Amz-Expires`.
    pub expires: Option<String>,
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
            region: "cn-beijing-6".into(),
            time: server.world.clock.host().to_string(),
            wire: Wire::Header,
            post: false,
            accept: "application/json",
            headers: String::new(),
            common: Vec::new(),
            expires: None,
        }
    }

    /// The same client with another signature.
    pub fn on(&self, wire: Wire) -> Self {
        Self { wire, ..self.clone() }
    }

    /// Calls an action.
    pub fn call(&self, action: &str, params: &[(&str, &str)]) -> Answer {
        let mut all: Pairs =
            vec![("Action".into(), action.into()), ("Version".into(), "2016-03-04".into())];
        all.extend(self.common.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        all.extend(params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.send(all)
    }

    /// Sends parameters, signed.
    pub fn send(&self, mut params: Pairs) -> Answer {
        let date = self.time.replace(['-', ':'], "");
        let day = date.get(..8).unwrap_or_default();
        let scope = format!("{day}/{}/kkms/aws4_request", self.region);
        match self.wire {
            Wire::Unsigned => self.deliver("", &params),
            Wire::Simplified => self.simplified(params, Hash::Sha256),
            Wire::SimplifiedSha1 => self.simplified(params, Hash::Sha1),
            Wire::Presigned => {
                let mut marks = vec![
                    ("X-Amz-Algorithm", "AWS4-HMAC-SHA256".to_owned()),
                    ("X-Amz-Credential", format!("{}/{scope}", self.id)),
                    ("X-Amz-Date", date.clone()),
                    ("X-Amz-SignedHeaders", "host".to_owned()),
                ];
                marks.extend(self.expires.iter().map(|it| ("X-Amz-Expires", it.clone())));
                marks.extend(self.token.iter().map(|it| ("X-Amz-Security-Token", it.clone())));
                params.extend(marks.into_iter().map(|(name, value)| (name.to_owned(), value)));
                let canonical = Self::canonical("GET", &query(&params), &self.host(), "host", "");
                params.push(("X-Amz-Signature".into(), self.aws4(&date, &scope, &canonical)));
                Self { post: false, ..self.clone() }.deliver("", &params)
            }
            Wire::Header => {
                let (method, canonical_query, body) = if self.post {
                    ("POST", String::new(), form(&params))
                } else {
                    ("GET", query(&params), String::new())
                };
                let mut headers = format!("{}x-amz-date:{date}\n", self.host());
                let mut names = "host;x-amz-date".to_owned();
                if let Some(token) = &self.token {
                    headers.extend(["x-amz-security-token:", token, "\n"]);
                    names += ";x-amz-security-token";
                }
                let canonical = Self::canonical(method, &canonical_query, &headers, &names, &body);
                let signature = self.aws4(&date, &scope, &canonical);
                let token = self.token.iter().map(|it| format!("X-Amz-Security-Token: {it}\r\n"));
                let lines = format!(
                    "X-Amz-Date: {date}\r\n{}Authorization: AWS4-HMAC-SHA256 Credential={}/{scope}, \
                     SignedHeaders={names}, Signature={signature}\r\n",
                    token.collect::<String>(),
                    self.id
                );
                self.deliver(&lines, &params)
            }
        }
    }

    fn host(&self) -> String {
        format!("host:{}\n", self.address)
    }

    fn canonical(method: &str, query: &str, headers: &str, names: &str, body: &str) -> String {
        let body = hex(&digest(Hash::Sha256, body.as_bytes()));
        format!("{method}\n/\n{query}\n{headers}\n{names}\n{body}")
    }

    pub fn aws4(&self, date: &str, scope: &str, canonical: &str) -> String {
        let canonical = hex(&digest(Hash::Sha256, canonical.as_bytes()));
        let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{canonical}");
        let key = format!("AWS4{}", self.secret).into_bytes();
        let key =
            scope.split('/').fold(key, |key, part| hmac(Hash::Sha256, &[&key], part.as_bytes()));
        hex(&hmac(Hash::Sha256, &[&key], text.as_bytes()))
    }

    fn simplified(&self, mut params: Pairs, hash: Hash) -> Answer {
        let method = if hash == Hash::Sha1 { "HMAC-SHA1" } else { "HMAC-SHA256" };
        let marks = [
            ("Accesskey", self.id.as_str()),
            ("Region", &self.region),
            ("Service", "kkms"),
            ("SignatureMethod", method),
            ("SignatureVersion", "1.0"),
            ("Timestamp", &self.time),
        ];
        let given: Vec<String> = params.iter().map(|(name, _)| name.clone()).collect();
        let marks =
            marks.into_iter().chain(self.token.iter().map(|it| ("SecurityToken", it.as_str())));
        params.extend(
            marks
                .filter(|(name, _)| !given.iter().any(|it| it == name))
                .map(|(n, v)| (n.to_owned(), v.to_owned())),
        );
        params.sort_by(|a, b| a.0.cmp(&b.0));
        let signature = hex(&hmac(hash, &[self.secret.as_bytes()], form(&params).as_bytes()));
        params.push(("Signature".into(), signature));
        self.deliver("", &params)
    }

    fn deliver(&self, lines: &str, params: &[(String, String)]) -> Answer {
        let params = form(params);
        let (target, content, body) = if self.post {
            (
                "POST /".to_owned(),
                "Content-Type: application/x-www-form-urlencoded\r\n",
                params.as_str(),
            )
        } else {
            (format!("GET /?{params}"), "", "")
        };
        let head = format!(
            "{target} HTTP/1.1\r\nAccept: {}\r\n{content}{lines}{}",
            self.accept, self.headers
        );
        send(self.address, &head, body.as_bytes())
    }

    /// Creates a key and returns its id.
    pub fn create_key(&self) -> String {
        let made = self.call("CreateKey", &NEW).ok();
        made["Key"]["KeyId"].as_str().unwrap().to_owned()
    }

    pub fn set_state(&self, key: &str, state: &str) {
        self.call("ModifyKeyState", &[("KeyId", key), ("KeyState", state)]).ok();
    }

    pub fn encrypt(&self, key: &str) -> String {
        let sealed = self.call("Encrypt", &[("KeyId", key), ("Plaintext", "aGVsbG8=")]).ok();
        sealed["CiphertextBlob"].as_str().unwrap().to_owned()
    }
}

/// What a new key needs.
pub const NEW: [(&str, &str); 4] = [
    ("KeyName", "name"),
    ("KeyUsage", "EncryptDecrypt"),
    ("Origin", "kms"),
    ("ChargeType", "PostPaidByDay"),
];

/// The canonical query: encoded, then sorted.
fn query(params: &[(String, String)]) -> String {
    let mut pairs: Vec<_> =
        params.iter().map(|(name, value)| (encode(name), encode(value))).collect();
    pairs.sort();
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// Moves a time in RFC 3339.
pub fn moved(time: &str, seconds: i64) -> String {
    Instant::from_millis(Instant::parse(time).unwrap().millis() + seconds * 1000).to_string()
}

/// Status, code and message of a refusal in either format. A success has neither code nor message.
pub fn told(answer: &Answer) -> (u16, String, String) {
    if answer.text.starts_with('{') {
        let body: Value = answer.json();
        let text = |name: &str| body["Error"][name].as_str().unwrap_or_default().to_owned();
        return (answer.status, text("Code"), text("Message"));
    }
    (answer.status, element(&answer.text, "Code"), element(&answer.text, "Message"))
}

/// The text of the first element of this name.
pub fn element(xml: &str, name: &str) -> String {
    let (_, rest) = xml.split_once(&format!("<{name}>")).unwrap_or_default();
    let (text, _) = rest.split_once(&format!("</{name}>")).unwrap_or_default();
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// Checks that a request was refused because of one parameter.
#[track_caller]
pub fn invalid(answer: &Answer, name: &str) {
    let message =
        format!("An invalid or out-of-range value was supplied for the input parameter {name}.");
    assert_eq!(told(answer), (400, "InvalidParameterValue".into(), message));
}

/// Checks that a request was refused because a parameter is not there.
#[track_caller]
pub fn missing(answer: &Answer, name: &str) {
    let message = format!("An value must be supplied for the input parameter {name}.");
    assert_eq!(told(answer), (400, "MissingParameter".into(), message));
}
