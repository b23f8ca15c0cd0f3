//! Data keys that are exported under a caller's public key, and come back.

mod reencrypt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::algorithms::asymmetric::{Encryption, PairSpec, PrivateKey};
use kmsim::algorithms::specs::Form;

use crate::alibaba::pairs::{ENCRYPT, Pair, blob, text};
use crate::kit::{Answer, Client, Server};
use crate::openssl::OpenSsl;

const OAEP_1: (&str, Encryption) = ("RSAES_OAEP_SHA_1", Encryption::RsaOaepSha1);
const OAEP_256: (&str, Encryption) = ("RSAES_OAEP_SHA_256", Encryption::RsaOaepSha256);
const SM2PKE: (&str, Encryption) = ("SM2PKE", Encryption::Sm2(Form::Der));

/// A caller's own key pair, with which data keys are wrapped.
struct Wrapper {
    private: PrivateKey,
    public: String,
    spec: &'static str,
}

impl Wrapper {
    fn make(openssl: &OpenSsl, spec: PairSpec) -> Self {
        let (private, public) = openssl.make_key(spec);
        Self {
            private: PrivateKey::read(spec, &private).unwrap(),
            public: STANDARD.encode(public),
            spec: if spec == PairSpec::EcSm2 { "EC_SM2" } else { "RSA_2048" },
        }
    }

    /// The parameters for it.
    fn params<'a>(&'a self, algorithm: (&'a str, Encryption)) -> [(&'a str, &'a str); 3] {
        [
            ("PublicKeyBlob", &self.public),
            ("WrappingKeySpec", self.spec),
            ("WrappingAlgorithm", algorithm.0),
        ]
    }

    fn open(&self, algorithm: (&str, Encryption), wrapped: &[u8]) -> Vec<u8> {
        self.private.decrypt(algorithm.1, wrapped).unwrap().to_vec()
    }
}

/// Decrypts the base64 text in a data key's ciphertext.
fn decrypt(client: &Client, blob: &str, context: &str) -> Vec<u8> {
    let opened =
        client.call("Decrypt", &[("CiphertextBlob", blob), ("EncryptionContext", context)]).ok();
    STANDARD.decode(text(&opened, "Plaintext")).unwrap()
}

fn missing(answer: &Answer, name: &str) {
    let message = answer.refused(400, "MissingParameter");
    assert_eq!(message, format!("The parameter \"{name}\" is needed but not provided."));
}

#[test]
fn the_exported_value_is_the_data_keys_bytes() {
    let (openssl, server) = (OpenSsl::new(), Server::start());
    let client = server.client();
    let key = Pair::make(&client, "Aliyun_SM4", ENCRYPT);
    client.call("CreateAlias", &[("KeyId", &key.id), ("AliasName", "alias/a")]).ok();
    let (rsa, sm2) =
        (Wrapper::make(&openssl, PairSpec::Rsa2048), Wrapper::make(&openssl, PairSpec::EcSm2));
    for (wrapper, algorithm, fit, too_long) in [
        (&rsa, OAEP_256, [1, 16, 189, 190], &[191, 1024][..]),
        (&rsa, OAEP_1, [1, 16, 213, 214], &[215, 1024]),
        (&sm2, SM2PKE, [1, 16, 191, 1024], &[]),
    ] {
        let params = |size: [(&'static str, String); 1]| {
            let [(name, value)] = size;
            let mut all: Vec<_> =
                wrapper.params(algorithm).map(|(n, v)| (n, v.to_owned())).to_vec();
            all.extend([("KeyId", "alias/a".to_owned()), (name, value)]);
            all
        };
        let call = |action, size| {
            let all = params(size);
            let all: Vec<_> = all.iter().map(|(name, value)| (*name, value.as_str())).collect();
            client.call(action, &all)
        };
        let export = |sealed: &str| {
            let own = [("CiphertextBlob", sealed)];
            client.call("ExportDataKey", &[&own[..], &wrapper.params(algorithm)].concat())
        };
        let sizes = fit.map(|len| ([("NumberOfBytes", len.to_string())], len));
        let specs = [("AES_128", 16), ("AES_256", 32), ("", 32)];
        let specs = specs.map(|(spec, len)| ([("KeySpec", spec.to_owned())], len));
        for (size, len) in sizes.into_iter().chain(specs) {
            let made = call("GenerateAndExportDataKey", size).ok();
            assert_eq!((text(&made, "KeyId"), text(&made, "KeyVersionId")), key.names());
            assert_eq!(made.get("Plaintext"), None);
            let (sealed, wrapped) = (text(&made, "CiphertextBlob"), blob(&made, "ExportedDataKey"));
            let bytes = decrypt(&client, &sealed, "");
            assert_eq!(bytes.len(), len, "{algorithm:?}");
            assert_eq!(wrapper.open(algorithm, &wrapped), bytes, "{algorithm:?}");
            let again = export(&sealed).ok();
            assert_eq!((text(&again, "KeyId"), text(&again, "KeyVersionId")), key.names());
            assert_eq!(again.get("CiphertextBlob"), None);
            let again = blob(&again, "ExportedDataKey");
            assert_ne!(again, wrapped, "wrapping is never the same twice");
            assert_eq!(wrapper.open(algorithm, &again), bytes, "{algorithm:?}");
        }
        for len in too_long {
            let size = [("NumberOfBytes", len.to_string())];
            call("GenerateAndExportDataKey", size.clone()).refused_parameter("NumberOfBytes");
            let made = call("GenerateDataKeyWithoutPlaintext", size).ok();
            export(&text(&made, "CiphertextBlob")).refused_parameter("CiphertextBlob");
        }
        for wrong in ["0", "1025", "-1", "16.5", "many"] {
            let answer = call("GenerateAndExportDataKey", [("NumberOfBytes", wrong.into())]);
            answer.refused_parameter("NumberOfBytes");
        }
        call("GenerateAndExportDataKey", [("KeySpec", "AES_192".into())])
            .refused_parameter("KeySpec");
    }
    let both = [("KeyId", key.id.as_str()), ("KeySpec", "nonsense"), ("NumberOfBytes", "24")];
    let made =
        client.call("GenerateAndExportDataKey", &[&both[..], &sm2.params(SM2PKE)].concat()).ok();
    assert_eq!(sm2.open(SM2PKE, &blob(&made, "ExportedDataKey")).len(), 24, "the number wins");
}

#[test]
fn exporting_a_data_key_needs_its_context() {
    let (openssl, server) = (OpenSsl::new(), Server::start());
    let client = server.client();
    let key = client.create_key(&[]);
    let wrapper = Wrapper::make(&openssl, PairSpec::EcSm2);
    let context = |text| ("EncryptionContext", text);
    let call = |action: &str, params: &[(&str, &str)]| {
        client.call(action, &[params, &wrapper.params(SM2PKE)].concat())
    };
    let generate = |it| call("GenerateAndExportDataKey", &[("KeyId", &key), context(it)]);
    let made = generate(r#"{"a":"1","b":"2"}"#).ok();
    let sealed = text(&made, "CiphertextBlob");
    let export = |it| call("ExportDataKey", &[("CiphertextBlob", &sealed), context(it)]);
    let bytes = sm2_bytes(&wrapper, &made);
    assert_eq!(decrypt(&client, &sealed, r#"{"b":"2","a":"1"}"#), bytes);
    assert_eq!(sm2_bytes(&wrapper, &export(r#"{ "b": "2", "a": "1" }"#).ok()), bytes);
    for wrong in ["", "{}", r#"{"a":"1"}"#, r#"{"a":"1","b":"3"}"#, r#"{"a":"2","b":"1"}"#] {
        export(wrong).refused_parameter("CiphertextBlob");
    }
    for malformed in ["[]", "{'a': '1'}", r#"{"a":1}"#] {
        export(malformed).refused_parameter("EncryptionContext");
        generate(malformed).refused_parameter("EncryptionContext");
    }
}

fn sm2_bytes(wrapper: &Wrapper, answer: &serde_json::Value) -> Vec<u8> {
    wrapper.open(SM2PKE, &blob(answer, "ExportedDataKey"))
}

#[test]
fn a_wrapping_key_must_be_der_of_the_given_type() {
    let (openssl, server) = (OpenSsl::new(), Server::start());
    let client = server.client();
    let key = client.create_key(&[]);
    let sealed = text(&client.call("GenerateDataKey", &[("KeyId", &key)]).ok(), "CiphertextBlob");
    let both = |public: &str, spec: &str, algorithm: &str, dry: &str| {
        let params = [
            ("PublicKeyBlob", public),
            ("WrappingKeySpec", spec),
            ("WrappingAlgorithm", algorithm),
            ("DryRun", dry),
        ];
        let with = |own: (&str, &str), action| client.call(action, &[&[own][..], &params].concat());
        [
            with(("KeyId", &key), "GenerateAndExportDataKey"),
            with(("CiphertextBlob", &sealed), "ExportDataKey"),
        ]
    };
    let refused = |public: &str, spec: &str, algorithm: &str, name: &str| {
        for answer in both(public, spec, algorithm, "false") {
            answer.refused_parameter(name);
        }
    };
    let (private, rsa) = openssl.make_key(PairSpec::Rsa2048);
    let (pem, good) = (openssl.read("pub.pem"), STANDARD.encode(&rsa));
    for answer in both(&good, "RSA_2048", OAEP_1.0, "") {
        answer.ok();
    }
    let trailing = [&rsa[..], &[0]].concat();
    let mut wrong = vec![
        private,
        pem,
        trailing,
        rsa[1..].to_vec(),
        rsa[..200].to_vec(),
        vec![0],
        vec![0x30; 294],
    ];
    wrong.extend(
        [PairSpec::Rsa3072, PairSpec::EcP256, PairSpec::EcSm2].map(|spec| openssl.make_key(spec).1),
    );
    for wrong in &wrong {
        refused(&STANDARD.encode(wrong), "RSA_2048", OAEP_256.0, "PublicKeyBlob");
    }
    for spec in [PairSpec::Rsa2048, PairSpec::EcP256, PairSpec::EcP256K] {
        refused(&STANDARD.encode(openssl.make_key(spec).1), "EC_SM2", "SM2PKE", "PublicKeyBlob");
    }
    let sm2 = STANDARD.encode(openssl.make_key(PairSpec::EcSm2).1);
    for answer in both(&sm2, "EC_SM2", "SM2PKE", "") {
        answer.ok();
    }
    let pem = String::from_utf8(openssl.read("pub.pem")).unwrap();
    assert!(sm2.ends_with("=="));
    for written in [pem.clone(), format!("\u{feff}\r\n{}# it", pem.replace('\n', " \r\n"))] {
        for answer in both(&written, "EC_SM2", "SM2PKE", "") {
            answer.ok();
        }
    }
    let broken = [
        pem.replace("END PUBLIC", "END PRIVATE"),
        pem.replace(" PUBLIC", " RSA PUBLIC"),
        pem.replace("-----", "--"),
    ];
    let strange = format!("{sm2}\u{b}");
    for malformed in
        broken.iter().map(String::as_str).chain([sm2.trim_end_matches('='), &strange, "*"])
    {
        assert_ne!(malformed, sm2);
        refused(malformed, "EC_SM2", "SM2PKE", "PublicKeyBlob");
    }
    refused(&good, "RSA_2048", "SM2PKE", "WrappingAlgorithm");
    refused(&sm2, "EC_SM2", OAEP_256.0, "WrappingAlgorithm");
    refused(&sm2, "EC_SM2", "RSAES_PKCS1_V1_5", "WrappingAlgorithm");
    for spec in ["RSA_3072", "EC_P256", "rsa_2048", "Aliyun_SM4"] {
        refused(&good, spec, OAEP_256.0, "WrappingKeySpec");
    }
    for (public, spec, algorithm, name) in [
        ("", "EC_SM2", "SM2PKE", "PublicKeyBlob"),
        (&*sm2, "", "SM2PKE", "WrappingKeySpec"),
        (&*sm2, "EC_SM2", "", "WrappingAlgorithm"),
    ] {
        for answer in both(public, spec, algorithm, "") {
            missing(&answer, name);
        }
        for answer in both(public, spec, algorithm, "true") {
            assert!(answer.refused(400, "ValidationError").contains(name));
        }
    }
    for answer in both(&sm2, "EC_SM2", "SM2PKE", "true") {
        answer.refused(400, "DryRunOperationError");
    }
}

#[test]
fn only_data_keys_are_exported_and_only_while_their_key_is_enabled() {
    let (openssl, server) = (OpenSsl::new(), Server::start());
    let client = server.client();
    let key = client.create_key(&[]);
    let wrapper = Wrapper::make(&openssl, PairSpec::EcSm2);
    let call = |action: &str, own: (&str, &str)| {
        client.call(action, &[&[own][..], &wrapper.params(SM2PKE)].concat())
    };
    let export = |sealed: &str| call("ExportDataKey", ("CiphertextBlob", sealed));
    let generate = |key: &str| call("GenerateAndExportDataKey", ("KeyId", key));
    let seal = |plain| {
        text(
            &client.call("Encrypt", &[("KeyId", &key), ("Plaintext", plain)]).ok(),
            "CiphertextBlob",
        )
    };
    assert_eq!(sm2_bytes(&wrapper, &export(&seal("SGVsbG8=")).ok()), b"Hello");
    assert_eq!(sm2_bytes(&wrapper, &export(&seal("SGVs\r\nbG8=\n")).ok()), b"Hello");
    for no_base64 in ["SGVsbG8", "SGVsbG8=\u{b}", "a data key!", "SGVsbG9=", "-_-_"] {
        export(&seal(no_base64)).refused_parameter("CiphertextBlob");
    }
    let sealed = seal("SGVsbG8=");
    let mut changed = STANDARD.decode(&sealed).unwrap();
    *changed.last_mut().unwrap() ^= 1;
    for wrong in
        [&STANDARD.encode(&changed), &STANDARD.encode(&changed[..64]), "AAAA", "*", &sealed[1..]]
    {
        export(wrong).refused_parameter("CiphertextBlob");
    }
    missing(&export(""), "CiphertextBlob");
    missing(&generate(""), "KeyId");
    let foreign = [b"3f0bd6f7-0000-4000-8000-000000000000", &changed[36..]].concat();
    export(&STANDARD.encode(foreign)).refused(404, "Forbidden.KeyNotFound");
    generate("none").refused(404, "Forbidden.KeyNotFound");
    generate("alias/none").refused(404, "Forbidden.AliasNotFound");
    let pair = client.create_key(&[("KeySpec", "EC_SM2")]);
    generate(&pair).refused(400, "UnsupportedOperation");
    let external = client.create_key(&[("Origin", "EXTERNAL")]);
    generate(&external).refused(409, "Rejected.PendingImport");
    for (change, code) in
        [("DisableKey", "Rejected.Disabled"), ("ScheduleKeyDeletion", "Rejected.PendingDeletion")]
    {
        client.call(change, &[("KeyId", &key)]).ok();
        export(&sealed).refused(409, code);
        generate(&key).refused(409, code);
    }
    let abroad = client.clone().with("RegionId", "cn-beijing");
    let params = [&[("CiphertextBlob", sealed.as_str())][..], &wrapper.params(SM2PKE)].concat();
    abroad.call("ExportDataKey", &params).refused(404, "Forbidden.KeyNotFound");
}
