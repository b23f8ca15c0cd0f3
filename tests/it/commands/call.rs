//! `kmsim call`.

use serde_json::{Value, json};

use super::{Asked, answering, ended, fed, kmsim, nobody, sent};

const KEYS: [&str; 4] =
    ["--access-key", "one:s1:1000000000000001", "--access-key", "two:s2:1000000000000002"];

#[test]
fn a_strict_server_takes_the_signature() {
    let asked = Asked::start(&[]);
    let made = asked
        .ask(&["call", "CreateKey", "Description=a key: 100 % & more = 世界 + * ~ / ?"])
        .json();
    assert_eq!(made["KeyMetadata"]["Description"], "a key: 100 % & more = 世界 + * ~ / ?");
    let key = format!("KeyId={}", made["KeyMetadata"]["KeyId"].as_str().unwrap());
    let context = r#"EncryptionContext={"a":"b c*~'()!"}"#;
    let sealed = asked.ask(&["call", "Encrypt", &key, "Plaintext=aGk=", context]).json();
    let blob = format!("CiphertextBlob={}", sealed["CiphertextBlob"].as_str().unwrap());
    assert_eq!(asked.ask(&["call", "Decrypt", &blob, context]).json()["Plaintext"], "aGk=");
    // An empty value is one, and a value may hold the marks of the form.
    let made = asked.ask(&["call", "CreateKey", "Description="]).json();
    assert_eq!(made["KeyMetadata"]["Description"], "");
    let made = asked.ask(&["call", "CreateKey", "Description=a=b@c"]).json();
    assert_eq!(made["KeyMetadata"]["Description"], "a=b@c");
}

#[test]
fn every_cloud_takes_its_own_signature() {
    let (_folder, path) = token_file();
    let asked = Asked::start(&["--accounts", &path]);
    let call =
        |arguments: &[&str]| asked.ask(&[&["call", "--cloud", "kingsoft"], arguments].concat());
    let temporary = ["--access-key", "STS.a:s", "--security-token", "the+token/="];
    let own = ["--access-key", "one:s1"];
    let elsewhere = ["--access-key", "one:s1", "--region", "cn-shanghai-2"];
    for who in [&own[..], &elsewhere, &temporary] {
        let call = |arguments: &[&str]| call(&[arguments, who].concat());
        let name = "KeyName=世界 & more = % + * ~";
        let made = call(&[
            "CreateKey",
            name,
            "KeyUsage=EncryptDecrypt",
            "Origin=kms",
            "ChargeType=PostPaidByDay",
        ])
        .json();
        assert_eq!(made["Key"]["KeyName"], "世界 & more = % + * ~", "{made}");
        let key = format!("KeyId={}", made["Key"]["KeyId"].as_str().unwrap());
        let sealed = call(&["Encrypt", &key, "Plaintext=aGk="]).json();
        let blob = format!("CiphertextBlob={}", sealed["CiphertextBlob"].as_str().unwrap());
        assert_eq!(call(&["Decrypt", &key, &blob]).json()["Plaintext"], "aGk=");
    }
    // The first and the third made theirs in one region, the second in another.
    for (who, keys) in [(&own[..], 2), (&elsewhere, 1)] {
        let found = call(&[&["DescribeKeys"], who].concat()).json();
        assert_eq!(found["KeySet"].as_array().unwrap().len(), keys, "{found}");
    }
    for (who, code) in [
        ("one:wrong", "SignatureDoesNotMatch"),
        ("nobody:s", "InvalidClientTokenId"),
        ("a/b:s", ""),
    ] {
        let refused = call(&["DescribeKeys", "--access-key", who]);
        assert!(refused.code > 0 && refused.out.contains(code), "{who}: {refused:?}");
    }
}

#[test]
fn the_answer_comes_as_the_server_wrote_it() {
    let asked = Asked::start(&[]);
    let printed = asked.ask(&["call", "DescribeRegions"]);
    assert_eq!(printed.done().lines().count(), 1, "{printed:?}");
    assert!(printed.out.starts_with("{\"Regions\":"), "{printed:?}");
}

#[test]
fn an_error_of_the_service_is_the_answer_and_a_no() {
    let asked = Asked::start(&[]);
    for (arguments, code, status) in [
        (&["call", "DescribeKey", "KeyId=alias/none"][..], "Forbidden.AliasNotFound", 404),
        (&["call", "Encrypt", "KeyId=alias/acs/oss"], "MissingParameter", 400),
        (&["call", "NoSuchAction"], "InvalidAction.NotFound", 404),
        (&["call", "ListKeys", "--access-key", "nobody:s"], "InvalidAccessKeyId.NotFound", 404),
        (&["call", "ListKeys", "--access-key", "testid:wrong"], "SignatureDoesNotMatch", 400),
    ] {
        let refused = asked.ask(arguments);
        assert_eq!((refused.code, refused.err.as_str()), (1, ""), "{refused:?}");
        let body: Value = serde_json::from_str(&refused.out).unwrap();
        assert_eq!(
            (&body["Code"], &body["HttpStatus"]),
            (&json!(code), &json!(status)),
            "{refused:?}"
        );
    }
}

#[test]
fn the_access_key_comes_by_option_or_variable() {
    let asked = Asked::start(&KEYS);
    let creator = |command: &mut std::process::Command| {
        ended(command).json()["KeyMetadata"]["Creator"].as_str().unwrap().to_owned()
    };
    let create = || asked.command(&["call", "CreateKey"]);
    assert_eq!(creator(create().args(["--access-key", "two:s2"])), "1000000000000002");
    // The server's own variable serves as well, of which the first key counts.
    assert_eq!(
        creator(create().env("KMSIM_ACCESS_KEYS", " ,two:s2:1000000000000002, one:s1")),
        "1000000000000002"
    );
    let both =
        creator(create().args(["--access-key", "one:s1"]).env("KMSIM_ACCESS_KEYS", "two:s2"));
    assert_eq!(both, "1000000000000001");
    // Otherwise the default key, which this server does not know.
    let refused = ended(&mut create());
    assert!(
        refused.code == 1 && refused.out.contains("InvalidAccessKeyId.NotFound"),
        "{refused:?}"
    );
    for (option, mistake) in [
        ("--access-key", ended(create().args(["--access-key", "hush"]))),
        ("--access-key", ended(create().args(["--access-key", ":hush"]))),
        ("--access-key", ended(create().args(["--access-key", "id:"]))),
        ("KMSIM_ACCESS_KEYS", ended(create().env("KMSIM_ACCESS_KEYS", "hush"))),
    ] {
        assert_eq!(mistake.mistaken(), format!("{option}: expected ID:SECRET"));
    }
}

/// A folder, and in it the path of an accounts file with a temporary access key.
fn token_file() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("accounts.yaml");
    let token = "{ id: STS.a, secret: s, token: the+token/=, expires: \"2099-01-01T00:00:00Z\" }";
    let keys = "    access_keys: [{ id: one, secret: s1 }]\n";
    let text =
        format!("accounts:\n  - id: \"1000000000000007\"\n{keys}    sts_tokens: [{token}]\n");
    std::fs::write(&path, text).unwrap();
    let path = path.display().to_string();
    (folder, path)
}

#[test]
fn a_temporary_key_brings_its_token() {
    let (_folder, path) = token_file();
    let asked = Asked::start(&["--accounts", &path]);
    let call = || asked.command(&["call", "ListKeys", "--access-key", "STS.a:s"]);
    ended(call().args(["--security-token", "the+token/="])).json();
    ended(call().env("KMSIM_SECURITY_TOKEN", "the+token/=")).json();
    ended(call().args(["--security-token", "the+token/="]).env("KMSIM_SECURITY_TOKEN", "another"))
        .json();
    for refused in [ended(&mut call()), ended(call().args(["--security-token", "another"]))] {
        assert!(refused.code == 1 && refused.out.contains("SecurityToken"), "{refused:?}");
    }
}

#[test]
fn the_region_comes_by_option_or_variable() {
    let asked = Asked::start(&["--region", "eu-test-9"]);
    let region = |command: &mut std::process::Command| {
        let arn = ended(command).json()["KeyMetadata"]["Arn"].as_str().unwrap().to_owned();
        arn.split(':').nth(2).unwrap().to_owned()
    };
    let create = || asked.command(&["call", "CreateKey"]);
    assert_eq!(region(&mut create()), "eu-test-9");
    assert_eq!(region(create().args(["--region", "cn-beijing"])), "cn-beijing");
    assert_eq!(region(create().env("KMSIM_REGION", "cn-shanghai")), "cn-shanghai");
    assert_eq!(
        region(create().args(["--region", "cn-beijing"]).env("KMSIM_REGION", "x")),
        "cn-beijing"
    );
    let refused = asked.ask(&["call", "ListKeys", "--region", "no region"]);
    assert!(refused.code == 1 && refused.out.contains("RegionId"), "{refused:?}");
}

#[test]
fn the_cloud_is_one_that_can_be_asked() {
    let asked = Asked::start(&[]);
    asked.ask(&["call", "ListKeys", "--cloud", "alibaba"]).json();
    let mistake = asked.ask(&["call", "ListKeys", "--cloud", "nimbus"]);
    assert!(
        mistake.mistaken().contains("--cloud") && mistake.err.contains("alibaba"),
        "{mistake:?}"
    );
}

#[test]
fn values_come_from_files_and_standard_input() {
    let asked = Asked::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a secret");
    std::fs::write(&file, "hush = @\n").unwrap();
    let data = format!("SecretData@{}", file.display());
    asked.ask(&["call", "CreateSecret", "SecretName=one", "VersionId=v1", &data]).json();
    let stored = |name: &str| {
        asked.ask(&["call", "GetSecretValue", &format!("SecretName={name}")]).json()["SecretData"]
            .clone()
    };
    assert_eq!(stored("one"), "hush = @\n");
    let create = ["call", "CreateSecret", "SecretName=two", "VersionId=v1", "SecretData@-"];
    fed(&mut asked.command(&create), "from a pipe").json();
    assert_eq!(stored("two"), "from a pipe");

    // A tool's base64 comes on lines.
    let key = asked.ask(&["call", "CreateKey"]).json()["KeyMetadata"]["KeyId"].clone();
    let key = format!("KeyId={}", key.as_str().unwrap());
    let sealed =
        asked.ask(&["call", "Encrypt", &key, "Plaintext=hush"]).json()["CiphertextBlob"].clone();
    let (start, rest) = sealed.as_str().unwrap().split_at(64);
    std::fs::write(&file, format!("{start}\r\n{rest}\r\n")).unwrap();
    let blob = format!("CiphertextBlob@{}", file.display());
    assert_eq!(asked.ask(&["call", "Decrypt", &blob]).json()["Plaintext"], "hush");
    let lines = format!("\n{start}\n{rest}\n");
    let shown = fed(&mut asked.command(&["inspect", "-"]), &lines).json();
    assert_eq!(shown["would_decrypt"], true);

    let missing = asked.ask(&["call", "CreateSecret", "SecretData@/no/such/file"]);
    assert!(missing.mistaken().starts_with("SecretData: "), "{missing:?}");
    std::fs::write(&file, b"\xff\xfe").unwrap();
    let binary = asked.ask(&["call", "CreateSecret", &data]);
    assert!(binary.mistaken().starts_with("SecretData: "), "{binary:?}");
}

#[test]
fn a_mistaken_parameter_is_told_without_its_value() {
    let asked = Asked::start(&[]);
    for bad in ["hush", "=hush", "@hush", ""] {
        let mistake = asked.ask(&["call", "ListKeys", bad]);
        assert!(
            mistake.mistaken().ends_with("a parameter is NAME=VALUE or NAME@FILE"),
            "{mistake:?}"
        );
        assert!(!mistake.err.contains("hush"), "{mistake:?}");
    }
    let mistake = asked.ask(&["call", "ListKeys", "PageSize=1", "PageNumber=1", "PageSize=hush"]);
    assert_eq!(mistake.mistaken(), "PageSize: given twice");
    let mistake = asked.ask(&["call", "List\nKeys"]);
    assert!(mistake.mistaken().starts_with("ACTION: "), "{mistake:?}");
    let mistake = asked.ask(&["call"]);
    assert!(mistake.mistaken().contains("<ACTION>"), "{mistake:?}");
}

#[test]
fn who_does_not_answer_is_a_no() {
    let url = format!("http://{}", nobody());
    let no = ended(&mut kmsim(&["call", "ListKeys", "--url", &url]));
    assert!(no.complained(1).starts_with(&url), "{no:?}");
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let no = ended(&mut kmsim(&["call", "ListKeys", "--url", &url, "--timeout", "100ms"]));
    assert_eq!(no.complained(1), format!("{url}: no answer within 100ms"));
}

#[test]
fn parameters_travel_in_the_body_and_the_secret_not_at_all() {
    let (address, serving) = answering(&["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"]);
    let url = format!("http://{address}");
    let call = [
        "call",
        "Encrypt",
        "Plaintext=in the body",
        "--access-key",
        "an-id:a-secret",
        "--url",
        &url,
    ];
    assert_eq!(ended(&mut kmsim(&call)).done(), "{}\n");
    let request = sent(serving).remove(0);
    assert!(request.starts_with("POST / HTTP/1.1\r\n"), "{request}");
    assert!(request.ends_with("\r\n\r\nPlaintext=in%20the%20body"), "{request}");
    assert!(request.contains("ACS3-HMAC-SHA256 Credential=an-id,"), "{request}");
    assert!(!request.contains("a-secret"), "{request}");
}
