//! Requests that others signed (fixtures/vectors). Each verifies unchanged, and fails after any
//! change of a byte.

use std::collections::BTreeMap;

use kmsim::world::Instant;
use serde::Deserialize;

use super::wire::told;
use crate::alibaba::signatures::forgeries::changed;
use crate::kit::{Answer, Server, encode, root};
use crate::recorded::{Request, server_of};

const TIME: &str = "2026-11-20T20:15:00Z";

/// A vector as in the file. Those of the simplified signature only have parameters.
#[derive(Clone, Deserialize)]
struct Vector {
    name: String,
    access_key: String,
    secret_key: String,
    request: Option<Request>,
    params: Option<BTreeMap<String, String>>,
    authorization: Option<String>,
    signature: Option<String>,
}

#[derive(Deserialize)]
struct Scheme {
    vectors: Vec<Vector>,
    #[serde(default)]
    must_reject: Vec<Vector>,
}

/// The vectors to verify, and those to refuse, completed.
fn vectors() -> (Vec<Vector>, Vec<Vector>) {
    #[derive(Deserialize)]
    struct File {
        schemes: BTreeMap<String, Scheme>,
    }
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for file in ["kingsoft-signatures.json", "kingsoft-sdk-rules.json"] {
        let text = std::fs::read_to_string(root().join("fixtures/vectors").join(file)).unwrap();
        for scheme in serde_json::from_str::<File>(&text).unwrap().schemes.into_values() {
            good.extend(scheme.vectors.into_iter().map(Vector::whole));
            bad.extend(scheme.must_reject.into_iter().map(Vector::whole));
        }
    }
    (good, bad)
}

impl Vector {
    /// Completes the request: signed parameters go into a query, and for every second vector into a
    /// form.
    fn whole(mut self) -> Self {
        if let Some(params) = &self.params {
            let signature = ("Signature".to_owned(), self.signature.clone().unwrap());
            let pairs = params.clone().into_iter().chain([signature]);
            let text: Vec<_> = pairs
                .map(|(name, value)| format!("{}={}", encode(&name), encode(&value)))
                .collect();
            let text = text.join("&");
            let host = vec![("Host".to_owned(), "kkms.api.ksyun.com".to_owned())];
            self.request = Some(if params.len() % 2 == 0 {
                Request {
                    method: "GET".into(),
                    target: format!("/?{text}"),
                    headers: host,
                    body: String::new(),
                }
            } else {
                Request { method: "POST".into(), target: "/".into(), headers: host, body: text }
            });
        }
        let request = self.request.as_mut().unwrap();
        request
            .headers
            .extend(self.authorization.take().map(|it| ("Authorization".to_owned(), it)));
        self
    }

    fn request(&self) -> &Request {
        self.request.as_ref().unwrap()
    }

    fn is_simplified(&self) -> bool {
        self.params.is_some()
    }

    fn time(&self) -> &str {
        self.params.as_ref().map_or(TIME, |params| &params["Timestamp"])
    }

    /// A server at the vector's time, with the vector's access key.
    fn server(&self) -> Server {
        let token = self.params.as_ref().and_then(|params| params.get("SecurityToken"));
        let header = |(name, value): &(String, String)| {
            (name == "X-Amz-Security-Token").then(|| value.clone())
        };
        let token = token.cloned().or_else(|| self.request().headers.iter().find_map(header));
        let time = Instant::parse(self.time()).unwrap();
        server_of((&self.access_key, &self.secret_key), token.as_deref(), time)
    }
}

/// Whether an answer is past authentication. The keys in the vectors do not exist, and one vector
/// is for another service.
fn is_let_in(answer: &Answer) -> bool {
    let (status, code, message) = told(answer);
    match (status, code.as_str()) {
        (200, "") | (404, "NoSuchEntity" | "ServiceUnavailable") | (412, "DryRunOperation") => true,
        // The parameters of a signature are checked before the signature.
        (400, "InvalidParameterValue") => {
            !["SignatureVersion.", "Timestamp."].iter().any(|mark| message.ends_with(mark))
        }
        _ => false,
    }
}

#[test]
fn every_vector_is_verified() {
    let (good, bad) = vectors();
    assert_eq!((good.len(), bad.len()), (58, 5));
    for vector in &good {
        let answer = vector.request().send(&vector.server());
        assert!(is_let_in(&answer), "{}: {}", vector.name, answer.text);
    }
    for vector in &bad {
        let (status, code, _) = told(&vector.request().send(&vector.server()));
        assert_eq!((status, code.as_str()), (403, "SignatureDoesNotMatch"), "{}", vector.name);
    }
}

#[test]
fn another_secret_is_refused() {
    for vector in vectors().0 {
        for at in [0, vector.secret_key.len() / 2, vector.secret_key.len() - 1] {
            let mut other = vector.clone();
            other.secret_key = changed(&vector.secret_key, at);
            let answer = vector.request().send(&other.server());
            let (status, code, _) = told(&answer);
            assert_eq!((status, code.as_str()), (403, "SignatureDoesNotMatch"), "{}", vector.name);
            assert!(!answer.text.contains(&other.secret_key), "{}", answer.text);
        }
    }
}

/// The signed headers of either kind of AWS4 request.
fn signed_headers(request: &Request) -> Vec<String> {
    let text = request
        .headers
        .iter()
        .find(|(name, _)| name == "Authorization")
        .map(|(_, value)| value.clone());
    let text = text.unwrap_or_else(|| request.target.replace("%3B", ";").replace('&', ","));
    let (_, names) = text.split_once("SignedHeaders=").unwrap();
    names.split(',').next().unwrap().split(';').map(str::to_owned).collect()
}

/// Every change of one byte of a vector: a description, and the changed request.
fn forgeries(vector: &Vector) -> Vec<(String, Request)> {
    let request = vector.request();
    let mut made = Vec::new();
    for at in 2..request.target.len() {
        let target = changed(&request.target, at);
        made.push((target.clone(), Request { target, ..request.clone() }));
    }
    for at in 0..request.body.len() {
        let body = changed(&request.body, at);
        made.push((body.clone(), Request { body, ..request.clone() }));
    }
    if vector.is_simplified() {
        return made;
    }
    let signed = signed_headers(request);
    for (index, (name, value)) in request.headers.iter().enumerate() {
        if name == "Authorization" || signed.contains(&name.to_lowercase()) {
            for at in 0..value.len() {
                let mut forged = request.clone();
                forged.headers[index].1 = changed(value, at);
                made.push((format!("{name}: {}", forged.headers[index].1), forged));
            }
        }
    }
    let method = if request.method == "GET" { "POST" } else { "GET" };
    made.push((method.to_owned(), Request { method: method.into(), ..request.clone() }));
    made.push((
        "path".to_owned(),
        Request { target: request.target.replacen('/', "/x", 1), ..request.clone() },
    ));
    let token = ("X-Amz-Security-Token".to_owned(), "token".to_owned());
    let mut forged = request.clone();
    forged.headers.push(token);
    made.push(("a token that is not signed".to_owned(), forged));
    made
}

#[test]
fn every_changed_byte_is_refused() {
    let (mut count, mut wrong) = (0, Vec::new());
    for vector in vectors().0 {
        let server = vector.server();
        for (what, forged) in forgeries(&vector) {
            count += 1;
            let answer = forged.send(&server);
            if is_let_in(&answer) && !is_the_same(vector.request(), &forged) {
                wrong.push(format!("{}: {what}: {}", vector.name, answer.text));
            }
            assert!(
                answer.status < 500 && !answer.text.contains(&vector.secret_key),
                "{}",
                answer.text
            );
        }
        for more in ["&Extra=1", "&Action=ListKeys", "&KeyId=other"] {
            let mut forged = vector.request().clone();
            if forged.body.is_empty() {
                forged.target += more;
            } else {
                forged.body += more;
            }
            assert!(!is_let_in(&forged.send(&server)), "{}: {more}", vector.name);
            // A form in the body counts with any method.
            let mut forged = vector.request().clone();
            forged.body += more;
            assert!(!is_let_in(&forged.send(&server)), "{}: {more} in the body", vector.name);
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 9000, "{count} forgeries");
}

/// Whether two requests mean the same: equal decoded parameters, equal parts of `Authorization`,
/// equal headers.
fn is_the_same(a: &Request, b: &Request) -> bool {
    let decoded = |text: &str| {
        percent_encoding::percent_decode_str(&text.replace('+', " ")).collect::<Vec<u8>>()
    };
    let parts = |headers: &[(String, String)]| -> Vec<Vec<String>> {
        headers
            .iter()
            .map(|(_, value)| value.split(',').map(|part| part.trim().to_owned()).collect())
            .collect()
    };
    decoded(&a.target) == decoded(&b.target)
        && decoded(&a.body) == decoded(&b.body)
        && parts(&a.headers) == parts(&b.headers)
}
