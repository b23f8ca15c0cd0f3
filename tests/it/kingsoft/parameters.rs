//! Every parameter of every action: absent, empty, wrong and right.

use super::wire::{Client, invalid, missing, told};
use crate::kit::{Server, table};

struct Parameter {
    action: String,
    name: String,
    required: bool,
    good: String,
    bad: String,
    group: Vec<String>,
}

fn all() -> Vec<Parameter> {
    let parameter = |row: Vec<String>| {
        let [action, name, _, _, required, good, bad, why] = row.try_into().unwrap();
        let group =
            why.strip_prefix("one of ").map(|names| names.split(", ").map(str::to_owned).collect());
        let bad = match bad.strip_prefix("@len:") {
            Some(len) => "a".repeat(len.parse().unwrap()),
            None => bad,
        };
        Parameter {
            action,
            name,
            required: required == "yes",
            good,
            bad,
            group: group.unwrap_or_default(),
        }
    };
    table("kingsoft/actions.tsv").into_iter().map(parameter).collect()
}

/// A request with `value` for one parameter, and good values for the others that it needs.
fn request<'a>(all: &'a [Parameter], it: &'a Parameter, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let needed = |other: &&Parameter| {
        let first = other.group.first() == Some(&other.name) && !it.group.contains(&other.name);
        other.action == it.action && other.name != it.name && (other.required || first)
    };
    let mut params: Vec<_> =
        all.iter().filter(needed).map(|other| (other.name.as_str(), other.good.as_str())).collect();
    params.push((&it.name, value));
    params
}

#[test]
fn every_missing_parameter_is_named() {
    let server = Server::start();
    let client = Client::of(&server);
    let all = all();
    let mut checked = 0;
    for it in all.iter().filter(|it| it.required) {
        let mut params = request(&all, it, "");
        missing(&client.call(&it.action, &params), &it.name);
        params.pop();
        missing(&client.call(&it.action, &params), &it.name);
        checked += 1;
    }
    assert_eq!(checked, 13);
    missing(
        &client.call("GenerateDataKey", &[("KeyId", &all[1].good[..0]), ("KeySpec", "AES128")]),
        "KeyId",
    );
    let key = client.create_key();
    missing(&client.call("GenerateDataKey", &[("KeyId", &key)]), "KeySpec");
}

#[test]
fn every_wrong_value_names_its_parameter() {
    let server = Server::start();
    let client = Client { post: true, ..Client::of(&server) };
    let all = all();
    for it in &all {
        invalid(&client.call(&it.action, &request(&all, it, &it.bad)), &it.name);
    }
    assert_eq!(all.len(), 19);
    let key = client.create_key();
    for bad in ["0", "1025", "-1", "+5", "1.0", "many", "99999999999"] {
        invalid(
            &client.call("GenerateDataKey", &[("KeyId", &key), ("NumberOfBytes", bad)]),
            "NumberOfBytes",
        );
    }
    for bad in
        ["aGVsbG8", "aGVsbG8=\u{b}", "aGVs\u{a0}bG8=", "aGVsbG9=", "=", "aGVsbG8==", " \r\n\t"]
    {
        invalid(&client.call("Encrypt", &[("KeyId", &key), ("Plaintext", bad)]), "Plaintext");
        invalid(
            &client.call("Decrypt", &[("KeyId", &key), ("CiphertextBlob", bad)]),
            "CiphertextBlob",
        );
    }
    // White space is not part of it.
    let sealed = client.encrypt(&key);
    for (plain, blob) in [
        ("aGVsbG8=\n", format!("{sealed}\r\n")),
        (" aGVs\r\nbG8=", format!("\t{} {}", &sealed[..7], &sealed[7..])),
    ] {
        let again = client.call("Encrypt", &[("KeyId", &key), ("Plaintext", plain)]).ok();
        for blob in [blob.as_str(), again["CiphertextBlob"].as_str().unwrap()] {
            let opened = client.call("Decrypt", &[("KeyId", &key), ("CiphertextBlob", blob)]).ok();
            assert_eq!(opened["Plaintext"], "aGVsbG8=", "{blob:?}");
        }
    }
    for bad in ["yes", "1", "truely"] {
        invalid(&client.call("DescribeKeys", &[("DryRun", bad)]), "DryRun");
    }
}

#[test]
fn every_good_value_is_accepted() {
    let server = Server::start();
    let client = Client::of(&server);
    let all = all();
    for it in &all {
        let answer = client.call(&it.action, &request(&all, it, &it.good));
        // The objects that they name do not exist, but the values are parsed.
        if it.action == "CreateKey" {
            answer.ok();
        } else {
            invalid(&answer, "KeyId");
        }
    }
}

#[test]
fn unknown_parameters_are_ignored() {
    let server = Server::start();
    let client = Client::of(&server);
    let more = [
        ("SdkVersion", "SDK_PYTHON_1"),
        ("Language", "zh-CN"),
        ("Region", "elsewhere"),
        ("Other", "x"),
    ];
    client.call("DescribeKeys", &more).ok();
}

#[test]
fn values_may_contain_any_character() {
    let server = Server::start();
    let client = Client::of(&server);
    let name = "a=b&c/d+e f%20g?h#i\u{1f511}";
    let made =
        client.call("CreateKey", &[&super::wire::NEW[1..], &[("KeyName", name)]].concat()).ok();
    assert_eq!(made["Key"]["KeyName"], name);
    let key = made["Key"]["KeyId"].as_str().unwrap();
    // As in the document's sample: `=` and `/` stand for themselves after the first `=`.
    let off = Server::with(crate::kit::Setup {
        auth: kmsim::dialects::AuthMode::Off,
        ..Default::default()
    });
    let target = format!(
        "GET http://kkms.api.ksyun.com?Action=Decrypt&Version=2016-03-04&KeyId={key}&CiphertextBlob=/KhaumND4qw/V/LAfk04aQ== HTTP/1.1\r\n"
    );
    let (status, code, message) = told(&crate::kit::send(off.address, &target, b""));
    assert_eq!((status, code.as_str()), (400, "InvalidParameterValue"));
    assert!(message.ends_with("parameter KeyId."), "{message}");
}
