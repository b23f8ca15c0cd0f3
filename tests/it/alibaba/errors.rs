//! Every refusal that can be caused, with its status, code and message.

use base16ct::lower::encode_string as hex;
use std::collections::{BTreeMap, BTreeSet};

use crate::kit::action_names;
use kmsim::algorithms::mac::{Hash, digest, hmac};

use serde_json::json;

use crate::alibaba::certificates::{active, sign};
use crate::kit::{Answer, Client, Server, Setup, days, form, send, table};
use crate::makers::{MATERIAL, import, wrapped};

const ACCOUNTS: &str = r#"
accounts:
  - id: "1000000000000001"
    access_keys:
      - { id: testid, secret: testsecret }
      - { id: off, secret: s, disabled: true }
    sts_tokens:
      - { id: STS.worker, secret: s, token: worker-token, expires: "2030-01-01T01:00:00Z" }
      - { id: STS.old, secret: s, token: old-token, expires: "2029-12-31T23:59:59Z" }
  - { id: "1000000000000002", status: not-opened, access_keys: [{ id: new, secret: s }] }
  - { id: "1000000000000003", status: suspended, access_keys: [{ id: suspended, secret: s }] }
  - { id: "1000000000000004", status: in-debt, access_keys: [{ id: debtor, secret: s }] }
  - { id: "1000000000000005", status: in-debt-overdue, access_keys: [{ id: late-debtor, secret: s }] }
  - { id: "1000000000000006", status: risk-control, access_keys: [{ id: risky, secret: s }] }
  - { id: "1000000000000007", quotas: { keys: 2, aliases: 1, certificates: 2 }, access_keys: [{ id: small, secret: s }] }
"#;

/// A server with all kinds of accounts, and a client of the usual one.
pub struct Stage {
    pub server: Server,
    pub client: Client,
}

impl Stage {
    pub fn set() -> Self {
        let server = Server::with(Setup { accounts: Some(ACCOUNTS), ..Setup::default() });
        let client = server.client();
        Self { server, client }
    }

    pub fn call(&self, action: &str, params: &[(&str, &str)]) -> Answer {
        self.client.call(action, params)
    }

    fn key(&self) -> String {
        self.client.create_key(&[])
    }

    fn secret(&self, name: &str) {
        let params = [("SecretName", name), ("SecretData", "value"), ("VersionId", "v1")];
        self.call("CreateSecret", &params).ok();
    }

    /// Calls an action without parameters with another access key.
    fn call_as(&self, access_key: &str) -> Answer {
        self.server.client_as(access_key, "s").call("ListKeys", &[])
    }

    fn call_with_token(&self, access_key: &str, secret: &str, token: &str) -> Answer {
        self.server.client_as(access_key, secret).call("ListKeys", &[("SecurityToken", token)])
    }

    fn tag_key(&self, tags: &str) -> Answer {
        self.call("TagResource", &[("KeyId", &self.key()), ("Tags", tags)])
    }

    fn encrypt(&self, key: &str, dry_run: &str) -> Answer {
        self.call("Encrypt", &[("KeyId", key), ("Plaintext", "text"), ("DryRun", dry_run)])
    }

    /// A request signed in the Authorization header.
    pub fn call_acs3(&self, secret: &str, action: &str, query: &[(&str, &str)]) -> Answer {
        let mut query: Vec<_> =
            query.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        query.sort();
        let query = form(&query);
        let host = self.server.address.to_string();
        let date = self.server.world.clock.host().to_string();
        let body = hex(&digest(Hash::Sha256, b""));
        let headers = [
            ("host", host.as_str()),
            ("x-acs-action", action),
            ("x-acs-content-sha256", &body),
            ("x-acs-date", &date),
            ("x-acs-version", "2016-01-20"),
        ];
        let names = headers.map(|(name, _)| name).join(";");
        let lines = headers.map(|(name, value)| format!("{name}:{value}\n")).concat();
        let canonical = format!("POST\n/\n{query}\n{lines}\n{names}\n{body}");
        let text =
            format!("ACS3-HMAC-SHA256\n{}", hex(&digest(Hash::Sha256, canonical.as_bytes())));
        let signature = hex(&hmac(Hash::Sha256, &[secret.as_bytes()], text.as_bytes()));
        let lines = headers.map(|(name, value)| format!("{name}: {value}\r\n")).concat();
        let head = format!(
            "POST /?{query} HTTP/1.1\r\n{lines}Authorization: ACS3-HMAC-SHA256 \
             Credential=testid,SignedHeaders={names},Signature={signature}\r\n"
        );
        send(self.server.address, &head, b"")
    }

    pub fn send_by(&self, method: &str, query: &str) -> Answer {
        send(self.server.address, &format!("{method} /?{query} HTTP/1.1\r\n"), b"")
    }
}

type Produce = fn(&Stage) -> Answer;

/// How to cause each refusal.
#[rustfmt::skip]
const PRODUCERS: &[(&str, Produce)] = &[
    ("AccessDeniedError", |it| {
        let params = [("KeyId", "k"), ("Plaintext", "text"), ("DryRun", "true")];
        it.server.client_as("debtor", "s").call("Encrypt", &params)
    }),
    ("AliasAlreadyExists", |it| {
        let key = it.key();
        let params = [("KeyId", key.as_str()), ("AliasName", "alias/twice")];
        it.call("CreateAlias", &params).ok();
        it.call("CreateAlias", &params)
    }),
    ("Certificate.NotFound", |it| it.call("DescribeCertificate", &[("CertificateId", "none")])),
    ("DryRunOperationError", |it| it.encrypt(&it.key(), "true")),
    ("Duplicate.TagKey", |it| {
        it.tag_key(r#"[{"TagKey":"a","TagValue":"b"},{"TagKey":"a","TagValue":"c"}]"#)
    }),
    ("ExpiredImportToken", |it| {
        let key = it.client.create_key(&[("Origin", "EXTERNAL")]);
        let material = wrapped(&it.client, &key, &MATERIAL);
        it.server.advance(days(1));
        import(&it.client, &key, &material)
    }),
    ("Forbidden.AccessKey", |it| it.call_as("off")),
    ("Forbidden.AliasNotFound", |it| it.call("DescribeKey", &[("KeyId", "alias/none")])),
    ("Forbidden.DKMSInstanceNotFound", |it| {
        let params = [("KmsInstanceId", "kst-1"), ("EnableDeletionProtection", "true")];
        it.call("SetDeletionProtection", &params)
    }),
    ("Forbidden.DKMSInstanceStateInvalid", |it| {
        it.client.instance_like(&json!({ "id": "kst-new", "status": "Uninitialized" }));
        it.call("CreateKey", &[("DKMSInstanceId", "kst-new")])
    }),
    ("Forbidden.InDebt", |it| it.call_as("debtor")),
    ("Forbidden.InDebtOverdue", |it| it.call_as("late-debtor")),
    ("Forbidden.KeyNotFound", |it| it.call("DescribeKey", &[("KeyId", "none")])),
    ("Forbidden.KeyPolicyUnSupported", |it| {
        it.call("SetKeyPolicy", &[("KeyId", &it.key()), ("Policy", "{}")])
    }),
    ("Forbidden.KeyVersionNotFound", |it| {
        let key = it.key();
        it.call("DescribeKeyVersion", &[("KeyId", &key), ("KeyVersionId", &key)])
    }),
    ("Forbidden.KmsServiceNotEnabled", |it| it.call_as("new")),
    ("Forbidden.NoBackup", |it| {
        it.client.instance("kst-without-backup");
        it.call("ReleaseKmsInstance", &[("KmsInstanceId", "kst-without-backup")])
    }),
    ("Forbidden.Opened", |it| it.call("OpenKmsService", &[])),
    ("Forbidden.ProhibitedByRiskControl", |it| it.call_as("risky")),
    ("Forbidden.ResourceNotFound", |it| it.call("GetSecretValue", &[("SecretName", "none")])),
    ("IllegalTimestamp", |it| it.call("ListKeys", &[("Timestamp", "2029-12-31T23:44:59Z")])),
    ("IncompleteSignature", |it| it.server.client_as("testid", "wrong").call("ListKeys", &[])),
    ("InvalidAccessKeyId.NotFound", |it| it.call_as("nobody")),
    ("InvalidAction.NotFound", |it| it.call("NoSuchAction", &[])),
    ("InvalidImportToken", |it| {
        let keys = [(); 2].map(|()| it.client.create_key(&[("Origin", "EXTERNAL")]));
        import(&it.client, &keys[0], &wrapped(&it.client, &keys[1], &MATERIAL))
    }),
    ("InvalidKeyMaterial", |it| {
        let key = it.client.create_key(&[("Origin", "EXTERNAL")]);
        import(&it.client, &key, &wrapped(&it.client, &key, &MATERIAL[1..]))
    }),
    ("InvalidParameter", |it| it.call("ListKeys", &[("PageSize", "many")])),
    ("InvalidParameter.TagKey", |it| it.tag_key(r#"[{"TagKey":"acs:a","TagValue":"b"}]"#)),
    ("InvalidParameter.TagValue", |it| it.tag_key(r#"[{"TagKey":"a","TagValue":"b;"}]"#)),
    ("InvalidResourceId.NotFound", |it| {
        it.call("TagResources", &[("ResourceType", "key"), ("ResourceId.1", "none"), ("Tag.1.Key", "a")])
    }),
    ("InvalidSecurityToken.Expired", |it| it.call_with_token("STS.old", "s", "old-token")),
    ("InvalidSecurityToken.Malformed", |it| it.call_with_token("STS.worker", "s", "nonsense")),
    ("InvalidSecurityToken.MismatchWithAccessKey", |it| it.call_with_token("testid", "testsecret", "worker-token")),
    ("InvalidVersion", |it| it.call("ListKeys", &[("Version", "2015-01-20")])),
    ("MissingParameter", |it| it.call("DescribeKey", &[])),
    ("MissingSecurityToken", |it| it.call_as("STS.worker")),
    ("ParseRequestParameterException", |it| it.send_by("GET", "Action=%FF")),
    ("Rejected.Disabled", |it| {
        let key = it.key();
        it.call("DisableKey", &[("KeyId", &key)]).ok();
        it.encrypt(&key, "false")
    }),
    ("Rejected.LimitExceeded", |it| {
        let client = it.server.client_as("small", "s");
        client.create_key(&[]);
        client.create_key(&[]);
        client.call("CreateKey", &[])
    }),
    ("Rejected.PendingDeletion", |it| {
        let key = it.key();
        it.call("ScheduleKeyDeletion", &[("KeyId", &key)]).ok();
        it.encrypt(&key, "false")
    }),
    ("Rejected.PendingImport", |it| it.encrypt(&it.client.create_key(&[("Origin", "EXTERNAL")]), "false")),
    ("Rejected.InvalidRequest", |it| {
        it.secret("s");
        let step = [("SecretName", "s"), ("VersionStage", "own"), ("RemoveFromVersion", "v1")];
        it.call("UpdateSecretVersionStage", &step)
    }),
    ("Rejected.ResourceExist", |it| {
        it.secret("s");
        it.call("CreateSecret", &[("SecretName", "s"), ("SecretData", "other"), ("VersionId", "v1")])
    }),
    ("Rejected.ResourceInDeleteWindow", |it| {
        it.secret("s");
        it.call("DeleteSecret", &[("SecretName", "s")]).ok();
        it.call("GetSecretValue", &[("SecretName", "s")])
    }),
    ("Rejected.ResourceInUse", |it| {
        it.secret("s");
        it.call("RestoreSecret", &[("SecretName", "s")])
    }),
    ("Rejected.ShareQuotaExceedLimit", |it| {
        it.client.instance_like(&json!({ "id": "kst-full", "capacity": { "keys": 0 } }));
        it.call("CreateKey", &[("DKMSInstanceId", "kst-full")])
    }),
    ("Rejected.StateModifiedFailed", |it| it.call("CancelKeyDeletion", &[("KeyId", &it.key())])),
    ("Rejected.Unavailable", |it| {
        let certificate = active(&it.client);
        let status = [("CertificateId", certificate.as_str()), ("Status", "REVOKED")];
        it.call("UpdateCertificateStatus", &status).ok();
        sign(&it.client, &certificate)
    }),
    ("Rejected.UnsupportedOperation", |it| it.call("CreateKeyVersion", &[("KeyId", &it.key())])),
    ("SignatureDoesNotMatch", |it| it.call_acs3("wrong", "ListKeys", &[("PageSize", "5")])),
    ("SignatureNonceUsed", |it| {
        let query = form(&it.client.signed("GET", "ListKeys", &[]));
        it.send_by("GET", &query).ok();
        it.send_by("GET", &query)
    }),
    ("Unsupported.Alias", |it| it.call("EnableKey", &[("KeyId", "alias/a")])),
    ("Unsupported.Origin", |it| it.call("DeleteKeyMaterial", &[("KeyId", &it.key())])),
    ("UnsupportedHTTPMethod", |it| it.send_by("PUT", "")),
    ("UnsupportedOperation", |it| it.encrypt(&it.client.create_key(&[("KeySpec", "EC_SM2")]), "false")),
    ("ValidationError", |it| it.encrypt("none", "true")),
];

/// Whether a text is the template with something in place of each `{…}`.
pub fn fits(template: &str, text: &str) -> bool {
    let mut parts =
        template.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest));
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut open = false;
    for part in parts {
        match rest.get(1..).and_then(|rest| rest.split_once(part)) {
            // A placeholder at the very end takes all that is left.
            Some(_) if part.is_empty() => rest = "",
            Some((_, after)) => rest = after,
            None => return false,
        }
        open = part.is_empty();
    }
    open || rest.is_empty()
}

#[test]
fn every_refusal_is_as_the_table_says() {
    let rows = table("alibaba/errors.tsv");
    let mut causes = BTreeMap::<&str, BTreeSet<&str>>::new();
    for row in &rows {
        assert!(causes.entry(&row[3]).or_default().insert(&row[0]), "{} stands twice", row[0]);
    }
    let produced: BTreeSet<_> = PRODUCERS.iter().map(|(code, _)| *code).collect();
    assert_eq!(produced.len(), PRODUCERS.len(), "no code has two producers");
    assert_eq!(produced, &causes["request"] | &causes["accounts"]);
    assert_eq!(
        causes.iter().map(|(cause, codes)| (*cause, codes.len())).collect::<Vec<_>>(),
        [("accounts", 11), ("dedicated", 6), ("fault", 11), ("request", 45)]
    );
    let mut wrong = Vec::new();
    for (code, produce) in PRODUCERS {
        let row = rows.iter().find(|row| row[0] == *code).unwrap();
        let answer = produce(&Stage::set());
        let body = answer.json();
        let found = (answer.status.to_string(), body["Code"].as_str().unwrap_or_default());
        let message = body["Message"].as_str().unwrap_or_default();
        if found != (row[1].clone(), *code) || !fits(&row[2], message) {
            wrong.push(format!(
                "{code}: expected {} {:?}, got {found:?} {message:?}",
                row[1], row[2]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_error_can_be_injected() {
    let stage = Stage::set();
    let inject = |code: &str, params: &[(&str, &str)]| {
        let body = form(&stage.client.signed("POST", "CreateSecret", params));
        let head = format!(
            "POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nx-kmsim-fault: {code}\r\n"
        );
        send(stage.server.address, &head, body.as_bytes())
    };
    let params = [("SecretName", "s"), ("SecretData", "value"), ("VersionId", "v1")];
    for row in table("alibaba/errors.tsv") {
        let message = inject(&row[0], &params).refused(row[1].parse().unwrap(), &row[0]);
        assert!(fits(&row[2], &message), "{}: {message:?}", row[0]);
    }
    inject("No.Such.Code", &params).refused_parameter("x-kmsim-fault");
    // Failed authentication is reported first, and nothing was done.
    let stranger = stage.server.client_as("testid", "wrong");
    let body = form(&stranger.signed("POST", "ListSecrets", &[]));
    let head = "POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nx-kmsim-fault: Throttling\r\n";
    send(stage.server.address, head, body.as_bytes()).refused(400, "IncompleteSignature");
    assert_eq!(stage.call("ListSecrets", &[]).ok()["TotalCount"], 0);
}

#[test]
fn templates_match_what_they_describe() {
    assert!(fits("plain", "plain") && !fits("plain", "plainer") && !fits("plain", "a plain"));
    assert!(
        fits("a \"{p}\" b", "a \"x\" b")
            && !fits("a \"{p}\" b", "a \"\" b")
            && !fits("a {p} b", "a x b c")
    );
    assert!(fits("a: {m}", "a: x\ny") && !fits("a: {m}", "a: "));
    assert!(fits("[{a}] [{b}]", "[x] [y]") && !fits("[{a}] [{b}]", "[x]"));
}

#[test]
fn accounts_are_refused_by_their_status() {
    let stage = Stage::set();
    for (access_key, code, status) in [
        ("new", "Forbidden.KmsServiceNotEnabled", "NotEnabled"),
        ("suspended", "Forbidden.KmsServiceNotEnabled", "Suspended"),
        ("debtor", "Forbidden.InDebt", "InDebt"),
        ("late-debtor", "Forbidden.InDebtOverdue", "InDebt"),
        ("risky", "Forbidden.ProhibitedByRiskControl", "Suspended"),
    ] {
        let client = stage.server.client_as(access_key, "s");
        for action in action_names().into_iter().filter(|action| *action != "OpenKmsService") {
            let answer = client.call(action, &[]);
            match action {
                "DescribeRegions" => drop(answer.ok()),
                "DescribeAccountKmsStatus" => assert_eq!(answer.ok()["AccountStatus"], status),
                _ => drop(answer.refused(403, code)),
            }
        }
    }
    // Only an account without a subscription can subscribe; then it is served.
    let client = stage.server.client_as("new", "s");
    client.call("OpenKmsService", &[]).ok();
    assert_eq!(client.call("DescribeAccountKmsStatus", &[]).ok()["AccountStatus"], "Enabled");
    client.create_key(&[]);
    client.call("OpenKmsService", &[]).refused(400, "Forbidden.Opened");
    for (access_key, code) in
        [("debtor", "Forbidden.InDebt"), ("suspended", "Forbidden.KmsServiceNotEnabled")]
    {
        stage.server.client_as(access_key, "s").call("OpenKmsService", &[]).refused(403, code);
        stage.call_as(access_key).refused(403, code);
    }
}

#[test]
fn quotas_count_existing_objects() {
    let stage = Stage::set();
    let client = stage.server.client_as("small", "s");
    let (first, second) = (client.create_key(&[]), client.create_key(&[]));
    client.call("CreateKey", &[]).refused(400, "Rejected.LimitExceeded");
    client.call("CreateAlias", &[("KeyId", &first), ("AliasName", "alias/a")]).ok();
    let other = [("KeyId", second.as_str()), ("AliasName", "alias/b")];
    client.call("CreateAlias", &other).refused(400, "Rejected.LimitExceeded");
    client.call("DeleteAlias", &[("AliasName", "alias/a")]).ok();
    client.call("CreateAlias", &other).ok();
    // Another region has a quota of its own.
    client.clone().with("RegionId", "cn-beijing").create_key(&[]);
    client.call("ScheduleKeyDeletion", &[("KeyId", &first), ("PendingWindowInDays", "7")]).ok();
    stage.server.advance(days(7));
    client.create_key(&[]);
}
