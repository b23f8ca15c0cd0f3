//! Requests as official clients sent them (fixtures/vectors), and servers at their time.

use std::sync::Arc;

use kmsim::world::{Clock, Entropy, Instant, World};
use serde::Deserialize;
use serde_json::json;

use crate::kit::{Answer, Server, Setup, send};

/// A request as it was sent.
#[derive(Clone, Deserialize)]
pub struct Request {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    pub fn send(&self, server: &Server) -> Answer {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            // The kit sets the length of the body and closes the connection; no client signs these
            // headers.
            if !["connection", "content-length"].contains(&name.to_lowercase().as_str()) {
                head.extend([name, ": ", value, "\r\n"]);
            }
        }
        send(server.address, &head, self.body.as_bytes())
    }
}

/// A server at this time, with an access key of this id and secret. With a token, it is temporary.
pub fn server_of((id, secret): (&str, &str), token: Option<&str>, time: Instant) -> Server {
    let mut key = json!({ "id": id, "secret": secret });
    let account = if let Some(token) = token {
        key["token"] = json!(token);
        key["expires"] = json!("2099-01-01T00:00:00Z");
        json!({ "id": "1", "sts_tokens": [key] })
    } else {
        json!({ "id": "1", "access_keys": [key] })
    };
    // JSON is YAML.
    let accounts = json!({ "accounts": [account] }).to_string();
    let world = Arc::new(World { clock: Clock::manual(time), entropy: Entropy::seeded("kmsim") });
    Server::within(world, Setup { accounts: Some(&accounts), ..Setup::default() })
}
