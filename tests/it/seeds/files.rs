//! Sources of seeds: files, folders, an environment variable.

use std::path::Path;

use super::realm;
use crate::kit::{Client, Process, control, kmsim};

fn write(path: &Path, id: &str) {
    std::fs::write(path, realm(&format!("    keys: [{{ id: {id} }}]\n"))).unwrap();
}

/// The ids of all keys in the order of their creation.
fn keys(client: &Client) -> Vec<String> {
    let listed = client.call("ListKeys", &[("PageSize", "100")]).ok();
    let ids = listed["Keys"]["Key"].as_array().unwrap().iter();
    ids.map(|key| key["KeyId"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn files_are_applied_in_the_given_order_and_folders_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    std::fs::create_dir_all(inner.join("deeper.yaml")).unwrap();
    for (name, id) in
        [("b.yml", "third"), ("10.yaml", "second"), ("c.yaml", "fourth"), ("d.txt", "never")]
    {
        write(&inner.join(name), id);
    }
    write(&folder.path().join("first.yaml"), "first");
    std::fs::write(folder.path().join("empty.yaml"), "# nothing yet\n").unwrap();
    let [first, empty] = ["first.yaml", "empty.yaml"].map(|name| folder.path().join(name));
    let newest_first = ["fourth", "third", "second", "first"];
    let mut by_option = kmsim(&["--data", ":memory:"]);
    by_option.arg("--seed").arg(&first).arg("--seed").arg(&empty).arg("--seed").arg(&inner);
    let mut by_variable = kmsim(&["--data", ":memory:"]);
    by_variable
        .env("KMSIM_SEED", format!("{}, {},{}", first.display(), empty.display(), inner.display()));
    for mut command in [by_option, by_variable] {
        let listed = keys(&Process::spawn(&mut command).client());
        let oldest_first: Vec<_> = listed.iter().rev().map(String::as_str).collect();
        assert!(listed == newest_first || oldest_first == newest_first, "{listed:?}");
    }
    // The option overrides the variable.
    let mut both = kmsim(&["--data", ":memory:", "--seed", first.to_str().unwrap()]);
    both.env("KMSIM_SEED", inner);
    assert_eq!(keys(&Process::spawn(&mut both).client()), ["first"]);
}

#[test]
fn realms_default_to_the_servers_region() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("seed.yaml");
    write(&file, "here");
    let server = Process::start(&[
        "--data",
        ":memory:",
        "--region",
        "cn-beijing",
        "--seed",
        file.to_str().unwrap(),
    ]);
    assert_eq!(keys(&server.client()), ["here"]);
    let held = |region: &str| {
        let path = format!("state?account=1000000000000001&region={region}");
        control(server.address, "GET", &path, &serde_json::Value::Null).text.contains("here")
    };
    assert_eq!([held("cn-beijing"), held("cn-hangzhou")], [true, false]);
}
