//! Requests that real clients signed, sent to a server at the time when they were made.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::world::{Clock, Entropy, Instant, World};

use super::client::{EVERYTHING, SHARED, seed, send, vectors};
use crate::kit::{Server, Setup, send as send_text};

/// A server whose clock shows this time.
fn at(time: Instant) -> Server {
    let world = Arc::new(World { clock: Clock::manual(time), entropy: Entropy::seeded("kmsim") });
    let seed = seed(&[EVERYTHING, SHARED], "");
    Server::within(world, Setup { seeds: &[&seed], ..Setup::default() })
}

#[test]
fn requests_to_the_dedicated_gateway_are_authenticated() {
    let vectors = vectors();
    assert_eq!(vectors.requests.len(), 17);
    for request in &vectors.requests {
        let header = |name: &str| &request.headers.iter().find(|(it, _)| it == name).unwrap().1;
        let server = at(Instant::parse_rfc2822(header("date")).unwrap());
        let body = STANDARD.decode(&request.body).unwrap();
        let reply = send(server.address, "POST /", &request.headers, &body);
        // The keys and the secret that they name do not exist.
        let (status, code) = match header("x-kms-apiname").as_str() {
            _ if *header("x-kms-acccesskeyid") != vectors.client_key.id => (401, "Unauthorized"),
            "GenerateRandom" => {
                assert_eq!(reply.bytes(1).len(), 8);
                continue;
            }
            "GetSecretValue" => (404, "Forbidden.ResourceNotFound"),
            _ => (404, "Forbidden.KeyNotFound"),
        };
        let message = reply.refused(status, code);
        assert!(!message.is_empty(), "{}", request.name);
        let mut changed = body.clone();
        changed[0] ^= 1;
        let message = send(server.address, "POST /", &request.headers, &changed);
        let message = message.refused(400, "InvalidParam");
        assert_eq!(message, "The Param Content-SHA256 is invalid.", "{}", request.name);
    }
}

#[test]
fn a_request_to_the_shared_gateway_is_authenticated() {
    let vectors = vectors();
    assert_eq!(vectors.shared_gateway.len(), 1);
    for request in &vectors.shared_gateway {
        let server = at(Instant::parse(&request.time).unwrap());
        let send =
            |target: &str| send_text(server.address, &format!("POST {target} HTTP/1.1\r\n"), b"");
        send(&request.target).refused(404, "Forbidden.ResourceNotFound");
        send(&request.target).refused(400, "SignatureNonceUsed");
        let changed = request.target.replace("SecretName=db", "SecretName=da");
        send(&changed).refused(400, "IncompleteSignature");
    }
}
