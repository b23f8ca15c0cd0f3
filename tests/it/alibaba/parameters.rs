//! Every parameter of every action: absent, empty, wrong and right. Also every way to send
//! parameters.

use std::collections::BTreeMap;

use crate::kit::action_names;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::algorithms::mac::{Hash, hmac};

use crate::alibaba::coverage::not_yet;
use crate::kit::{Answer, Client, Server, encode, form, same_names, send, table};

/// A line of `actions.tsv`.
pub struct Parameter {
    pub action: String,
    pub name: String,
    pub required: bool,
    pub good: String,
    /// None if every text is accepted.
    pub bad: Option<String>,
    /// The reason for `required`, or what else is needed.
    why: String,
}

/// Every parameter of the served actions, documented and newer.
pub fn served() -> Vec<Parameter> {
    let without = |name: &str, columns: std::ops::Range<usize>| {
        table(name).into_iter().map(move |mut row| {
            row.drain(columns.clone());
            row
        })
    };
    let all = without("alibaba/actions.tsv", 2..4).chain(without("alibaba/newer.tsv", 2..3));
    let names = action_names();
    let rows = all.filter(|row: &Vec<String>| names.contains(&row[0].as_str()));
    rows.map(|row| {
        let [action, name, required, good, bad, why] = row.try_into().unwrap();
        assert!(
            name == "-" || ["yes", "no"].contains(&&*required),
            "{action} is served: fixtures/alibaba/newer.tsv must say whether {name} is required"
        );
        let bad = (bad != "-").then(|| expanded(&bad));
        Parameter { action, name, required: required == "yes", good: expanded(&good), bad, why }
    })
    .collect()
}

/// `@len:N` is N letters, `\n` a line break.
fn expanded(cell: &str) -> String {
    match cell.strip_prefix("@len:") {
        Some(len) => "a".repeat(len.parse().unwrap()),
        None => cell.replace("\\n", "\n"),
    }
}

impl Parameter {
    /// The parameters of which a request has exactly one.
    fn group(&self) -> Vec<&str> {
        self.why
            .strip_prefix("one of ")
            .map(|names| names.split(", ").collect())
            .unwrap_or_default()
    }

    /// Whether it is required if another parameter has this value.
    fn goes_with(&self, name: &str, value: &str) -> bool {
        self.why == format!("needed when {name} is {value}")
    }
}

/// A request of an action with `value` for one parameter, and good values for the others that it
/// needs.
pub fn request<'a>(
    all: &'a [Parameter],
    action: &str,
    name: &'a str,
    value: &'a str,
) -> Vec<(&'a str, &'a str)> {
    let of_action = || all.iter().filter(|it| it.action == action);
    let in_group = |it: &Parameter| it.group().contains(&name);
    // Needed because of the parameter under test, or of one that is always present.
    let goes_along = |it: &Parameter| {
        let mut others = of_action().filter(|other| other.required && other.name != name);
        it.goes_with(name, value) || others.any(|other| it.goes_with(&other.name, &other.good))
    };
    let chosen = |it: &&Parameter| {
        let first = it.group().first().is_some_and(|first| *first == it.name) && !in_group(it);
        it.name != name && (it.required || first || goes_along(it))
    };
    let mut params: Vec<_> =
        of_action().filter(chosen).map(|it| (it.name.as_str(), it.good.as_str())).collect();
    if name != "-" {
        params.push((name, value));
    }
    params
}

/// Checks that one of these is reported as missing. A list without members is reported by its own
/// name or by its first member's.
#[track_caller]
fn missing(answer: &Answer, names: &[&str]) {
    let message = answer.refused(400, "MissingParameter");
    let says = |name: &&str| {
        let list = name.split(".1").next().unwrap_or(name);
        [*name, list]
            .map(|it| format!("The parameter \"{it}\" is needed but not provided."))
            .contains(&message)
    };
    assert!(names.iter().any(says), "{names:?}: {message}");
}

#[test]
fn every_missing_parameter_is_named() {
    let server = Server::start();
    let client = server.client();
    let all = served();
    for it in all.iter().filter(|it| it.required) {
        let mut params = request(&all, &it.action, &it.name, "");
        let empty = client.call(&it.action, &params);
        if it.name == "Description" {
            assert_ne!(empty.json()["Code"], "MissingParameter", "an empty description is a value");
        } else {
            missing(&empty, &[&it.name]);
        }
        params.pop();
        missing(&client.call(&it.action, &params), &[&it.name]);
    }
}

#[test]
fn one_member_of_a_group_is_required() {
    let server = Server::start();
    let client = server.client();
    let all = served();
    let mut groups = BTreeMap::new();
    for it in all.iter().filter(|it| !it.group().is_empty()) {
        groups.insert(it.action.as_str(), it.group());
    }
    let actions: Vec<_> = groups.keys().copied().collect();
    assert_eq!(
        actions,
        ["SetDeletionProtection", "TagResource", "UntagResource", "UntagResources"]
    );
    for (action, group) in groups {
        let mut params = request(&all, action, group[0], "");
        missing(&client.call(action, &params), &group);
        params.pop();
        missing(&client.call(action, &params), &group);
    }
}

#[test]
fn every_wrong_value_names_its_parameter() {
    let server = Server::start();
    let client = server.client();
    let all = served();
    for it in &all {
        let Some(bad) = &it.bad else { continue };
        let answer = client.call(&it.action, &request(&all, &it.action, &it.name, bad));
        let message = answer.json()["Message"].as_str().unwrap_or_default().to_owned();
        let expected = format!("The specified parameter \"{}\" is not valid.", it.name);
        let found =
            (answer.status, answer.json()["Code"].as_str() == Some("InvalidParameter"), message);
        assert_eq!(found, (400, true, expected), "{} {}={bad:.20}", it.action, it.name);
    }
}

#[test]
fn every_good_value_is_accepted() {
    let server = Server::start();
    let client = server.client();
    let all = served();
    let not_yet = not_yet();
    for it in &all {
        let answer = client.call(&it.action, &request(&all, &it.action, &it.name, &it.good));
        let body = answer.json();
        let code = body["Code"].as_str().unwrap_or("Success");
        let waits = not_yet
            .values
            .iter()
            .any(|(action, name, value)| (action, name, value) == (&it.action, &it.name, &it.good));
        let expected = match (it.action.as_str(), it.name.as_str()) {
            _ if waits => code == "UnsupportedOperation",
            // There is no instance, which is an answer or an error.
            ("GetKmsInstance", _) => code == "Success",
            (action, name)
                if action.contains("KmsInstance") && action != "ListKmsInstances"
                    || ["KmsInstanceId", "DKMSInstanceId", "KeyStorageMechanism"]
                        .contains(&name) =>
            {
                code == "Forbidden.DKMSInstanceNotFound" || code == "Rejected.ResourceExist"
            }
            ("CreateKey" | "CreateSecret", "Policy") => code == "Forbidden.KeyPolicyUnSupported",
            ("OpenKmsService", _) => code == "Forbidden.Opened",
            // Each of these requests creates the same thing.
            (action, _) if action.starts_with("Create") && code == "Rejected.ResourceExist" => true,
            // The named object does not exist, which is only reported after the whole request was
            // parsed.
            _ => code == "Success" || answer.status == 404 && code.contains("NotFound"),
        };
        assert!(expected, "{} {}={}: {}", it.action, it.name, it.good, answer.text);
    }
    same_names(
        all.iter().map(|it| it.action.as_str()),
        action_names(),
        "served actions with parameters in fixtures/alibaba/actions.tsv or newer.tsv",
    );
}

#[test]
fn an_empty_optional_parameter_counts_as_absent() {
    let server = Server::start();
    let client = server.client();
    let all = served();
    for it in all.iter().filter(|it| !it.required && it.group().is_empty() && it.name != "-") {
        let call = |value| {
            let key = client.create_key(&[]);
            let mut params = request(&all, &it.action, &it.name, value);
            params.iter_mut().filter(|(name, _)| *name == "KeyId").for_each(|pair| pair.1 = &key);
            if it.action.starts_with("Create") {
                params
                    .iter_mut()
                    .filter(|(name, _)| ["SecretName", "Name"].contains(name))
                    .for_each(|pair| pair.1 = &key);
            }
            if value == "absent" {
                params.pop();
            }
            let answer = client.call(&it.action, &params);
            (answer.status, answer.json()["Code"].clone())
        };
        assert_eq!(call(""), call("absent"), "{} {}", it.action, it.name);
    }
    let key = client.create_key(&[]);
    let made =
        client.call("CreateKey", &[("Description", ""), ("KeySpec", ""), ("Origin", "")]).ok();
    assert_eq!(made["KeyMetadata"]["KeySpec"], "Aliyun_AES_256");
    let data_key = client.call("GenerateDataKey", &[("KeyId", &key), ("NumberOfBytes", "")]).ok();
    assert_eq!(data_key["CiphertextBlob"].as_str().unwrap().len(), 144);
    client.call("UpdateKeyDescription", &[("KeyId", &key), ("Description", "old")]).ok();
    client.call("UpdateKeyDescription", &[("KeyId", &key), ("Description", "")]).ok();
    assert_eq!(
        client.call("DescribeKey", &[("KeyId", &key)]).ok()["KeyMetadata"]["Description"],
        ""
    );
}

#[test]
fn booleans_ignore_case() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[]);
    for (word, state) in
        [("True", "Enabled"), ("FALSE", "Disabled"), ("true", "Enabled"), ("false", "Disabled")]
    {
        let params = [("KeyId", key.as_str()), ("EnableDeletionProtection", word)];
        client.call("SetDeletionProtection", &params).ok();
        let described = client.call("DescribeKey", &[("KeyId", &key)]).ok();
        assert_eq!(described["KeyMetadata"]["DeletionProtection"], state, "{word}");
    }
    for word in ["1", "yes", "t"] {
        client
            .call("SetDeletionProtection", &[("KeyId", &key), ("EnableDeletionProtection", word)])
            .refused_parameter("EnableDeletionProtection");
    }
}

#[test]
fn unknown_parameters_are_ignored() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[
        ("Colour", "red"),
        ("Tag.x.Key", "y"),
        ("keyspec", "nonsense"),
        ("", "z"),
    ]);
    client
        .call("DescribeKey", &[("KeyId", &key), ("PageSize", "nonsense"), ("DryRun", "nonsense")])
        .ok();
}

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

/// Sends signed parameters: these in the query, those in the body.
fn send_parts(client: &Client, method: &str, query: &str, headers: &str, body: &[u8]) -> Answer {
    send(client.address, &format!("{method} /?{query} HTTP/1.1\r\n{headers}"), body)
}

#[test]
fn parameters_may_be_in_query_form_or_both() {
    let server = Server::start();
    let client = server.client();
    let params = [("Description", "ä + b & c=%41 ~*"), ("KeySpec", "Aliyun_SM4")];
    let check = |answer: Answer| {
        let key = answer.ok()["KeyMetadata"].clone();
        assert_eq!(
            (&key["Description"], &key["KeySpec"]),
            (&params[0].1.into(), &params[1].1.into())
        );
    };
    let query = form(&client.signed("GET", "CreateKey", &params));
    check(send_parts(&client, "GET", &query, "", b""));
    let query = form(&client.signed("POST", "CreateKey", &params));
    check(send_parts(&client, "POST", &query, FORM, b""));
    let body = form(&client.signed("POST", "CreateKey", &params));
    check(send_parts(&client, "POST", "", FORM, body.as_bytes()));
    let all = client.signed("POST", "CreateKey", &params);
    check(send_parts(&client, "POST", &form(&all[..5]), FORM, form(&all[5..]).as_bytes()));
    let body = form(&client.signed("POST", "CreateKey", &params)).replace("%20", "+");
    check(send_parts(
        &client,
        "POST",
        "",
        "content-type: application/x-www-form-urlencoded; charset=UTF-8\r\n",
        body.as_bytes(),
    ));

    let body = form(&client.signed("POST", "CreateKey", &params));
    let chunks = body.as_bytes().chunks(50).map(|part| {
        let part = std::str::from_utf8(part).unwrap();
        format!("{:x}\r\n{part}\r\n", part.len())
    });
    let chunked = chunks.collect::<Vec<_>>().concat() + "0\r\n\r\n";
    let headers = format!("{FORM}Transfer-Encoding: chunked\r\n");
    check(send_parts(&client, "POST", "", &headers, chunked.as_bytes()));

    // The body wins over the query, and the signature covers the value that won.
    let body = form(&client.signed("POST", "CreateKey", &params));
    check(send_parts(&client, "POST", "KeySpec=Aliyun_SM4", FORM, body.as_bytes()));
}

/// The signature over the parameters covers no header, so headers must not decide anything.
#[test]
fn unsigned_headers_do_not_choose_action_and_version() {
    let server = Server::start();
    let client = server.client();
    let headers = format!("{FORM}x-acs-action: ListKeys\r\nx-acs-version: 2016-01-20\r\n");
    let empty = form(&client.signed("POST", "", &[("Version", "")]));
    let mut params = client.signed("POST", "", &[]);
    params.retain(|(name, _)| !["Action", "Version", "Signature"].contains(&name.as_str()));
    let text = format!("POST&%2F&{}", encode(&form(&params)));
    let signature = STANDARD.encode(hmac(Hash::Sha1, &[b"testsecret&"], text.as_bytes()));
    params.push(("Signature".into(), signature));
    for body in [form(&params), empty] {
        missing(&send_parts(&client, "POST", "", &headers, body.as_bytes()), &["Action"]);
    }
}

#[test]
fn action_and_version_must_be_known() {
    let server = Server::start();
    let client = server.client();
    missing(&client.call("", &[]), &["Action"]);
    missing(&client.call("ListKeys", &[("Version", "")]), &["Version"]);
    client.call("ListKeys", &[("Version", "2016-01-21")]).refused(400, "InvalidVersion");
    for unknown in ["listkeys", "ListKeys ", "NoSuchAction", "ListKeys\0"] {
        client.call(unknown, &[]).refused(404, "InvalidAction.NotFound");
    }
}

#[test]
fn large_bodies_are_drained_and_refused() {
    let server = Server::start();
    let client = server.client();
    let body = |size: usize| {
        let body = form(&client.signed("POST", "ListKeys", &[("Filler", &"f".repeat(size))]));
        send_parts(&client, "POST", "", FORM, body.as_bytes())
    };
    body(1000 * 1000).ok();
    for size in [1024 * 1024, 2 * 1024 * 1024] {
        let message = body(size).refused(400, "ParseRequestParameterException");
        assert!(message.ends_with(" The request body is larger than 1048576 bytes."), "{message}");
    }
}

#[test]
fn other_methods_and_other_texts_are_refused() {
    let server = Server::start();
    let client = server.client();
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS"] {
        let query = form(&client.signed(method, "ListKeys", &[]));
        send_parts(&client, method, &query, "", b"").refused(403, "UnsupportedHTTPMethod");
    }
    let query = form(&client.signed("GET", "ListKeys", &[]));
    for flawed in ["Filler=%FF", "%C3=1", "Filler=%ED%A0%80"] {
        let whole = format!("{query}&{flawed}");
        send_parts(&client, "GET", &whole, "", b"").refused(400, "ParseRequestParameterException");
        let body = form(&client.signed("POST", "ListKeys", &[]));
        let whole = format!("{body}&{flawed}");
        send_parts(&client, "POST", "", FORM, whole.as_bytes())
            .refused(400, "ParseRequestParameterException");
    }
    let raw = [form(&client.signed("POST", "ListKeys", &[])).as_bytes(), b"&Filler=\xff"].concat();
    send_parts(&client, "POST", "", FORM, &raw).refused(400, "ParseRequestParameterException");
}
