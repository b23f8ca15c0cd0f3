//! `DryRun`: everything is checked, nothing changes, and the answer is always an error.

use super::wire::{Client, NEW, SIGNED, invalid, missing, told};
use crate::kit::Server;

#[test]
fn a_dry_run_of_any_action_changes_nothing() {
    let server = Server::start();
    let client = Client::of(&server);
    let (key, off) = (client.create_key(), client.create_key());
    client.set_state(&off, "Disabled");
    let blob = client.encrypt(&key);
    let before = client.call("DescribeKeys", &[]).ok()["KeySet"].clone();
    for wire in SIGNED {
        for dry in ["true", "True", "TRUE"] {
            let client = Client { common: vec![("DryRun", dry.into())], ..client.on(wire) };
            let (on, off) = (("KeyId", key.as_str()), ("KeyId", off.as_str()));
            for (action, params) in [
                ("CreateKey", NEW.to_vec()),
                ("DeleteKey", vec![off]),
                ("ModifyKey", vec![on, ("KeyName", "other"), ("Description", "other")]),
                ("ModifyKeyState", vec![on, ("KeyState", "Disabled")]),
                ("DescribeKeys", vec![]),
                ("Encrypt", vec![on, ("Plaintext", "aGVsbG8=")]),
                ("Decrypt", vec![on, ("CiphertextBlob", &blob)]),
                ("GenerateDataKey", vec![on, ("KeySpec", "AES128")]),
            ] {
                let message = "Request would have succeeded, but DryRun flag is set".to_owned();
                let expected = (412, "DryRunOperation".to_owned(), message);
                assert_eq!(told(&client.call(action, &params)), expected, "{wire:?} {action}");
            }
            // Requests that would fail get their usual error.
            invalid(&client.call("DeleteKey", &[on]), "KeyState");
            invalid(&client.call("Encrypt", &[off, ("Plaintext", "aGVsbG8=")]), "KeyId");
            missing(&client.call("CreateKey", &NEW[1..]), "KeyName");
        }
    }
    assert_eq!(client.call("DescribeKeys", &[]).ok()["KeySet"], before);
    let done = Client { common: vec![("DryRun", "False".into())], ..client.clone() };
    done.call("DeleteKey", &[("KeyId", &off)]).ok();
    assert_eq!(client.call("DescribeKeys", &[]).ok()["KeySet"].as_array().unwrap().len(), 1);
}
