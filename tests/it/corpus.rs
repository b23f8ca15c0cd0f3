//! Replays attack inputs (fixtures/corpus): each gets a clear answer and changes nothing.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::alibaba::certificates::{create, upload};
use crate::kit::{Answer, Server, parse, root};
use crate::state::{export, import};

/// The files of a folder, by name.
fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = root().join("fixtures/corpus").join(folder);
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries
        .map(|path| {
            (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}

fn replay(server: &Server, request: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.write_all(request).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    parse(&answer)
}

#[test]
fn requests_are_refused_and_change_nothing() {
    let server = Server::start();
    server.client().create_key(&[]);
    let state = export(&server, "");
    let requests = files("requests");
    assert!(requests.len() >= 11, "{}", requests.len());
    for (name, request) in requests {
        let answer = replay(&server, &request);
        assert!([400, 403, 404].contains(&answer.status), "{name}: {}", answer.head);
        assert!(answer.text.contains("Code"), "{name}: {}", answer.text);
        assert_eq!(export(&server, ""), state, "{name}");
    }
}

#[test]
fn texts_in_pem_are_read_or_refused() {
    let server = Server::start();
    let client = server.client();
    let (id, _) = create(&client, "EC_P256", &[]);
    let key = client.create_key(&[]);
    let good =
        String::from_utf8(std::fs::read(root().join("fixtures/corpus/pem/plain.pem")).unwrap())
            .unwrap();
    let texts = files("pem");
    assert!(texts.len() >= 17, "{}", texts.len());
    for (name, text) in texts {
        let text = String::from_utf8(text).unwrap();
        // None is for this certificate's key.
        upload(&client, &id, &text, None).refused(400, "InvalidParameter");
        upload(&client, &id, &good, Some(&text)).refused(400, "InvalidParameter");
        let wrapping =
            [("PublicKeyBlob", &*text), ("WrappingKeySpec", "RSA_2048"), ("KeyId", &key)];
        let wrapping = [&wrapping[..], &[("WrappingAlgorithm", "RSAES_OAEP_SHA_256")]].concat();
        let answer = client.call("GenerateAndExportDataKey", &wrapping);
        assert_eq!(answer.status, 400, "{name}: {}", answer.text);
        let material = serde_json::to_string(&text).unwrap();
        let seed = format!(
            "realms: [{{account: '1000000000000001', keys: [{{spec: EC_P256, usage: SIGN/VERIFY, \
             material: {material}}}]}}]"
        );
        assert_eq!(import(&server, "", &seed).status, 400, "{name}");
    }
}
