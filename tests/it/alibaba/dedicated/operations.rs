//! The operations of the dedicated gateway, on the same keys and secrets as the shared one's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::algorithms::mac::{Hash, digest};

use super::client::{Client, EVERYTHING, SHARED, Value, server};
use crate::makers::newest_version;

const KEYS: &str = "    keys:
      - { id: key-aes, spec: Aliyun_AES_256, instance: kst-one }
      - { id: key-sm4, spec: Aliyun_SM4, instance: kst-one }
      - { id: key-rsa, spec: RSA_2048, usage: ENCRYPT/DECRYPT, instance: kst-one }
      - { id: key-sign, spec: RSA_2048, usage: SIGN/VERIFY, instance: kst-one }
      - { id: key-ec, spec: EC_P256, usage: SIGN/VERIFY, instance: kst-one }
      - { id: key-sm2, spec: EC_SM2, usage: ENCRYPT/DECRYPT, instance: kst-one }
    secrets:
      - name: db/pw
        encryption_key_id: key-aes
        instance: kst-one
        versions: [{ id: v1, value: secret text }]";

const VERSION: &str = "x-kms-migrationkeyversionid";

struct Stage {
    server: crate::kit::Server,
    client: Client,
}

fn stage() -> Stage {
    let server = server(&[EVERYTHING, SHARED], KEYS);
    let client = Client::of(&server);
    Stage { server, client }
}

#[test]
fn ciphertexts_come_in_parts() {
    let Stage { server, client } = stage();
    for (key, algorithm) in [("key-aes", "AES_GCM"), ("key-sm4", "SM4_GCM")] {
        let aad = || (4, Value::from("bound"));
        let sealed = client.call("Encrypt", &[(1, key.into()), (2, "text".into()), aad()]);
        assert_eq!(sealed.text(1), key);
        assert_eq!((sealed.bytes(2).len(), sealed.bytes(3).len()), (4 + 16, 12));
        assert_eq!(sealed.text(5), algorithm);
        assert_eq!(sealed.header("x-acs-request-id"), Some(sealed.text(4).as_str()));
        let version = newest_version(&server.client(), key);
        assert_eq!(sealed.header(VERSION), Some(version.as_str()));
        let (blob, iv) = (sealed.bytes(2), sealed.bytes(3));
        let named = [(2, key.into()), (1, (&blob).into()), (5, (&iv).into()), aad()];
        let opened = client.call("Decrypt", &named);
        assert_eq!(
            (opened.text(1), opened.text(2), opened.text(4)),
            (key.into(), "text".into(), algorithm.into())
        );
        assert_eq!(opened.header(VERSION), Some(version.as_str()));
        // The version's header names the key too.
        let by_version = Client::of(&server).with(VERSION, &version);
        assert_eq!(by_version.call("Decrypt", &named[1..]).text(2), "text");
        // The shared gateway has the parts in one, and its own form of associated data.
        let without = client.call("Encrypt", &[(1, key.into()), (2, "text".into())]);
        let whole = [version.as_bytes(), &without.bytes(3), &without.bytes(2)].concat();
        let shared =
            server.client().call("Decrypt", &[("CiphertextBlob", &STANDARD.encode(whole))]);
        assert_eq!(shared.ok()["Plaintext"], "text");
        for (fields, code, message) in [
            (
                &[named[0].clone(), named[1].clone(), named[2].clone()][..],
                "InvalidParameter",
                "CiphertextBlob",
            ),
            (&[named[0].clone(), named[1].clone(), aad()], "MissingParameter", "Iv"),
            (&[named[1].clone(), named[2].clone(), aad()], "MissingParameter", "KeyId"),
            (
                &[named[0].clone(), named[1].clone(), (5, "short".into()), aad()],
                "InvalidParameter",
                "Iv",
            ),
            (
                &[named[0].clone(), (1, "x".into()), named[2].clone(), aad()],
                "InvalidParameter",
                "CiphertextBlob",
            ),
        ] {
            assert!(client.call("Decrypt", fields).refused(400, code).contains(message));
        }
    }
    let iv = [7; 12];
    let given =
        client.call("Encrypt", &[(1, "key-aes".into()), (2, "t".into()), (5, iv[..].into())]);
    assert_eq!(given.bytes(3), iv);
    for (number, value, wrong) in [
        (3, "SM4_GCM", "Algorithm"),
        (3, "nonsense", "Algorithm"),
        (3, "RSAES_OAEP_SHA_256", "Algorithm"),
        (6, "PKCS7_PADDING", "PaddingMode"),
    ] {
        let fields = [(1, "key-aes".into()), (2, "t".into()), (number, value.into())];
        assert!(client.call("Encrypt", &fields).refused(400, "InvalidParameter").contains(wrong));
    }
    let none = client.call("Encrypt", &[(1, "key-none".into()), (2, "t".into())]);
    assert_eq!(none.refused(404, "Forbidden.KeyNotFound"), "The specified Key is not found.");
}

#[test]
fn the_first_version_encrypts_unless_the_action_says_otherwise() {
    let Stage { server, client } = stage();
    let shared = server.client();
    let first = newest_version(&shared, "key-aes");
    let on =
        [("KeyId", "key-aes"), ("EnableAutomaticRotation", "true"), ("RotationInterval", "7d")];
    shared.call("UpdateRotationPolicy", &on).ok();
    server.advance(crate::kit::days(8));
    let newest = newest_version(&shared, "key-aes");
    assert_ne!(first, newest);
    let fields = [(1, "key-aes".into()), (2, "t".into())];
    assert_eq!(client.call("Encrypt", &fields).header(VERSION), Some(first.as_str()));
    let advance = client.call("AdvanceEncrypt", &fields);
    assert_eq!((advance.header(VERSION), advance.text(7)), (Some(newest.as_str()), newest.clone()));
    let named = Client::of(&server).with(VERSION, &newest).call("Encrypt", &fields);
    assert_eq!(named.header(VERSION), Some(newest.as_str()));
    let other = Client::of(&server).with(VERSION, "1234abcd-12ab-34cd-56ef-12345678aaaa");
    other.call("Encrypt", &fields).refused(404, "Forbidden.KeyVersionNotFound");
}

#[test]
fn containers_say_everything() {
    let Stage { server, client } = stage();
    let fields = [(1, "key-aes".into()), (2, "text".into()), (4, "bound".into())];
    let sealed = client.call("AdvanceEncrypt", &fields);
    let (blob, version) = (sealed.bytes(2), sealed.text(7));
    assert_eq!(blob[..3], [0x24, 0, 2]);
    assert_eq!(blob[3..39], *version.as_bytes());
    assert_eq!(blob[39..51], sealed.bytes(3));
    assert_eq!(blob.len(), 51 + 4 + 16);
    let all = [(1, (&blob).into()), (4, "bound".into())];
    let opened = client.call("AdvanceDecrypt", &all);
    assert_eq!(
        (opened.text(2), opened.text(1), opened.text(6)),
        ("text".into(), "key-aes".into(), version)
    );
    let with = |more: (u8, Value)| client.call("AdvanceDecrypt", &[&all[..], &[more]].concat());
    assert_eq!(with((5, (&sealed.bytes(3)).into())).text(2), "text");
    with((5, "x".into())).refused(400, "InvalidParameter");
    with((2, "key-sm4".into())).refused(404, "Forbidden.KeyVersionNotFound");
    for wrong in [&blob[3..], &blob[..40], b"$\0\x01"] {
        let fields = [(1, wrong.into()), (4, "bound".into())];
        client.call("AdvanceDecrypt", &fields).refused(400, "InvalidParameter");
    }
    client
        .call("AdvanceEncrypt", &[(1, "key-sm4".into()), (2, "t".into())])
        .refused(400, "UnsupportedOperation");
    client
        .call("AdvanceEncrypt", &[(1, "key-rsa".into()), (2, "t".into())])
        .refused(400, "UnsupportedOperation");
    // Behind the first three bytes is a ciphertext of the shared gateway.
    let bare = client.call("AdvanceEncrypt", &fields[..2]).bytes(2);
    let shared =
        server.client().call("Decrypt", &[("CiphertextBlob", &STANDARD.encode(&bare[3..]))]);
    assert_eq!(shared.ok()["Plaintext"], "text");
    let kms =
        client.call("KmsEncrypt", &[(1, "key-aes".into()), (2, "text".into()), (3, "a".into())]);
    let fields = [(1, (&kms.bytes(2)).into()), (2, "a".into())];
    assert_eq!(client.call("KmsDecrypt", &fields).text(2), "text");
    client.call("KmsDecrypt", &fields[..1]).refused(400, "InvalidParameter");
}

#[test]
fn data_keys_open_again() {
    let Stage { server: _server, client } = stage();
    let made = client.call("GenerateDataKey", &[(1, "key-aes".into()), (4, "a".into())]);
    assert_eq!((made.bytes(3).len(), made.text(6).as_str()), (32, "AES_GCM"));
    let parts = [
        (2, "key-aes".into()),
        (1, (&made.bytes(4)).into()),
        (5, (&made.bytes(2)).into()),
        (4, "a".into()),
    ];
    assert_eq!(client.call("Decrypt", &parts).bytes(2), made.bytes(3));
    let made = client.call("AdvanceGenerateDataKey", &[(1, "key-aes".into()), (2, 24.into())]);
    assert_eq!(made.bytes(3).len(), 24);
    let opened = client.call("AdvanceDecrypt", &[(1, (&made.bytes(4)).into())]);
    assert_eq!((opened.bytes(2), opened.text(6)), (made.bytes(3), made.text(7)));
    client
        .call("GenerateDataKey", &[(1, "key-aes".into()), (3, 1025.into())])
        .refused(400, "InvalidParameter");
    client.call("GenerateDataKey", &[(1, "key-rsa".into())]).refused(400, "UnsupportedOperation");
}

#[test]
fn data_key_pairs_open_again() {
    let Stage { server: _server, client } = stage();
    for (spec, format, head) in
        [("EC_P256", "PEM", &b"-----BEGIN PRIVATE KEY-----\n"[..]), ("EC_SM2", "DER", b"0")]
    {
        let fields = [(1, "key-aes".into()), (3, spec.into()), (4, format.into())];
        let made = client.call("GenerateDataKeyPair", &fields);
        assert!(made.bytes(4).starts_with(head), "{spec}");
        assert!(made.bytes(6).starts_with(if format == "PEM" {
            b"-----BEGIN PUBLIC KEY-----"
        } else {
            b"0"
        }));
        assert_eq!(made.text(3), spec);
        let parts =
            [(2, "key-aes".into()), (1, (&made.bytes(5)).into()), (5, (&made.bytes(2)).into())];
        assert_eq!(client.call("Decrypt", &parts).bytes(2), made.bytes(4));
        let less = client.call("GenerateDataKeyPairWithoutPlaintext", &fields);
        assert!(!less.bytes(4).starts_with(head) && !less.bytes(5).is_empty());
        let fields = [(1, "key-aes".into()), (2, spec.into()), (3, format.into()), (4, "a".into())];
        let made = client.call("AdvanceGenerateDataKeyPair", &fields);
        let opened =
            client.call("AdvanceDecrypt", &[(1, (&made.bytes(5)).into()), (4, "a".into())]);
        assert_eq!((opened.bytes(2), opened.text(6)), (made.bytes(4), made.text(9)));
        let less = client.call("AdvanceGenerateDataKeyPairWithoutPlaintext", &fields);
        assert_eq!((less.bytes(4)[0], less.text(8)), (b'$', made.text(9)));
    }
    let wrong = [(1, "key-aes".into()), (3, "AES_256".into())];
    assert!(
        client
            .call("GenerateDataKeyPair", &wrong)
            .refused(400, "InvalidParameter")
            .contains("KeyPairSpec")
    );
}

#[test]
fn pairs_encrypt_and_sign() {
    let Stage { server, client } = stage();
    for (key, algorithm) in
        [("key-rsa", "RSAES_OAEP_SHA_256"), ("key-rsa", "RSAES_OAEP_SHA_1"), ("key-sm2", "SM2PKE")]
    {
        let how = || (3, Value::from(algorithm));
        let sealed = client.call("Encrypt", &[(1, key.into()), (2, "text".into()), how()]);
        assert_eq!((sealed.fields.get(&3), sealed.text(5).as_str()), (None, algorithm));
        let opened =
            client.call("Decrypt", &[(2, key.into()), (1, (&sealed.bytes(2)).into()), how()]);
        assert_eq!(opened.text(2), "text");
        let fields = [(1, key.into()), (2, "text".into()), (5, "x".into())];
        assert!(client.call("Encrypt", &fields).refused(400, "InvalidParameter").contains("Iv"));
    }
    let message = b"what is signed";
    let hashed = digest(Hash::Sha256, message);
    for (key, algorithm, usual) in [
        ("key-sign", "RSA_PKCS1_SHA_256", false),
        ("key-sign", "RSA_PSS_SHA_256", true),
        ("key-ec", "ECDSA_SHA_256", true),
    ] {
        let raw =
            [(1, key.into()), (3, algorithm.into()), (4, message[..].into()), (5, "RAW".into())];
        let signed = client.call("Sign", &raw);
        assert_eq!((signed.text(4).as_str(), signed.text(5).as_str()), (algorithm, "RAW"));
        let signature = || (3, Value::from(&signed.bytes(2)));
        let verify = |fields: &[(u8, Value)]| {
            let reply = client.call("Verify", &[&[(1, key.into()), signature()], fields].concat());
            assert_eq!(reply.status, 200, "{reply:?}");
            reply.fields.get(&2) == Some(&Value::Number(1))
        };
        let how = || (4, Value::from(algorithm));
        assert!(verify(&[how(), (5, message[..].into())]));
        assert!(verify(&[how(), (5, (&hashed).into()), (6, "DIGEST".into())]));
        assert!(verify(&[how(), (2, (&hashed).into())]));
        assert!(!verify(&[how(), (5, "other".into())]));
        assert_eq!(verify(&[(5, message[..].into())]), usual);
        // The shared gateway has the same key.
        let version = newest_version(&server.client(), key);
        let (given, value) = (STANDARD.encode(&hashed), STANDARD.encode(signed.bytes(2)));
        let params = [
            ("KeyId", key),
            ("KeyVersionId", &version),
            ("Algorithm", algorithm),
            ("Digest", &given),
            ("Value", &value),
        ];
        assert_eq!(server.client().call("AsymmetricVerify", &params).ok()["Value"], true);
        let public = client.call("GetPublicKey", &[(1, key.into())]);
        let shared = server.client().call("GetPublicKey", &params[..2]).ok();
        assert_eq!(public.text(2), shared["PublicKey"]);
        assert_eq!(public.header(VERSION), Some(version.as_str()));
    }
    let fields = [(1, "key-sign".into()), (4, "short".into()), (5, "DIGEST".into())];
    client.call("Sign", &fields).refused(400, "InvalidParameter");
    client.call("Sign", &[(1, "key-sign".into())]).refused(400, "MissingParameter");
    client
        .call("Sign", &[(1, "key-aes".into()), (4, "m".into())])
        .refused(400, "UnsupportedOperation");
}

#[test]
fn secrets_digests_and_random_numbers() {
    let Stage { server: _server, client } = stage();
    let found = client.call("GetSecretValue", &[(1, "db/pw".into())]);
    assert_eq!(
        (found.text(1), found.text(3), found.text(6)),
        ("db/pw".into(), "secret text".into(), "v1".into())
    );
    assert_eq!(
        (found.text(2), found.text(4), found.text(5)),
        ("Generic".into(), "text".into(), "ACSCurrent".into())
    );
    client
        .call("GetSecretValue", &[(1, "db/none".into())])
        .refused(404, "Forbidden.ResourceNotFound");
    let one = client.call("GenerateRandom", &[(1, 16.into())]).bytes(1);
    assert_eq!(one.len(), 16);
    assert_ne!(one, client.call("GenerateRandom", &[(1, 16.into())]).bytes(1));
    for wrong in [1025, u64::MAX] {
        client.call("GenerateRandom", &[(1, wrong.into())]).refused(400, "InvalidParameter");
    }
    client.call("GenerateRandom", &[]).refused(400, "MissingParameter");
    for (word, hash) in [("SHA_256", Hash::Sha256), ("SM3", Hash::Sm3)] {
        let made = client.call("Hash", &[(1, "m".into()), (2, word.into())]);
        assert_eq!(made.bytes(1), digest(hash, b"m"));
    }
    client
        .call("Hmac", &[(1, "key-aes".into()), (2, "m".into())])
        .refused(400, "UnsupportedOperation");
}

#[test]
fn keys_of_another_kind_are_refused() {
    let Stage { server: _server, client } = stage();
    let text = |number: u8| (number, Value::from("text"));
    for (api, name, keys, fields) in [
        ("Encrypt", 1, &["key-sign", "key-ec"][..], vec![text(2)]),
        ("AdvanceEncrypt", 1, &["key-sign", "key-rsa", "key-sm4"], vec![text(2)]),
        ("KmsEncrypt", 1, &["key-sign", "key-rsa"], vec![text(2)]),
        ("Decrypt", 2, &["key-sign", "key-ec"], vec![text(1), (5, [7; 12][..].into())]),
        ("GenerateDataKey", 1, &["key-sign", "key-rsa"], vec![]),
        ("AdvanceGenerateDataKey", 1, &["key-sign", "key-sm4"], vec![]),
        ("GenerateDataKeyPair", 1, &["key-ec", "key-sm2"], vec![(3, "EC_P256".into())]),
        ("Sign", 1, &["key-aes", "key-rsa", "key-sm2"], vec![text(4)]),
        ("Verify", 1, &["key-aes", "key-rsa", "key-sm2"], vec![text(3), text(5)]),
        ("GetPublicKey", 1, &["key-aes", "key-sm4"], vec![]),
        ("Hmac", 1, &["key-aes", "key-ec"], vec![text(2)]),
    ] {
        for key in keys {
            let reply = client.call(api, &[&[(name, (*key).into())], &fields[..]].concat());
            let message = reply.refused(400, "UnsupportedOperation");
            assert_eq!(message, "Rejected.UnsupportedOperation", "{api} {key}");
        }
    }
}

#[test]
fn disabled_keys_are_refused() {
    let Stage { server, client } = stage();
    server.client().call("DisableKey", &[("KeyId", "key-aes")]).ok();
    for (api, fields) in [
        ("Encrypt", [(1, "key-aes".into()), (2, "t".into())]),
        ("GenerateDataKey", [(1, "key-aes".into()), (3, 16.into())]),
    ] {
        client.call(api, &fields).refused(409, "Rejected.Disabled");
    }
}
