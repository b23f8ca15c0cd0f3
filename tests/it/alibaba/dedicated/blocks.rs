//! CBC and ECB, in which keys of hardware instances encrypt too.

use super::client::{Client, EVERYTHING, Reply, Value, server};

const KEYS: &str = "    keys:
      - id: key-hard
        spec: Aliyun_AES_256
        instance: kst-two
        material: 603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4
      - { id: key-sm4, spec: Aliyun_SM4, instance: kst-two }
      - { id: key-soft, spec: Aliyun_AES_256, instance: kst-one }";

/// A policy for everything in the hardware instance.
const IN_HARDWARE: &str = "instance: kst-two, resources: [\"key/*\"], permissions: [RbacPermission/Template/CryptoServiceKeyUser]";

fn client() -> (crate::kit::Server, Client) {
    let server = server(&[EVERYTHING, IN_HARDWARE], KEYS);
    let client = Client::of(&server);
    (server, client)
}

fn hex(text: &str) -> Vec<u8> {
    base16ct::lower::decode_vec(text).unwrap()
}

/// The fields of a request with the key, the algorithm and these.
fn request(algorithm: &str, more: &[(u8, Value)]) -> Vec<(u8, Value)> {
    [&[(2, "key-hard".into()), (3, algorithm.into())], more].concat()
}

/// Encrypts. In this request, the numbers of key and text are the other way round.
fn encrypt(client: &Client, algorithm: &str, text: &[u8], more: &[(u8, Value)]) -> Reply {
    let own = [(1, "key-hard".into()), (2, text.into()), (3, algorithm.into())];
    client.call("Encrypt", &[&own, more].concat())
}

/// The first block of NIST SP 800-38A, F.2.5 and F.1.5.
#[test]
fn published_answers() {
    let (_server, client) = client();
    let plain = hex("6bc1bee22e409f96e93d7e117393172a");
    let iv = hex("000102030405060708090a0b0c0d0e0f");
    let none = || (6, Value::from("NO_PADDING"));
    let of_cbc = [(5, Value::from(&iv)), none()];
    let sealed = encrypt(&client, "AES_CBC", &plain, &of_cbc);
    assert_eq!(sealed.bytes(2), hex("f58c4c04d6e5f1ba779eabfb5f7bfbd6"));
    assert_eq!((sealed.bytes(3), sealed.text(5)), (iv.clone(), "AES_CBC".into()));
    assert_eq!(sealed.text(6), "NO_PADDING");
    let blob = (1, Value::from(&sealed.bytes(2)));
    let opened = client.call("Decrypt", &request("AES_CBC", &[&of_cbc[..], &[blob]].concat()));
    assert_eq!((opened.bytes(2), opened.text(4)), (plain.clone(), "AES_CBC".into()));
    assert_eq!(opened.text(5), "NO_PADDING");
    let sealed = encrypt(&client, "AES_ECB", &plain, &[none()]);
    assert_eq!(sealed.bytes(2), hex("f3eed1bdb5d2a03c064b5a7e3db181f8"));
    assert!(!sealed.fields.contains_key(&3), "{sealed:?}");
    let blob = (1, Value::from(&sealed.bytes(2)));
    let opened = client.call("Decrypt", &request("AES_ECB", &[none(), blob]));
    assert_eq!(opened.bytes(2), plain);
}

#[test]
fn texts_are_padded_unless_the_request_says_otherwise() {
    let (_server, client) = client();
    for algorithm in ["AES_CBC", "AES_ECB"] {
        for padding in [&[][..], &[(6, "PKCS7_PADDING".into())]] {
            let sealed = encrypt(&client, algorithm, b"text", padding);
            assert_eq!((sealed.bytes(2).len(), sealed.text(6)), (16, "PKCS7_PADDING".into()));
            let iv = sealed.fields.get(&3).cloned();
            assert_eq!(iv.is_some(), algorithm == "AES_CBC");
            let mut fields = vec![(1, (&sealed.bytes(2)).into())];
            fields.extend(iv.map(|iv| (5, iv)));
            let opened = client.call("Decrypt", &request(algorithm, &fields));
            assert_eq!((opened.text(2), opened.text(5)), ("text".into(), "PKCS7_PADDING".into()));
        }
    }
}

#[test]
fn parameters_that_do_not_fit_are_refused() {
    let (_server, client) = client();
    let iv = || (5, Value::from(&[1; 16][..]));
    let invalid = |reply: Reply, name: &str| {
        let message = reply.refused(400, "InvalidParameter");
        assert_eq!(message, format!("The specified parameter \"{name}\" is not valid."));
    };
    for (algorithm, more, name) in [
        ("AES_CBC", (5, Value::from(&[1; 12][..])), "Iv"),
        ("AES_ECB", iv(), "Iv"),
        ("AES_CBC", (4, "bound".into()), "Aad"),
        ("AES_ECB", (4, "bound".into()), "Aad"),
        ("AES_CBC", (6, "NO_PADDING".into()), "Plaintext"),
        ("AES_CBC", (6, "ZERO_PADDING".into()), "PaddingMode"),
        ("AES_GCM", (6, "NO_PADDING".into()), "PaddingMode"),
        ("SM4_CBC", iv(), "Algorithm"),
    ] {
        invalid(encrypt(&client, algorithm, b"text", &[more]), name);
    }
    let blob = || (1, Value::from(&[1; 16][..]));
    let message = client.call("Decrypt", &request("AES_CBC", &[blob()]));
    let missing = message.refused(400, "MissingParameter");
    assert_eq!(missing, "Parameter Iv does not exist in http header or body.");
    invalid(client.call("Decrypt", &request("AES_CBC", &[blob(), iv()])), "CiphertextBlob");
    let short = (1, Value::from(&[1; 15][..]));
    invalid(client.call("Decrypt", &request("AES_ECB", &[short])), "CiphertextBlob");
}

#[test]
fn only_aes_keys_of_hardware_instances_have_them() {
    let (_server, client) = client();
    for (key, algorithm) in [
        ("key-soft", "AES_CBC"),
        ("key-soft", "AES_ECB"),
        ("key-sm4", "SM4_CBC"),
        ("key-sm4", "SM4_ECB"),
    ] {
        let fields = [(1, key.into()), (2, "x".into()), (3, algorithm.into())];
        let message = client.call("Encrypt", &fields).refused(400, "UnsupportedOperation");
        assert_eq!(message, "Rejected.UnsupportedOperation", "{key} {algorithm}");
    }
    let fields = [(1, "key-hard".into()), (2, "x".into()), (3, "AES_CBC".into())];
    client.call("AdvanceEncrypt", &fields).refused(400, "UnsupportedOperation");
}

#[test]
fn data_keys_are_encrypted_so() {
    let (_server, client) = client();
    for algorithm in ["AES_CBC", "AES_ECB"] {
        let made = client.call("GenerateDataKey", &[(1, "key-hard".into()), (2, algorithm.into())]);
        assert_eq!((made.bytes(3).len(), made.text(6)), (32, algorithm.into()));
        let mut fields = vec![(1, (&made.bytes(4)).into())];
        fields.extend(made.fields.get(&2).map(|iv| (5, iv.clone())));
        let opened = client.call("Decrypt", &request(algorithm, &fields));
        assert_eq!(opened.bytes(2), made.bytes(3));
        let bound = [(1, "key-hard".into()), (2, algorithm.into()), (4, "bound".into())];
        client.call("GenerateDataKey", &bound).refused(400, "InvalidParameter");
        let pair = [(1, "key-hard".into()), (2, algorithm.into()), (3, "EC_P256".into())];
        let made = client.call("GenerateDataKeyPair", &pair);
        let mut fields = vec![(1, (&made.bytes(5)).into())];
        fields.extend(made.fields.get(&2).map(|iv| (5, iv.clone())));
        let opened = client.call("Decrypt", &request(algorithm, &fields));
        assert_eq!(opened.bytes(2), made.bytes(4));
    }
}
