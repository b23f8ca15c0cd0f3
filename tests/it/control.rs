//! The control plane: faults, journal, metrics and access. Everything is tested over HTTP, mostly
//! in-process, and every option with the built binary.

mod access;
mod actions;
mod arming;
mod docs;
mod effects;
mod expect;
mod inspect;
mod instances;
mod journal;
mod metrics;
mod mismatch;
mod quiet;
mod refused;
mod sites;
mod white_box;
mod workers;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};

use crate::kit::{Answer, Client, Server, Setup, control, form, send};

const WORKERS: &str = "
accounts:
  - { id: '1', access_keys: [{ id: one, secret: s }, { id: uno, secret: s }] }
  - { id: '2', access_keys: [{ id: two, secret: s }, { id: duo, secret: t }] }
";

/// A server for two accounts, the first with two access keys.
fn workers() -> Server {
    Server::with(Setup { accounts: Some(WORKERS), ..Setup::default() })
}

fn get(server: &Server, path: &str) -> Answer {
    control(server.address, "GET", path, &Value::Null)
}

fn post(server: &Server, path: &str, body: &Value) -> Answer {
    control(server.address, "POST", path, body)
}

fn delete(server: &Server, path: &str) -> Answer {
    control(server.address, "DELETE", path, &Value::Null)
}

/// Arms a rule and returns it.
#[track_caller]
fn arm(server: &Server, scope: &str, rule: &Value) -> Value {
    post(server, &format!("faults{scope}"), rule).ok()
}

/// The journal's entries.
#[track_caller]
fn journal(server: &Server, query: &str) -> Vec<Value> {
    let page = get(server, &format!("requests{query}")).ok();
    page["requests"].as_array().unwrap().clone()
}

/// The last entry.
#[track_caller]
fn last(server: &Server) -> Value {
    journal(server, "").pop().unwrap()
}

/// Checks that an endpoint refuses with one line that contains this.
#[track_caller]
fn refuses(answer: &Answer, said: &str) {
    let error = answer.json()["error"].as_str().unwrap().to_owned();
    assert!(answer.status == 400 && error.contains(said), "{said}: {answer:?}");
}

/// Calls an action with an additional header line.
fn call_with(client: &Client, header: &str, action: &str, params: &[(&str, &str)]) -> Answer {
    let head = format!(
        "POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n{header}\r\n"
    );
    send(client.address, &head, form(&client.signed("POST", action, params)).as_bytes())
}

/// Calls an action. Returns the bytes until the connection ended, and how it ended.
fn raw(client: &Client, header: &str, action: &str) -> (String, std::io::Result<()>) {
    let body = form(&client.signed("POST", action, &[]));
    let head = format!(
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n{header}\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    exchange(client.address, &[head.as_bytes(), body.as_bytes()].concat())
}

fn exchange(address: SocketAddr, request: &[u8]) -> (String, std::io::Result<()>) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    stream.write_all(request).unwrap();
    let mut came = Vec::new();
    let ended = stream.read_to_end(&mut came).map(drop);
    (String::from_utf8(came).unwrap(), ended)
}

/// How many keys an access key's account has.
fn keys(client: &Client) -> u64 {
    client.call("ListKeys", &[]).ok()["TotalCount"].as_u64().unwrap()
}

fn outcome(entry: &Value) -> Value {
    json!([entry["action"], entry["outcome"]])
}
