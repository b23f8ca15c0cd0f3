//! Requests that no SDK sends get a clear and fast answer and do no harm.

use serde_json::{Value, json};

use crate::kit::{Process, Server, Setup, data_file, send};

/// Values of JSON that no parameter expects.
pub fn values() -> Vec<Value> {
    let mut deep = json!("a");
    for _ in 0..40 {
        deep = json!([deep]);
    }
    vec![
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(""),
        json!(" "),
        json!("0"),
        json!("-1"),
        json!("+7"),
        json!("007"),
        json!("18446744073709551616"),
        json!("\u{0}"),
        json!("a\r\nb"),
        json!("密钥 \u{1F511} \u{202E}"),
        json!("`x`; DROP TABLE keys; --"),
        json!("../../etc/passwd"),
        json!("{\"a\":\"b\"}"),
        json!("a".repeat(20_000)),
        json!("===="),
        json!([]),
        json!([null]),
        json!([[]]),
        json!([{}]),
        json!(["a", 1, true, null, {}]),
        json!({}),
        json!({ "": "" }),
        json!({ "0": "a" }),
        json!({ "a.b": { "c": [1] } }),
        deep,
    ]
}

#[test]
fn a_header_signed_many_times_is_refused() {
    let server = Server::start();
    let value = "x".repeat(10_000);
    let cases = (0..1 << 10).map(|bits: u32| {
        let letter = |at: u8| if bits >> at & 1 == 0 { b'a' + at } else { b'A' + at };
        (0..10).map(|at| char::from(letter(at))).collect::<String>()
    });
    for names in [vec!["abcdefghij".to_owned(); 1000], cases.collect()] {
        let head = format!(
            "POST /?KeyId=k HTTP/1.1\r\nabcdefghij: {value}\r\nx-acs-action: DescribeKey\r\n\
             x-acs-version: 2016-01-20\r\nx-acs-date: {}\r\n\
             Authorization: ACS3-HMAC-SHA256 Credential=testid,SignedHeaders={},Signature=0\r\n",
            crate::kit::START,
            names.join(";")
        );
        let answer = send(server.address, &head, b"");
        answer.refused_parameter("Authorization");
        assert!(answer.text.len() < 1000);
    }
}

#[test]
fn text_that_xml_cannot_represent_is_answered_in_json() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[]);
    for (plain, kind) in
        [("a\u{0}b", "application/json"), ("\u{fffe}", "application/json"), ("a\r\n", "text/xml")]
    {
        let sealed = client.call("Encrypt", &[("KeyId", &key), ("Plaintext", plain)]).ok();
        let blob = sealed["CiphertextBlob"].as_str().unwrap();
        let opened = client.call("Decrypt", &[("CiphertextBlob", blob), ("Format", "XML")]);
        assert_eq!(opened.status, 200);
        assert!(opened.header("content-type").unwrap().starts_with(kind), "{opened:?}");
        if kind.ends_with("json") {
            assert_eq!(opened.json()["Plaintext"], plain);
        }
    }
}

#[test]
fn an_empty_list_counts_as_missing() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[]);
    for (list, params) in [
        ("ResourceId", [("ResourceId.x", key.as_str()), ("Tag.1.Key", "a")]),
        ("Tag", [("ResourceId.1", key.as_str()), ("Tag.x", "a")]),
    ] {
        let params = [&params[..], &[("ResourceType", "key")]].concat();
        let message = client.call("TagResources", &params).refused(400, "MissingParameter");
        assert!(message.contains(&format!("\"{list}\"")), "{message}");
    }
}

#[test]
fn a_key_has_a_limit_of_tags() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[]);
    let tag = |from: usize, count: usize| {
        let tags: Vec<_> = (from..from + count)
            .map(|n| serde_json::json!({ "TagKey": format!("k{n}") }))
            .collect();
        client
            .call("TagResource", &[("KeyId", &key), ("Tags", &serde_json::json!(tags).to_string())])
    };
    tag(0, 10).ok();
    tag(10, 9).ok();
    tag(19, 2).refused(400, "Rejected.LimitExceeded");
    tag(0, 10).ok();
    tag(19, 1).ok();
    assert_eq!(
        client.call("ListResourceTags", &[("KeyId", &key)]).ok()["Tags"]["Tag"]
            .as_array()
            .unwrap()
            .len(),
        20
    );
    let many: Vec<_> = (0..21).map(|n| format!("k{n}")).collect();
    let many = serde_json::json!(many).to_string();
    client
        .call("UntagResource", &[("KeyId", &key), ("TagKeys", &many)])
        .refused_parameter("TagKeys");
}

#[test]
fn a_dry_run_of_reencrypt_decrypts_the_source_first() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[]);
    let context = ("EncryptionContext", r#"{"a":"1"}"#);
    let sealed = client.call("Encrypt", &[("KeyId", &key), ("Plaintext", "x"), context]).ok();
    let blob = sealed["CiphertextBlob"].as_str().unwrap();
    let params = [("CiphertextBlob", blob), ("DestinationKeyId", "alias/acs/oss")];
    client
        .call("ReEncrypt", &[&params[..], &[("DryRun", "true")]].concat())
        .refused(400, "ValidationError");
    client.call("ReEncrypt", &params).refused_parameter("CiphertextBlob");
    assert_eq!(client.call("ListAliases", &[]).ok()["TotalCount"], 0, "a service key was created");
}

#[test]
fn hosts_and_content_types_ignore_case() {
    let server = Server::with(Setup { auth: kmsim::dialects::AuthMode::Off, ..Setup::default() });
    let head = "POST / HTTP/1.1\r\nHost: KMS.cn-beijing.AliyunCS.com\r\n\
                Content-Type: Application/X-WWW-Form-Urlencoded; charset=utf-8\r\n";
    let made = send(server.address, head, b"Action=CreateKey&Version=2016-01-20").ok();
    assert!(made["KeyMetadata"]["Arn"].as_str().unwrap().starts_with("acs:kms:cn-beijing:"));
}

#[test]
fn an_entropy_seed_creates_new_keys_in_every_run_on_the_same_data() {
    let (_folder, data) = data_file();
    let mut made = std::collections::HashSet::new();
    for _ in 0..4 {
        let server = Process::start(&["--data", data.to_str().unwrap(), "--entropy-seed", "x"]);
        let client = server.client();
        for _ in 0..2 {
            assert!(made.insert(client.create_key(&[])));
        }
    }
    assert_eq!(made.len(), 8);
}

#[test]
fn unknown_control_endpoints_and_methods_are_refused() {
    let server = Server::start();
    let answer = send(server.address, "GET /_kmsim/nothing HTTP/1.1\r\n", b"");
    assert_eq!(
        (answer.status, answer.text.as_str()),
        (404, r#"{"error":"there is no such endpoint"}"#)
    );
}

#[test]
fn the_account_status_applies_to_every_access_key() {
    let folder = tempfile::tempdir().unwrap();
    let accounts = folder.path().join("accounts.yaml");
    std::fs::write(&accounts, "accounts: [{ id: '1', status: in-debt }]").unwrap();
    let arguments = [
        "--data",
        ":memory:",
        "--accounts",
        accounts.to_str().unwrap(),
        "--access-key",
        "testid:testsecret:1",
    ];
    Process::start(&arguments).client().call("ListKeys", &[]).refused(403, "Forbidden.InDebt");
}
