//! `kmsim inspect`.

use serde_json::json;

use super::{answering, ended, fed, kmsim, nobody, sent};
use crate::kit::Process;

const ANSWER: &str = "HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\n{\"would_decrypt\":true}";
const CLOSED: &str = "HTTP/1.1 200 OK\r\nContent-Length: 23\r\n\r\n{\"would_decrypt\":false}";
const REFUSAL: &str = "HTTP/1.1 400 Bad Request\r\nContent-Length: 14\r\n\r\n{\"error\":\"no\"}";

#[test]
fn the_blob_goes_to_the_control_plane_and_the_answer_is_printed() {
    let (address, serving) = answering(&[ANSWER, ANSWER, ANSWER, ANSWER]);
    let url = format!("http://{address}");
    let context = r#"{"a":"b"}"#;
    let mut commands = [
        kmsim(&["inspect", "Ymxv", "--url", &url]),
        kmsim(&["inspect", "-", "--url", &url, "--control-token", "hush"]),
        kmsim(&["inspect", "Ymxv", "--encryption-context", context, "--url", &url]),
        kmsim(&["inspect", "Ymxv", "--url", &url]),
    ];
    commands[3].env("KMSIM_CONTROL_TOKEN", "from a variable");
    for command in &mut commands {
        assert_eq!(fed(command, " Ymxv\n").done(), "{\"would_decrypt\":true}\n");
    }
    let bodies = [
        json!({ "ciphertext_blob": "Ymxv" }),
        json!({ "ciphertext_blob": "Ymxv" }),
        json!({ "ciphertext_blob": "Ymxv", "encryption_context": { "a": "b" } }),
        json!({ "ciphertext_blob": "Ymxv" }),
    ];
    let tokens = [None, Some("Bearer hush"), None, Some("Bearer from a variable")];
    for ((request, body), token) in sent(serving).iter().zip(bodies).zip(tokens) {
        let (head, sent) = request.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("POST /_kmsim/inspect HTTP/1.1\r\n"), "{request}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(sent).unwrap(), body);
        let authorization = head.lines().find_map(|line| line.strip_prefix("authorization: "));
        assert_eq!(authorization, token);
    }
}

/// A server's own answer.
#[test]
fn a_server_tells_of_its_ciphertexts() {
    let server = Process::start(&["--data", ":memory:"]);
    let (client, url) = (server.client(), format!("http://{}", server.address));
    let key = client.create_key(&[]);
    let bound =
        [("KeyId", key.as_str()), ("Plaintext", "aGk="), ("EncryptionContext", r#"{"a":"b"}"#)];
    let blob = client.call("Encrypt", &bound).ok()["CiphertextBlob"].as_str().unwrap().to_owned();
    let inspect = |context: &str| {
        let told =
            ended(&mut kmsim(&["inspect", &blob, "--encryption-context", context, "--url", &url]));
        let answer: serde_json::Value = serde_json::from_str(&told.out).unwrap();
        assert_eq!(answer["key"], key.as_str());
        (told.code, answer["would_decrypt"].clone())
    };
    assert_eq!(inspect(r#"{"a":"b"}"#), (0, json!(true)));
    assert_eq!(inspect(r#"{"a":"c"}"#), (1, json!(false)));
}

#[test]
fn what_would_not_decrypt_is_a_no() {
    let (address, _) = answering(&[CLOSED]);
    let no = ended(&mut kmsim(&["inspect", "Ymxv", "--url", &format!("http://{address}")]));
    assert_eq!((no.code, no.out.as_str(), no.err.as_str()), (1, "{\"would_decrypt\":false}\n", ""));
}

#[test]
fn a_refusal_is_printed_and_a_no() {
    let (address, _) = answering(&[REFUSAL]);
    let refused = ended(&mut kmsim(&["inspect", "?", "--url", &format!("http://{address}")]));
    assert_eq!(
        (refused.code, refused.out.as_str(), refused.err.as_str()),
        (1, "{\"error\":\"no\"}\n", "")
    );
    let url = format!("http://{}", nobody());
    assert!(ended(&mut kmsim(&["inspect", "Ymxv", "--url", &url])).complained(1).starts_with(&url));
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let no = ended(&mut kmsim(&["inspect", "Ymxv", "--url", &url, "--timeout", "100ms"]));
    assert!(no.complained(1).contains("no answer within 100ms"), "{no:?}");
}

#[test]
fn mistakes_name_what_is_wrong() {
    for context in ["a=b", "[]", "\"a\"", ""] {
        let mistake = ended(&mut kmsim(&["inspect", "Ymxv", "--encryption-context", context]));
        assert!(mistake.mistaken().contains("--encryption-context"), "{mistake:?}");
    }
    let mistake = ended(&mut kmsim(&["inspect", "Ymxv", "--control-token", "a\nb"]));
    assert_eq!(mistake.mistaken(), "--control-token: a header cannot hold it");
    assert!(ended(&mut kmsim(&["inspect"])).mistaken().contains("<BLOB>"));
}
