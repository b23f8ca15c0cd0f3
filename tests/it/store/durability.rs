//! `kill -9` at any moment: every acknowledged change survives, and an unacknowledged one survives
//! as a whole or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

use crate::kit::{Client, Process, data_file, form, kmsim};
use crate::program::refusal;

/// A key as a client sees it.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    description: String,
    state: String,
    tags: BTreeMap<String, String>,
    aliases: BTreeSet<String>,
}

/// A key as its creator knows it.
struct Made {
    id: String,
    /// The acknowledged state.
    sure: Seen,
    /// The state after the change that got no answer, if it was made.
    doubtful: Option<Seen>,
    /// A ciphertext of its description.
    blob: Option<String>,
}

/// What one client did.
#[derive(Default)]
struct Ledger {
    keys: Vec<Made>,
    /// The key whose creation got no answer.
    creating: Option<Seen>,
}

/// Calls an action. `None` when the server died before it answered.
fn attempt(client: &Client, action: &str, params: &[(&str, &str)]) -> Option<Value> {
    let body = form(&client.signed("POST", action, params));
    let mut stream = TcpStream::connect(client.address).ok()?;
    let kind = "Content-Type: application/x-www-form-urlencoded\r\nConnection: close";
    let head = format!(
        "POST / HTTP/1.1\r\nHost: kmsim\r\n{kind}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let body = serde_json::from_str(body).ok()?;
    assert!(head.starts_with("HTTP/1.1 200 "), "{action}: {answer}");
    Some(body)
}

/// A new key, created with its tags and description.
fn new_key(name: &str) -> Seen {
    let tags = ["a", "b", "c"].map(|tag| (tag.to_owned(), format!("{tag} of {name}")));
    Seen {
        description: name.into(),
        state: "Enabled".into(),
        tags: tags.into(),
        aliases: BTreeSet::new(),
    }
}

fn tags_json(tags: &BTreeMap<String, String>) -> String {
    let tag = |(key, value): (&String, &String)| json!({ "TagKey": key, "TagValue": value });
    Value::from(tags.iter().map(tag).collect::<Vec<_>>()).to_string()
}

/// A change of a key: action, parameters, and the state after it.
type Step = (&'static str, Vec<(&'static str, String)>, Seen);

/// Successive changes of one key.
fn changes(name: &str, turn: usize) -> Vec<Step> {
    let mut seen = new_key(name);
    let mut steps: Vec<Step> = Vec::new();
    let alias = format!("alias/{name}");
    seen.aliases.insert(alias.clone());
    steps.push(("CreateAlias", vec![("AliasName", alias.clone())], seen.clone()));
    let more = BTreeMap::from([("a".into(), "changed".into()), ("d".into(), "new".into())]);
    seen.tags.extend(more.clone());
    steps.push(("TagResource", vec![("Tags", tags_json(&more))], seen.clone()));
    seen.description = format!("{name} again");
    steps.push((
        "UpdateKeyDescription",
        vec![("Description", seen.description.clone())],
        seen.clone(),
    ));
    seen.tags.remove("b");
    seen.tags.remove("c");
    steps.push(("UntagResource", vec![("TagKeys", json!(["b", "c"]).to_string())], seen.clone()));
    if turn.is_multiple_of(2) {
        seen.state = "Disabled".into();
        steps.push(("DisableKey", vec![], seen.clone()));
    }
    if turn.is_multiple_of(3) {
        seen.state = "PendingDeletion".into();
        steps.push((
            "ScheduleKeyDeletion",
            vec![("PendingWindowInDays", "7".into())],
            seen.clone(),
        ));
    }
    if turn.is_multiple_of(5) {
        seen.aliases.clear();
        steps.push(("DeleteAlias", vec![("AliasName", alias)], seen));
    }
    steps
}

/// Creates and changes keys until the server dies.
fn work(client: &Client, name: &str, acknowledged: &AtomicUsize) -> Ledger {
    let mut ledger = Ledger::default();
    for turn in 0.. {
        let name = format!("{name}-{turn}");
        let seen = new_key(&name);
        let tags = tags_json(&seen.tags);
        let Some(made) = attempt(client, "CreateKey", &[("Description", &name), ("Tags", &tags)])
        else {
            ledger.creating = Some(seen);
            break;
        };
        acknowledged.fetch_add(1, Ordering::Relaxed);
        let id = made["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned();
        let sealed = attempt(client, "Encrypt", &[("KeyId", &id), ("Plaintext", &name)]);
        let blob = sealed.map(|sealed| sealed["CiphertextBlob"].as_str().unwrap().to_owned());
        let mut key = Made { id, sure: seen, doubtful: None, blob };
        for (action, params, after) in changes(&name, turn) {
            let mut params: Vec<_> =
                params.iter().map(|(name, value)| (*name, value.as_str())).collect();
            if action != "DeleteAlias" {
                params.push(("KeyId", &key.id));
            }
            if attempt(client, action, &params).is_none() {
                key.doubtful = Some(after);
                break;
            }
            acknowledged.fetch_add(1, Ordering::Relaxed);
            key.sure = after;
        }
        let broken = key.doubtful.is_some();
        ledger.keys.push(key);
        if broken {
            break;
        }
    }
    ledger
}

fn list<'a>(answer: &'a Value, outer: &str, inner: &str) -> &'a Vec<Value> {
    answer[outer][inner].as_array().unwrap()
}

/// A key as the server reports it.
fn look(client: &Client, id: &str) -> Seen {
    let described = client.call("DescribeKey", &[("KeyId", id)]).ok();
    let tags = client.call("ListResourceTags", &[("KeyId", id)]).ok();
    let aliases = client.call("ListAliasesByKeyId", &[("KeyId", id), ("PageSize", "100")]).ok();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Seen {
        description: text(&described["KeyMetadata"]["Description"]),
        state: text(&described["KeyMetadata"]["KeyState"]),
        tags: list(&tags, "Tags", "Tag")
            .iter()
            .map(|tag| (text(&tag["TagKey"]), text(&tag["TagValue"])))
            .collect(),
        aliases: list(&aliases, "Aliases", "Alias")
            .iter()
            .map(|alias| text(&alias["AliasName"]))
            .collect(),
    }
}

/// The ids of all keys.
fn all_keys(client: &Client) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for page in 1.. {
        let listed =
            client.call("ListKeys", &[("PageSize", "100"), ("PageNumber", &page.to_string())]).ok();
        let keys = list(&listed, "Keys", "Key");
        ids.extend(keys.iter().map(|key| key["KeyId"].as_str().unwrap().to_owned()));
        if keys.is_empty() {
            assert_eq!(listed["TotalCount"], ids.len());
            break;
        }
    }
    ids
}

/// Compares the server's keys with the acknowledged ones, and accepts unacknowledged changes that
/// were made.
fn check(client: &Client, keys: &mut Vec<Made>, creating: &[Seen]) {
    let mut strangers = all_keys(client);
    for key in &mut *keys {
        assert!(strangers.remove(&key.id), "the key {:?} was acknowledged and is lost", key.sure);
        let seen = look(client, &key.id);
        if key.doubtful.take().as_ref() != Some(&seen) {
            assert_eq!(seen, key.sure, "what was acknowledged is not what is there");
        }
        if let (Some(blob), "Enabled") = (&key.blob, seen.state.as_str()) {
            let opened = client.call("Decrypt", &[("CiphertextBlob", blob)]).ok();
            assert_eq!(opened["Plaintext"], seen.description.trim_end_matches(" again"));
        }
        key.sure = seen;
    }
    for id in strangers {
        let seen = look(client, &id);
        assert!(creating.contains(&seen), "a key that is half made: {seen:?}");
        client.call("Encrypt", &[("KeyId", &id), ("Plaintext", "x")]).ok();
        keys.push(Made { id, sure: seen, doubtful: None, blob: None });
    }
}

#[test]
fn nothing_acknowledged_is_lost_by_kill_9() {
    const CLIENTS: usize = 4;
    let (_folder, path) = data_file();
    let arguments = ["--data", path.to_str().unwrap()];
    let mut keys = Vec::new();
    for (round, moment) in
        [1, 3, 60, 17, 40, 8, 25, 80, 33, 50, 2, 120, 70, 5, 99, 31].into_iter().enumerate()
    {
        let mut server = Process::start(&arguments);
        let client = server.client();
        let acknowledged = AtomicUsize::new(0);
        let creating: Vec<Seen> = std::thread::scope(|scope| {
            let clients = (0..CLIENTS).map(|number| {
                let (client, acknowledged) = (client.clone(), &acknowledged);
                scope.spawn(move || work(&client, &format!("r{round}-c{number}"), acknowledged))
            });
            let clients: Vec<_> = clients.collect();
            while acknowledged.load(Ordering::Relaxed) < moment
                && clients.iter().all(|it| !it.is_finished())
            {
                sleep(Duration::from_micros(200));
            }
            // The delay varies, so that some kills happen during a write.
            sleep(Duration::from_micros(350 * (round as u64 % 5)));
            server.child.kill().unwrap();
            server.child.wait().unwrap();
            let ledgers = clients.into_iter().map(|client| client.join().unwrap());
            ledgers
                .filter_map(|ledger| {
                    keys.extend(ledger.keys);
                    ledger.creating
                })
                .collect()
        });
        assert!(acknowledged.into_inner() >= moment);
        let server = Process::start(&arguments);
        check(&server.client(), &mut keys, &creating);
    }

    // Ciphertexts of disabled keys must decrypt too, once the keys are enabled.
    let server = Process::start(&arguments);
    let client = server.client();
    for key in &keys {
        if key.sure.state == "PendingDeletion" {
            client.call("CancelKeyDeletion", &[("KeyId", &key.id)]).ok();
        }
        client.call("EnableKey", &[("KeyId", &key.id)]).ok();
        if let Some(blob) = &key.blob {
            let opened = client.call("Decrypt", &[("CiphertextBlob", blob)]).ok();
            assert_eq!(opened["Plaintext"], key.sure.description.trim_end_matches(" again"));
        }
    }
}

#[test]
fn a_start_that_is_killed_leaves_nothing_that_stops_the_next() {
    for number in 0..80 {
        let (_folder, path) = data_file();
        let arguments = ["--data", path.to_str().unwrap()];
        let delay = Duration::from_micros(250 * (number % 40));
        for _ in 0..2 {
            let mut child = kmsim(&arguments).spawn().unwrap();
            sleep(delay);
            child.kill().unwrap();
            child.wait().unwrap();
        }
        if let Ok(line) = refusal(&mut kmsim(&arguments)) {
            panic!("two starts were killed after {delay:?}, and now: {line}");
        }
        Process::start(&arguments).client().create_key(&[]);
    }
}
