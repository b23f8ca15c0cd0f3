//! Data files of earlier versions: what they hold is there, and goes on from there.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::alibaba::certificates::{certificate, status_of};
use crate::kit::{Process, START, data_file, kmsim, root, send};
use crate::makers::{DIGEST, MATERIAL, import, wrapped};
use crate::program::ended;

/// The root key of the files in fixtures/stores.
const ROOT_KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

/// Makes a data file from a dump.
fn restored(dump: &str, path: &std::path::Path) {
    let sql = std::fs::read_to_string(root().join("fixtures/stores").join(dump)).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        // A dump names rows before those that they refer to.
        let options =
            SqliteConnectOptions::new().filename(path).create_if_missing(true).foreign_keys(false);
        let mut connection = options.connect().await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
}

/// Starts a server on a file that was restored.
fn serve(path: &std::path::Path) -> Process {
    let mut command = kmsim(&["--data", path.to_str().unwrap(), "--clock", START]);
    Process::spawn(command.env("KMSIM_ROOT_KEY", ROOT_KEY))
}

#[test]
fn the_first_versions_data_is_all_there() {
    let (_folder, path) = data_file();
    restored("0001.sql", &path);
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

    // And it does what came later.
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
fn the_data_of_pairs_and_secrets_is_all_there() {
    let (_folder, path) = data_file();
    restored("0003.sql", &path);
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

    // And it does what came later.
    let id = certificate(&client, "EC_SM2", "ACTIVE");
    drop(server);
    let server = serve(&path);
    assert_eq!(status_of(&server.client(), &id), "ACTIVE");
    assert_eq!(server.client().call("GetSecretValue", &secret).ok()["SecretData"], "hush2");
}

#[test]
fn everything_of_the_last_tables_is_in_the_records() {
    let (_folder, path) = data_file();
    restored("0009.sql", &path);
    let before = std::fs::read_to_string(root().join("fixtures/stores/0009.yaml")).unwrap();
    // Once as the migration leaves it, once as it was written again after a change.
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

    // People find it by the names of the tables that there were, without the spare realm's.
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
