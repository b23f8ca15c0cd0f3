//! CBC and ECB. The keys of hardware instances encrypt so too. Nothing is authenticated, so neither
//! takes associated data.

use super::used::{InUse, refuse};
use super::words::Method;
use crate::algorithms::block_modes::{BLOCK_LEN, Mode, Padding};
use crate::dialects::alibaba::values::Blob;
use crate::dialects::{Cx, Error};
use crate::engine::{Operation, Sealed};

/// The mode of a request. CBC needs an initialisation vector: the one that is given, or `absent`.
pub(super) fn mode(
    method: Method,
    (iv, aad): (Option<&Blob>, Option<&Blob>),
    absent: impl FnOnce() -> Result<[u8; BLOCK_LEN], Error>,
) -> Result<Mode, Error> {
    refuse(aad, "Aad")?;
    match (method, iv) {
        (Method::Cbc(_), Some(iv)) => {
            let iv = iv.0.as_slice().try_into();
            iv.map(Mode::Cbc).map_err(|_| Error::Invalid("Iv".into()))
        }
        (Method::Cbc(_), None) => absent().map(Mode::Cbc),
        _ => refuse(iv, "Iv").map(|()| Mode::Ecb),
    }
}

/// The initialisation vector of a mode.
pub(super) fn iv_of(mode: &Mode) -> Option<&[u8]> {
    match mode {
        Mode::Cbc(iv) => Some(iv),
        Mode::Ecb => None,
    }
}

/// Encrypts a text with the version of the key in use. Without an initialisation vector, a random
/// one is used.
pub(super) fn encrypt(
    cx: &Cx,
    (used, method, operation): (&InUse, Method, Operation),
    parts: (Option<&Blob>, Option<&Blob>),
    padding: Padding,
    text: &[u8],
) -> Result<(Mode, Sealed), Error> {
    let mode = mode(method, parts, || Ok(cx.engine.world().entropy.array()))?;
    let how = (mode, padding);
    let sealed = cx.engine.encrypt_blocks(&cx.caller, &used.pair(), operation, how, text)?;
    Ok((mode, sealed))
}
