//! Stored values: what a restart restores, what the files contain, and values moved to another
//! place.

use std::path::Path;

use kmsim::algorithms::symmetric::{self, Cipher, IV_LEN, TAG_LEN};
use kmsim::world::Entropy;
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{Connection, Row, SqliteConnection};

use super::{create, get, not_found, put, versions, with_name};
use crate::kit::{Client, Process, data_file};
use crate::program::ended;

fn serve(path: &Path, more: &[&str]) -> Process {
    Process::start(&[&["--data", path.to_str().unwrap()], more].concat())
}

/// Runs a statement on a database that no server uses, and returns the rows.
fn run(path: &Path, statement: &'static str) -> Vec<SqliteRow> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = SqliteConnectOptions::new().filename(path).foreign_keys(false);
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        let rows = sqlx::query(statement).fetch_all(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        rows
    })
}

/// Everything that can be read of the secrets, without what differs between requests and servers.
fn everything(client: &Client) -> Vec<Value> {
    let mut all = Vec::new();
    let mut read = |action: &str, params: &[(&str, &str)]| {
        let mut body = client.call(action, params).json();
        body.as_object_mut()
            .unwrap()
            .retain(|name, _| !["RequestId", "HostId", "Recommend"].contains(&&**name));
        all.push(body.clone());
        body
    };
    let listed = read("ListSecrets", &[("PageSize", "100"), ("FetchTags", "true")]);
    for secret in listed["SecretList"]["Secret"].as_array().unwrap() {
        let name = ("SecretName", secret["SecretName"].as_str().unwrap());
        read("DescribeSecret", &[name, ("FetchTags", "true")]);
        read("GetSecretPolicy", &[name]);
        let versions = read("ListSecretVersionIds", &[name, ("IncludeDeprecated", "true")]);
        for version in versions["VersionIds"]["VersionId"].as_array().unwrap() {
            read("GetSecretValue", &[name, ("VersionId", version["VersionId"].as_str().unwrap())]);
        }
    }
    all
}

#[test]
fn a_restart_keeps_secrets_and_removes_what_fell_due() {
    let (_folder, path) = data_file();
    let start = |clock: &str| serve(&path, &["--clock", clock]);
    let mut server = start("2030-01-01T00:00:00Z");
    let client = server.client();
    let key = client.create_key(&[]);
    let full = [
        ("EncryptionKeyId", key.as_str()),
        ("Description", "d\u{e9}\n\u{1f511}"),
        ("Tags", r#"[{"TagKey":"k","TagValue":"v"},{"TagKey":"empty"},{"TagKey":"taken"}]"#),
        ("Policy", r#"{"Version":"1","Statement":[]}"#),
        ("DKMSInstanceId", "kst-1"),
        ("SecretDataType", "binary"),
        ("SecretData", "AAEC"),
    ];
    client.instance("kst-1");
    create(&client, "full", &full).ok();
    for number in 2..=12 {
        put(&client, "full", &format!("v{number}"), &format!("value {number}"), &[]).ok();
    }
    let step = |stage: &str, version: (&str, &str)| {
        client
            .call(
                "UpdateSecretVersionStage",
                &[("SecretName", "full"), ("VersionStage", stage), version],
            )
            .ok();
    };
    step("a", ("MoveToVersion", "v5"));
    step("b", ("MoveToVersion", "v6"));
    step("b", ("RemoveFromVersion", "v6"));
    client.call("UntagResource", &[("SecretName", "full"), ("TagKeys", r#"["taken"]"#)]).ok();
    create(&client, "plain", &[("DKMSInstanceId", "kst-1")]).ok();
    client.call("TagResource", &[("SecretName", "plain"), ("Tags", r#"[{"TagKey":"t"}]"#)]).ok();
    client
        .call(
            "SetSecretPolicy",
            &[("SecretName", "plain"), ("Policy", r#"{"Statement":[],"Version":"1"}"#)],
        )
        .ok();
    create(&client, "leaving", &[]).ok();
    client.call("DeleteSecret", &[("SecretName", "leaving"), ("RecoveryWindowInDays", "7")]).ok();
    create(&client, "gone", &[]).ok();
    client
        .call("DeleteSecret", &[("SecretName", "gone"), ("ForceDeleteWithoutRecovery", "true")])
        .ok();
    let elsewhere = client.clone().with("RegionId", "cn-beijing");
    create(&elsewhere, "full", &[("SecretData", "north")]).ok();
    let before = [everything(&client), everything(&elsewhere)];
    server.signal("TERM");
    assert_eq!(ended(&mut server.child), Some(0));

    // A day later, and again after a kill.
    for _ in 0..2 {
        let server = start("2030-01-02T00:00:00Z");
        let client = server.client();
        let elsewhere = client.clone().with("RegionId", "cn-beijing");
        assert_eq!([everything(&client), everything(&elsewhere)], before);
    }
    // The window ended while the server was down.
    let server = start("2030-01-08T00:00:00Z");
    let client = server.client();
    not_found(&with_name(&client, "DescribeSecret", "leaving"));
    not_found(&with_name(&client, "RestoreSecret", "leaving"));
    create(&client, "leaving", &[("SecretData", "new")]).ok();
    // Versions continue, and the pruned one does not come back.
    put(&client, "full", "v13", "x", &[]).ok();
    assert_eq!(versions(&client, "full")[..3], ["v13 ACSCurrent", "v12 ACSPrevious", "v11"]);
    drop(server);
    let server = start("2030-01-02T00:00:00Z");
    assert_eq!(get(&server.client(), "leaving", &[]).ok()["SecretData"], "new");
    drop(server);
    for table in ["secret_versions", "secret_stages", "secret_tags"] {
        let orphans = match table {
            "secret_versions" => {
                "SELECT 1 FROM secret_versions v LEFT JOIN secrets s ON s.realm = v.realm AND s.ordinal = v.secret WHERE s.name IS NULL"
            }
            "secret_stages" => {
                "SELECT 1 FROM secret_stages v LEFT JOIN secrets s ON s.realm = v.realm AND s.ordinal = v.secret WHERE s.name IS NULL"
            }
            _ => {
                "SELECT 1 FROM secret_tags v LEFT JOIN secrets s ON s.realm = v.realm AND s.ordinal = v.secret WHERE s.name IS NULL"
            }
        };
        assert!(run(&path, orphans).is_empty(), "{table} of what is gone");
    }
}

#[test]
fn neither_values_nor_their_keys_are_in_the_files() {
    const VALUES: [&str; 3] = [
        "found: a value of some length",
        "found: another value, put later",
        "Zm91bmQ6IGJpbmFyeQ==",
    ];
    let (folder, path) = data_file();
    let server = serve(&path, &["--entropy-seed", "seed"]);
    let client = server.client();
    create(&client, "s", &[("SecretData", VALUES[0])]).ok();
    put(&client, "s", "v2", VALUES[1], &[]).ok();
    put(&client, "s", "v3", VALUES[2], &[("SecretDataType", "binary")]).ok();
    client.call("GetSecretValue", &[("SecretName", "s")]).ok();
    // Killed, so that the write-ahead log is there too.
    drop(server);
    let entries = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<_> = entries.map(|path| (std::fs::read(&path).unwrap(), path)).collect();
    assert!(files.len() >= 3, "the log is there");

    // With a seed, all random bytes come from one stream: the test finds the data key that decrypts
    // a value.
    let mut stream = vec![0; 8192];
    Entropy::seeded("seed").fill(&mut stream);
    let rows = run(&path, "SELECT version_id, sealed_value FROM secret_versions ORDER BY number");
    assert_eq!(rows.len(), 3);
    for (row, value) in rows.iter().zip(VALUES) {
        let owner = [b"s\0", row.get::<&str, _>("version_id").as_bytes()].concat();
        let sealed: &[u8] = row.get("sealed_value");
        let (iv, rest) = sealed.split_first_chunk::<IV_LEN>().unwrap();
        let (text, tag) = rest.split_last_chunk::<TAG_LEN>().unwrap();
        let opens = |key: &&[u8]| {
            let mut open = text.to_vec();
            symmetric::open(Cipher::Aes, key, *iv, &owner, &mut open, *tag).is_ok()
                && open == value.as_bytes()
        };
        let data_key = stream.windows(32).find(opens).unwrap();
        for (bytes, path) in &files {
            for part in [&value.as_bytes()[..16], &data_key[..16]] {
                assert!(!bytes.windows(part.len()).any(|it| it == part), "in {}", path.display());
            }
        }
    }
}

#[test]
fn a_sealed_value_decrypts_in_its_own_place_only() {
    // Each of these corrupts version v2 of the secret a, and nothing else.
    for statement in [
        // Another version's value, whole.
        "UPDATE records SET sealed = (SELECT it.sealed FROM records it JOIN secrets s ON s.realm = it.realm AND \
         s.ordinal = it.ordinal WHERE it.kind = 'secret' AND s.name = 'a' AND it.body ->> 'id' = 'v1') \
         WHERE kind = 'secret' AND body ->> 'id' = 'v2' AND \
         ordinal = (SELECT ordinal FROM secrets WHERE name = 'a')",
        // Another secret's value of the same version.
        "UPDATE records SET sealed = (SELECT it.sealed FROM records it JOIN secrets s ON s.realm = it.realm AND \
         s.ordinal = it.ordinal WHERE it.kind = 'secret' AND s.name = 'b' AND it.body ->> 'id' = 'v2') \
         WHERE kind = 'secret' AND body ->> 'id' = 'v2' AND \
         ordinal = (SELECT ordinal FROM secrets WHERE name = 'a')",
        // A value without its data key, a data key without its value.
        "UPDATE records SET sealed = CAST(substr(sealed, 1, body ->> 'data_key_len') || \
         (SELECT substr(it.sealed, 1 + (it.body ->> 'data_key_len')) FROM records it JOIN secrets s ON s.realm = it.realm AND \
         s.ordinal = it.ordinal WHERE it.kind = 'secret' AND s.name = 'b' AND it.body ->> 'id' = 'v2') \
         AS BLOB) WHERE kind = 'secret' AND body ->> 'id' = 'v2' AND \
         ordinal = (SELECT ordinal FROM secrets WHERE name = 'a')",
        // Truncated, and empty.
        "UPDATE records SET sealed = substr(sealed, 1, 20 + (body ->> 'data_key_len')) \
         WHERE kind = 'secret' AND body ->> 'id' = 'v2' AND \
         ordinal = (SELECT ordinal FROM secrets WHERE name = 'a')",
        "UPDATE records SET sealed = x'' WHERE kind = 'secret' AND body ->> 'id' = 'v2' AND \
         ordinal = (SELECT ordinal FROM secrets WHERE name = 'a')",
        // A version under another version's name.
        "UPDATE records SET body = json_set(body, '$.id', 'v9') WHERE kind = 'secret' AND body ->> 'id' = 'v2' AND \
         ordinal = (SELECT ordinal FROM secrets WHERE name = 'a')",
    ] {
        let (_folder, path) = data_file();
        let server = serve(&path, &[]);
        let client = server.client();
        for name in ["a", "b"] {
            create(&client, name, &[]).ok();
            put(&client, name, "v2", &format!("{name} two"), &[]).ok();
        }
        drop(server);
        run(&path, statement);
        let server = serve(&path, &[]);
        let client = server.client();
        let answer = get(&client, "a", &[]);
        answer.refused(500, "InternalFailure");
        assert!(!answer.text.contains("two"), "{statement}");
        assert_eq!(
            get(&client, "a", &[("VersionId", "v1")]).ok()["SecretData"],
            "one",
            "{statement}"
        );
        assert_eq!(get(&client, "b", &[]).ok()["SecretData"], "b two", "{statement}");
        // It can be replaced.
        put(&client, "a", "v3", "three", &[]).ok();
        assert_eq!(get(&client, "a", &[]).ok()["SecretData"], json!("three"));
    }
}
