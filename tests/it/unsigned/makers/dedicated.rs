//! A request to the dedicated gateway. Its answer is text apart from the marks between its fields.

use super::Made;
use crate::alibaba::dedicated::client::{Client, EVERYTHING, message};
use crate::kit::Server;
use crate::unsigned::Request;

/// A secret, with the right to read it.
pub fn server() -> Server {
    let more = "    keys: [{ id: key-one, spec: Aliyun_AES_256, instance: kst-one }]
    secrets:
      - { name: db, encryption_key_id: key-one, instance: kst-one, versions: [{ id: v1, value: x }] }";
    crate::alibaba::dedicated::client::server(&[EVERYTHING], more)
}

pub fn make(server: &Server) -> Vec<Made> {
    let body = message(&[(1, "db".into())]);
    let request = Request {
        method: "POST".into(),
        path: "/".into(),
        query: Vec::new(),
        headers: Client::of(server).signed("GetSecretValue", &body),
        body: Vec::new(),
        json: String::from_utf8(body).unwrap(),
    };
    vec![Made { name: "GetSecretValue".into(), request, is_refused: false }]
}
