//! Authentication by access key, token and signature, in each mode.

mod signer;
mod time;

use kmsim::dialects::AuthMode;

use self::signer::Ask;
use crate::kit::{Server, Setup};

const ACCOUNTS: &str = r#"
accounts:
  - id: "1000000000000001"
    access_keys:
      - { id: testid, secret: testsecret }
      - { id: second, secret: secondsecret }
      - { id: switchedoff, secret: offsecret, disabled: true }
    sts_tokens:
      - { id: STS.one, secret: stssecret, token: "CAIS+one/==", expires: "2030-01-01T01:00:00Z" }
  - id: "1000000000000002"
    sts_tokens:
      - { id: STS.two, secret: stssecret2, token: "CAIS+two/==", expires: "2031-01-01T00:00:00Z" }
"#;

const STS: Ask<'static> =
    Ask { id: "STS.one", secret: "stssecret", token: Some("CAIS+one/=="), ..Ask::SIGNED };

fn server(auth: AuthMode) -> Server {
    Server::with(Setup { accounts: Some(ACCOUNTS), auth, ..Setup::default() })
}

#[test]
fn a_token_belongs_to_its_access_key() {
    let server = server(AuthMode::Strict);
    let permanent = Ask::SIGNED;
    for (ask, token, code, message) in [
        (STS, None, "MissingSecurityToken", "SecurityToken is mandatory for this action."),
        (STS, Some(""), "MissingSecurityToken", "SecurityToken is mandatory for this action."),
        (STS, Some("x"), "InvalidSecurityToken.Malformed", "Specified SecurityToken is malformed."),
        (
            STS,
            Some("CAIS+one/="),
            "InvalidSecurityToken.Malformed",
            "Specified SecurityToken is malformed.",
        ),
        (
            STS,
            Some("CAIS+two/=="),
            "InvalidSecurityToken.MismatchWithAccessKey",
            "Specified SecurityToken mismatch with the AccessKey.",
        ),
        (
            permanent,
            Some("x"),
            "InvalidSecurityToken.Malformed",
            "Specified SecurityToken is malformed.",
        ),
        (
            permanent,
            Some("CAIS+one/=="),
            "InvalidSecurityToken.MismatchWithAccessKey",
            "Specified SecurityToken mismatch with the AccessKey.",
        ),
    ] {
        for ask in (Ask { token, ..ask }).schemes() {
            assert_eq!(ask.send(&server).refused(400, code), message, "{}", ask.scheme);
        }
    }
    for ask in STS.schemes().chain(Ask { token: Some(""), ..permanent }.schemes()) {
        ask.send(&server).ok();
        // A wrong signature is reported before a wrong token.
        let code = if ask.is_acs() { "SignatureDoesNotMatch" } else { "IncompleteSignature" };
        Ask { secret: "wrong", token: Some("x"), ..ask }.send(&server).refused(400, code);
    }
}

#[test]
fn an_access_key_must_be_present_known_and_enabled() {
    let server = server(AuthMode::Strict);
    for ask in Ask::SIGNED.schemes() {
        let unknown =
            Ask { id: "nobody", ..ask }.send(&server).refused(404, "InvalidAccessKeyId.NotFound");
        assert_eq!(unknown, "The Access Key ID provided does not exist in our records.");
        let off = Ask { id: "switchedoff", secret: "offsecret", ..ask };
        assert_eq!(
            off.send(&server).refused(403, "Forbidden.AccessKey"),
            "This AccessKey is not enabled."
        );
        let missing = Ask { id: "", ..ask }.send(&server).refused(400, "MissingParameter");
        assert_eq!(missing, r#"The parameter "AccessKeyId" is needed but not provided."#);
    }
    Ask { changes: &[("AccessKeyId", None)], ..Ask::SIGNED }
        .send(&server)
        .refused(400, "MissingParameter");
}

#[test]
fn a_v1_signature_needs_its_parameters() {
    let server = server(AuthMode::Strict);
    for (name, wrong) in [("SignatureMethod", "HMAC-MD5"), ("SignatureVersion", "2.0")] {
        let message = Ask { changes: &[(name, None)], ..Ask::SIGNED }
            .send(&server)
            .refused(400, "MissingParameter");
        assert_eq!(message, format!("The parameter \"{name}\" is needed but not provided."));
        Ask { changes: &[(name, Some(wrong))], ..Ask::SIGNED }
            .send(&server)
            .refused_parameter(name);
    }
    let unsigned = Ask { changes: &[("Signature", None)], ..Ask::SIGNED }.send(&server);
    let message = unsigned.refused(400, "MissingParameter");
    assert_eq!(message, r#"The parameter "Signature" is needed but not provided."#);
    for signature in ["", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="] {
        let changes = [("Signature", Some(signature))];
        Ask { changes: &changes, ..Ask::SIGNED }.send(&server).refused(400, "IncompleteSignature");
    }
    // A shared secret is no RSA key, and one method's signature is not another's.
    for method in ["SHA256withRSA", "HMAC-SHA256"] {
        let changes = [("SignatureMethod", Some(method))];
        Ask { changes: &changes, ..Ask::SIGNED }.send(&server).refused(400, "IncompleteSignature");
    }
}

#[test]
fn the_authorization_header_must_be_complete() {
    let server = server(AuthMode::Strict);
    for header in [
        "ACS3-HMAC-MD5 Credential=testid,SignedHeaders=host,Signature=00",
        "ACS3-HMAC-SHA256 SignedHeaders=host,Signature=00",
        "ACS3-HMAC-SHA256 Credential=testid,Signature=00",
        "ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=host",
        "ACS4-HMAC-SHA256 Credential=testid,SignedHeaders=host,Signature=00",
        "ACS4-HMAC-SHA256 Credential=testid/20300101/cn-hangzhou/Kms,SignedHeaders=host,Signature=00",
    ] {
        let changes = [("authorization", Some(header))];
        let ask = Ask { scheme: "ACS3-HMAC-SHA256", changes: &changes, ..Ask::SIGNED };
        ask.send(&server).refused_parameter("Authorization");
    }
    let rsa = "ACS3-RSA-SHA256 Credential=testid,SignedHeaders=host;x-acs-action;x-acs-date;x-acs-version,Signature=00";
    let changes = [("authorization", Some(rsa))];
    let ask = Ask { scheme: "ACS3-HMAC-SHA256", changes: &changes, ..Ask::SIGNED };
    ask.send(&server).refused(400, "SignatureDoesNotMatch");
}

#[test]
fn headers_are_signed_as_they_are_sent() {
    let server = server(AuthMode::Strict);
    for scheme in ["ACS3-HMAC-SHA256", "ACS3-HMAC-SM3", "ACS4-HMAC-SHA256", "ACS4-HMAC-SM3"] {
        let ask = Ask { scheme, ..Ask::SIGNED };
        // One SDK signs the word `null` for an empty header; the others sign nothing.
        for value in ["", "null", "a  b", "a,b"] {
            Ask { changes: &[("x-acs-extra", Some(value))], ..ask }.send(&server).ok();
        }
        // Headers that the server reads must be signed.
        let token = "x-acs-security-token: CAIS+one/==\r\n";
        for line in [token, "x-acs-signature-nonce: n\r\n", "x-acs-action: DescribeRegions\r\n"] {
            Ask { unsigned: line, ..ask }.send(&server).refused(400, "SignatureDoesNotMatch");
        }
        Ask { unsigned: "x-acs-retry-attempts: 1\r\n", ..ask }.send(&server).ok();
    }
}

#[test]
fn each_mode_handles_failed_checks() {
    let ask = Ask::SIGNED;
    let acs = Ask { scheme: "ACS3-HMAC-SHA256", ..ask };
    let acs4 = Ask { scheme: "ACS4-HMAC-SM3", ..ask };
    let failing = [
        (Ask { secret: "wrong", ..ask }, 400, "IncompleteSignature"),
        (Ask { secret: "wrong", ..acs }, 400, "SignatureDoesNotMatch"),
        (Ask { secret: "wrong", ..acs4 }, 400, "SignatureDoesNotMatch"),
        (Ask { time: Some("2001-01-01T00:00:00Z"), ..ask }, 400, "IllegalTimestamp"),
        (Ask { time: None, ..acs }, 400, "IllegalTimestamp"),
        (Ask { day: Some("20010101"), ..acs4 }, 400, "IllegalTimestamp"),
        (Ask { id: "nobody", ..ask }, 404, "InvalidAccessKeyId.NotFound"),
        (Ask { id: "nobody", ..acs }, 404, "InvalidAccessKeyId.NotFound"),
        (Ask { id: "switchedoff", secret: "offsecret", ..ask }, 403, "Forbidden.AccessKey"),
        (Ask { token: None, ..STS }, 400, "MissingSecurityToken"),
        (Ask { token: Some("x"), ..STS }, 400, "InvalidSecurityToken.Malformed"),
        (
            Ask { token: Some("CAIS+two/=="), ..STS },
            400,
            "InvalidSecurityToken.MismatchWithAccessKey",
        ),
        (Ask { nonce: Some("spent"), ..ask }, 400, "SignatureNonceUsed"),
        (Ask { changes: &[("AccessKeyId", None)], ..ask }, 400, "MissingParameter"),
        (Ask { changes: &[("Signature", None)], ..ask }, 400, "MissingParameter"),
        (Ask { changes: &[("SignatureMethod", Some("HMAC-MD5"))], ..ask }, 400, "InvalidParameter"),
        (
            Ask { changes: &[("authorization", Some("ACS3-HMAC-MD5 Signature=0"))], ..acs },
            400,
            "InvalidParameter",
        ),
        (Ask { changes: &[("authorization", Some("Bearer t"))], ..acs }, 400, "MissingParameter"),
        (Ask { unsigned: "x-acs-bearer-token: t\r\n", ..ask }, 400, "IncompleteSignature"),
    ];
    for auth in [AuthMode::Strict, AuthMode::Warn, AuthMode::Off] {
        let server = server(auth);
        Ask { nonce: Some("spent"), ..ask }.send(&server).ok();
        for (failing, status, code) in failing {
            let answer = failing.send(&server);
            let told = answer.header("x-kmsim-auth");
            if auth == AuthMode::Strict {
                answer.refused(status, code);
                assert_eq!(told, None, "{answer:?}");
            } else {
                answer.ok();
                assert_eq!(told, (auth == AuthMode::Warn).then_some(code), "{answer:?}");
            }
            // The action's answer is the same, and has the header too.
            let absent =
                Ask { action: "DescribeKey", params: &[("KeyId", "k")], ..failing }.send(&server);
            if auth == AuthMode::Warn {
                absent.refused(404, "Forbidden.KeyNotFound");
                assert_eq!(absent.header("x-kmsim-auth"), Some(code));
            }
        }
        for right in ask.schemes().chain(STS.schemes()) {
            let answer = right.send(&server);
            answer.ok();
            assert_eq!(answer.header("x-kmsim-auth"), None);
        }
    }
}

#[test]
fn an_unknown_access_key_has_its_own_account() {
    for auth in [AuthMode::Warn, AuthMode::Off] {
        let server = server(auth);
        let workers = ["worker-1", "worker-2", "testid"].map(|id| server.client_as(id, "whatever"));
        let keys = workers.each_ref().map(|worker| worker.create_key(&[]));
        let mut creators = std::collections::BTreeSet::new();
        for (worker, own) in workers.iter().zip(&keys) {
            assert_eq!(worker.call("ListKeys", &[]).ok()["TotalCount"], 1);
            for key in &keys {
                let answer = worker.call("DescribeKey", &[("KeyId", key)]);
                if key == own {
                    let creator =
                        answer.ok()["KeyMetadata"]["Creator"].as_str().unwrap().to_owned();
                    assert_eq!(creator.len(), 16);
                    creators.insert(creator);
                } else {
                    answer.refused(404, "Forbidden.KeyNotFound");
                }
            }
        }
        assert_eq!(creators.len(), 3);
        assert!(
            creators.contains("1000000000000001"),
            "a known one keeps its account: {creators:?}"
        );
        // The access key is the same with every scheme.
        let acs = Ask { scheme: "ACS3-HMAC-SHA256", id: "worker-1", ..Ask::SIGNED };
        assert_eq!(acs.send(&server).ok()["Keys"]["Key"][0]["KeyId"], *keys[0]);
    }
    let strict = server(AuthMode::Strict);
    let answer = strict.client_as("worker-1", "whatever").call("CreateKey", &[]);
    answer.refused(404, "InvalidAccessKeyId.NotFound");
}
