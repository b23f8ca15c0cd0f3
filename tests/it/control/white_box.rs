//! Decryption as on a device. What white-box keys encrypt is tested with the clouds that have them.

use serde_json::{Value, json};

use super::{post, refuses, workers};

#[test]
fn what_cannot_be_decrypted_is_refused() {
    let server = workers();
    let asked = |field: &str, value: &str| {
        let mut asked = json!({
            "decrypt_key": "AAAA",
            "initialization_vector": "AAAAAAAAAAAAAAAAAAAAAA==",
            "ciphertext": "AAAAAAAAAAAAAAAAAAAAAA==",
        });
        asked[field] = Value::from(value);
        post(&server, "white-box/decrypt", &asked)
    };
    for (field, value, said) in [
        ("decrypt_key", "*", "decrypt_key: not base64"),
        ("initialization_vector", "AAAA", "initialization_vector: not 16 bytes"),
        ("ciphertext", "*", "ciphertext: not base64"),
        ("other", "", "unknown field"),
    ] {
        refuses(&asked(field, value), said);
    }
    let unknown = asked("decrypt_key", "AAAA");
    assert_eq!(unknown.status, 404, "{unknown:?}");
}
