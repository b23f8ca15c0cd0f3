//! Certificate requests: what OpenSSL reads in them, and what is refused before one is created.

use serde_json::json;

use super::authority::{flawed, is_sm2};
use super::{SUBJECT, create, describe};
use crate::kit::{Answer, Client, Server};
use crate::openssl::OpenSsl;

/// The three types of keys, with OpenSSL's names for their signatures.
const SPECS: [(&str, &str); 3] = [
    ("RSA_2048", "sha256WithRSAEncryption"),
    ("EC_P256", "ecdsa-with-SHA256"),
    ("EC_SM2", "SM2-with-SM3"),
];

fn create_for(client: &Client, subject: &str) -> Answer {
    client.call("CreateCertificate", &[("KeySpec", "EC_P256"), ("Subject", subject)])
}

/// Whether OpenSSL verifies a request's signature.
fn verifies(openssl: &OpenSsl, csr: &str) -> bool {
    openssl.write("csr", csr.as_bytes());
    let how = if is_sm2(csr) { " -vfyopt distid:1234567812345678" } else { "" };
    let remarks = openssl.remarks(&format!("req -in csr -noout -verify{how}"));
    assert!(remarks.contains("verify OK") != remarks.contains("verify failure"), "{remarks}");
    remarks.contains("verify OK")
}

/// Checks a request's signature, and returns what OpenSSL reads.
fn read(openssl: &OpenSsl, csr: &str) -> String {
    assert!(verifies(openssl, csr), "{csr}");
    openssl.told("req -in csr -noout -text -nameopt RFC2253,utf8,-esc_msb")
}

#[test]
fn openssl_verifies_requests_and_reads_the_names() {
    let (openssl, server) = (OpenSsl::new(), Server::start());
    let client = server.client();
    for (spec, signature) in SPECS {
        let names = json!(["test1.example.com", "*.example.com"]).to_string();
        let (id, csr) = create(&client, spec, &[("SubjectAlternativeNames", &names)]);
        assert!(csr.starts_with("-----BEGIN CERTIFICATE REQUEST-----\n"), "{csr}");
        assert!(csr.ends_with("\n-----END CERTIFICATE REQUEST-----\n"), "{csr}");
        let text = read(&openssl, &csr);
        for line in [
            "Version: 1 (0x0)",
            "Subject: CN=userName,OU=kms,O=aliyun,C=CN",
            "DNS:test1.example.com, DNS:*.example.com",
            signature,
        ] {
            assert!(text.contains(line), "{spec}: {line} in {text}");
        }
        assert!(!text.contains("critical"), "{spec}: {text}");
        // OpenSSL would notice a wrong one.
        assert!(!verifies(&openssl, &flawed(&csr)), "{spec}");
        openssl.write("csr", csr.as_bytes());
        let told = describe(&client, &id);
        assert_eq!(told["SubjectPublicKey"], openssl.told("req -in csr -noout -pubkey"), "{spec}");
        let (_, plain) = create(&client, spec, &[]);
        assert!(!read(&openssl, &plain).contains("DNS:"), "{spec}");
    }
}

#[test]
fn subjects_keep_escapes_and_all_scripts() {
    let (openssl, server) = (OpenSsl::new(), Server::start());
    let client = server.client();
    for (subject, read_by_openssl) in [
        (SUBJECT, "CN=userName,OU=kms,O=aliyun,C=CN"),
        ("C=CN,O=o,OU=u,CN=n", "C=CN,O=o,OU=u,CN=n"),
        ("CN=n,OU=u1,OU=u2,O=o,L=杭州,ST=浙江,C=CN", "CN=n,OU=u1,OU=u2,O=o,L=杭州,ST=浙江,C=CN"),
        (r"CN=Lu\C4\8Di\C4\87,OU=a\, b,O=\#1 \\ \+,C=CN", r"CN=Lučić,OU=a\, b,O=\#1 \\ \+,C=CN"),
        ("cn = \"x, y\" ; ou = u , o = o,c = cn", r"CN=x\, y,OU=u,O=o,C=cn"),
        ("CN=#0c026869,OU=u+O=o,C=CN", "CN=hi,OU=u+O=o,C=CN"),
        (
            "CN=n,OU=u,O=o,C=CN,STREET=s,DC=example,DC=com,UID=me",
            "CN=n,OU=u,O=o,C=CN,street=s,DC=example,DC=com,UID=me",
        ),
        ("CN=n,OU=u,O=\u{1f511},C=CN,E=a@b.c", "CN=n,OU=u,O=\u{1f511},C=CN,emailAddress=a@b.c"),
    ] {
        let made = create_for(&client, subject).ok();
        let text = read(&openssl, made["Csr"].as_str().unwrap());
        let line = text.lines().find_map(|line| line.trim().strip_prefix("Subject: ")).unwrap();
        assert_eq!(line, read_by_openssl, "{subject}");
        let told = describe(&client, made["CertificateId"].as_str().unwrap());
        let told = told["Subject"].as_str().unwrap().to_owned();
        // The returned subject can be sent again.
        let again = create_for(&client, &told).ok();
        let again = describe(&client, again["CertificateId"].as_str().unwrap());
        assert_eq!(again["Subject"], told, "{subject}");
    }
}

#[test]
fn a_subject_needs_its_four_attributes_and_their_limits() {
    let server = Server::start();
    let client = server.client();
    for bad in [
        "OU=kms,O=aliyun,C=CN",
        "CN=n,O=aliyun,C=CN",
        "CN=n,OU=kms,C=CN",
        "CN=n,OU=kms,O=aliyun",
        "CN=n,OU=kms,O=aliyun,C=CHN",
        "CN=n,OU=kms,O=aliyun,C=CN,X=1",
        "CN=n,OU=kms,O=aliyun,C=CN,",
        "CN=n,OU=kms,O=a=b,C=CN",
        "/CN=n/OU=kms/O=aliyun/C=CN",
        &format!("CN={},OU=kms,O=aliyun,C=CN", "n".repeat(65)),
    ] {
        create_for(&client, bad).refused_parameter("Subject");
    }
    create_for(&client, &format!("CN={},OU=kms,O=aliyun,C=CN", "\u{6d4b}".repeat(64))).ok();
}

#[test]
fn up_to_ten_domain_names_are_accepted() {
    let server = Server::start();
    let client = server.client();
    let with = |names: &str| {
        let params =
            [("KeySpec", "EC_P256"), ("Subject", SUBJECT), ("SubjectAlternativeNames", names)];
        client.call("CreateCertificate", &params)
    };
    let many = |count: usize| {
        json!((0..count).map(|at| format!("a{at}.example.com")).collect::<Vec<_>>()).to_string()
    };
    let made = with(&many(10)).ok();
    let told = describe(&client, made["CertificateId"].as_str().unwrap());
    assert_eq!(told["SubjectAlternativeNames"].as_array().unwrap().len(), 10);
    assert_eq!(told["SubjectAlternativeNames"][9], "a9.example.com");
    with("[]").ok();
    with(r#"["localhost"]"#).ok();
    for bad in [
        &*many(11),
        "a.example.com",
        r#"{"a":"b"}"#,
        "[1]",
        r#"[""]"#,
        r#"["a..b"]"#,
        r#"["-a.b"]"#,
        r#"["a.b."]"#,
        r#"["a b"]"#,
        r#"["a.*.b"]"#,
        "[\"ü.example.com\"]",
        &json!([format!("{}.com", "a".repeat(64))]).to_string(),
    ] {
        with(bad).refused_parameter("SubjectAlternativeNames");
    }
}

#[test]
fn a_certificate_is_pending_until_it_is_issued() {
    let server = Server::start();
    let client = server.client();
    let params = [("KeySpec", "EC_SM2"), ("Subject", SUBJECT), ("ExportablePrivateKey", "False")];
    let made = client.call("CreateCertificate", &params).ok();
    let id = made["CertificateId"].as_str().unwrap();
    assert_eq!(made["Arn"], format!("acs:kms:cn-hangzhou:1000000000000001:certificate/{id}"));
    let told = describe(&client, id);
    for (name, value) in [
        ("Status", json!("PENDING")),
        ("Arn", made["Arn"].clone()),
        ("KeySpec", json!("EC_SM2")),
        ("ProtectionLevel", json!("SOFTWARE")),
        ("CreatedAt", json!("2030-01-01T00:00:00Z")),
        ("UpdatedAt", json!("2030-01-01T00:00:00Z")),
        ("ExportablePrivateKey", json!(false)),
        ("Subject", json!(SUBJECT)),
        ("SubjectAlternativeNames", json!([])),
        ("Tags", json!({})),
        ("Issuer", json!("")),
        ("Serial", json!("")),
        ("NotBefore", json!("")),
        ("NotAfter", json!("")),
        ("SignatureAlgorithm", json!("")),
    ] {
        assert_eq!(told[name], value, "{name}");
    }
    let stored = client.call("GetCertificate", &[("CertificateId", id)]).ok();
    assert_eq!(stored["Csr"], made["Csr"]);
    assert_eq!((&stored["Certificate"], &stored["CertificateChain"]), (&json!(""), &json!("")));
    let hsm = [("KeySpec", "EC_P256"), ("Subject", SUBJECT), ("ProtectionLevel", "HSM")];
    let hsm = client.call("CreateCertificate", &hsm).ok();
    let told = describe(&client, hsm["CertificateId"].as_str().unwrap());
    assert_eq!(
        (&told["ProtectionLevel"], &told["ExportablePrivateKey"]),
        (&json!("HSM"), &json!(true))
    );
}

#[test]
fn other_realms_do_not_see_it() {
    let server = Server::start();
    let client = server.client();
    let (id, _) = create(&client, "EC_P256", &[]);
    let elsewhere = client.clone().with("RegionId", "cn-beijing");
    for action in ["GetCertificate", "DescribeCertificate", "DeleteCertificate"] {
        elsewhere.call(action, &[("CertificateId", &id)]).refused(404, "Certificate.NotFound");
    }
    client.call("DeleteCertificate", &[("CertificateId", &id)]).ok();
    client
        .call("DeleteCertificate", &[("CertificateId", &id)])
        .refused(404, "Certificate.NotFound");
}

/// The document's sample writes the names of places and organizations as `PrintableString`. OpenSSL
/// compares the type if its policy requires that a request matches the authority.
#[test]
fn names_are_printable_strings_if_possible() {
    let (openssl, server) = (OpenSsl::new(), Server::start());
    let client = server.client();
    let types = |subject: &str| {
        let csr = create_for(&client, subject).ok()["Csr"].as_str().unwrap().to_owned();
        openssl.write("csr", csr.as_bytes());
        let told = openssl.told("req -in csr -noout -subject -nameopt RFC2253,show_type");
        told.trim().trim_start_matches("subject=").to_owned()
    };
    assert_eq!(
        types("CN=userName,OU=kms,O=aliyun,L=Hangzhou,ST=Zhejiang,C=CN"),
        "CN=UTF8STRING:userName,OU=PRINTABLESTRING:kms,O=PRINTABLESTRING:aliyun,L=PRINTABLESTRING:Hangzhou,\
         ST=PRINTABLESTRING:Zhejiang,C=PRINTABLESTRING:CN"
    );
    assert_eq!(
        types("CN=it,OU=a_b,O=\u{e9}a \u{e9},L=R&D,ST=It's (a): -./?,C=CN")
            .split([',', '+'])
            .filter_map(|part| part.split_once("STRING:").map(|(kind, _)| kind))
            .collect::<Vec<_>>(),
        ["CN=UTF8", "OU=UTF8", "O=UTF8", "L=UTF8", "ST=PRINTABLE", "C=PRINTABLE"]
    );
    let config = "[req]\nstring_mask=default\ndistinguished_name=dn\nprompt=no\n\
                  [dn]\nC=CN\nST=Zhejiang\nO=aliyun\nCN=root\n[ca]\ndefault_ca=it\n[it]\ndatabase=index\n\
                  serial=serial\nnew_certs_dir=.\ndefault_md=sha256\ndefault_days=30\npolicy=policy_match\n\
                  [policy_match]\ncountryName=match\nstateOrProvinceName=match\norganizationName=match\n\
                  organizationalUnitName=optional\ncommonName=supplied\n";
    openssl.write("ca.cnf", config.as_bytes());
    openssl.write("index", b"");
    openssl.write("serial", b"01\n");
    openssl.run("req -x509 -newkey rsa:2048 -noenc -config ca.cnf -keyout ca.key -out ca.pem");
    types("CN=userName,OU=kms,O=aliyun,ST=Zhejiang,C=CN");
    openssl
        .run("ca -batch -notext -config ca.cnf -cert ca.pem -keyfile ca.key -in csr -out it.pem");
    assert!(String::from_utf8(openssl.read("it.pem")).unwrap().contains("BEGIN CERTIFICATE"));
}
