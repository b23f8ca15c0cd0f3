//! Requests that official SDKs signed (fixtures/vectors): each is accepted as it is, and refused if
//! a byte changes.

use kmsim::world::Instant;
use serde::Deserialize;

use super::wire::refusal;
use crate::alibaba::signatures::forgeries::changed;
use crate::kit::{Answer, Server, root};
use crate::recorded::{Request, server_of};

#[derive(Clone, Deserialize)]
struct Vector {
    name: String,
    secret_id: String,
    secret_key: String,
    token: Option<String>,
    time: i64,
    request: Request,
    /// The code, if the request must be refused.
    #[serde(default)]
    code: String,
}

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
    refused: Vec<Vector>,
}

fn vectors() -> File {
    let path = root().join("fixtures/vectors/tencent-signatures.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

impl Vector {
    /// A server at the vector's time, with the vector's access key.
    fn server(&self) -> Server {
        let time = Instant::from_millis(self.time * 1000);
        server_of((&self.secret_id, &self.secret_key), self.token.as_deref(), time)
    }

    fn is_tc3(&self) -> bool {
        self.request.headers.iter().any(|(name, _)| name == "Authorization")
    }
}

/// Whether an answer shows that the signature was right.
fn is_let_in(answer: &Answer) -> bool {
    let (code, _) = refusal(answer);
    !code.starts_with("AuthFailure") && code != "InternalError"
}

#[test]
fn every_vector_is_verified() {
    let File { vectors, refused } = vectors();
    assert_eq!((vectors.len(), refused.len()), (73, 6));
    for vector in &vectors {
        let answer = vector.request.send(&vector.server());
        assert!(is_let_in(&answer), "{}: {}", vector.name, answer.text);
    }
    for vector in &refused {
        let answer = vector.request.send(&vector.server());
        assert_eq!(refusal(&answer).0, vector.code, "{}: {}", vector.name, answer.text);
    }
}

#[test]
fn another_secret_is_refused() {
    // An unknown version is refused before the signature is checked.
    for vector in vectors().vectors.into_iter().filter(|it| !it.name.contains("doc-example")) {
        let mut other = vector.clone();
        other.secret_key = changed(&vector.secret_key, vector.secret_key.len() / 2);
        let answer = vector.request.send(&other.server());
        let code = refusal(&answer).0;
        assert_eq!(code, "AuthFailure.SignatureFailure", "{}", vector.name);
        assert!(!answer.text.contains(&other.secret_key), "{}", answer.text);
    }
}

/// Every change of one signed byte of a vector: its description, and the changed request.
fn forgeries(vector: &Vector) -> Vec<(String, Request)> {
    let request = &vector.request;
    let mut made = Vec::new();
    let is_get = request.method == "GET";
    // A signature of version 3 covers the query of a GET and the body of a POST.
    if is_get {
        for at in 2..request.target.len() {
            let target = changed(&request.target, at);
            made.push((target.clone(), Request { target, ..request.clone() }));
        }
    }
    let is_unsigned = request.headers.iter().any(|(_, value)| value == "UNSIGNED-PAYLOAD");
    if !is_unsigned {
        let ascii = request.body.bytes().enumerate().filter(|(_, byte)| byte.is_ascii());
        for (at, _) in ascii {
            let body = changed(&request.body, at);
            made.push((body.clone(), Request { body, ..request.clone() }));
        }
    }
    let signed = |name: &str| {
        let of = ["Host", "X-TC-Timestamp", "Authorization"].contains(&name);
        of || name == "Content-Type" && vector.is_tc3()
    };
    for (index, (name, value)) in
        request.headers.iter().enumerate().filter(|(_, (name, _))| signed(name))
    {
        for at in 0..value.len() {
            let mut forged = request.clone();
            forged.headers[index].1 = changed(value, at);
            made.push((format!("{name}: {}", forged.headers[index].1), forged));
        }
    }
    made
}

/// Whether two requests are the same after parsing: decoded parameters, and headers without regard
/// to case.
fn is_the_same(a: &Request, b: &Request, is_tc3: bool) -> bool {
    let decoded = |text: &str| {
        percent_encoding::percent_decode_str(&text.replace('+', " ")).collect::<Vec<u8>>()
    };
    let parts = |headers: &[(String, String)]| -> Vec<Vec<String>> {
        let value = |value: &String| value.split(',').map(|it| it.trim().to_owned()).collect();
        headers.iter().map(|(_, it)| value(it)).collect()
    };
    parts(&a.headers) == parts(&b.headers)
        && !is_tc3
        && decoded(&a.target) == decoded(&b.target)
        && decoded(&a.body) == decoded(&b.body)
}

/// Whether only the port differs, and the signature does not cover it. The Node.js SDK signs the
/// host without its port.
fn is_an_unsigned_port(vector: &Vector, forged: &Request) -> bool {
    let bare = |request: &Request| {
        let host = request.headers.iter().find(|(name, _)| name == "Host")?.1.clone();
        Some(host.rsplit_once(':')?.0.to_owned())
    };
    vector.name.contains("node") && bare(&vector.request) == bare(forged)
}

#[test]
fn every_changed_byte_is_refused() {
    let (mut count, mut wrong) = (0, Vec::new());
    for vector in vectors().vectors {
        let server = vector.server();
        for (what, forged) in forgeries(&vector) {
            count += 1;
            let answer = forged.send(&server);
            assert!(!answer.text.contains(&vector.secret_key), "{}", answer.text);
            // Without the parameter for the access key, another cloud answers.
            if answer.status != 200 {
                continue;
            }
            // A missing parameter is refused before the signature is checked.
            let code = refusal(&answer).0;
            let early = ["MissingParameter", "InvalidAction", "NoSuchVersion", "InvalidParameter"];
            let is_refused = code.starts_with("AuthFailure") || early.contains(&code.as_str());
            let is_the_same = is_the_same(&vector.request, &forged, vector.is_tc3())
                || is_an_unsigned_port(&vector, &forged);
            if !is_refused && !is_the_same {
                wrong.push(format!("{}: {what}: {}", vector.name, answer.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 9000, "{count} forgeries");
}
