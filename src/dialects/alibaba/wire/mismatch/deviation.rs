//! Trying the known mistakes of signers one after the other.

use crate::dialects::alibaba::wire::call::Call;
use crate::dialects::gate::accounts::Secret;
use crate::dialects::wire::canonical::signed_length;
use crate::watch::journal::{EXPLAIN_LIMIT, Mismatch, Nearest};

/// Explains a mismatch, given the deviations to try and a check whether the signature is right for
/// a text.
pub(crate) fn nearest<'a, F: FnOnce() -> String>(
    server: String,
    secret: &Secret,
    others: impl Iterator<Item = &'a Secret>,
    mut deviations: impl Iterator<Item = Deviation<F>>,
    genuine: impl Fn(&str, &Secret) -> bool,
    base: &str,
) -> Mismatch {
    let found = deviations.find(|it| genuine(&it.signed, secret));
    let client = found.map(|it| Nearest { text: (it.shown)(), why: it.why }).or_else(|| {
        let why = "the secret is that of another access key here";
        let mut others = others.take(Mismatch::key_budget(base.len()));
        others.any(|other| genuine(base, other)).then(|| Nearest { text: server.clone(), why })
    });
    Mismatch::new(server, client)
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
