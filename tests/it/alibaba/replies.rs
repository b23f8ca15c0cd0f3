//! The format of answers: JSON and XML, successes and refusals.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use crate::kit::action_names;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::algorithms::mac::{Hash, hmac};
use quick_xml::events::Event;
use serde_json::{Value, json};

use crate::alibaba::certificates::{self, Authority};
use crate::alibaba::errors::Stage;
use crate::kit::{Answer, Client, control, days, encode, form, same_names};
use crate::makers::{DIGEST, MATERIAL, STRANGER, pair, wrapped};

/// A success of every action, in the requested format.
#[expect(clippy::too_many_lines, reason = "a table, row by row")]
pub fn successes(stage: &Stage, format: &str) -> Vec<(&'static str, Answer)> {
    let client = stage.client.clone();
    client.instance("kst-replies");
    let (key, other) = (client.create_key(&[]), client.create_key(&[]));
    let version = client.call("ListKeyVersions", &[("KeyId", &key)]).ok();
    let version =
        version["KeyVersions"]["KeyVersion"][0]["KeyVersionId"].as_str().unwrap().to_owned();
    let blob = client.call("Encrypt", &[("KeyId", &key), ("Plaintext", "<a & \"b\">\r\n")]).ok();
    let blob = blob["CiphertextBlob"].as_str().unwrap().to_owned();
    let id = ("KeyId", key.as_str());
    let resource = [("ResourceType", "key"), ("ResourceId.1", key.as_str())];
    let alias = ("AliasName", "alias/a");
    let (signing, signing_version) = pair(&client, "EC_P256", "SIGN/VERIFY");
    let (sm2, sm2_version) = pair(&client, "EC_SM2", "ENCRYPT/DECRYPT");
    let mac_key = client.create_key(&[("KeySpec", "HMAC_SM3")]);
    let mac = [("KeyId", mac_key.as_str()), ("Algorithm", "HMAC_SM3"), ("Message", "dGV4dA==")];
    let (signs, seals) = (("Algorithm", "ECDSA_SHA_256"), ("Algorithm", "SM2PKE"));
    let signer = [("KeyId", signing.as_str()), ("KeyVersionId", &signing_version)];
    let sealer = [("KeyId", sm2.as_str()), ("KeyVersionId", &sm2_version), seals];
    let secret = client
        .call("AsymmetricEncrypt", &[&sealer[..], &[("Plaintext", "dGV4dA==")]].concat())
        .ok();
    let secret = secret["CiphertextBlob"].as_str().unwrap().to_owned();
    let data_key =
        client.call("GenerateDataKey", &[id]).ok()["CiphertextBlob"].as_str().unwrap().to_owned();
    let wrapping = [("WrappingKeySpec", "RSA_2048"), ("WrappingAlgorithm", "RSAES_OAEP_SHA_256")];
    let export = [&wrapping[..], &[("PublicKeyBlob", STRANGER)]].concat();
    let old_pair = client.create_key(&[("KeySpec", "EC_P256K")]);
    stage.server.advance(days(7));
    let external = client.create_key(&[("Origin", "EXTERNAL")]);
    let (token, material) = wrapped(&client, &external, &MATERIAL);
    let calls = [
        ("CreateKey", vec![("Description", "<a> & \"b\"")]),
        ("DescribeKey", vec![id]),
        ("ListKeys", vec![]),
        ("UpdateKeyDescription", vec![id, ("Description", "")]),
        ("DisableKey", vec![id]),
        ("EnableKey", vec![id]),
        ("SetDeletionProtection", vec![id, ("EnableDeletionProtection", "false")]),
        ("DescribeKeyVersion", vec![id, ("KeyVersionId", version.as_str())]),
        ("ListKeyVersions", vec![id]),
        ("Encrypt", vec![id, ("Plaintext", "text")]),
        ("Decrypt", vec![("CiphertextBlob", blob.as_str())]),
        ("GenerateDataKey", vec![id]),
        ("GenerateDataKeyWithoutPlaintext", vec![id]),
        ("ReEncrypt", vec![("CiphertextBlob", blob.as_str()), ("DestinationKeyId", &other)]),
        ("AsymmetricSign", [&signer[..], &[signs, ("Digest", DIGEST)]].concat()),
        (
            "AsymmetricVerify",
            [&signer[..], &[signs, ("Digest", DIGEST), ("Value", "AAAA")]].concat(),
        ),
        ("GetPublicKey", signer.to_vec()),
        ("GenerateMac", mac.to_vec()),
        ("VerifyMac", [&mac[..], &[("Mac", "AAAA")]].concat()),
        ("AsymmetricEncrypt", [&sealer[..], &[("Plaintext", "dGV4dA==")]].concat()),
        ("AsymmetricDecrypt", [&sealer[..], &[("CiphertextBlob", &secret)]].concat()),
        ("ExportDataKey", [&export[..], &[("CiphertextBlob", &data_key)]].concat()),
        ("GenerateAndExportDataKey", [&export[..], &[id]].concat()),
        ("CreateKeyVersion", vec![("KeyId", &old_pair)]),
        (
            "UpdateRotationPolicy",
            vec![id, ("EnableAutomaticRotation", "true"), ("RotationInterval", "7d")],
        ),
        ("GetParametersForImport", [&wrapping[..], &[("KeyId", &external)]].concat()),
        ("DeleteKeyMaterial", vec![("KeyId", &external)]),
        ("CreateAlias", vec![id, alias]),
        ("UpdateAlias", vec![("KeyId", other.as_str()), alias]),
        ("ListAliases", vec![]),
        ("ListAliasesByKeyId", vec![id]),
        ("DeleteAlias", vec![alias]),
        (
            "TagResource",
            vec![id, ("Tags", r#"[{"TagKey":"a","TagValue":""},{"TagKey":"b","TagValue":"c"}]"#)],
        ),
        ("TagResources", [&resource[..], &[("Tag.1.Key", "d"), ("Tag.1.Value", "e")]].concat()),
        ("ListResourceTags", vec![id]),
        ("ListTagResources", resource.to_vec()),
        ("UntagResource", vec![id, ("TagKeys", r#"["a"]"#)]),
        ("UntagResources", [&resource[..], &[("All", "true")]].concat()),
        ("GetManagedDataKey", vec![("DataKeyName", "orders")]),
        ("ListManagedDataKeyVersions", vec![("DataKeyName", "orders")]),
        ("GetChallenge", vec![]),
        ("DescribeRegions", vec![]),
        ("DescribeAccountKmsStatus", vec![]),
        ("ScheduleKeyDeletion", vec![id]),
        ("CancelKeyDeletion", vec![id]),
    ];
    let asked = json!({"name": "orders"});
    control(stage.server.address, "POST", "managed-data-keys?access_key=testid", &asked).ok();
    let of_instances = instance_calls(&client);
    let of_certificates = certificate_calls(&client);
    let call = |client: &Client, action, mut params: Vec<_>| {
        params.push(("Format", format));
        let answer = client.call(action, &params);
        assert_eq!(answer.status, 200, "{action}: {}", answer.text);
        (action, answer)
    };
    let mut answers: Vec<_> =
        calls.into_iter().map(|(action, params)| call(&client, action, params)).collect();
    for (action, params) in secret_calls(&client) {
        answers.push(call(&client, action, params));
    }
    for (action, params) in application_calls() {
        answers.push(call(&client, action, params));
    }
    let id = answers.last().and_then(|(_, answer)| id_of_client_key(answer)).unwrap();
    for (action, param) in [
        ("GetClientKey", ("ClientKeyId", &*id)),
        ("DeleteClientKey", ("ClientKeyId", &*id)),
        ("DeleteApplicationAccessPoint", ("Name", "n")),
    ] {
        answers.push(call(&client, action, vec![param]));
    }
    for (action, params) in of_instances.iter().chain(&of_certificates) {
        let params = params.iter().map(|(name, value)| (*name, value.as_str()));
        answers.push(call(&client, action, params.collect()));
    }
    let import = [
        ("KeyId", external.as_str()),
        ("ImportToken", &token),
        ("EncryptedKeyMaterial", &material),
    ];
    answers.push(call(&client, "ImportKeyMaterial", import.to_vec()));
    answers.push(call(&stage.server.client_as("new", "s"), "OpenKmsService", vec![]));
    same_names(
        answers.iter().map(|(action, _)| *action),
        action_names(),
        "actions with a successful request in `successes` of tests/it/alibaba/replies.rs",
    );
    answers
}

/// Requests about instances and the policies of their keys, in an order in which all succeed.
fn instance_calls(client: &Client) -> Vec<(&'static str, Vec<(&'static str, String)>)> {
    client.instance_like(&json!({ "id": "kst-new", "status": "Uninitialized", "name": "<a>" }));
    let key = client.create_key(&[("DKMSInstanceId", "kst-replies")]);
    let id = |more: &[(&'static str, &str)]| {
        let own = [("KmsInstanceId", "kst-new")];
        own.iter().chain(more).map(|(name, value)| (*name, (*value).to_owned())).collect()
    };
    let policy = ("Policy", r#"{"Version":"1","Statement":[]}"#.to_owned());
    let network = [
        ("KMProvider", "Aliyun"),
        ("VpcId", "vpc-1"),
        ("ZoneIds", "cn-hangzhou-a,cn-hangzhou-b"),
        ("VSwitchIds", "vsw-1,vsw-2"),
    ];
    vec![
        ("ConnectKmsInstance", id(&network)),
        (
            "UpdateKmsInstanceBindVpc",
            id(&[("BindVpcs", r#"[{"VpcId":"vpc-2","VSwitchId":"vsw-3","VpcOwnerId":7}]"#)]),
        ),
        ("UpdateKmsInstance", id(&[("InstanceName", "<b>")])),
        ("GetKmsInstanceQuotaInfos", id(&[])),
        ("GetKmsInstance", id(&[])),
        ("ListKmsInstances", Vec::new()),
        ("GetDefaultKmsInstance", Vec::new()),
        ("ReleaseKmsInstance", id(&[("ForceDeleteWithoutBackup", "true")])),
        ("SetKeyPolicy", vec![("KeyId", key.clone()), policy]),
        ("GetKeyPolicy", vec![("KeyId", key)]),
    ]
}

/// Requests about secrets, in an order in which all succeed.
fn secret_calls(client: &Client) -> Vec<(&'static str, Vec<(&'static str, &'static str)>)> {
    let inside = ("SecretName", "inside");
    let (named, first, second) = (("SecretName", "s"), ("VersionId", "v1"), ("VersionId", "v2"));
    let policy = ("Policy", r#"{"Version":"1","Statement":[]}"#);
    let managed = [
        ("SecretName", "managed"),
        ("SecretType", "Rds"),
        ("SecretData", r#"{"Accounts":[{"AccountName":"app","AccountPassword":"a<b>&c"}]}"#),
        ("ExtendedConfig", r#"{"SecretSubType":"SingleUser","DBInstanceId":"rm-1"}"#),
        first,
    ];
    client.call("CreateSecret", &managed).ok();
    let instance = ("DKMSInstanceId", "kst-replies");
    client.call("CreateSecret", &[inside, first, ("SecretData", "a"), instance]).ok();
    vec![
        ("CreateSecret", vec![named, ("SecretData", "<a> & \"b\""), first]),
        ("DescribeSecret", vec![named, ("FetchTags", "true")]),
        ("ListSecrets", vec![("FetchTags", "true")]),
        ("PutSecretValue", vec![named, ("SecretData", "]]>"), second]),
        ("GetSecretValue", vec![named]),
        (
            "BatchGetSecretValue",
            vec![("SecretsList", r#"[{"SecretName":"s"},{"SecretName":"none"}]"#)],
        ),
        ("ListSecretVersionIds", vec![named]),
        (
            "UpdateSecretVersionStage",
            vec![named, ("VersionStage", "ACSCurrent"), ("MoveToVersion", "v1")],
        ),
        ("UpdateSecret", vec![named, ("Description", "new")]),
        ("SetSecretPolicy", vec![inside, policy]),
        ("GetSecretPolicy", vec![inside]),
        ("DeleteSecret", vec![named]),
        ("RestoreSecret", vec![named]),
        ("RotateSecret", vec![("SecretName", "managed"), second]),
        (
            "UpdateSecretRotationPolicy",
            vec![
                ("SecretName", "managed"),
                ("EnableAutomaticRotation", "true"),
                ("RotationInterval", "6h"),
            ],
        ),
        ("GetRandomPassword", vec![]),
    ]
}

/// Requests about applications, in an order in which all succeed. The last one creates a client
/// key.
fn application_calls() -> Vec<(&'static str, Vec<(&'static str, &'static str)>)> {
    let name = ("Name", "n");
    vec![
        (
            "CreateNetworkRule",
            vec![name, ("Type", "Private"), ("SourcePrivateIp", r#"["10.0.0.0/8", "::1"]"#)],
        ),
        ("DescribeNetworkRule", vec![name]),
        ("UpdateNetworkRule", vec![name, ("Description", "<a> & \"b\"")]),
        ("ListNetworkRules", vec![]),
        (
            "CreatePolicy",
            vec![
                name,
                ("Permissions", r#"["RbacPermission/Template/CryptoServiceKeyUser"]"#),
                ("Resources", r#"["key/*","secret/*"]"#),
                ("AccessControlRules", r#"{"NetworkRules":["n"]}"#),
            ],
        ),
        ("DescribePolicy", vec![name]),
        ("UpdatePolicy", vec![name, ("Permissions", "[]")]),
        ("ListPolicies", vec![]),
        ("CreateApplicationAccessPoint", vec![name, ("Policies", r#"["n"]"#)]),
        ("DescribeApplicationAccessPoint", vec![name]),
        ("UpdateApplicationAccessPoint", vec![name, ("Policies", r#"["n","m"]"#)]),
        ("ListApplicationAccessPoints", vec![]),
        ("ListClientKeys", vec![]),
        ("DeletePolicy", vec![name]),
        ("DeleteNetworkRule", vec![name]),
        ("CreateClientKey", vec![("AapName", "n"), ("Password", "Passw0rd")]),
    ]
}

/// The id of a client key in the answer that creates it, in JSON or XML.
fn id_of_client_key(answer: &Answer) -> Option<String> {
    let at = answer.text.find("KAAP.")?;
    answer.text.get(at..at + 41).map(str::to_owned)
}

/// Requests about certificates, in an order in which all succeed.
fn certificate_calls(client: &Client) -> Vec<(&'static str, Vec<(&'static str, String)>)> {
    // Every run sends the same requests and must get the same answers. An authority's signature
    // would differ each time.
    static ISSUED: OnceLock<(String, String)> = OnceLock::new();
    let (id, csr) = certificates::create(client, "EC_SM2", &[]);
    let (leaf, root) = ISSUED.get_or_init(|| {
        let authority = Authority::new("EC_SM2");
        (authority.issue(&csr), authority.root())
    });
    let active = certificates::certificate(client, "EC_SM2", "ACTIVE");
    let algorithm =
        |word: &str| vec![("CertificateId", active.clone()), ("Algorithm", word.to_owned())];
    let text = ("Plaintext", "dGV4dA==".to_owned());
    let message = ("Message", "dGV4dA==".to_owned());
    let sealing =
        [("CertificateId", active.as_str()), ("Algorithm", "SM2PKE"), ("Plaintext", "dGV4dA==")];
    let sealed = client.call("CertificatePublicKeyEncrypt", &sealing).ok();
    let sealed = sealed["CiphertextBlob"].as_str().unwrap().to_owned();
    let named = ("CertificateId", id);
    let asked =
        vec![("KeySpec", "EC_P256".to_owned()), ("Subject", certificates::SUBJECT.to_owned())];
    let domains = ("SubjectAlternativeNames", r#"["a.example.com","b.example.com"]"#.to_owned());
    let issued =
        vec![named.clone(), ("Certificate", leaf.clone()), ("CertificateChain", root.clone())];
    vec![
        ("CreateCertificate", [asked, vec![domains]].concat()),
        ("UploadCertificate", issued),
        ("GetCertificate", vec![named.clone()]),
        ("DescribeCertificate", vec![named.clone()]),
        ("UpdateCertificateStatus", vec![named.clone(), ("Status", "ACTIVE".to_owned())]),
        ("CertificatePrivateKeySign", [algorithm("SM2DSA"), vec![message.clone()]].concat()),
        (
            "CertificatePublicKeyVerify",
            [algorithm("SM2DSA"), vec![message, ("SignatureValue", "AAAA".to_owned())]].concat(),
        ),
        ("CertificatePublicKeyEncrypt", [algorithm("SM2PKE"), vec![text]].concat()),
        (
            "CertificatePrivateKeyDecrypt",
            [algorithm("SM2PKE"), vec![("CiphertextBlob", sealed)]].concat(),
        ),
        ("DeleteCertificate", vec![named]),
    ]
}

/// Parses an answer in XML to the values that the same answer has in JSON, but with all values as
/// texts.
fn read_xml(text: &str) -> Value {
    let mut reader = quick_xml::Reader::from_str(text);
    // The open elements: the members and the text of each.
    let mut open = vec![(String::new(), serde_json::Map::new(), String::new())];
    let close = |open: &mut Vec<(String, serde_json::Map<String, Value>, String)>| {
        let (name, inside, text) = open.pop().unwrap();
        let value = if inside.is_empty() { Value::from(text) } else { Value::from(inside) };
        let parent = &mut open.last_mut().unwrap().1;
        match parent.get_mut(&name) {
            None => drop(parent.insert(name, value)),
            Some(Value::Array(all)) => all.push(value),
            Some(one) => *one = Value::from(vec![one.take(), value]),
        }
    };
    loop {
        match reader.read_event().unwrap() {
            Event::Start(it) => {
                open.push((it.name().as_ref().to_owned(), serde_json::Map::new(), String::new()));
            }
            Event::Empty(it) => {
                open.push((it.name().as_ref().to_owned(), serde_json::Map::new(), String::new()));
                close(&mut open);
            }
            Event::End(_) => close(&mut open),
            Event::Text(it) => open.last_mut().unwrap().2 += &it.xml10_content(),
            Event::GeneralRef(it) => {
                let reference = format!("&{};", &*it);
                open.last_mut().unwrap().2 += &quick_xml::escape::unescape(&reference).unwrap();
            }
            Event::Eof => break,
            _ => {}
        }
    }
    Value::from(open.pop().unwrap().1)
}

/// Converts an answer in JSON as XML represents it: all values are texts, a list of one is its
/// member, an empty list is an empty text.
fn as_xml(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let inside: serde_json::Map<_, _> = map
                .iter()
                .filter(|(_, value)| value.as_array().is_none_or(|all| !all.is_empty()))
                .map(|(name, value)| (name.clone(), as_xml(value)))
                .collect();
            if inside.is_empty() { Value::from("") } else { Value::from(inside) }
        }
        Value::Array(all) if all.len() == 1 => as_xml(&all[0]),
        Value::Array(all) => all.iter().map(as_xml).collect(),
        Value::String(text) => Value::from(text.clone()),
        other => Value::from(other.to_string()),
    }
}

fn is_uuid(text: &str) -> bool {
    let digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    let lengths: Vec<_> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || digit(c))
}

#[test]
fn successes_have_no_code_and_one_request_id() {
    // With the same seed, the answers of both servers differ in format only.
    let (json, xml) = (Stage::set(), Stage::set());
    let (json, xml) = (successes(&json, "JSON"), successes(&xml, "xml"));
    let mut ids = BTreeSet::new();
    for ((action, json), (_, xml)) in json.iter().zip(&xml) {
        let body = json.ok();
        assert!(body.get("Code").is_none(), "{action}");
        let id = body["RequestId"].as_str().unwrap();
        assert!(is_uuid(id), "{id}");
        assert_eq!(json.header("x-acs-request-id"), Some(id));
        assert_eq!(xml.header("x-acs-request-id"), Some(id));
        assert!(ids.insert(id.to_owned()), "{id} came twice");
        assert_eq!(json.header("content-type"), Some("application/json;charset=utf-8"));
        assert_eq!(xml.header("content-type"), Some("text/xml;charset=utf-8"));
        assert!(
            xml.text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?><KMS>"),
            "{}",
            xml.text
        );
        let mut told = read_xml(&xml.text);
        // Each server has an authority of its own.
        if *action == "GetKmsInstance" {
            let place = "/KmsInstance/CaCertificateChainPem";
            let chain = told.pointer_mut(&format!("/KMS{place}")).unwrap();
            assert!(chain.as_str().unwrap().ends_with("-----END CERTIFICATE-----\r\n"));
            *chain = body.pointer(place).unwrap().clone();
        }
        assert_eq!(told, serde_json::json!({ "KMS": as_xml(&body) }), "{action}");
    }
}

#[test]
fn refusals_have_all_fields_in_both_formats() {
    let stage = Stage::set();
    let body = stage.call("DescribeKey", &[("KeyId", "none")]).json();
    let names: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["Code", "HostId", "HttpStatus", "Message", "Recommend", "RequestId"]);
    assert_eq!(body["HttpStatus"], 404);
    assert_eq!(body["HostId"], stage.server.address.to_string());
    assert!(body["Recommend"].as_str().unwrap().contains("Forbidden.KeyNotFound"), "{body}");

    let wrong_secret = stage.server.client_as("testid", "<wrong>");
    for (status, code, answer) in [
        (
            404,
            "Forbidden.KeyNotFound",
            stage.call("DescribeKey", &[("KeyId", "none"), ("Format", "XML")]),
        ),
        (400, "MissingParameter", stage.call("DescribeKey", &[("Format", "xml")])),
        (400, "IncompleteSignature", wrong_secret.call("ListKeys", &[("Format", "XML")])),
        (403, "UnsupportedHTTPMethod", stage.send_by("PUT", "Format=XML")),
    ] {
        assert_eq!(answer.status, status, "{answer:?}");
        assert_eq!(answer.header("content-type"), Some("text/xml;charset=utf-8"));
        let body = &read_xml(&answer.text)["KMS"];
        assert_eq!(body["HttpStatus"], status.to_string());
        assert_eq!(body["Code"], code);
        assert!(!body["Message"].as_str().unwrap().is_empty());
        assert_eq!(body["RequestId"].as_str(), answer.header("x-acs-request-id"));
        assert!(is_uuid(body["RequestId"].as_str().unwrap()));
    }
    for format in ["None", "YAML", "", "json"] {
        let answer = stage.call("DescribeKey", &[("KeyId", "none"), ("Format", format)]);
        answer.refused(404, "Forbidden.KeyNotFound");
        assert_eq!(
            answer.header("content-type"),
            Some("application/json;charset=utf-8"),
            "{format}"
        );
        assert_eq!(answer.json()["RequestId"].as_str(), answer.header("x-acs-request-id"));
    }
}

#[test]
fn requests_signed_in_the_header_get_json_only() {
    let stage = Stage::set();
    let xml = ("Format", "XML");
    let answer = stage.call_acs3("testsecret", "ListKeys", &[xml]);
    assert_eq!(answer.ok()["TotalCount"], 0);
    let refused = stage.call_acs3("testsecret", "DescribeKey", &[("KeyId", "none"), xml]);
    refused.refused(404, "Forbidden.KeyNotFound");
    let unverified = stage.call_acs3("wrong", "ListKeys", &[xml]);
    unverified.refused(400, "SignatureDoesNotMatch");
    for answer in [answer, refused, unverified] {
        assert_eq!(answer.header("content-type"), Some("application/json;charset=utf-8"));
    }
}

#[test]
fn a_wrong_signature_is_answered_with_the_text_that_the_server_signs() {
    let stage = Stage::set();
    let params = stage.client.signed("GET", "ListKeys", &[("Filler", "a b+c")]);
    let (signature, signed) = params.split_last().unwrap();
    let changed = STANDARD.encode([0; 20]);
    assert_ne!(signature.1, changed);
    let query = format!("{}&Signature={}", form(signed), encode(&changed));
    let message = stage.send_by("GET", &query).refused(400, "IncompleteSignature");
    let text = message.split_once("server string to sign is:").unwrap().1;
    assert_eq!(text, format!("GET&%2F&{}", encode(&form(signed))));
    // A signature of that text is accepted.
    let signature = STANDARD.encode(hmac(Hash::Sha1, &[b"testsecret&"], text.as_bytes()));
    stage.send_by("GET", &format!("{}&Signature={}", form(signed), encode(&signature))).ok();
}
