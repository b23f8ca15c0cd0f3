//! Uploads: valid chains, and every kind of invalid chain. A refusal changes nothing.

use std::sync::Arc;

use kmsim::world::{Clock, Entropy, Instant, World};

use super::authority::{Authority, CA, LIFE, flawed};
use super::{create, status_of, upload};
use crate::kit::{Client, Server, Setup, days};

/// The extensions of an intermediate authority.
const SUB: &str = "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=keyCertSign\n";
const LEAF: &str = "subjectKeyIdentifier=hash\n";

/// Checks that an upload is refused because of one parameter, for a reason, and that the
/// certificate is still pending.
#[track_caller]
fn refused(
    client: &Client,
    id: &str,
    (certificate, chain): (&str, Option<&str>),
    name: &str,
    why: &str,
) {
    let message = upload(client, id, certificate, chain).refused(400, "InvalidParameter");
    let gap = if why.is_empty() { "" } else { " " };
    assert_eq!(message, format!("The specified parameter \"{name}\" is not valid.{gap}{why}"));
    assert_eq!(status_of(client, id), "PENDING");
    let stored = client.call("GetCertificate", &[("CertificateId", id)]).ok();
    assert_eq!((&stored["Certificate"], &stored["CertificateChain"]), (&"".into(), &"".into()));
}

#[test]
fn authorities_of_every_type_and_version_issue() {
    let server = Server::start();
    let client = server.client();
    let kinds = [
        "RSA_2048",
        "RSA_3072",
        "RSA_SHA_512",
        "RSA_PSS",
        "RSA_PSS_SHA_512",
        "EC_P256",
        "EC_P384",
        "EC_P521",
        "EC_SM2",
    ];
    for kind in kinds {
        for authority in [Authority::new(kind), Authority::old(kind)] {
            let root = authority.root();
            for spec in ["RSA_2048", "EC_P256", "EC_SM2"] {
                let (id, csr) =
                    create(&client, spec, &[("SubjectAlternativeNames", r#"["a.example.com"]"#)]);
                upload(&client, &id, &authority.issue(&csr), Some(&root)).ok();
                assert_eq!(status_of(&client, &id), "INACTIVE", "{kind} {spec}");
                if ["RSA_2048", "EC_P256", "EC_SM2"].contains(&kind) {
                    let (id, csr) = create(&client, spec, &[]);
                    upload(&client, &id, &authority.issue_old(&csr), Some(&root)).ok();
                }
            }
        }
    }
}

#[test]
fn uploads_are_returned_unchanged() {
    let server = Server::start();
    let client = server.client();
    let authority = Authority::new("EC_P256");
    let sub = authority.below("sub", "root", "EC_P256", SUB, LIFE);
    for line_end in ["\n", "\r\n"] {
        let (id, csr) = create(&client, "EC_P256", &[]);
        let leaf = authority.issue_by("sub", &csr, LEAF, LIFE).replace('\n', line_end);
        let chain = format!("\n{sub}\n\n{}", authority.root()).replace('\n', line_end);
        upload(&client, &id, &leaf, Some(&chain)).ok();
        let stored = client.call("GetCertificate", &[("CertificateId", &id)]).ok();
        assert_eq!(stored["Certificate"], leaf);
        assert_eq!(stored["CertificateChain"], chain);
        assert_eq!(stored["Csr"], csr);
        assert_eq!(stored["CertificateId"], id);
    }
    // Without a chain, a certificate is accepted unchecked.
    let (id, csr) = create(&client, "EC_P256", &[]);
    upload(&client, &id, &authority.issue_by("sub", &csr, LEAF, LIFE), None).ok();
    assert_eq!(
        client.call("GetCertificate", &[("CertificateId", &id)]).ok()["CertificateChain"],
        ""
    );
}

#[test]
fn pem_blocks_are_parsed_strictly() {
    let server = Server::start();
    let client = server.client();
    let authority = Authority::new("EC_P256");
    let (id, csr) = create(&client, "EC_P256", &[]);
    let (leaf, root) = (authority.issue(&csr), authority.root());
    let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    let body = leaf.lines().nth(1).unwrap();
    for text in ["not a certificate", body] {
        refused(&client, &id, (text, Some(&root)), "Certificate", "");
        refused(&client, &id, (&leaf, Some(text)), "CertificateChain", "");
    }
    let check = |text: &str, why: &str| {
        let of = |name: &str| why.replace("It", name);
        refused(&client, &id, (text, Some(&root)), "Certificate", &of("The certificate"));
        // After another certificate it is the second of the chain.
        let chain = format!("{root}{text}");
        let why = of("Certificate 2 of the chain");
        refused(&client, &id, (&leaf, Some(&chain)), "CertificateChain", &why);
    };
    check(key, "It is a PEM block of another kind.");
    check(&csr, "It is a PEM block of another kind.");
    check(
        &leaf.replace(" CERTIFICATE", " TRUSTED CERTIFICATE"),
        "It is a PEM block of another kind.",
    );
    check(&leaf.replace("-----END CERTIFICATE-----", ""), "It is no X.509 certificate in PEM.");
    check(
        &leaf.replace("END CERTIFICATE", "END X509 CERTIFICATE"),
        "It is no X.509 certificate in PEM.",
    );
    check(&leaf.replace(body, ""), "It is no X.509 certificate in PEM.");
    check(&leaf.replace(body, &format!("X: y\n\n{body}")), "It is no X.509 certificate in PEM.");
    check(
        &leaf.replace("-----BEGIN CERTIFICATE-----\n", "-----BEGIN CERTIFICATE-----"),
        "It is no X.509 certificate in PEM.",
    );
    check(&csr.replace("CERTIFICATE REQUEST", "CERTIFICATE"), "It is no X.509 certificate in PEM.");

    let why = "The certificate has something before or behind it that is no certificate.";
    refused(&client, &id, (&format!("{} junk\n", leaf.trim_end()), None), "Certificate", why);
    let glued = format!("{}{root}", root.trim_end());
    let why =
        "Certificate 1 of the chain has something before or behind it that is no certificate.";
    refused(&client, &id, (&leaf, Some(&glued)), "CertificateChain", why);
    let why = "The certificate is one too many.";
    refused(&client, &id, (&format!("{leaf}{root}"), None), "Certificate", why);
    let long = root.repeat(12);
    refused(
        &client,
        &id,
        (&leaf, Some(&long)),
        "CertificateChain",
        "Certificate 11 of the chain is one too many.",
    );
    upload(&client, &id, &leaf, Some(&root)).ok();
}

/// A certificate in PEM as tools write it.
type Writing<'a> = &'a dyn Fn(&str) -> String;

#[test]
fn the_pem_of_common_tools_is_accepted() {
    let server = Server::start();
    let client = server.client();
    let authority = Authority::new("EC_P256");
    let sub = authority.below("sub", "root", "EC_P256", SUB, LIFE);
    let root = authority.root();
    let bag = "Bag Attributes\n    localKeyID: 01 \nsubject=C = CN, CN = it\n\nissuer=C = CN\n";
    let print = "Certificate:\n    Data:\n        Version: 3 (0x2)\n    Signature Value:\n        30:45:02\n";
    let one_line = |pem: &str| {
        let digits: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        format!("-----BEGIN CERTIFICATE-----\n{digits}\n-----END CERTIFICATE-----")
    };
    let writings: [(&str, Writing<'_>); 10] = [
        ("attributes of a bag", &|pem| format!("{bag}{pem}")),
        ("OpenSSL's -text", &|pem| format!("{print}{pem}")),
        ("text behind", &|pem| format!("{pem}# the end")),
        ("text before and behind", &|pem| format!("# one\n\n{pem}\n# two\n")),
        ("the older label", &|pem| pem.replace(" CERTIFICATE", " X509 CERTIFICATE")),
        ("blanks at line ends", &|pem| pem.replace('\n', " \t\n")),
        ("blanks and CR LF", &|pem| pem.replace('\n', " \r\n")),
        ("CR alone", &|pem| pem.replace('\n', "\r")),
        ("a byte order mark", &|pem| format!("\u{feff}{pem}")),
        ("one long line", &|pem| format!("{}\n", one_line(pem))),
    ];
    for (what, write) in writings {
        let (id, csr) = create(&client, "EC_P256", &[]);
        let leaf = write(&authority.issue_by("sub", &csr, LEAF, LIFE));
        let chain = format!("{}{}", write(&sub), write(&root));
        upload(&client, &id, &leaf, Some(&chain)).ok();
        assert_eq!(status_of(&client, &id), "INACTIVE", "{what}");
        let stored = client.call("GetCertificate", &[("CertificateId", &id)]).ok();
        assert_eq!(
            (&stored["Certificate"], &stored["CertificateChain"]),
            (&leaf.into(), &chain.into())
        );
    }
}

#[test]
fn a_certificate_must_be_for_its_own_key() {
    let server = Server::start();
    let client = server.client();
    let authority = Authority::new("RSA_2048");
    let root = authority.root();
    for spec in ["RSA_2048", "EC_P256", "EC_SM2"] {
        let (id, _) = create(&client, spec, &[]);
        for other in ["RSA_2048", "EC_P256", "EC_SM2"] {
            let (_, csr) = create(&client, other, &[]);
            let leaf = authority.issue(&csr);
            refused(
                &client,
                &id,
                (&leaf, Some(&root)),
                "Certificate",
                "The certificate is for another key.",
            );
        }
    }
}

#[test]
fn chains_link_up_to_their_root() {
    let server = Server::start();
    let client = server.client();
    for kind in ["RSA_2048", "EC_P256", "EC_SM2"] {
        let authority = Authority::new(kind);
        let top = authority.below("top", "root", kind, CA, LIFE);
        let sub = authority.below("sub", "top", kind, SUB, LIFE);
        let root = authority.root();
        let (id, csr) = create(&client, "EC_P256", &[]);
        let leaf = authority.issue_by("sub", &csr, LEAF, LIFE);
        let chain = |chain: &[&str], why: &str| {
            refused(&client, &id, (&leaf, Some(&chain.concat())), "CertificateChain", why);
        };
        let strange = "is not that of the issuer of the one before it.";
        chain(&[&top, &sub, &root], &format!("Certificate 1 of the chain {strange}"));
        chain(&[&sub, &root, &top], &format!("Certificate 2 of the chain {strange}"));
        chain(&[&sub, &root], &format!("Certificate 2 of the chain {strange}"));
        chain(&[&root], &format!("Certificate 1 of the chain {strange}"));
        chain(&[&leaf, &sub, &root], &format!("Certificate 3 of the chain {strange}"));
        chain(&[&leaf, &leaf, &sub], &format!("Certificate 2 of the chain {strange}"));
        chain(&[&sub, &top, &root, &sub], &format!("Certificate 4 of the chain {strange}"));
        // Another authority of the same name has another key.
        let other = Authority::new(kind);
        chain(
            &[&sub, &top, &other.root()],
            "Certificate 3 of the chain has not signed the one before it.",
        );
        chain(
            &[&sub, &flawed(&top), &root],
            "Certificate 3 of the chain has not signed the one before it.",
        );
        chain(
            &[&sub, &top, &flawed(&root)],
            "Certificate 3 of the chain is not signed with its own key.",
        );
        let other = Authority::new(if kind == "EC_SM2" { "RSA_2048" } else { "EC_SM2" });
        let why = "cannot have signed the one before it by an algorithm that is supported.";
        chain(&[&sub, &top, &other.root()], &format!("Certificate 3 of the chain {why}"));
        // Only what is present is verified: the document does not require a root.
        for good in [
            vec![&sub, &top, &root],
            vec![&leaf, &sub, &top, &root],
            vec![&sub, &top],
            vec![&sub],
            vec![&leaf, &sub],
        ] {
            let (id, csr) = create(&client, "EC_P256", &[]);
            let own = authority.issue_by("sub", &csr, LEAF, LIFE);
            let chain: String =
                good.into_iter().map(|it| if *it == leaf { &*own } else { it }).collect();
            upload(&client, &id, &own, Some(&chain)).ok();
            assert_eq!(status_of(&client, &id), "INACTIVE");
        }
    }
}

#[test]
fn only_a_root_may_be_of_version_1() {
    let server = Server::start();
    let client = server.client();
    let (id, csr) = create(&client, "EC_P256", &[]);
    let why = "Certificate 1 of the chain may not issue certificates.";
    for kind in ["RSA_2048", "EC_P256", "EC_SM2"] {
        let authority = Authority::old(kind);
        let old = authority.below("old", "root", kind, "", LIFE);
        let root = authority.root();
        let leaf = authority.issue_by("old", &csr, LEAF, LIFE);
        for chain in [format!("{old}{root}"), old.clone()] {
            refused(&client, &id, (&leaf, Some(&chain)), "CertificateChain", why);
        }
    }
    // A root with a key usage and nothing else is valid for OpenSSL too.
    let authority = Authority::with_root("EC_P256", "keyUsage=keyCertSign\n");
    upload(&client, &id, &authority.issue(&csr), Some(&authority.root())).ok();
}

#[test]
fn unknown_critical_extensions_are_refused() {
    let server = Server::start();
    let client = server.client();
    let (id, csr) = create(&client, "EC_P256", &[]);
    let unknown = "1.2.3.4=critical,ASN1:UTF8String:x\n";
    let why = "has a critical extension that is not known.";
    let authority = Authority::new("EC_P256");
    let root = authority.root();
    let leaf = authority.issue_by("root", &csr, &format!("{LEAF}{unknown}"), LIFE);
    for chain in [None, Some(&*root)] {
        refused(&client, &id, (&leaf, chain), "Certificate", &format!("The certificate {why}"));
    }
    let sub = authority.below("sub", "root", "EC_P256", &format!("{SUB}{unknown}"), LIFE);
    let leaf = authority.issue_by("sub", &csr, LEAF, LIFE);
    let chain = format!("{sub}{root}");
    refused(
        &client,
        &id,
        (&leaf, Some(&chain)),
        "CertificateChain",
        &format!("Certificate 1 of the chain {why}"),
    );
    let known = "keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,clientAuth\n\
                 certificatePolicies=critical,1.2.3.4\n1.2.3.5=ASN1:UTF8String:x\n";
    let leaf = authority.issue_by("root", &csr, known, LIFE);
    upload(&client, &id, &leaf, Some(&root)).ok();
}

#[test]
fn authorities_may_issue() {
    let server = Server::start();
    let client = server.client();
    let (id, csr) = create(&client, "EC_P256", &[]);
    let check = |authority: &Authority, by: &str, chain: &[String], why: &str| {
        let leaf = authority.issue_by(by, &csr, LEAF, LIFE);
        refused(&client, &id, (&leaf, Some(&chain.concat())), "CertificateChain", why);
    };
    let no_authority = "Certificate 1 of the chain may not issue certificates.";
    for extensions in [
        "basicConstraints=critical,CA:FALSE\n",
        "subjectKeyIdentifier=hash\n",
        "basicConstraints=critical,CA:TRUE\nkeyUsage=digitalSignature\n",
    ] {
        let authority = Authority::with_root("EC_P256", extensions);
        check(&authority, "root", &[authority.root()], no_authority);
    }
    let authority = Authority::with_root("EC_P256", SUB);
    let sub = authority.below("sub", "root", "EC_P256", CA, LIFE);
    let why = "Certificate 2 of the chain may not issue certificates so far up in the chain.";
    check(&authority, "sub", &[sub, authority.root()], why);
    let leaf_authority = authority.below("other", "root", "EC_P256", LEAF, LIFE);
    check(&authority, "other", &[leaf_authority, authority.root()], no_authority);
    // Directly below it, a certificate is accepted.
    upload(&client, &id, &authority.issue(&csr), Some(&authority.root())).ok();
}

#[test]
fn weak_signatures_are_refused() {
    let server = Server::start();
    let client = server.client();
    let (id, csr) = create(&client, "EC_P256", &[]);
    let why = "Certificate 1 of the chain cannot have signed the one before it by an algorithm that is supported.";
    for kind in ["RSA_SHA_1", "RSA_1024"] {
        let authority = Authority::new(kind);
        refused(
            &client,
            &id,
            (&authority.issue(&csr), Some(&authority.root())),
            "CertificateChain",
            why,
        );
    }
}

#[test]
fn a_self_issued_certificate_is_checked_without_a_chain() {
    let server = Server::start();
    let client = server.client();
    let (id, _) = create(&client, "EC_P256", &[]);
    let root = Authority::new("EC_P256").root();
    refused(&client, &id, (&root, None), "Certificate", "The certificate is for another key.");
    let why = "The certificate is not signed with its own key.";
    refused(&client, &id, (&flawed(&root), None), "Certificate", why);
}

#[test]
fn validity_is_checked_at_the_realms_time() {
    let before = Instant::parse("2028-12-31T23:59:59Z").unwrap();
    let world = Arc::new(World { clock: Clock::manual(before), entropy: Entropy::seeded("kmsim") });
    let server = Server::within(world, Setup::default());
    let client = server.client();
    let authority = Authority::new("EC_P256");
    let (late, early) =
        (("20300101000000Z", "20790101000000Z"), ("20290101000000Z", "20300101000000Z"));
    let sub = authority.below("sub", "root", "EC_P256", SUB, late);
    let root = authority.root();
    let (id, csr) = create(&client, "EC_P256", &[]);
    let leaf = authority.issue_by("root", &csr, LEAF, early);
    let below = authority.issue_by("sub", &csr, LEAF, LIFE);
    let below_chain = [sub, root.clone()].concat();

    refused(&client, &id, (&leaf, Some(&root)), "Certificate", "The certificate is not valid yet.");
    server.advance(days(1));
    let why = "Certificate 1 of the chain is not valid yet.";
    refused(&client, &id, (&below, Some(&below_chain)), "CertificateChain", why);
    // 2029 has 365 days; the last second counts.
    server.advance(days(364) + std::time::Duration::from_secs(1));
    let (other, other_csr) = create(&client, "EC_P256", &[]);
    upload(&client, &other, &authority.issue_by("root", &other_csr, LEAF, early), Some(&root)).ok();
    server.advance(std::time::Duration::from_secs(1));
    refused(&client, &id, (&leaf, Some(&root)), "Certificate", "The certificate has expired.");
    server.advance(days(50 * 365));
    let why = "Certificate 1 of the chain has expired.";
    let ageless = authority.issue_by("root", &csr, LEAF, ("20290101000000Z", "99991231235959Z"));
    refused(&client, &id, (&ageless, Some(&root)), "CertificateChain", why);
    upload(&client, &id, &ageless, None).ok();
    let told = super::describe(&client, &id);
    assert_eq!(told["NotAfter"], "9999-12-31T23:59:59Z");
}
