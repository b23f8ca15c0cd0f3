//! `kmsim call`.

use serde_json::{Value, json};

use super::{Target, ended, fake_server, kmsim, received, run_with_input, unused_address};

const KEYS: [&str; 4] =
    ["--access-key", "one:s1:1000000000000001", "--access-key", "two:s2:1000000000000002"];

#[test]
fn a_strict_server_accepts_the_signature() {
    let target = Target::start(&[]);
    let made = target
        .ask(&["call", "CreateKey", "Description=a key: 100 % & more = 世界 + * ~ / ?"])
        .json();
    assert_eq!(made["KeyMetadata"]["Description"], "a key: 100 % & more = 世界 + * ~ / ?");
    let key = format!("KeyId={}", made["KeyMetadata"]["KeyId"].as_str().unwrap());
    let context = r#"EncryptionContext={"a":"b c*~'()!"}"#;
    let sealed = target.ask(&["call", "Encrypt", &key, "Plaintext=aGk=", context]).json();
    let blob = format!("CiphertextBlob={}", sealed["CiphertextBlob"].as_str().unwrap());
    assert_eq!(target.ask(&["call", "Decrypt", &blob, context]).json()["Plaintext"], "aGk=");
    // A value may be empty, and may contain the separators of a parameter.
    let made = target.ask(&["call", "CreateKey", "Description="]).json();
    assert_eq!(made["KeyMetadata"]["Description"], "");
    let made = target.ask(&["call", "CreateKey", "Description=a=b@c"]).json();
    assert_eq!(made["KeyMetadata"]["Description"], "a=b@c");
}

#[test]
fn every_cloud_accepts_its_own_signature() {
    let (_folder, path) = token_file();
    let target = Target::start(&["--accounts", &path]);
    let call =
        |arguments: &[&str]| target.ask(&[&["call", "--cloud", "kingsoft"], arguments].concat());
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
    // The first and the third caller created keys in one region, the second in another.
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
fn calls_reach_both_services_of_tencent() {
    let (_folder, path) = token_file();
    let target = Target::start(&["--accounts", &path]);
    let call =
        |arguments: &[&str]| target.ask(&[&["call", "--cloud", "tencent"], arguments].concat());
    let temporary = ["--access-key", "STS.a:s", "--security-token", "the+token/="];
    let elsewhere = ["--access-key", "one:s1", "--region", "ap-singapore"];
    for (who, region) in [(&temporary[..], "ap-guangzhou"), (&elsewhere, "ap-singapore")] {
        let call = |arguments: &[&str]| call(&[arguments, who].concat()).json()["Response"].clone();
        let alias = format!("Alias=of-{region}");
        let made = call(&["CreateKey", &alias, "Tags.0.TagKey=世界 &", "Tags.0.TagValue=a"]);
        let id = made["KeyId"].as_str().unwrap();
        let resource = format!("Resource=qcs::kms:{region}:uin/:key/{id}");
        call(&[
            "ModifyResourceTags",
            &resource,
            "ReplaceTags.0.TagKey=b",
            "ReplaceTags.0.TagValue=",
        ]);
        let (region, id) = (format!("ResourceRegion={region}"), format!("ResourceIds.0={id}"));
        let kind = ["ServiceType=kms", "ResourcePrefix=key", &region, &id];
        let told = call(&[&["DescribeResourceTagsByResourceIds"], &kind[..]].concat());
        let keys: Vec<_> =
            told["Tags"].as_array().unwrap().iter().map(|it| &it["TagKey"]).collect();
        assert_eq!(keys, ["b", "世界 &"], "{told}");
    }
    for (who, code) in [
        ("one:wrong", "AuthFailure.SignatureFailure"),
        ("nobody:s", "AuthFailure.SecretIdNotFound"),
    ] {
        let refused = call(&["GetRegions", "--access-key", who]);
        assert!(refused.code > 0 && refused.out.contains(code), "{who}: {refused:?}");
    }
}

#[test]
fn calls_to_paths_of_huawei() {
    let target = Target::start(&[]);
    let call =
        |arguments: &[&str]| target.ask(&[&["call", "--cloud", "huawei"], arguments].concat());
    let made = call(&["CreateKey", "key_alias=a"]).json();
    let key = format!("key_id={}", made["key_info"]["key_id"].as_str().unwrap());
    // Parameters go into the path, the query and the body; a success may have no body.
    call(&["BatchCreateKmsTags", &key, "action=create", "tags.0.key=a", "tags.0.value=世界"])
        .done();
    call(&["DeleteTag", &key, "key=a"]).done();
    assert_eq!(call(&["ShowKmsTags", &key]).json()["existTagsNum"], 0);
    call(&["EncryptData", &key, "plain_text=a", "encryption_context.order=42"]).done();
    let elsewhere = call(&["ListKeys", "--region", "cn-east-3"]).json();
    assert_eq!(elsewhere["total"], 0, "{elsewhere}");
    for (arguments, code, said) in [
        (
            &["describe-key"][..],
            2,
            "ACTION: unknown action \"describe-key\"; did you mean ListKeyDetail?",
        ),
        (&["createkey"], 2, "ACTION: unknown action \"createkey\"; did you mean CreateKey?"),
        (&["Xyz"], 2, "ACTION: unknown action \"Xyz\""),
        (&["ShowKmsTags"], 2, "ACTION: ShowKmsTags needs the parameter key_id"),
        (&["DeleteTag", &key, "key="], 2, "ACTION: DeleteTag needs the parameter key"),
        (&["EncryptData", &key], 1, "the parameter plain_text"),
        (&["CreateKey", "key_alias=a"], 1, ""),
    ] {
        let refused = call(arguments);
        assert_eq!(refused.code, code, "{refused:?}");
        let line = if said.is_empty() { String::new() } else { format!("kmsim: {said}\n") };
        assert_eq!(refused.err, line);
    }
}

#[test]
fn the_response_is_printed_unchanged() {
    let target = Target::start(&[]);
    let printed = target.ask(&["call", "DescribeRegions"]);
    assert_eq!(printed.done().lines().count(), 1, "{printed:?}");
    assert!(printed.out.starts_with("{\"Regions\":"), "{printed:?}");
}

#[test]
fn a_service_error_is_printed_and_exits_with_1() {
    let target = Target::start(&[]);
    for (arguments, code, status) in [
        (&["call", "DescribeKey", "KeyId=alias/none"][..], "Forbidden.AliasNotFound", 404),
        (&["call", "Encrypt", "KeyId=alias/acs/oss"], "MissingParameter", 400),
        (&["call", "NoSuchAction"], "InvalidAction.NotFound", 404),
        (&["call", "ListKeys", "--access-key", "nobody:s"], "InvalidAccessKeyId.NotFound", 404),
        (&["call", "ListKeys", "--access-key", "testid:wrong"], "SignatureDoesNotMatch", 400),
    ] {
        let refused = target.ask(arguments);
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
fn the_access_key_is_set_by_option_or_variable() {
    let target = Target::start(&KEYS);
    let creator = |command: &mut std::process::Command| {
        ended(command).json()["KeyMetadata"]["Creator"].as_str().unwrap().to_owned()
    };
    let create = || target.command(&["call", "CreateKey"]);
    assert_eq!(creator(create().args(["--access-key", "two:s2"])), "1000000000000002");
    // The server's own variable works too. Its first key is used.
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
        assert_eq!(mistake.usage_error(), format!("{option}: expected ID:SECRET"));
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
fn a_temporary_key_is_sent_with_its_token() {
    let (_folder, path) = token_file();
    let target = Target::start(&["--accounts", &path]);
    let call = || target.command(&["call", "ListKeys", "--access-key", "STS.a:s"]);
    ended(call().args(["--security-token", "the+token/="])).json();
    ended(call().env("KMSIM_SECURITY_TOKEN", "the+token/=")).json();
    ended(call().args(["--security-token", "the+token/="]).env("KMSIM_SECURITY_TOKEN", "another"))
        .json();
    for refused in [ended(&mut call()), ended(call().args(["--security-token", "another"]))] {
        assert!(refused.code == 1 && refused.out.contains("SecurityToken"), "{refused:?}");
    }
}

#[test]
fn the_region_is_set_by_option_or_variable() {
    let target = Target::start(&["--region", "eu-test-9"]);
    let region = |command: &mut std::process::Command| {
        let arn = ended(command).json()["KeyMetadata"]["Arn"].as_str().unwrap().to_owned();
        arn.split(':').nth(2).unwrap().to_owned()
    };
    let create = || target.command(&["call", "CreateKey"]);
    assert_eq!(region(&mut create()), "eu-test-9");
    assert_eq!(region(create().args(["--region", "cn-beijing"])), "cn-beijing");
    assert_eq!(region(create().env("KMSIM_REGION", "cn-shanghai")), "cn-shanghai");
    assert_eq!(
        region(create().args(["--region", "cn-beijing"]).env("KMSIM_REGION", "x")),
        "cn-beijing"
    );
    let refused = target.ask(&["call", "ListKeys", "--region", "no region"]);
    assert!(refused.code == 1 && refused.out.contains("RegionId"), "{refused:?}");
}

#[test]
fn the_cloud_must_be_known() {
    let target = Target::start(&[]);
    target.ask(&["call", "ListKeys", "--cloud", "alibaba"]).json();
    let mistake = target.ask(&["call", "ListKeys", "--cloud", "nimbus"]);
    assert!(
        mistake.usage_error().contains("--cloud") && mistake.err.contains("alibaba"),
        "{mistake:?}"
    );
}

#[test]
fn values_are_read_from_files_and_standard_input() {
    let target = Target::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a secret");
    std::fs::write(&file, "hush = @\n").unwrap();
    let data = format!("SecretData@{}", file.display());
    target.ask(&["call", "CreateSecret", "SecretName=one", "VersionId=v1", &data]).json();
    let stored = |name: &str| {
        target.ask(&["call", "GetSecretValue", &format!("SecretName={name}")]).json()["SecretData"]
            .clone()
    };
    assert_eq!(stored("one"), "hush = @\n");
    let create = ["call", "CreateSecret", "SecretName=two", "VersionId=v1", "SecretData@-"];
    run_with_input(&mut target.command(&create), "from a pipe").json();
    assert_eq!(stored("two"), "from a pipe");

    // Tools break base64 into lines.
    let key = target.ask(&["call", "CreateKey"]).json()["KeyMetadata"]["KeyId"].clone();
    let key = format!("KeyId={}", key.as_str().unwrap());
    let sealed =
        target.ask(&["call", "Encrypt", &key, "Plaintext=hush"]).json()["CiphertextBlob"].clone();
    let (start, rest) = sealed.as_str().unwrap().split_at(64);
    std::fs::write(&file, format!("{start}\r\n{rest}\r\n")).unwrap();
    let blob = format!("CiphertextBlob@{}", file.display());
    assert_eq!(target.ask(&["call", "Decrypt", &blob]).json()["Plaintext"], "hush");
    let lines = format!("\n{start}\n{rest}\n");
    let shown = run_with_input(&mut target.command(&["inspect", "-"]), &lines).json();
    assert_eq!(shown["would_decrypt"], true);

    let missing = target.ask(&["call", "CreateSecret", "SecretData@/no/such/file"]);
    assert!(missing.usage_error().starts_with("SecretData: "), "{missing:?}");
    std::fs::write(&file, b"\xff\xfe").unwrap();
    let binary = target.ask(&["call", "CreateSecret", &data]);
    assert!(binary.usage_error().starts_with("SecretData: "), "{binary:?}");
}

#[test]
fn an_invalid_parameter_is_reported_without_its_value() {
    let target = Target::start(&[]);
    for bad in ["hush", "=hush", "@hush", ""] {
        let mistake = target.ask(&["call", "ListKeys", bad]);
        assert!(
            mistake.usage_error().ends_with("a parameter is NAME=VALUE or NAME@FILE"),
            "{mistake:?}"
        );
        assert!(!mistake.err.contains("hush"), "{mistake:?}");
    }
    let mistake = target.ask(&["call", "ListKeys", "PageSize=1", "PageNumber=1", "PageSize=hush"]);
    assert_eq!(mistake.usage_error(), "PageSize: given twice");
    let mistake = target.ask(&["call", "List\nKeys"]);
    assert!(mistake.usage_error().starts_with("ACTION: "), "{mistake:?}");
    let mistake = target.ask(&["call"]);
    assert!(mistake.usage_error().contains("<ACTION>"), "{mistake:?}");
}

#[test]
fn an_unreachable_server_exits_with_1() {
    let url = format!("http://{}", unused_address());
    let no = ended(&mut kmsim(&["call", "ListKeys", "--url", &url]));
    assert!(no.failed_with(1).starts_with(&url), "{no:?}");
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let no = ended(&mut kmsim(&["call", "ListKeys", "--url", &url, "--timeout", "100ms"]));
    assert_eq!(no.failed_with(1), format!("{url}: no answer within 100ms"));
}

#[test]
fn parameters_are_sent_in_the_body_and_the_secret_is_not_sent() {
    let (address, serving) = fake_server(&["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"]);
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
    let request = received(serving).remove(0);
    assert!(request.starts_with("POST / HTTP/1.1\r\n"), "{request}");
    assert!(request.ends_with("\r\n\r\nPlaintext=in%20the%20body"), "{request}");
    assert!(request.contains("ACS3-HMAC-SHA256 Credential=an-id,"), "{request}");
    assert!(!request.contains("a-secret"), "{request}");
}
