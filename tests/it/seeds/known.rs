//! Keys with material from a seed decrypt and verify what was made elsewhere, in every run.

use serde_json::Value;

use crate::kit::{Client, Process, Server, Setup, data_file, root, table};

/// Checks every row of the table.
fn check(client: &Client) {
    let rows = table("seeds/known.tsv");
    assert!(rows.len() >= 15);
    for row in rows {
        let [action, parameters, field, value] = &row[..] else { panic!("{row:?}") };
        let parameters: Value = serde_json::from_str(parameters).unwrap();
        let parameters = parameters.as_object().unwrap().iter();
        let parameters: Vec<_> =
            parameters.map(|(name, it)| (name.as_str(), it.as_str().unwrap())).collect();
        let expected: Value = serde_json::from_str(value).unwrap();
        assert_eq!(
            client.call(action, &parameters).ok()[field],
            expected,
            "{action} {parameters:?}"
        );
    }
}

#[test]
fn what_was_made_elsewhere_opens_and_verifies() {
    let text = std::fs::read_to_string(root().join("fixtures/seeds/known.yaml")).unwrap();
    let server = Server::with(Setup { seeds: &[&text], ..Setup::default() });
    check(&server.client());
}

#[test]
fn the_program_does_so_too_and_after_a_restart() {
    let (_folder, data) = data_file();
    let seed = root().join("fixtures/seeds/known.yaml");
    let arguments = ["--data", data.to_str().unwrap(), "--seed", seed.to_str().unwrap()];
    for _ in 0..2 {
        check(&Process::start(&arguments).client());
    }
    // The data alone is enough, without the seed.
    check(&Process::start(&arguments[..2]).client());
}
