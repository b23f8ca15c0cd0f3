//! Both ways with AWS-LC, for the algorithms that OpenSSL 3.0 does not have: ML-DSA and ML-KEM.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::kem::{Ciphertext, DecapsulationKey, EncapsulationKey, ML_KEM_1024};
use aws_lc_rs::signature::{
    KeyPair, ML_DSA_87, ML_DSA_87_SIGNING, PqdsaKeyPair, UnparsedPublicKey,
};
use kmsim::algorithms::asymmetric::{
    Encryption, PairSpec, PrivateKey, PublicKey, Signing, generate,
};
use kmsim::algorithms::symmetric::{Cipher, IV_LEN, Sealed};
use kmsim::algorithms::{Error, Randomness};
use kmsim::world::Entropy;
#[expect(deprecated, reason = "AWS-LC reads private keys of ML-KEM in this form alone")]
use ml_kem::ExpandedKeyEncoding;
use ml_kem::MlKem1024;
use ml_kem::pkcs8::DecodePrivateKey;

/// A new private key, as PKCS #8 and ready for use.
fn pair(spec: PairSpec) -> (Vec<u8>, PrivateKey) {
    let pkcs8 = generate(spec, &mut Entropy::Os.rng()).unwrap();
    (pkcs8.to_vec(), PrivateKey::read(spec, &pkcs8).unwrap())
}

#[test]
fn both_write_the_same_keys_of_ml_dsa() {
    let (pkcs8, key) = pair(PairSpec::MlDsa87);
    let theirs = PqdsaKeyPair::from_pkcs8(&ML_DSA_87_SIGNING, &pkcs8).unwrap();
    assert_eq!(theirs.to_pkcs8v1().unwrap().as_ref(), pkcs8);
    assert_eq!(theirs.public_key().as_der().unwrap().as_ref(), key.public().der().unwrap());
}

#[test]
fn both_verify_signatures_of_ml_dsa() {
    let (pkcs8, key) = pair(PairSpec::MlDsa87);
    let theirs = PqdsaKeyPair::from_pkcs8(&ML_DSA_87_SIGNING, &pkcs8).unwrap();
    let public = PublicKey::read(PairSpec::MlDsa87, &key.public().der().unwrap()).unwrap();
    for message in [&b""[..], b"message", &[7; 4096]] {
        let other = [message, b"."].concat();
        let signature = key.sign(Signing::MlDsa, message, Randomness::Any).unwrap();
        let peer = UnparsedPublicKey::new(&ML_DSA_87, theirs.public_key().as_ref());
        assert!(peer.verify(message, &signature).is_ok());
        assert!(peer.verify(&other, &signature).is_err());
        let mut signature = vec![0; ML_DSA_87_SIGNING.signature_len()];
        theirs.sign(message, &mut signature).unwrap();
        assert_eq!(public.verifies(Signing::MlDsa, message, &signature), Ok(true));
        assert_eq!(public.verifies(Signing::MlDsa, &other, &signature), Ok(false));
    }
}

#[test]
fn kmsim_decrypts_what_aws_lc_encapsulates() {
    let (_, key) = pair(PairSpec::MlKem1024);
    let der = key.public().der().unwrap();
    let theirs = EncapsulationKey::new(&ML_KEM_1024, &der[der.len() - 1568..]).unwrap();
    let (encapsulated, secret) = theirs.encapsulate().unwrap();
    let with = (Cipher::Aes, secret.as_ref());
    let sealed = Sealed::after(encapsulated.as_ref(), with, [1; IV_LEN], b"", b"text").unwrap();
    assert_eq!(**key.decrypt(Encryption::MlKem, &sealed).unwrap(), *b"text");
    // Every part counts, and every length is safe.
    for at in [0, 1567, 1568, 1580, sealed.len() - 1] {
        let mut sealed = sealed.clone();
        sealed[at] ^= 1;
        assert_eq!(key.decrypt(Encryption::MlKem, &sealed).err(), Some(Error::DecryptionFailed));
    }
    for len in [0, 1, 1567, 1568, 1568 + 27, sealed.len() - 1] {
        let opened = key.decrypt(Encryption::MlKem, &sealed[..len]);
        assert_eq!(opened.err(), Some(Error::DecryptionFailed), "{len} bytes");
    }
}

#[test]
#[expect(deprecated, reason = "AWS-LC reads private keys of ML-KEM in this form alone")]
fn aws_lc_decapsulates_what_kmsim_encrypts() {
    let (pkcs8, key) = pair(PairSpec::MlKem1024);
    let public = PublicKey::read(PairSpec::MlKem1024, &key.public().der().unwrap()).unwrap();
    let expanded = ml_kem::DecapsulationKey::<MlKem1024>::from_pkcs8_der(&pkcs8).unwrap();
    let theirs = DecapsulationKey::new(&ML_KEM_1024, &expanded.to_expanded_bytes()).unwrap();
    for text in [&b""[..], b"text", &[7; 4096]] {
        let sealed = public.encrypt(Encryption::MlKem, text, &mut Entropy::Os.rng()).unwrap();
        assert_eq!(sealed.len(), 1568 + 28 + text.len());
        let (encapsulated, rest) = sealed.split_at(1568);
        let secret = theirs.decapsulate(Ciphertext::from(encapsulated)).unwrap();
        let opened = Sealed::of(rest).unwrap().open((Cipher::Aes, secret.as_ref()), b"").unwrap();
        assert_eq!(**opened, *text);
    }
}
