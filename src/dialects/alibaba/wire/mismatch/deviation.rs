//! Trying the known mistakes of signers one after the other.

use std::borrow::Borrow;

use crate::algorithms::mac::{Hash, digest};
use crate::algorithms::rsa::SignatureKey;
use crate::dialects::alibaba::wire::call::Call;
use crate::dialects::gate::accounts::Secret;
use crate::dialects::wire::canonical::signed_length;
use crate::watch::journal::{EXPLAIN_LIMIT, Mismatch, Nearest};

/// The keys that may have made a signature.
pub(crate) struct Keys<'a, I> {
    /// The one that the request names.
    pub(crate) own: &'a Secret,
    /// The others.
    pub(crate) others: I,
    /// The mistake of a client that signs with one of the others.
    pub(crate) of_another: &'static str,
}

/// Explains a mismatch, given the deviations to try and a check whether the signature is right for
/// a text.
pub(crate) fn nearest<K: Borrow<Secret>, F: FnOnce() -> String>(
    server: String,
    keys: Keys<'_, impl Iterator<Item = K>>,
    mut deviations: impl Iterator<Item = Deviation<F>>,
    genuine: impl Fn(&str, &Secret) -> bool,
    base: &str,
) -> Mismatch {
    let found = deviations.find(|it| genuine(&it.signed, keys.own));
    let client = found.map(|it| Nearest { text: (it.shown)(), why: it.why }).or_else(|| {
        let mut others = keys.others.take(Mismatch::key_budget(base.len()));
        let is_other = others.any(|other| genuine(base, other.borrow()));
        is_other.then(|| Nearest { text: server.clone(), why: keys.of_another })
    });
    Mismatch::new(server, client)
}

/// The mistake of an RSA signer that knows the right text and has the right key.
pub(crate) fn of_rsa(key: &SignatureKey, text: &str, signature: &[u8]) -> Option<&'static str> {
    if key.verifies(&digest(Hash::Sha256, text.as_bytes()), signature) {
        Some("the text's digest was signed as if it were the text: signing computes it again")
    } else if key.verifies_pss(text.as_bytes(), signature) {
        Some("the signature has the padding of PSS, and not that of PKCS #1 v1.5")
    } else {
        None
    }
}

/// Whether a request is too long to be explained.
pub(crate) fn is_too_long(call: &Call) -> bool {
    // The parameters include those of a form body.
    let content = call.params.length().max(call.query.length() + call.body.len());
    signed_length(&call.headers, &call.path, content) > EXPLAIN_LIMIT
}

/// A known mistake, applied to a request.
pub(crate) struct Deviation<F> {
    pub(crate) why: &'static str,
    /// The text that a client with this mistake signs.
    pub(crate) signed: String,
    /// Makes the same text with possible secrets redacted.
    pub(crate) shown: F,
}
