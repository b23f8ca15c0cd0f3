//! Stored certificates: what a restart restores, what the file contains, and a key moved to another
//! certificate.

use std::path::Path;

use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{Connection, Row, SqliteConnection};

use super::{certificate, create, describe, set_status, sign};
use crate::kit::{Client, Process, START, data_file, kmsim};
use crate::program::{ended, refused};

fn serve(path: &Path) -> Process {
    serve_at(path, START)
}

fn serve_at(path: &Path, clock: &str) -> Process {
    Process::start(&["--data", path.to_str().unwrap(), "--clock", clock])
}

/// Runs a statement on a database that no server uses, and returns the rows.
fn run(path: &Path, statement: &'static str) -> Vec<SqliteRow> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = SqliteConnectOptions::new().filename(path).foreign_keys(true);
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        let rows = sqlx::query(statement).fetch_all(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        rows
    })
}

/// Everything that can be read of these certificates.
fn everything(client: &Client, ids: &[String]) -> Vec<Value> {
    let mut all = Vec::new();
    for id in ids {
        for action in ["DescribeCertificate", "GetCertificate"] {
            let mut body = client.call(action, &[("CertificateId", id)]).json();
            let told = body.as_object_mut().unwrap();
            told.retain(|name, _| !["RequestId", "HostId", "Recommend"].contains(&&**name));
            all.push(body);
        }
    }
    all
}

#[test]
fn a_restart_keeps_certificates() {
    let (_folder, path) = data_file();
    let mut server = serve(&path);
    let client = server.client();
    let mut ids: Vec<_> = ["PENDING", "INACTIVE", "ACTIVE", "REVOKED"]
        .into_iter()
        .flat_map(|status| ["RSA_2048", "EC_P256", "EC_SM2"].map(|spec| (spec, status)))
        .map(|(spec, status)| certificate(&client, spec, status))
        .collect();
    let names = json!(["a.example.com"]).to_string();
    let more = [
        ("SubjectAlternativeNames", &*names),
        ("ExportablePrivateKey", "false"),
        ("ProtectionLevel", "HSM"),
    ];
    ids.push(create(&client, "EC_P256", &more).0);
    let tags =
        json!([{"TagKey": "k", "TagValue": "v"}, {"TagKey": "gone", "TagValue": ""}]).to_string();
    client.call("TagResource", &[("CertificateId", &ids[0]), ("Tags", &tags)]).ok();
    client.call("UntagResource", &[("CertificateId", &ids[0]), ("TagKeys", r#"["gone"]"#)]).ok();
    client.call("TagResource", &[("CertificateId", &ids[1]), ("Tags", &tags)]).ok();
    client.call("DeleteCertificate", &[("CertificateId", &ids[1])]).ok();
    // An active elliptic-curve one: its signature of a text is always the same.
    let signature = sign(&client, &ids[7]).ok()["SignatureValue"].clone();
    let before = everything(&client, &ids);
    assert_eq!(before[0]["Tags"], json!({"k": "v"}));
    assert_eq!(before[2]["Code"], "Certificate.NotFound");
    server.signal("TERM");
    assert_eq!(ended(&mut server.child), Some(0));

    // The same after a kill.
    for _ in 0..2 {
        let server = serve(&path);
        let client = server.client();
        assert_eq!(everything(&client, &ids), before);
        assert_eq!(sign(&client, &ids[7]).ok()["SignatureValue"], signature);
        server.signal("KILL");
    }
    let rows = run(
        &path,
        "SELECT (SELECT count(*) FROM certificates) AS all_of_them, count(*) AS tags FROM certificate_tags",
    );
    assert_eq!((rows[0].get::<i64, _>(0), rows[0].get::<i64, _>(1)), (12, 1));
}

#[test]
fn dates_are_kept() {
    let (_folder, path) = data_file();
    let id = certificate(&serve(&path).client(), "EC_P256", "INACTIVE");
    let later = "2031-02-03T04:05:06Z";
    set_status(&serve_at(&path, later).client(), &id, "ACTIVE").ok();
    let told = describe(&serve_at(&path, "2032-01-01T00:00:00Z").client(), &id);
    assert_eq!((&told["CreatedAt"], &told["UpdatedAt"]), (&json!(START), &json!(later)));
    assert_eq!(told["Status"], "ACTIVE");
}

#[test]
fn serial_numbers_are_not_reused() {
    let (_folder, path) = data_file();
    let server = serve(&path);
    let last = create(&server.client(), "EC_P256", &[]).0;
    server.client().call("DeleteCertificate", &[("CertificateId", &last)]).ok();
    drop(server);
    let server = serve(&path);
    create(&server.client(), "EC_P256", &[]);
    drop(server);
    let rows = run(&path, "SELECT ordinal FROM certificates");
    assert_eq!(rows.iter().map(|row| row.get::<i64, _>(0)).collect::<Vec<_>>(), [2]);
}

#[test]
fn private_keys_are_sealed_and_bound_to_their_certificates() {
    let (_folder, path) = data_file();
    let server = serve(&path);
    let client = server.client();
    let ids = [(); 2].map(|()| create(&client, "EC_P256", &[]).0);
    assert_ne!(
        describe(&client, &ids[0])["SubjectPublicKey"],
        describe(&client, &ids[1])["SubjectPublicKey"]
    );
    drop(server);
    let sealed: Vec<Vec<u8>> = run(&path, "SELECT sealed_private_key FROM certificates")
        .iter()
        .map(|row| row.get(0))
        .collect();
    // A private key in PKCS #8 contains the name of its curve.
    let mark = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    for key in &sealed {
        assert!(key.len() > 100 && !key.windows(mark.len()).any(|bytes| bytes == mark));
    }
    run(
        &path,
        "UPDATE records SET sealed = \
         (SELECT sealed FROM records ORDER BY ordinal DESC LIMIT 1) WHERE ordinal = 1",
    );
    let told = refused(&mut kmsim(&["--data", path.to_str().unwrap()]));
    assert!(told.contains("sealed_private_key"), "{told}");
}

#[test]
fn a_seeded_run_is_reproducible() {
    let run = || {
        let server =
            Process::start(&["--data", ":memory:", "--entropy-seed", "s", "--clock", START]);
        let client = server.client();
        ["RSA_2048", "EC_P256", "EC_SM2"].map(|spec| create(&client, spec, &[]))
    };
    assert_eq!(run(), run());
}
