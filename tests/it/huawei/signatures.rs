//! Requests that official SDKs signed (fixtures/vectors): each is accepted as it is, and refused if
//! a byte changes.

use kmsim::world::Instant;
use serde::Deserialize;

use super::client::refusal;
use crate::alibaba::signatures::forgeries::changed;
use crate::kit::{Server, root};
use crate::recorded::{Request, server_of};

#[derive(Clone, Deserialize)]
struct Vector {
    name: String,
    access_key: String,
    secret_key: String,
    token: Option<String>,
    time: i64,
    request: Request,
}

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
    refused: Vec<Vector>,
}

/// The code of a wrong signature.
const WRONG: &str = "APIGW.0301";

fn vectors() -> File {
    let path = root().join("fixtures/vectors/huawei-signatures.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

impl Vector {
    /// A server at the vector's time, with the vector's access key.
    fn server(&self) -> Server {
        let time = Instant::from_millis(self.time * 1000);
        server_of((&self.access_key, &self.secret_key), self.token.as_deref(), time)
    }

    fn authorization(&self) -> &str {
        let mut headers = self.request.headers.iter();
        headers.find(|(name, _)| name == "Authorization").map_or("", |(_, value)| value)
    }

    /// Whether its signature is one of a key pair, whose check takes long.
    fn is_of_pair(&self) -> bool {
        ["SDK-ECDSA", "SDK-SM2"].iter().any(|scheme| self.authorization().starts_with(scheme))
    }

    fn signs(&self, header: &str) -> bool {
        let names = self.authorization().split("SignedHeaders=").nth(1).unwrap_or_default();
        let names = names.split(',').next().unwrap_or_default();
        names.split(';').any(|name| name.eq_ignore_ascii_case(header))
    }
}

/// A request's parts after parsing: path and query decoded, and headers without white space around
/// their parts.
fn parsed(request: &Request) -> (Vec<u8>, Vec<Vec<String>>, &str) {
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let target = [path, "?", &query.replace('+', " ")].concat();
    let target = percent_encoding::percent_decode_str(&target).collect();
    let value = |value: &String| value.split(',').map(|it| it.trim().to_owned()).collect();
    (target, request.headers.iter().map(|(_, it)| value(it)).collect(), &request.body)
}

#[test]
fn every_vector_is_verified() {
    let File { vectors, refused } = vectors();
    assert_eq!((vectors.len(), refused.len()), (181, 38));
    for vector in &vectors {
        let answer = vector.request.send(&vector.server());
        let code = refusal(&answer).0;
        assert!(!code.starts_with("APIGW.03"), "{}: {}", vector.name, answer.text);
        assert!(answer.status < 500, "{}: {}", vector.name, answer.text);
    }
    for vector in &refused {
        let answer = vector.request.send(&vector.server());
        assert_eq!(refusal(&answer).0, WRONG, "{}: {}", vector.name, answer.text);
        assert_eq!(answer.status, 401, "{}", vector.name);
    }
}

#[test]
fn another_secret_is_refused() {
    for vector in vectors().vectors {
        let mut other = vector.clone();
        // Its last byte is no part of a longer character.
        other.secret_key = changed(&vector.secret_key, vector.secret_key.len() - 1);
        let answer = vector.request.send(&other.server());
        assert_eq!(refusal(&answer).0, WRONG, "{}", vector.name);
        assert!(!answer.text.contains(&other.secret_key), "{}", answer.text);
    }
}

/// Every `step`th change of one signed byte of a vector: its description, and the changed request.
fn forgeries(vector: &Vector, first: usize, step: usize) -> Vec<(String, Request)> {
    let request = &vector.request;
    let mut made = Vec::new();
    for at in 1..request.target.len() {
        let target = changed(&request.target, at);
        made.push((target.clone(), Request { target, ..request.clone() }));
    }
    let is_unsigned = request.headers.iter().any(|(_, value)| value == "UNSIGNED-PAYLOAD");
    let body = if is_unsigned { "" } else { &request.body };
    for (at, _) in body.bytes().enumerate().filter(|(_, byte)| byte.is_ascii()) {
        let body = changed(&request.body, at);
        made.push((body.clone(), Request { body, ..request.clone() }));
    }
    let signed = |name: &str| name == "Authorization" || vector.signs(name);
    for (index, (name, value)) in
        request.headers.iter().enumerate().filter(|(_, (name, _))| signed(name))
    {
        for (at, _) in value.bytes().enumerate().filter(|(_, byte)| byte.is_ascii()) {
            let mut forged = request.clone();
            forged.headers[index].1 = changed(value, at);
            made.push((format!("{name}: {}", forged.headers[index].1), forged));
        }
    }
    let each = made.into_iter().skip(first % step).step_by(step);
    each.filter(|(_, forged)| parsed(forged) != parsed(request)).collect()
}

/// Every byte of some vectors, and other bytes of each further one.
#[test]
fn every_changed_byte_is_refused() {
    let (mut count, mut wrong) = (0, Vec::new());
    let is_whole =
        |name: &str| name.starts_with("shared-hmac-sha256") || name.starts_with("golangsdk-query");
    for (number, vector) in vectors().vectors.into_iter().enumerate() {
        let step = match &vector {
            it if it.is_of_pair() => 97,
            it if is_whole(&it.name) => 1,
            _ => 13,
        };
        let server = vector.server();
        for (what, forged) in forgeries(&vector, number, step) {
            count += 1;
            let answer = forged.send(&server);
            assert!(!answer.text.contains(&vector.secret_key), "{}", answer.text);
            // The older form signs the first value of a name. Names must not repeat.
            let repeats = vector.name == "golangsdk-query-repeated" && answer.status == 400;
            if refusal(&answer).0 != WRONG && !repeats {
                wrong.push(format!("{}: {what}: {}", vector.name, answer.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 7000, "{count} forgeries");
}
