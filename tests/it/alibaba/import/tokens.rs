//! Import tokens: each call returns its own, for one key, for a day.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::{SM2, Ticket, external, import, material, state, ticket};
use crate::kit::{Client, Server, Setup, days};

const SECOND: Duration = Duration::from_secs(1);

fn waiting(client: &Client) -> (String, Ticket) {
    let key = external(client, "Aliyun_AES_256");
    let given = ticket(client, &key, SM2);
    (key, given)
}

#[test]
fn each_call_returns_a_new_key_and_token_and_older_ones_stay_valid() {
    let server = Server::start();
    let client = server.client();
    let key = external(&client, "Aliyun_AES_256");
    let tickets: Vec<_> = (0..4).map(|_| ticket(&client, &key, SM2)).collect();
    for (at, one) in tickets.iter().enumerate() {
        for other in &tickets[..at] {
            assert_ne!(one.token, other.token);
            assert_ne!(one.public.der().unwrap(), other.public.der().unwrap());
            // Each token decrypts only what its own public key wrapped.
            import(&client, &key, &one.token, &other.wrap(&material(1, 32)), None)
                .refused(400, "InvalidKeyMaterial");
        }
    }
    assert_eq!(state(&client, &key), "PendingImport");
    // Newest first, and one of them twice: no use invalidates a token.
    for one in tickets.iter().rev().chain(&tickets) {
        one.import(&client, &key, &material(1, 32)).ok();
    }
}

#[test]
fn a_token_is_valid_for_a_day() {
    let server = Server::start();
    let client = server.client();
    let (key, given) = waiting(&client);
    assert_eq!(given.expires, "2030-01-02T00:00:00Z");
    server.advance(days(1).checked_sub(SECOND).unwrap());
    given.import(&client, &key, &material(1, 32)).ok();
    let later = ticket(&client, &key, SM2);
    assert_eq!(later.expires, "2030-01-02T23:59:59Z");
    server.advance(SECOND.checked_sub(Duration::from_millis(1)).unwrap());
    given.import(&client, &key, &material(1, 32)).ok();
    server.advance(Duration::from_millis(1));
    let message = given.import(&client, &key, &material(1, 32)).refused(400, "ExpiredImportToken");
    assert_eq!(message, "import token is expired.");
    // Expiry is reported before the material is checked, and only for the key's own tokens.
    import(&client, &key, &given.token, b"nonsense", None).refused(400, "ExpiredImportToken");
    let (other, _) = waiting(&client);
    given.import(&client, &other, &material(1, 32)).refused(400, "InvalidImportToken");
    later.import(&client, &key, &material(1, 32)).ok();
    server.advance(days(400));
    later.import(&client, &key, &material(1, 32)).refused(400, "ExpiredImportToken");
}

#[test]
fn a_token_belongs_to_one_key() {
    let accounts = r#"
accounts:
  - { id: "1", access_keys: [{ id: a, secret: s }] }
  - { id: "2", access_keys: [{ id: b, secret: s }] }
"#;
    let server = Server::with(Setup { accounts: Some(accounts), ..Default::default() });
    let client = server.client_as("a", "s");
    let (key, given) = waiting(&client);
    let elsewhere = client.clone().with("RegionId", "cn-beijing");
    let stranger = server.client_as("b", "s");
    for (client, has_seal) in [
        (&client, true),
        (&elsewhere, false),
        (&elsewhere, true),
        (&stranger, false),
        (&stranger, true),
    ] {
        let other = external(client, "Aliyun_AES_256");
        if has_seal {
            ticket(client, &other, SM2);
        }
        let message =
            given.import(client, &other, &material(1, 32)).refused(400, "InvalidImportToken");
        assert_eq!(message, "import token is invalid.");
        assert_eq!(state(client, &other), "PendingImport");
    }
    for client in [elsewhere, stranger] {
        given.import(&client, &key, &material(1, 32)).refused(404, "Forbidden.KeyNotFound");
    }
    given.import(&client, &key, &material(1, 32)).ok();
}

#[test]
fn a_changed_token_is_invalid() {
    let server = Server::start();
    let client = server.client();
    let (key, given) = waiting(&client);
    let token = STANDARD.decode(&given.token).unwrap();
    let wrapped = given.wrap(&material(1, 32));
    let refused = |text: &str| {
        import(&client, &key, text, &wrapped, None).refused(400, "InvalidImportToken");
    };
    // The vector, the time, the wrapping, the key id, the private key, the tag.
    for at in
        [0, 11, 12, 19, 20, 21, 22, 57, 58, token.len() - 17, token.len() - 16, token.len() - 1]
    {
        for bit in [1, 0x80] {
            let mut changed = token.clone();
            changed[at] ^= bit;
            refused(&STANDARD.encode(changed));
        }
    }
    for len in [1, 12, 28, 36, token.len() - 16, token.len() - 1] {
        refused(&STANDARD.encode(&token[..len]));
        refused(&STANDARD.encode(&token[token.len() - len..]));
    }
    refused(&STANDARD.encode([&token[..], b"x"].concat()));
    refused(&STANDARD.encode([&token[..], &token].concat()));
    refused(&STANDARD.encode([0; 200]));
    let cut = given.token.trim_end_matches('=');
    for text in [
        "x",
        "====",
        "no base64!",
        "\u{e9}",
        &cut[..cut.len() - 1],
        &format!("{}\u{a0}", given.token),
    ] {
        refused(text);
    }
    let url_safe = URL_SAFE_NO_PAD.encode([&[0xff; 12], &token[12..]].concat());
    assert!(url_safe.contains('_'));
    refused(&url_safe);
    assert_eq!(state(&client, &key), "PendingImport");
    import(&client, &key, &given.token, &wrapped, None).ok();
}
