//! A server with some of everything is exported and imported unchanged: the second export is
//! identical, and earlier ciphertexts decrypt.

use kmsim::model::Counts;
use serde_json::{Value, json};

use super::{export, import, reset};
use crate::alibaba::certificates::{self, Authority, certificate};
use crate::alibaba::import::{SM2, external, opened, populated, ticket};
use crate::alibaba::managed::{DOUBLE, RAM};
use crate::kit::{Answer, Client, Server, Setup, control, days};
use crate::makers::{DIGEST, pair};

const ACCOUNTS: &str = "
accounts:
  - { id: '1', access_keys: [{ id: one, secret: s }] }
  - { id: '2', status: not-opened, access_keys: [{ id: two, secret: s }] }
";

/// Texts that are difficult to write in YAML.
const AWKWARD: [&str; 16] = [
    " leading",
    "trailing ",
    "two\nlines\n",
    "\n\n",
    "tab\tand \"quotes\" and 'others' and \\",
    "yes",
    "null",
    "~",
    "0x10",
    "- not: a list",
    "# no comment",
    "é\u{1f511}\u{85}\u{2028}\u{feff}",
    "\u{1}\u{7f}",
    "{{now}}",
    "&a *b !c %d @e `f",
    "2030-01-01",
];

fn server() -> Server {
    Server::with(Setup { accounts: Some(ACCOUNTS), ..Setup::default() })
}

/// What was created before, to be checked afterwards.
struct Kept {
    blobs: Vec<String>,
    rsa: (String, String, String),
    signed: (String, String, String),
    signing: String,
    waiting: String,
    token: String,
    wrapped: Vec<u8>,
    gone: (String, [u8; 32]),
}

/// An instance with everything that an instance can have.
fn instance() -> Value {
    json!({
        "id": "kst-rich",
        "name": "d\u{e9}\n",
        "kind": "HARDWARE",
        "capacity": { "throughput": 1, "keys": 2000, "secrets": 3000, "networks": 4, "logs": 5 },
        "prepaid": true,
        "network": { "id": "vpc-1", "subnets": ["vsw-1", "vsw-2"], "zones": ["a", "b"] },
        "bound_networks": [
            { "region": "cn-beijing", "network": "vpc-2", "subnet": "vsw-3", "owner": "7" },
        ],
        "backed_up": true,
        "deletion_protection": "why: so",
        "tags": { "k": "v" },
        "created_at": "{{now - 3d}}",
        "ends_at": "{{now + 30d}}",
    })
}

/// Creates some of everything.
fn populate(server: &Server) -> Kept {
    let one = server.client_as("one", "s");
    let mut blobs = Vec::new();
    let mut seal = |client: &Client, key: &str| {
        let sealed = client.call("Encrypt", &[("KeyId", key), ("Plaintext", "aGVsbG8=")]).ok();
        blobs.push(sealed["CiphertextBlob"].as_str().unwrap().to_owned());
    };
    let tags =
        json!([{ "TagKey": "k", "TagValue": "v:@/x" }, { "TagKey": "empty", "TagValue": "" }])
            .to_string();
    one.instance_like(&instance());
    let rotating = one.create_key(&[
        ("DKMSInstanceId", "kst-rich"),
        ("KeyStorageMechanism", "HsmEncryptedDatabase"),
        ("EnableAutomaticRotation", "true"),
        ("RotationInterval", "7d"),
        ("Description", "d\u{e9}\n\u{1f511}"),
        ("Tags", &tags),
    ]);
    seal(&one, &rotating);
    server.advance(days(15));
    seal(&one, &rotating);
    for alias in ["alias/b", "alias/a/1"] {
        one.call("CreateAlias", &[("KeyId", &rotating), ("AliasName", alias)]).ok();
    }
    let protect = [("ProtectedResourceArn", format!("acs:kms:cn-hangzhou:1:key/{rotating}"))];
    let protect =
        [("ProtectedResourceArn", protect[0].1.as_str()), ("EnableDeletionProtection", "true")];
    one.call(
        "SetDeletionProtection",
        &[&protect[..], &[("DeletionProtectionDescription", "why: so")]].concat(),
    )
    .ok();
    let statement = json!({
        "Effect": "Allow",
        "Principal": { "RAM": ["acs:ram::1:*"] },
        "Action": ["kms:*"],
        "Resource": ["*"],
    });
    let policy = json!({ "Version": "1", "Statement": [statement] }).to_string();
    one.call(
        "SetKeyPolicy",
        &[("KeyId", &rotating), ("PolicyName", "default"), ("Policy", &policy)],
    )
    .ok();
    for spec in ["Aliyun_SM4", "Aliyun_AES_128", "Aliyun_AES_192"] {
        seal(&one, &one.create_key(&[("KeySpec", spec), ("ProtectionLevel", "HSM")]));
    }
    let (rsa, rsa_version) = pair(&one, "RSA_2048", "ENCRYPT/DECRYPT");
    let oaep =
        [("KeyId", &*rsa), ("KeyVersionId", &*rsa_version), ("Algorithm", "RSAES_OAEP_SHA_256")];
    let sealed =
        one.call("AsymmetricEncrypt", &[&oaep[..], &[("Plaintext", "aGVsbG8=")]].concat()).ok();
    let (p256, p256_version) = pair(&one, "EC_P256", "SIGN/VERIFY");
    let ecdsa =
        [("KeyId", &*p256), ("KeyVersionId", &*p256_version), ("Algorithm", "ECDSA_SHA_256")];
    let signed = one.call("AsymmetricSign", &[&ecdsa[..], &[("Digest", DIGEST)]].concat()).ok();
    pair(&one, "EC_P256K", "SIGN/VERIFY");
    pair(&one, "EC_SM2", "ENCRYPT/DECRYPT");
    let disabled = one.create_key(&[("Description", "off")]);
    one.call("DisableKey", &[("KeyId", &disabled)]).ok();
    let leaving = one.create_key(&[]);
    one.call("ScheduleKeyDeletion", &[("KeyId", &leaving), ("PendingWindowInDays", "30")]).ok();
    // Imported: permanent, expiring, pending, deleted, and deleted under a disabled key.
    seal(&one, &populated(&one, &[1; 32]).0);
    let expiring = external(&one, "Aliyun_SM4");
    ticket(&one, &expiring, SM2).import_until(&one, &expiring, &[2; 16], "2000000000").ok();
    let waiting = external(&one, "Aliyun_AES_256");
    let gone = populated(&one, &[4; 32]).0;
    seal(&one, &gone);
    one.call("DeleteKeyMaterial", &[("KeyId", &gone)]).ok();
    let off = populated(&one, &[5; 32]).0;
    one.call("DisableKey", &[("KeyId", &off)]).ok();
    one.call("DeleteKeyMaterial", &[("KeyId", &off)]).ok();
    create_secrets(server, &one);
    create_applications(&one);
    let to_come = ticket(&one, &waiting, SM2);
    let wrapped = to_come.wrap(&[3; 32]);
    let signing = create_certificates(&one);
    for _ in 0..2 {
        let asked = json!({"name": "orders"});
        control(server.address, "POST", "managed-data-keys?access_key=one", &asked).ok();
    }
    let elsewhere = one.clone().with("RegionId", "cn-beijing");
    seal(&elsewhere, &elsewhere.create_key(&[]));
    let two = server.client_as("two", "s");
    two.call("OpenKmsService", &[]).ok();
    two.create_key(&[]);
    Kept {
        blobs,
        rsa: (rsa, rsa_version, sealed["CiphertextBlob"].as_str().unwrap().to_owned()),
        signed: (p256, p256_version, signed["Value"].as_str().unwrap().to_owned()),
        signing,
        waiting,
        token: to_come.token.clone(),
        wrapped,
        gone: (gone, [4; 32]),
    }
}

/// Creates certificates in every status, and returns the one that signs.
fn create_certificates(one: &Client) -> String {
    for status in ["PENDING", "INACTIVE", "REVOKED"] {
        certificate(one, "EC_P256", status);
    }
    let names = [
        ("SubjectAlternativeNames", r#"["example.com","*.example.org"]"#),
        ("ExportablePrivateKey", "true"),
    ];
    certificates::create(one, "RSA_2048", &names);
    certificate(one, "EC_SM2", "ACTIVE");
    // With Windows line ends.
    let (id, csr) = certificates::create(one, "EC_P256", &[]);
    let authority = Authority::new("EC_P256");
    let issued = authority.issue(&csr).replace('\n', "\r\n");
    certificates::upload(one, &id, &issued, Some(authority.root().trim_end())).ok();
    certificates::set_status(one, &id, "ACTIVE").ok();
    id
}

/// Creates an application with a policy, a network rule and a client key.
fn create_applications(one: &Client) {
    let awkward = ("Description", AWKWARD[4]);
    let rule = [("Name", "r"), ("Type", "VPC"), ("SourcePrivateIp", r#"["10.1.2.3/8","::1"]"#)];
    one.call("CreateNetworkRule", &[&rule[..], &[awkward]].concat()).ok();
    let policy = [
        ("Name", "p"),
        ("KmsInstance", "kst-1"),
        ("Permissions", r#"["RbacPermission/Template/CryptoServiceKeyUser"]"#),
        ("Resources", r#"["key/a*"]"#),
        ("AccessControlRules", " { \"NetworkRules\" : [\"r\"] }"),
    ];
    one.call("CreatePolicy", &[&policy[..], &[awkward]].concat()).ok();
    let point = [("Name", "a"), ("Policies", r#"["p","none"]"#), awkward];
    one.call("CreateApplicationAccessPoint", &point).ok();
    one.call("CreateClientKey", &[("AapName", "a"), ("Password", "Passw0rd")]).ok();
}

fn create_secrets(server: &Server, one: &Client) {
    let create = |name: &str, data: &str, more: &[(&str, &str)]| {
        let plain = [("SecretName", name), ("VersionId", "v1"), ("SecretData", data)];
        one.call("CreateSecret", &[&plain, more].concat()).ok();
    };
    for (index, text) in AWKWARD.into_iter().enumerate() {
        create(&format!("awkward/{index}"), text, &[("Description", text)]);
    }
    let put = [("SecretName", "awkward/0"), ("VersionId", "v2"), ("SecretData", "AAECAw==")];
    let put =
        [&put[..], &[("SecretDataType", "binary"), ("VersionStages", r#"["ACSCurrent","mine"]"#)]]
            .concat();
    one.call("PutSecretValue", &put).ok();
    let own = one.create_key(&[]);
    let inside = ("DKMSInstanceId", "kst-rich");
    let policy = ("Policy", r#"{"Version":"1","Statement":[]}"#);
    create("own-key", "under it", &[("EncryptionKeyId", &own), inside, policy]);
    // A secret whose key is deleted: its value is kept, but cannot be opened.
    let doomed = one.create_key(&[]);
    create("orphan", "nobody reads this", &[("EncryptionKeyId", &doomed)]);
    one.call("ScheduleKeyDeletion", &[("KeyId", &doomed), ("PendingWindowInDays", "7")]).ok();
    server.advance(days(8));
    create("deleted", "comes back", &[("Tags", r#"[{"TagKey":"a","TagValue":"b"}]"#)]);
    one.call("DeleteSecret", &[("SecretName", "deleted"), ("RecoveryWindowInDays", "30")]).ok();
    for sample in [DOUBLE, RAM] {
        let managed = [("SecretType", sample.kind), ("ExtendedConfig", sample.config)];
        let rotation = [("EnableAutomaticRotation", "true"), ("RotationInterval", "7d")];
        create(sample.name, sample.data, &[managed, rotation].concat());
    }
    one.call("RotateSecret", &[("SecretName", DOUBLE.name), ("VersionId", "asked")]).ok();
}

/// Checks what was created before.
fn check(server: &Server, kept: &Kept) {
    let one = server.client_as("one", "s");
    let elsewhere = one.clone().with("RegionId", "cn-beijing");
    let opens =
        |blob: &String| [&one, &elsewhere].into_iter().any(|it| opened(it, blob).status == 200);
    let open = kept.blobs.iter().filter(|blob| opens(blob)).count();
    assert_eq!(open, kept.blobs.len() - 1, "all but the one whose material is gone");
    let (key, version, blob) = &kept.rsa;
    let oaep = [("KeyId", &**key), ("KeyVersionId", version), ("Algorithm", "RSAES_OAEP_SHA_256")];
    let text =
        one.call("AsymmetricDecrypt", &[&oaep[..], &[("CiphertextBlob", blob)]].concat()).ok();
    assert_eq!(text["Plaintext"], "aGVsbG8=");
    let (key, version, value) = &kept.signed;
    let ecdsa = [("KeyId", &**key), ("KeyVersionId", version), ("Algorithm", "ECDSA_SHA_256")];
    let verified = one
        .call("AsymmetricVerify", &[&ecdsa[..], &[("Digest", DIGEST), ("Value", value)]].concat())
        .ok();
    assert_eq!(verified["Value"], true);
    for (index, text) in AWKWARD.into_iter().enumerate().skip(1) {
        let value = one.call("GetSecretValue", &[("SecretName", &format!("awkward/{index}"))]).ok();
        assert_eq!(value["SecretData"], text);
    }
    let orphan: Answer = one.call("GetSecretValue", &[("SecretName", "orphan")]);
    assert_ne!(orphan.status, 200, "{orphan:?}");
    let policy = one.call("GetKeyPolicy", &[("KeyId", "alias/b"), ("PolicyName", "default")]).ok();
    assert!(policy["Policy"].as_str().unwrap().contains("Allow"));
    let instance = one.call("GetKmsInstance", &[("KmsInstanceId", "kst-rich")]).ok();
    assert_eq!(instance["KmsInstance"]["BindVpcs"]["BindVpc"][0]["VpcOwnerId"], "7");
    let versions = one.call("ListKeyVersions", &[("KeyId", "alias/a/1")]).ok();
    assert!(versions["TotalCount"].as_u64().unwrap() >= 3);
    server.client_as("two", "s").call("ListKeys", &[]).ok();
    certificates::sign(&one, &kept.signing).ok();
    let described = certificates::describe(&one, &kept.signing);
    assert!(described["Subject"].as_str().unwrap().contains("userName"), "{described}");
}

#[test]
fn everything_is_exported_and_imported() {
    let server = server();
    let kept = populate(&server);
    let text = export(&server, "");
    check(&server, &kept);
    // Import into the same server after a reset, and into another one.
    assert_eq!(reset(&server, "")["realms"], 0);
    server
        .client_as("one", "s")
        .call("DescribeKey", &[("KeyId", "alias/b")])
        .refused(404, "Forbidden.AliasNotFound");
    // The reset restored the clock too.
    let now = control(server.address, "GET", "clock", &Value::Null).ok()["now"].clone();
    assert_eq!(now, crate::kit::START);
    server.advance(days(23));
    let held = import(&server, "", &text).ok();
    assert_eq!(held["realms"], 4);
    assert_eq!(export(&server, ""), text);
    check(&server, &kept);
    let other = self::server();
    other.advance(days(23));
    import(&other, "", &text).ok();
    assert_eq!(export(&other, ""), text);
    check(&other, &kept);
    // Pending operations continue: a token is valid, and deleted material can be imported again.
    let one = other.client_as("one", "s");
    crate::alibaba::import::import(&one, &kept.waiting, &kept.token, &kept.wrapped, None).ok();
    let (gone, material) = &kept.gone;
    let again = ticket(&one, gone, SM2);
    again.import(&one, gone, &[9; 32]).refused(400, "InvalidKeyMaterial");
    again.import(&one, gone, material).ok();
    assert!(kept.blobs.iter().all(|blob| {
        let beijing = one.clone().with("RegionId", "cn-beijing");
        opened(&one, blob).status == 200 || opened(&beijing, blob).status == 200
    }));
    one.call("RestoreSecret", &[("SecretName", "deleted")]).ok();
    assert_eq!(
        one.call("GetSecretValue", &[("SecretName", "deleted")]).ok()["SecretData"],
        "comes back"
    );
}

#[test]
fn a_scope_is_exported_and_imported_alone() {
    let server = server();
    populate(&server);
    let whole = export(&server, "");
    let two = export(&server, "?account=2");
    let beijing = export(&server, "?access_key=one&region=cn-beijing");
    assert!(two.matches("- account: ").count() == 2 && beijing.matches("- account: ").count() == 1);
    server.client_as("two", "s").create_key(&[]);
    assert_ne!(export(&server, ""), whole);
    import(&server, "?account=2", &two).ok();
    assert_eq!(export(&server, ""), whole);
    // Realms outside the scope are refused, and nothing changes.
    let refused = import(&server, "?account=2", &beijing);
    let error = refused.json()["error"].as_str().unwrap().to_owned();
    assert!(
        refused.status == 400 && error.contains("realms[0].account") && error.contains("scope"),
        "{error}"
    );
    assert_eq!(export(&server, ""), whole);
    import(&server, "?account=2", "realms: []").ok();
    assert_eq!(export(&server, "?account=2").matches("- account: ").count(), 0);
    assert_eq!(export(&server, "?account=1"), {
        let start =
            whole.find("- account: \"2\"").or_else(|| whole.find("- account: '2'")).unwrap();
        &whole[..start]
    });
}

#[test]
fn an_empty_state_is_exported_and_imported() {
    let server = Server::start();
    let text = export(&server, "");
    assert!(text.starts_with("# Exported by kmsim. It contains key material"), "{text}");
    assert_eq!(import(&server, "", &text).ok(), json!(Counts::default()));
    assert_eq!(export(&server, ""), text);
}
