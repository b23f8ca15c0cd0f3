//! What a restart keeps and what it removes, and that a data file has one server.

use std::path::Path;

use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};

use crate::kit::{Client, Process, data_file, kmsim};
use crate::program::{ended, refused};

const ACCOUNTS: &str = "accounts:
  - { id: \"1000000000000001\", access_keys: [{ id: testid, secret: testsecret }] }
  - { id: \"1000000000000002\", status: not-opened, access_keys: [{ id: newcomer, secret: s }] }
";

/// Runs a query on a data file like another program, without changing it.
pub fn query(path: &Path, sql: &'static str) -> i64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = SqliteConnectOptions::new().filename(path).read_only(true);
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
    })
}

/// Everything that a client can read of its keys, without request ids.
fn everything(client: &Client) -> Vec<Value> {
    let mut all = Vec::new();
    let mut read = |action: &str, params: &[(&str, &str)]| {
        let mut body = client.call(action, params).ok();
        body.as_object_mut().unwrap().remove("RequestId");
        all.push(body.clone());
        body
    };
    let keys = read("ListKeys", &[("PageSize", "100")]);
    read("ListAliases", &[("PageSize", "100")]);
    read("DescribeAccountKmsStatus", &[]);
    for key in keys["Keys"]["Key"].as_array().unwrap() {
        let key = [("KeyId", key["KeyId"].as_str().unwrap())];
        for action in ["DescribeKey", "ListKeyVersions", "ListResourceTags", "ListAliasesByKeyId"] {
            read(action, &key);
        }
    }
    all
}

/// Creates a key in every state, with all possible settings.
fn populate(client: &Client) -> Vec<String> {
    let tags = json!([{ "TagKey": "k", "TagValue": "v" }, { "TagKey": "empty", "TagValue": "" }])
        .to_string();
    let key = |params: &[(&str, &str)]| client.create_key(params);
    let full =
        key(&[("Description", "d\u{e9}\n\u{1f511}"), ("ProtectionLevel", "HSM"), ("Tags", &tags)]);
    let keys = vec![
        full,
        key(&[("KeySpec", "Aliyun_SM4")]),
        key(&[("Origin", "EXTERNAL")]),
        key(&[("KeySpec", "Aliyun_AES_128")]),
        key(&[("Description", "leaves"), ("Tags", &tags)]),
        key(&[("KeySpec", "Aliyun_AES_192")]),
    ];
    let alias = |name: &str, key: &str| {
        client.call("CreateAlias", &[("AliasName", name), ("KeyId", key)]).ok();
    };
    alias("alias/full", &keys[0]);
    alias("alias/moved", &keys[1]);
    client.call("UpdateAlias", &[("AliasName", "alias/moved"), ("KeyId", &keys[0])]).ok();
    alias("alias/dropped", &keys[1]);
    client.call("DeleteAlias", &[("AliasName", "alias/dropped")]).ok();
    let protection =
        [("EnableDeletionProtection", "true"), ("DeletionProtectionDescription", "kept")];
    client
        .call("SetDeletionProtection", &[("KeyId", keys[0].as_str()), protection[0], protection[1]])
        .ok();
    client.call("DisableKey", &[("KeyId", &keys[1])]).ok();
    client.call("UpdateKeyDescription", &[("KeyId", &keys[1]), ("Description", "changed")]).ok();
    client.call("TagResource", &[("KeyId", &keys[1]), ("Tags", &tags)]).ok();
    client.call("UntagResource", &[("KeyId", &keys[1]), ("TagKeys", "[\"k\"]")]).ok();
    alias("alias/leaves", &keys[4]);
    client.call("ScheduleKeyDeletion", &[("KeyId", &keys[4]), ("PendingWindowInDays", "7")]).ok();
    client.call("ScheduleKeyDeletion", &[("KeyId", &keys[5]), ("PendingWindowInDays", "300")]).ok();
    client.call("Encrypt", &[("KeyId", "alias/acs/oss"), ("Plaintext", "x")]).ok();
    keys
}

#[test]
fn a_restart_keeps_everything_and_takes_what_fell_due_meanwhile() {
    let (folder, path) = data_file();
    let accounts = folder.path().join("accounts.yaml");
    std::fs::write(&accounts, ACCOUNTS).unwrap();
    let start = |clock: &str| {
        let [accounts, path] = [&accounts, &path].map(|path| path.to_str().unwrap());
        Process::start(&["--accounts", accounts, "--data", path, "--clock", clock])
    };
    let newcomer = |server: &Process| {
        let host = kmsim::world::Clock::default().host().to_string();
        Client::new(server.address, "newcomer", "s", &host)
    };

    let mut server = start("2030-01-01T00:00:00Z");
    let keys = populate(&server.client());
    let elsewhere = server.client().with("RegionId", "cn-beijing").create_key(&[]);
    let leaving = [("KeyId", keys[4].as_str())];
    let sealed =
        server.client().call("Encrypt", &[("KeyId", &keys[3]), ("Plaintext", "lasts")]).ok();
    newcomer(&server).call("CreateKey", &[]).refused(403, "Forbidden.KmsServiceNotEnabled");
    newcomer(&server).call("OpenKmsService", &[]).ok();
    newcomer(&server).create_key(&[]);
    let before = [everything(&server.client()), everything(&newcomer(&server))];
    assert_eq!(before[0][0]["TotalCount"], 7);
    server.signal("TERM");
    assert_eq!(ended(&mut server.child), Some(0));

    // A day later, and again after a kill.
    for _ in 0..2 {
        let server = start("2030-01-02T00:00:00Z");
        assert_eq!([everything(&server.client()), everything(&newcomer(&server))], before);
        server
            .client()
            .with("RegionId", "cn-beijing")
            .call("DescribeKey", &[("KeyId", &elsewhere)])
            .ok();
        let blob = sealed["CiphertextBlob"].as_str().unwrap();
        assert_eq!(
            server.client().call("Decrypt", &[("CiphertextBlob", blob)]).ok()["Plaintext"],
            "lasts"
        );
    }
    let rows = || {
        [
            query(&path, "SELECT count(*) FROM keys"),
            query(&path, "SELECT count(*) FROM key_versions"),
            query(&path, "SELECT count(*) FROM aliases"),
            query(&path, "SELECT count(*) FROM key_tags"),
        ]
    };
    let held = rows();

    // The deletion window passed while no server ran.
    let server = start("2030-01-08T00:00:00Z");
    let client = server.client();
    client.call("DescribeKey", &leaving).refused(404, "Forbidden.KeyNotFound");
    client.call("CancelKeyDeletion", &leaving).refused(404, "Forbidden.KeyNotFound");
    client
        .call("DescribeKey", &[("KeyId", "alias/leaves")])
        .refused(404, "Forbidden.AliasNotFound");
    assert_eq!(client.call("ListKeys", &[]).ok()["TotalCount"], 6);
    assert_eq!(
        rows(),
        [held[0] - 1, held[1] - 1, held[2] - 1, held[3] - 2],
        "rows of what is gone are there"
    );
    client.call("DescribeKey", &[("KeyId", &keys[5])]).ok();
    drop(server);

    // It stays deleted when the clock goes back.
    let server = start("2030-01-02T00:00:00Z");
    server.client().call("DescribeKey", &leaving).refused(404, "Forbidden.KeyNotFound");
}

#[test]
fn a_data_file_has_one_server() {
    let (folder, path) = data_file();
    let arguments = ["--data", path.to_str().unwrap()];
    let mut first = Process::start(&arguments);
    let key = first.client().create_key(&[]);
    let check = |command: &mut std::process::Command| {
        let line = refused(command);
        assert!(line.contains("--data") && line.contains("another kmsim"), "{line}");
        first.client().call("DescribeKey", &[("KeyId", &key)]).ok();
        first.client().call("Encrypt", &[("KeyId", &key), ("Plaintext", "x")]).ok();
    };
    check(&mut kmsim(&arguments));
    check(kmsim(&["--data", "./kmsim.db"]).current_dir(folder.path()));
    first.client().create_key(&[]);
    first.child.kill().unwrap();
    first.child.wait().unwrap();
    assert_eq!(Process::start(&arguments).client().call("ListKeys", &[]).ok()["TotalCount"], 2);
}

#[test]
fn a_data_file_has_one_server_by_whatever_name() {
    let root = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let (folder, path) = data_file();
    let second = folder.path().join("link.db");
    std::os::unix::fs::symlink("kmsim.db", &second).unwrap();
    let first =
        Process::spawn(kmsim(&["--data", path.to_str().unwrap()]).env("KMSIM_ROOT_KEY", root));
    first.client().create_key(&[]);
    let line = refused(kmsim(&["--data", second.to_str().unwrap()]).env("KMSIM_ROOT_KEY", root));
    assert!(line.contains("another kmsim"), "{line}");
}

#[test]
fn other_programs_can_read_the_data_meanwhile() {
    let (_folder, path) = data_file();
    let server = Process::start(&["--data", path.to_str().unwrap()]);
    let client = server.client();
    for count in 1..=3 {
        client.create_key(&[]);
        assert_eq!(query(&path, "SELECT count(*) FROM keys"), count);
    }
    // A slow reader delays nobody and sees a consistent snapshot.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = SqliteConnectOptions::new().filename(&path).read_only(true);
        let mut reader = SqliteConnection::connect_with(&options).await.unwrap();
        let mut reading = reader.begin().await.unwrap();
        let count = "SELECT count(*) FROM keys";
        assert_eq!(sqlx::query_scalar::<_, i64>(count).fetch_one(&mut *reading).await.unwrap(), 3);
        client.create_key(&[]);
        assert_eq!(sqlx::query_scalar::<_, i64>(count).fetch_one(&mut *reading).await.unwrap(), 3);
    });
    assert_eq!(query(&path, "SELECT count(*) FROM keys"), 4);
}
