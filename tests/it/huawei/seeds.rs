//! Seeds and exports of keys: their own aliases and their groups.

use serde_json::json;

use super::client::Client;
use crate::kit::{Server, Setup};
use crate::state::{export, import};

const FIRST: &str = "00000000-0000-4000-8000-000000000001";
const SECOND: &str = "00000000-0000-4000-8000-000000000002";
const GROUP: &str = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";

/// The seed of a realm with these keys.
fn seed(keys: &str) -> String {
    format!(
        "realms: [{{ account: '1000000000000001', cloud: huawei, region: cn-north-4, keys: [{keys}] }}]"
    )
}

#[test]
fn a_seeded_key_has_its_name_among_its_aliases() {
    let named = format!("{{ id: {FIRST}, name: own, aliases: [more], group: {GROUP} }}");
    let unnamed = format!("{{ id: {SECOND}, aliases: [one, two] }}");
    let text = seed(&[named, unnamed].join(", "));
    let server = Server::with(Setup { seeds: &[&text], ..Setup::default() });
    let client = Client::of(&server);
    for (key, own, group, further) in [
        (FIRST, "own", GROUP, json!(["alias/more"])),
        // The first alias is the name of a key without one.
        (SECOND, "one", "0", json!(["alias/two"])),
    ] {
        let told = client.describe(&format!("alias/{own}"));
        assert_eq!(
            (&told["key_id"], &told["key_alias"], &told["sys_enterprise_project_id"]),
            (&json!(key), &json!(own), &json!(group))
        );
        let listed = client.done("GET aliases", json!({ "key_id": key }));
        let found: Vec<_> =
            listed["aliases"].as_array().unwrap().iter().map(|it| it["alias"].clone()).collect();
        assert_eq!(json!(found), further);
    }
    // An export says the same again.
    let before = export(&server, "");
    import(&server, "", &before).ok();
    assert_eq!(export(&server, ""), before);
}

#[test]
fn seeded_names_are_aliases_and_unique() {
    let server = Server::start();
    for keys in [
        format!("{{ id: {FIRST}, name: a name }}"),
        format!("{{ id: {FIRST}, name: own }}, {{ id: {SECOND}, name: own }}"),
        format!("{{ id: {FIRST}, name: own }}, {{ id: {SECOND}, aliases: [own] }}"),
    ] {
        assert_eq!(import(&server, "", &seed(&keys)).status, 400, "{keys}");
    }
}
