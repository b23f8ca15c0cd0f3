//! NIST's answers for ML-KEM-1024 and ML-DSA-87, from its ACVP server. Some need what kmsim does
//! not offer: expanded private keys, and messages that include the domain separator. Those test
//! the crate, and another test shows that kmsim's results are the crate's.

use std::convert::Infallible;

use kmsim::algorithms::Randomness;
use kmsim::algorithms::asymmetric::{Encryption, PairSpec, PrivateKey, PublicKey, Signing};
use kmsim::algorithms::symmetric::{Cipher, Sealed};
use ml_dsa::{ExpandedSigningKey, MlDsa87, Signature, SignatureEncoding, SigningKey, VerifyingKey};
#[expect(deprecated, reason = "NIST's answers have keys in this form")]
use ml_kem::ExpandedKeyEncoding;
use ml_kem::{Decapsulate, DecapsulationKey, MlKem1024};
use rand_core::{TryCryptoRng, TryRng};

use super::hex;
use crate::kit::table;

/// A case: its number, what was modified, and its bytes.
struct Case {
    id: String,
    reason: String,
    bytes: Vec<Vec<u8>>,
}

/// The cases of a function, of which there must be so many.
fn cases(file: &str, function: &str, count: usize) -> Vec<Case> {
    let rows = table(&format!("vectors/acvp/{file}"));
    let rows = rows.into_iter().filter(|row| row[0] == function);
    let cases: Vec<_> = rows
        .map(|row| Case {
            id: format!("{function} {}", row[1]),
            reason: row[2].clone(),
            bytes: row[3..].iter().map(|cell| hex(cell)).collect(),
        })
        .collect();
    assert_eq!(cases.len(), count, "{file}: {function}");
    cases
}

/// A seed as PKCS #8 (RFC 9935 and RFC 9881, section 6 of both).
fn pkcs8(oid: [u8; 9], seed: &[u8]) -> Vec<u8> {
    let tagged =
        |tag: u8, content: &[u8]| [&[tag, u8::try_from(content.len()).unwrap()], content].concat();
    let key = tagged(0x04, &tagged(0x80, seed));
    tagged(0x30, &[vec![2, 1, 0], tagged(0x30, &tagged(0x06, &oid)), key].concat())
}

/// `id-alg-ml-kem-1024`, 2.16.840.1.101.3.4.4.3.
const ML_KEM_1024: [u8; 9] = [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 4, 3];
/// `id-ml-dsa-87`, 2.16.840.1.101.3.4.3.19.
const ML_DSA_87: [u8; 9] = [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 19];

/// A generator of the given bytes, and then of zeros.
struct Given(Vec<u8>);

impl TryRng for Given {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for byte in bytes {
            *byte = if self.0.is_empty() { 0 } else { self.0.remove(0) };
        }
        Ok(())
    }
}

impl TryCryptoRng for Given {}

/// Generates a private key from the case's seed, and checks that its public key is the case's.
fn generates(spec: PairSpec, oid: [u8; 9], case: &Case) -> PrivateKey {
    let [seed, public, _] = case.bytes.as_slice() else { panic!("{}", case.id) };
    let pkcs8 = pkcs8(oid, seed);
    let generated = kmsim::algorithms::asymmetric::generate(spec, &mut Given(seed.clone()));
    assert_eq!(*generated.unwrap(), pkcs8, "{}", case.id);
    let key = PrivateKey::read(spec, &pkcs8).unwrap();
    assert!(key.public().der().unwrap().ends_with(public), "{}", case.id);
    key
}

#[test]
#[expect(deprecated, reason = "NIST's answers have keys in this form")]
fn ml_kem_key_generation() {
    for case in cases("ml-kem-1024.tsv", "keyGen", 2) {
        generates(PairSpec::MlKem1024, ML_KEM_1024, &case);
        let seed = case.bytes[0].as_slice().try_into().unwrap();
        let expanded = DecapsulationKey::<MlKem1024>::from_seed(seed).to_expanded_bytes();
        assert_eq!(expanded[..], case.bytes[2], "{}", case.id);
    }
}

#[test]
fn ml_kem_encapsulation() {
    for case in cases("ml-kem-1024.tsv", "encapsulation", 2) {
        let [public, message, encapsulated, secret] = case.bytes.as_slice() else { panic!() };
        let key = PublicKey::read(PairSpec::MlKem1024, &spki(public)).unwrap();
        let mut rng = Given(message.clone());
        let sealed = key.encrypt(Encryption::MlKem, b"text", &mut rng).unwrap();
        let (head, rest) = sealed.split_at(1568);
        assert_eq!(head, encapsulated, "{}", case.id);
        // What follows is encrypted with the secret.
        let opened = Sealed::of(rest).unwrap().open((Cipher::Aes, secret), b"");
        assert_eq!(**opened.unwrap(), *b"text", "{}", case.id);
    }
}

#[test]
#[expect(deprecated, reason = "NIST's answers have keys in this form")]
fn ml_kem_decapsulation() {
    let mut modified = 0;
    for case in cases("ml-kem-1024.tsv", "decapsulation", 2) {
        let [private, encapsulated, secret] = case.bytes.as_slice() else { panic!() };
        let private = private.as_slice().try_into().unwrap();
        let key = DecapsulationKey::<MlKem1024>::from_expanded_bytes(&private).unwrap();
        let encapsulated = encapsulated.as_slice().try_into().unwrap();
        assert_eq!(key.decapsulate(&encapsulated)[..], *secret, "{}", case.id);
        modified += usize::from(case.reason != "no modification");
    }
    assert_eq!(modified, 1);
}

/// The `SubjectPublicKeyInfo` of an encapsulation key, without parameters (RFC 9935 section 4).
fn spki(key: &[u8]) -> Vec<u8> {
    let long = |tag: u8, content: &[u8]| {
        let len = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[tag, 0x82], &len[..], content].concat()
    };
    let algorithm = [&[0x30, 11, 0x06, 9], &ML_KEM_1024[..]].concat();
    long(0x30, &[algorithm, long(0x03, &[&[0], key].concat())].concat())
}

#[test]
fn ml_dsa_key_generation() {
    for case in cases("ml-dsa-87.tsv", "keyGen", 2) {
        let key = generates(PairSpec::MlDsa87, ML_DSA_87, &case);
        let seed = case.bytes[0].as_slice().try_into().unwrap();
        let own = SigningKey::<MlDsa87>::from_seed(&seed);
        // An empty context: the domain separator of messages, and the context's length.
        let message = b"message";
        let expected = own.expanded_key().sign_internal(&[&[0, 0], message], &[0; 32].into());
        let signature = key.sign(Signing::MlDsa, message, Randomness::Any).unwrap();
        assert_eq!(signature, expected.to_vec(), "{}", case.id);
        #[expect(deprecated, reason = "NIST's answers have keys in this form")]
        let expanded = own.expanded_key().to_expanded();
        assert_eq!(expanded[..], case.bytes[2], "{}", case.id);
    }
}

#[test]
#[expect(deprecated, reason = "NIST's answers have keys in this form")]
fn ml_dsa_signature_generation() {
    for case in cases("ml-dsa-87.tsv", "sigGen", 2) {
        let [private, message, random, signature] = case.bytes.as_slice() else { panic!() };
        let private = private.as_slice().try_into().unwrap();
        let key = ExpandedSigningKey::<MlDsa87>::from_expanded(&private);
        let random = random.as_slice().try_into().unwrap();
        assert_eq!(key.sign_internal(&[message], &random).to_vec(), *signature, "{}", case.id);
    }
}

#[test]
fn ml_dsa_signature_verification() {
    for case in cases("ml-dsa-87.tsv", "sigVer", 5) {
        let [public, message, signature] = case.bytes.as_slice() else { panic!() };
        let key = VerifyingKey::<MlDsa87>::decode(&public.as_slice().try_into().unwrap());
        let verifies = Signature::try_from(signature.as_slice())
            .is_ok_and(|signature| key.verify_internal(message, &signature));
        assert_eq!(verifies, case.reason == "no modification", "{} {}", case.id, case.reason);
    }
}
