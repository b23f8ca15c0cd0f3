//! Parameters as they may stand in a log: what may be a secret only by length and digest.

use std::fmt;

use super::form::Form;
use crate::watch::Measured;
use crate::watch::naming::Naming;

/// Displays a request's parameters, given those whose values may stand in a log: those of flat lists by the list's
/// name. Any other value may be a secret, that of a misspelt name too.
pub(super) struct Params<'a>(pub(super) &'a Form, pub(super) &'a [&'a str]);

impl fmt::Display for Params<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, value)) in self.0.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { " " })?;
            if self.1.contains(&name.split('.').next().unwrap_or_default()) {
                write!(f, "{}={value:?}", name.escape_debug())?;
            } else {
                write!(f, "{}={}", name.escape_debug(), Measured::of(value.as_bytes()))?;
            }
        }
        Ok(())
    }
}

/// An encoded value as it may stand in a canonical text that is shown.
pub(super) fn shown(naming: &Naming, name: &str, encoded: &str) -> String {
    if naming.is_open(name) { encoded.to_owned() } else { Measured::of(encoded.as_bytes()).plain() }
}

/// An encoded query as it may be shown.
pub(super) fn shown_query(naming: &Naming, query: &str) -> String {
    let pair = |pair: &str| match pair.split_once('=') {
        Some((name, value)) => [name, "=", &shown(naming, name, value)].concat(),
        None => pair.to_owned(),
    };
    query.split('&').map(pair).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_secret_is_only_measured() {
        let params = Form::read(&[b"KeyId=k%0A&ResourceId.1=r&PlainText=top+secret"]).unwrap();
        assert_eq!(
            Params(&params, &["KeyId", "ResourceId"]).to_string(),
            r#"KeyId="k\n" PlainText=<10 bytes, sha256 9d3b3194> ResourceId.1="r""#
        );
    }
}
