//! The whole state of a server: exported, imported, reset, saved and loaded.

mod commands;
mod durability;
mod rich;
mod scopes;
mod snapshots;

use serde_json::Value;

use crate::kit::{Answer, Server, control, send};

/// Exports a scope's state through the control plane.
pub fn export(server: &Server, scope: &str) -> String {
    let answer = control(server.address, "GET", &format!("state{scope}"), &Value::Null);
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, Some("application/yaml")),
        "{answer:?}"
    );
    answer.text
}

/// Imports a state through the control plane.
pub fn import(server: &Server, scope: &str, text: &str) -> Answer {
    send(server.address, &format!("PUT /_kmsim/state{scope} HTTP/1.1\r\n"), text.as_bytes())
}

fn reset(server: &Server, scope: &str) -> Value {
    control(server.address, "POST", &format!("reset{scope}"), &Value::Null).ok()
}
