//! Every cell of the table of states and actions.

use kmsim::dialects::Cloud;

use super::wire::{Client, NEW, told};
use crate::kit::{Answer, Server, table};

const STATES: [&str; 3] = ["Enabled", "Disabled", "Deleted"];

fn drive(client: &Client, action: &str, key: &str, blob: &str) -> Answer {
    let id = ("KeyId", key);
    match action {
        "CreateKey" => client.call("CreateKey", &NEW),
        "ModifyKey" => client.call("ModifyKey", &[id, ("KeyName", "new")]),
        "DescribeKeys" => client.call("DescribeKeys", &[("KeyId.1", key)]),
        "Encrypt" => client.call("Encrypt", &[id, ("Plaintext", "aGVsbG8=")]),
        "Decrypt" => client.call("Decrypt", &[id, ("CiphertextBlob", blob)]),
        "GenerateDataKey" => client.call("GenerateDataKey", &[id, ("KeySpec", "AES256")]),
        _ => match action.split_once('.') {
            Some((action, state)) => client.call(action, &[id, ("KeyState", state)]),
            None => client.call(action, &[id]),
        },
    }
}

fn state_of(client: &Client, key: &str) -> String {
    let answer = client.call("DescribeKeys", &[("KeyId", key)]);
    match answer.status {
        200 => answer.json()["KeySet"][0]["KeyState"].as_str().unwrap().to_owned(),
        _ => "Deleted".to_owned(),
    }
}

/// The state of a key after a successful action.
fn state_after<'a>(action: &'a str, state: &'a str) -> &'a str {
    match action.split_once('.') {
        Some((_, after)) => after,
        None if action == "DeleteKey" => "Deleted",
        None => state,
    }
}

#[test]
fn every_cell_of_the_state_table_holds() {
    let server = Server::start();
    let (mut cells, mut wrong) = (0, Vec::new());
    for row in table("kingsoft/lifecycle.tsv") {
        for (index, state) in STATES.iter().enumerate() {
            let client = Client { region: format!("cell-{cells}"), ..Client::of(&server) };
            let key = client.create_key();
            let blob = client.encrypt(&key);
            if *state != "Enabled" {
                client.set_state(&key, "Disabled");
            }
            if *state == "Deleted" {
                client.call("DeleteKey", &[("KeyId", &key)]).ok();
            }
            assert_eq!(state_of(&client, &key), *state);
            let answer = drive(&client, &row[0], &key, &blob);
            let expected = row[index + 1].as_str();
            let (status, code, message) = told(&answer);
            let found = match (status, code.as_str()) {
                (200, "") => "Success",
                (400, "InvalidParameterValue") => {
                    message.rsplit(' ').next().unwrap().trim_end_matches('.')
                }
                _ => answer.text.as_str(),
            };
            let after = if expected == "Success" { state_after(&row[0], state) } else { state };
            if found != expected || state_of(&client, &key) != after {
                wrong.push(format!(
                    "{} on {state}: expected {expected} then {after}, got {found}",
                    row[0]
                ));
            }
            cells += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(cells, 9 * 3);
}

#[test]
fn the_table_has_every_action() {
    let text = std::fs::read_to_string(crate::kit::root().join("fixtures/kingsoft/lifecycle.tsv"))
        .unwrap();
    let header = text.lines().find(|line| !line.starts_with('#')).unwrap();
    assert_eq!(header.split('\t').collect::<Vec<_>>()[1..4], STATES);
    let rows = table("kingsoft/lifecycle.tsv");
    let mut listed: Vec<_> = rows.iter().map(|row| row[0].split('.').next().unwrap()).collect();
    listed.sort_unstable();
    listed.dedup();
    let server = Server::start();
    assert_eq!(listed, server.clouds().named("kingsoft").map(Cloud::action_names).unwrap());
}
