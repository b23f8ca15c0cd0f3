//! Data at rest: material is sealed under the root key, and the root key's file is protected.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::algorithms::symmetric::{self, Cipher, IV_LEN, TAG_LEN};
use kmsim::model::{Material, VersionId};
use kmsim::world::Entropy;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};

use crate::kit::{Process, data_file, kmsim};
use crate::makers::{import, newest_version, wrapped};
use crate::program::refused;

const ZEROS: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// The path of a file beside a data file.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    PathBuf::from(format!("{}{suffix}", path.display()))
}

/// Every file of a folder with its content, without the index that SQLite recreates at each start.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let lasting = entries.filter(|path| !path.to_string_lossy().ends_with("-shm"));
    lasting.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

/// Changes a closed database, and returns the number of changed rows.
fn change(path: &Path, statement: &'static str) -> u64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = SqliteConnectOptions::new().filename(path).foreign_keys(false);
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        let done = sqlx::query(statement).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        done.rows_affected()
    })
}

/// Creates some keys in a data file. The server is killed, so the write-ahead log stays.
fn populate(command: &mut Command) -> Vec<String> {
    let server = Process::spawn(command);
    (0..3).map(|_| server.client().create_key(&[])).collect()
}

/// The command that serves a data file.
fn serve(path: &Path) -> Command {
    kmsim(&["--data", path.to_str().unwrap()])
}

#[test]
fn material_is_nowhere_in_the_files() {
    let (folder, path) = data_file();
    let server = Process::spawn(serve(&path).args(["--entropy-seed", "seed"]));
    let client = server.client();
    let key = client.create_key(&[]);
    let sealed = client.call("Encrypt", &[("KeyId", &key), ("Plaintext", "found")]).ok();
    let blob = STANDARD.decode(sealed["CiphertextBlob"].as_str().unwrap()).unwrap();

    // A seeded run takes everything from one stream. The material is where the blob decrypts.
    let mut stream = vec![0; 8192];
    Entropy::seeded("seed").fill(&mut stream);
    let (iv, rest) = blob[36..].split_first_chunk::<IV_LEN>().unwrap();
    let (text, tag) = rest.split_last_chunk::<TAG_LEN>().unwrap();
    let opens =
        |key: &&[u8]| symmetric::open(Cipher::Aes, key, *iv, b"", &mut text.to_vec(), *tag).is_ok();
    let material = stream.windows(32).find(opens).unwrap();

    drop(server);
    Process::spawn(serve(&path).args(["--entropy-seed", "another"])).client().create_key(&[]);
    let files = files(folder.path());
    assert!(files.len() >= 3, "{:?}", files.keys());
    let hex = base16ct::lower::encode_string(material);
    let encoded = [STANDARD.encode(material).into_bytes(), hex.into_bytes(), material.to_vec()];
    for (path, bytes) in &files {
        for material in &encoded {
            // Not even a part of it, as a truncated encoding would show.
            let part = &material[..16];
            assert!(!bytes.windows(16).any(|it| it == part), "material in {}", path.display());
        }
    }
}

#[test]
fn neither_pairs_nor_imported_material_are_in_the_files() {
    const IMPORTED: [u8; 32] = *b"imported: thirty-two bytes of it";
    let (folder, path) = data_file();
    let server = Process::spawn(&mut serve(&path));
    let client = server.client();
    for spec in ["RSA_2048", "EC_P256", "EC_P256K", "EC_SM2"] {
        client.create_key(&[("KeySpec", spec)]);
    }
    let keys = [(); 2].map(|()| client.create_key(&[("Origin", "EXTERNAL")]));
    for key in &keys {
        import(&client, key, &wrapped(&client, key, &IMPORTED)).ok();
    }
    client.call("DeleteKeyMaterial", &[("KeyId", &keys[0])]).ok();
    // The fingerprint must not reveal the material to anyone else.
    let trace = Material::new(IMPORTED.to_vec().into());
    let version = newest_version(&client, &keys[0]);
    let trace = trace.fingerprint(VersionId::parse(version.as_bytes()).unwrap());
    drop(server);
    // The object identifiers at the start of every PKCS #8 private key.
    let rsa = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    let curves = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    for (path, bytes) in files(folder.path()) {
        for part in [&IMPORTED[..16], &rsa, &curves, &trace.as_bytes()[..16]] {
            let found = bytes.windows(part.len()).any(|it| it == part);
            assert!(!found, "{part:02x?} in {}", path.display());
        }
    }
}

#[test]
fn sealed_material_cannot_be_moved_or_changed() {
    for (statement, said) in [
        (
            "UPDATE records SET sealed = (SELECT it.sealed FROM records it WHERE it.ordinal = 1 AND it.part = 1) \
             WHERE ordinal = 2 AND part = 1",
            "sealed_material",
        ),
        (
            "UPDATE records SET sealed = substr(sealed, 1, 30) WHERE ordinal = 2 AND part = 1",
            "sealed_material",
        ),
        ("UPDATE records SET sealed = x'' WHERE ordinal = 2 AND part = 1", "sealed_material"),
        (
            "UPDATE records SET body = json_set(body, '$.holds', 'fingerprint') WHERE ordinal = 2 AND part = 1",
            "sealed_fingerprint",
        ),
        (
            "UPDATE realms SET sealed_import_seal = (SELECT sealed FROM key_versions WHERE key = 2)",
            "sealed_import_seal",
        ),
        (
            "UPDATE records SET body = json_set(body, '$.id', substr(body ->> 'id', 1, 35) || \
             iif(substr(body ->> 'id', 36) = '0', '1', '0')) WHERE ordinal = 2 AND part = 0",
            "sealed_material",
        ),
        ("UPDATE realms SET account = '1000000000000002'", "sealed_material"),
        ("UPDATE seal SET proof = zeroblob(33)", "root key"),
    ] {
        let (_folder, path) = data_file();
        populate(&mut serve(&path));
        assert!(change(&path, statement) > 0, "{statement}");
        let line = refused(&mut serve(&path));
        assert!(line.contains("--data") && line.contains(said), "{statement}: {line}");
    }
}

#[test]
fn the_root_key_file_is_its_owners_alone() {
    let (_folder, path) = data_file();
    populate(&mut serve(&path));
    let root_key = beside(&path, ".root-key");
    let mode = std::fs::metadata(&root_key).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let text = std::fs::read_to_string(&root_key).unwrap();
    assert_eq!(STANDARD.decode(text.trim()).unwrap().len(), 32);
    populate(&mut serve(&path));
    assert_eq!(std::fs::read_to_string(&root_key).unwrap(), text);

    // Another database has another root key.
    let (_other_folder, other) = data_file();
    populate(&mut serve(&other));
    assert_ne!(std::fs::read_to_string(beside(&other, ".root-key")).unwrap(), text);
}

#[test]
fn the_root_key_may_come_from_the_environment() {
    let (_folder, path) = data_file();
    populate(serve(&path).env("KMSIM_ROOT_KEY", ZEROS));
    assert!(!beside(&path, ".root-key").exists());
    let again = Process::spawn(serve(&path).env("KMSIM_ROOT_KEY", ZEROS));
    assert_eq!(again.client().call("ListKeys", &[]).ok()["TotalCount"], 3);
    drop(again);

    // A generated key also works through the variable.
    let (_folder, path) = data_file();
    populate(&mut serve(&path));
    let root_key = beside(&path, ".root-key");
    let text = std::fs::read_to_string(&root_key).unwrap();
    std::fs::remove_file(&root_key).unwrap();
    let moved = Process::spawn(serve(&path).env("KMSIM_ROOT_KEY", text.trim()));
    assert_eq!(moved.client().call("ListKeys", &[]).ok()["TotalCount"], 3);
}

#[test]
fn another_root_key_stops_the_start_and_touches_nothing() {
    let (folder, path) = data_file();
    populate(&mut serve(&path));
    let root_key = beside(&path, ".root-key");
    let text = std::fs::read_to_string(&root_key).unwrap();
    let check = |command: &mut Command, said: &str| {
        let before = files(folder.path());
        // Repeated, because some writes at exit would not happen every time.
        for _ in 0..5 {
            let line = refused(command);
            assert!(line.contains("--data") && line.contains(said), "{said}: {line}");
            assert!(
                !line.contains(text.trim()) && !line.contains(ZEROS) && !line.contains("hush"),
                "{line}"
            );
            let after = files(folder.path());
            let names =
                |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
            assert_eq!(names(&after), names(&before), "{line}");
            assert!(after == before, "{line}: but it wrote");
        }
    };
    check(serve(&path).env("KMSIM_ROOT_KEY", ZEROS), "root key");
    for malformed in ["hush", " ", "AAAA", &ZEROS[1..], &format!("{ZEROS}A")] {
        check(serve(&path).env("KMSIM_ROOT_KEY", malformed), "KMSIM_ROOT_KEY");
    }
    std::fs::write(&root_key, ZEROS).unwrap();
    check(&mut serve(&path), "root key");
    std::fs::write(&root_key, "hush").unwrap();
    check(&mut serve(&path), ".root-key");
    std::fs::write(&root_key, "").unwrap();
    check(&mut serve(&path), ".root-key");
    std::fs::remove_file(&root_key).unwrap();
    check(&mut serve(&path), ".root-key");

    std::fs::write(&root_key, &text).unwrap();
    let mut again = Process::spawn(&mut serve(&path));
    assert_eq!(again.client().call("ListKeys", &[]).ok()["TotalCount"], 3);
    // After a clean shutdown the data is one file, and stays one.
    again.signal("TERM");
    assert!(again.child.wait().unwrap().success());
    check(serve(&path).env("KMSIM_ROOT_KEY", ZEROS), "root key");
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    let (folder, path) = data_file();
    for text in ["not a database, but a text of some length", "SQLite format 3\0"] {
        std::fs::write(&path, text).unwrap();
        for root in [None, Some(ZEROS)] {
            let line = refused(serve(&path).envs(root.map(|root| ("KMSIM_ROOT_KEY", root))));
            assert!(line.contains("--data"), "{line}");
        }
        assert_eq!(std::fs::read(&path).unwrap(), text.as_bytes());
        assert!(!beside(&path, ".root-key").exists());
    }
    // Other programs' databases are not changed either.
    std::fs::remove_file(&path).unwrap();
    let foreign = folder.path().join("foreign.db");
    std::fs::write(&foreign, "").unwrap();
    change(&foreign, "CREATE TABLE keys (id INTEGER)");
    let before = std::fs::read(&foreign).unwrap();
    refused(serve(&foreign).env("KMSIM_ROOT_KEY", ZEROS));
    assert!(std::fs::read(&foreign).unwrap() == before, "a foreign database was changed");
}
