//! `kmsim inspect`.

use serde_json::json;

use super::{ended, fake_server, kmsim, received, run_with_input, unused_address};
use crate::kit::Process;

const ANSWER: &str = "HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\n{\"would_decrypt\":true}";
const CLOSED: &str = "HTTP/1.1 200 OK\r\nContent-Length: 23\r\n\r\n{\"would_decrypt\":false}";
const REFUSAL: &str = "HTTP/1.1 400 Bad Request\r\nContent-Length: 14\r\n\r\n{\"error\":\"no\"}";

#[test]
fn the_blob_is_sent_and_the_answer_is_printed() {
    let (address, serving) = fake_server(&[ANSWER, ANSWER, ANSWER, ANSWER]);
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
        assert_eq!(run_with_input(command, " Ymxv\n").done(), "{\"would_decrypt\":true}\n");
    }
    let bodies = [
        json!({ "ciphertext_blob": "Ymxv" }),
        json!({ "ciphertext_blob": "Ymxv" }),
        json!({ "ciphertext_blob": "Ymxv", "encryption_context": { "a": "b" } }),
        json!({ "ciphertext_blob": "Ymxv" }),
    ];
    let tokens = [None, Some("Bearer hush"), None, Some("Bearer from a variable")];
    for ((request, body), token) in received(serving).iter().zip(bodies).zip(tokens) {
        let (head, sent) = request.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("POST /_kmsim/inspect HTTP/1.1\r\n"), "{request}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(sent).unwrap(), body);
        let authorization = head.lines().find_map(|line| line.strip_prefix("authorization: "));
        assert_eq!(authorization, token);
    }
}

/// Checks the answer of a real server.
#[test]
fn a_server_describes_its_ciphertexts() {
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
fn a_ciphertext_that_does_not_decrypt_exits_with_1() {
    let (address, _) = fake_server(&[CLOSED]);
    let no = ended(&mut kmsim(&["inspect", "Ymxv", "--url", &format!("http://{address}")]));
    assert_eq!((no.code, no.out.as_str(), no.err.as_str()), (1, "{\"would_decrypt\":false}\n", ""));
}

#[test]
fn a_refusal_is_printed_and_exits_with_1() {
    let (address, _) = fake_server(&[REFUSAL]);
    let refused = ended(&mut kmsim(&["inspect", "?", "--url", &format!("http://{address}")]));
    assert_eq!(
        (refused.code, refused.out.as_str(), refused.err.as_str()),
        (1, "{\"error\":\"no\"}\n", "")
    );
    let url = format!("http://{}", unused_address());
    assert!(
        ended(&mut kmsim(&["inspect", "Ymxv", "--url", &url])).failed_with(1).starts_with(&url)
    );
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let no = ended(&mut kmsim(&["inspect", "Ymxv", "--url", &url, "--timeout", "100ms"]));
    assert!(no.failed_with(1).contains("no answer within 100ms"), "{no:?}");
}

#[test]
fn errors_name_the_invalid_argument() {
    for context in ["a=b", "[]", "\"a\"", ""] {
        let mistake = ended(&mut kmsim(&["inspect", "Ymxv", "--encryption-context", context]));
        assert!(mistake.usage_error().contains("--encryption-context"), "{mistake:?}");
    }
    let mistake = ended(&mut kmsim(&["inspect", "Ymxv", "--control-token", "a\nb"]));
    assert_eq!(mistake.usage_error(), "--control-token: a header cannot hold it");
    assert!(ended(&mut kmsim(&["inspect"])).usage_error().contains("<BLOB>"));
}
