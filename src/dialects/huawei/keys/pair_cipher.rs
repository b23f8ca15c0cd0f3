//! Encrypting and decrypting data with key pairs. A ciphertext is what the algorithm makes, without
//! the layout of symmetric ones: it names no key, and is bound to nothing else.

use super::sealing::Opened;
use super::sign::pair;
use crate::algorithms::asymmetric::{Encryption, PairSpec};
use crate::dialects::huawei::{codes, words};
use crate::dialects::wire::values::OpenText;
use crate::dialects::{Cx, Error};
use crate::engine::{self, CiphertextError, KeyError, KeyRef, Operation};
use crate::model::{KeySpec, KeyUsage};

/// The algorithm that a request names. `None` is that of symmetric keys, which is the default.
///
/// # Errors
/// `KMS.0308`: it is not the word of an algorithm.
pub(super) fn algorithm(
    word: Option<&OpenText>,
    name: &'static str,
) -> Result<Option<Encryption>, Error> {
    let encryption = word.map_or(Ok(None), |word| words::encryption(word));
    encryption.map_err(|_| Error::Invalid(name.into()))
}

/// The kind of a key for encryption that may be used for this.
///
/// # Errors
/// It may not, or is for another usage.
pub(super) fn cipher(cx: &Cx, key: &KeyRef, operation: Operation) -> Result<KeySpec, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let key = snapshot.view(&cx.caller).admit(key, operation)?.key();
    match (key.spec, key.usage) {
        (KeySpec::Mac(_), _) => Err(KeyError::IsMac.into()),
        (spec, KeyUsage::EncryptDecrypt) => Ok(spec),
        (_, usage) => Err(KeyError::Usage(usage).into()),
    }
}

/// The algorithm for a pair of this kind.
///
/// # Errors
/// `KMS.2106` if an RSA pair does not have it, `KMS.0308` if another pair does not.
fn fitting(
    algorithm: Option<Encryption>,
    spec: PairSpec,
    name: &'static str,
) -> Result<Encryption, Error> {
    match algorithm.filter(|it| it.fits(spec)) {
        Some(algorithm) => Ok(algorithm),
        None if spec.is_rsa() => Err(codes::RSA_ALGORITHM.with(&[name]).into()),
        None => Err(Error::Invalid(name.into())),
    }
}

/// Encrypts data. Returns the key's id and the ciphertext. `name` is the parameter that has the
/// algorithm.
///
/// # Errors
/// The pair does not have the algorithm; `KMS.2108` for more data than it takes.
pub(super) fn seal(
    cx: &Cx,
    (key, spec): (&KeyRef, PairSpec),
    (algorithm, name): (Option<Encryption>, &'static str),
    data: &[u8],
) -> Result<(String, Vec<u8>), Error> {
    let algorithm = fitting(algorithm, spec, name)?;
    let pair = pair(cx, key, Operation::EncryptToPair)?;
    let sealed = cx.engine.encrypt_to_pair(&cx.caller, &pair, algorithm, data)?;
    Ok((sealed.key.to_string(), sealed.value))
}

/// Decrypts data. `name` is the parameter that has the algorithm.
///
/// # Errors
/// The pair does not have the algorithm; `KMS.2201` for a ciphertext that does not decrypt.
pub(super) fn open(
    cx: &Cx,
    (key, spec): (&KeyRef, PairSpec),
    (algorithm, name): (Option<Encryption>, &'static str),
    ciphertext: &[u8],
) -> Result<Opened, Error> {
    let algorithm = fitting(algorithm, spec, name)?;
    let operation = Operation::DecryptByPair;
    let pair = pair(cx, key, operation)?;
    match cx.engine.decrypt_by_pair(&cx.caller, &pair, operation, algorithm, ciphertext) {
        Ok(opened) => Ok(Opened { key: opened.key, spec: KeySpec::Pair(spec), text: opened.value }),
        Err(engine::Error::Ciphertext(CiphertextError::DecryptionFailed)) => {
            Err(codes::INVALID_CIPHER_TEXT.with(&["cipher_text"]).into())
        }
        Err(error) => Err(error.into()),
    }
}
