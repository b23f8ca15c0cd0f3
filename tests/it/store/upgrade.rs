//! Data files of earlier versions keep all their content and stay usable. Data of a newer version
//! is refused.

use std::process::Command;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::alibaba::certificates::{certificate, status_of};
use crate::kit::{Process, START, data_file, kmsim, root, send};
use crate::makers::{DIGEST, MATERIAL, import, wrapped};
use crate::program::{ended, refused};

/// The root key of the files in fixtures/stores.
const ROOT_KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

/// Creates a data file from a dump.
fn restore(dump: &str, path: &std::path::Path) {
    run_sql(path, std::fs::read_to_string(root().join("fixtures/stores").join(dump)).unwrap());
}

fn run_sql(path: &std::path::Path, sql: String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        // Dumps insert rows before those that they refer to.
        let options =
            SqliteConnectOptions::new().filename(path).create_if_missing(true).foreign_keys(false);
        let mut connection = options.connect().await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
}

/// Starts a server on a restored file.
fn serve(path: &std::path::Path) -> Process {
    Process::spawn(&mut command(path))
}

fn command(path: &std::path::Path) -> Command {
    let mut command = kmsim(&["--data", path.to_str().unwrap(), "--clock", START]);
    command.env("KMSIM_ROOT_KEY", ROOT_KEY);
    command
}

#[test]
fn data_of_the_first_version_is_kept() {
    let (_folder, path) = data_file();
    restore("0001.sql", &path);
    let open = || serve(&path);
    let server = open();
    let client = server.client();
    let tell =
        |key: &str| client.call("DescribeKey", &[("KeyId", key)]).ok()["KeyMetadata"].clone();

    let listed = client.call("ListKeys", &[]).ok();
    assert_eq!(listed["TotalCount"], 6);
    let id = |at: usize| listed["Keys"]["Key"][at]["KeyId"].as_str().unwrap().to_owned();
    let states: Vec<_> =
        (0..6).map(|at| tell(&id(at))["KeyState"].as_str().unwrap().to_owned()).collect();
    assert_eq!(
        states,
        ["Enabled", "Disabled", "PendingImport", "PendingDeletion", "Enabled", "Enabled"]
    );
    assert_eq!(tell("alias/first")["KeyId"], id(0).as_str());
    assert_eq!(tell("alias/acs/demo")["Creator"], "demo");
    assert_eq!(tell(&id(0))["Description"], "plain");
    assert_eq!(tell(&id(1))["KeySpec"], "Aliyun_SM4");
    assert_eq!(tell(&id(3))["DeleteDate"], "2030-01-08T00:00:00Z");
    assert_eq!(tell(&id(4))["DeletionProtectionDescription"], "kept");
    let tags = client.call("ListResourceTags", &[("KeyId", &id(0))]).ok();
    assert_eq!(tags["Tags"]["Tag"][0]["TagKey"], "Project");
    let blob = "NTc3ZTFkYzQtNGU0Ny00NmY0LWE1MWEtN2Q3YzQ3YzljMmY35DPjsQe6pGXjj7EYvFMqn5oqFP1iV6C7Xz0Qcp3iXnxvRFUBTR3PO0Cgsuu219L9ATROqSzpKQ==";
    let opened = [("CiphertextBlob", blob), ("EncryptionContext", r#"{"a":"b"}"#)];
    assert_eq!(client.call("Decrypt", &opened).ok()["Plaintext"], "sealed by the first version");

    // Later features work on this data.
    let rotation = [
        ("KeyId", id(0)),
        ("EnableAutomaticRotation", "true".into()),
        ("RotationInterval", "7d".into()),
    ];
    let rotation = rotation.each_ref().map(|(name, value)| (*name, value.as_str()));
    client.call("UpdateRotationPolicy", &rotation).ok();
    import(&client, &id(2), &wrapped(&client, &id(2), &MATERIAL)).ok();
    let pair = client.create_key(&[("KeySpec", "EC_SM2")]);
    client.call("DeleteAlias", &[("AliasName", "alias/first")]).ok();
    drop(server);

    let server = open();
    let client = server.client();
    let tell =
        |key: &str| client.call("DescribeKey", &[("KeyId", key)]).ok()["KeyMetadata"].clone();
    assert_eq!(tell(&id(0))["NextRotationDate"], "2030-01-08T00:00:00Z");
    assert_eq!(tell(&id(2))["KeyState"], "Enabled");
    assert_eq!(tell(&pair)["KeySpec"], "EC_SM2");
    assert_eq!(client.call("Decrypt", &opened).ok()["Plaintext"], "sealed by the first version");
    client.call("DescribeKey", &[("KeyId", "alias/first")]).refused(404, "Forbidden.AliasNotFound");
}

#[test]
fn data_with_pairs_and_secrets_is_kept() {
    let (_folder, path) = data_file();
    restore("0003.sql", &path);
    let server = serve(&path);
    let client = server.client();
    assert_eq!(client.call("ListKeys", &[]).ok()["TotalCount"], 3);
    let secret = [("SecretName", "db")];
    assert_eq!(client.call("GetSecretValue", &secret).ok()["SecretData"], "hush2");
    let tags = client.call("DescribeSecret", &[secret[0], ("FetchTags", "true")]).ok();
    assert_eq!(tags["Tags"]["Tag"][0]["TagKey"], "Project");
    client
        .call("GetSecretValue", &[("SecretName", "gone")])
        .refused(409, "Rejected.ResourceInDeleteWindow");
    let pair = [
        ("KeyId", "81d69913-e5d3-481f-a1a4-0772ea1cfd0d"),
        ("KeyVersionId", "c10c4a13-0637-47ea-9abe-4e75ecacd539"),
        ("Algorithm", "ECDSA_SHA_256"),
        ("Digest", DIGEST),
    ];
    let signature = "MEUCIQDJxxEplfmHToCuGmQlL3R+fNTp7M8ptIm7nFRhwEBg9wIgWi23kHgrPIDoWca8Gf+zj8F9DerPH+nIicpIBhoUXE4=";
    let verified =
        client.call("AsymmetricVerify", &[&pair[..], &[("Value", signature)]].concat()).ok();
    assert_eq!(verified["Value"], true);
    client.call("AsymmetricSign", &pair).ok();

    // Later features work on this data.
    let id = certificate(&client, "EC_SM2", "ACTIVE");
    drop(server);
    let server = serve(&path);
    assert_eq!(status_of(&server.client(), &id), "ACTIVE");
    assert_eq!(server.client().call("GetSecretValue", &secret).ok()["SecretData"], "hush2");
}

#[test]
fn data_of_the_last_separate_tables_is_moved_to_records() {
    let (_folder, path) = data_file();
    restore("0009.sql", &path);
    let before = std::fs::read_to_string(root().join("fixtures/stores/0009.yaml")).unwrap();
    // Once as the migration writes it, once as the server writes it after a change.
    let mut server = serve(&path);
    let export =
        |server: &Process| send(server.address, "GET /_kmsim/state HTTP/1.1\r\n", b"").text;
    assert_eq!(export(&server), before);
    for body in [r#"[{"TagKey":"k","TagValue":"v"}]"#, ""] {
        for name in [("KeyId", "plain"), ("SecretName", "only"), ("CertificateId", "issued")] {
            let (action, tags) = match body {
                "" => ("UntagResource", ("TagKeys", r#"["k"]"#)),
                tags => ("TagResource", ("Tags", tags)),
            };
            server.client().call(action, &[name, tags]).ok();
        }
    }
    server.signal("TERM");
    assert_eq!(ended(&mut server.child), Some(0));
    assert_eq!(export(&serve(&path)), before);

    // Views have the names of the earlier tables. They do not show staged realms.
    for (query, rows) in [
        ("SELECT count(*) FROM keys WHERE spec = 'aes-256'", 10),
        ("SELECT count(*) FROM keys WHERE lifecycle = 'pending-deletion' AND delete_at > 0", 1),
        ("SELECT count(*) FROM key_versions WHERE holds = 'fingerprint' AND sealed IS NOT NULL", 1),
        ("SELECT count(*) FROM aliases", 6),
        ("SELECT count(*) FROM key_tags", 4),
        ("SELECT count(*) FROM secrets WHERE description = 'a \"secret\"'", 1),
        ("SELECT count(*) FROM secret_versions WHERE is_binary", 1),
        ("SELECT count(*) FROM secret_stages", 7),
        ("SELECT count(*) FROM secret_tags", 1),
        ("SELECT count(*) FROM certificates WHERE status <> 'pending' AND chain IS NOT NULL", 1),
        ("SELECT count(*) FROM certificate_tags", 1),
        ("SELECT count(*) FROM records WHERE realm = 4", 0),
    ] {
        assert_eq!(super::restart::query(&path, query), rows, "{query}");
    }
}

#[test]
fn damaged_data_of_an_older_version_stays_as_it_is() {
    let (_folder, path) = data_file();
    restore("0009.sql", &path);
    run_sql(&path, "UPDATE key_versions SET sealed_material = zeroblob(60)".into());
    let line = refused(&mut command(&path));
    assert!(line.contains("the data is damaged"), "{line}");
    let newest = "SELECT max(version) FROM _sqlx_migrations";
    assert_eq!(super::restart::query(&path, newest), 9);
    assert_eq!(super::restart::query(&path, "SELECT count(*) FROM key_versions"), 20);
}

#[test]
fn data_of_a_newer_version_is_refused() {
    let (_folder, path) = data_file();
    restore("0001.sql", &path);
    run_sql(
        &path,
        "INSERT INTO _sqlx_migrations
         SELECT 9999, description, installed_on, success, checksum, execution_time
         FROM _sqlx_migrations WHERE version = 1"
            .into(),
    );
    let before = std::fs::read(&path).unwrap();
    let line = refused(&mut command(&path));
    let migrations = std::fs::read_dir(root().join("migrations")).unwrap();
    let version = |name: String| name.split('_').next().and_then(|it| it.parse::<u64>().ok());
    let newest =
        migrations.filter_map(|it| version(it.unwrap().file_name().into_string().unwrap()));
    let newest = newest.max().unwrap();
    let expected = format!(
        "the data was written by a newer kmsim: it has schema 9999, and this one supports schemas \
         up to {newest}"
    );
    assert!(line.contains(&expected), "{line}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 2, "and the lock file");
}
