//! Parameters for logs. What may be secret is replaced by its length and digest.

use std::fmt;

use super::form::Form;
use crate::watch::classes::{Class, Classes};
use crate::watch::{Fingerprint, truncate};

/// Displays a request's parameters according to their classes. The value of an unknown parameter is
/// redacted: it may be a secret under a misspelt name.
pub(crate) struct RedactedParams<'a>(pub(crate) &'a Form, pub(crate) &'a Classes);

/// Longer values are redacted, in bytes.
const MAX_VALUE_LEN: usize = 1024;
/// How many parameters are displayed. A log line must not grow with the request.
const MAX_PARAMS: usize = 64;

impl fmt::Display for RedactedParams<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, value)) in self.0.iter().enumerate() {
            if index == MAX_PARAMS {
                return write!(f, " and {} more", self.0.iter().count() - MAX_PARAMS);
            }
            f.write_str(if index == 0 { "" } else { " " })?;
            let class = self.1.class(name);
            let is_open = class.is_open() && class != Class::Context;
            let name = truncate(name).escape_debug();
            if is_open && value.len() <= MAX_VALUE_LEN {
                write!(f, "{name}={value:?}")?;
            } else {
                write!(f, "{name}={}", Fingerprint::of(value.as_bytes()))?;
            }
        }
        Ok(())
    }
}

/// An encoded value for a canonical text that is displayed.
pub(crate) fn redacted(classes: &Classes, name: &str, encoded: &str) -> String {
    if classes.class(name).is_open() {
        encoded.to_owned()
    } else {
        Fingerprint::of(encoded.as_bytes()).plain()
    }
}

/// An encoded query, redacted.
pub(crate) fn redacted_query(classes: &Classes, query: &str) -> String {
    let pair = |pair: &str| match pair.split_once('=') {
        Some((name, value)) => [name, "=", &redacted(classes, name, value)].concat(),
        None => pair.to_owned(),
    };
    query.split('&').map(pair).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn possible_secrets_are_redacted() {
        let params = Form::read(&[b"KeyId=k%0A&ResourceId.1=r&PlainText=top+secret"]).unwrap();
        let classes = [("KeyId", Class::Key), ("ResourceId", Class::Open)].into_iter().collect();
        assert_eq!(
            RedactedParams(&params, &classes).to_string(),
            r#"KeyId="k\n" PlainText=<10 bytes, sha256 9d3b3194> ResourceId.1="r""#
        );
    }

    #[test]
    fn the_line_length_is_bounded() {
        let (name, value) = ("n".repeat(1000), "v".repeat(100_000));
        let many = format!("{}{name}=x&KeyId={value}", "z=1&".repeat(10_000));
        let classes = [("KeyId", Class::Key), ("z", Class::Open)].into_iter().collect();
        let line = RedactedParams(&Form::read(&[many.as_bytes()]).unwrap(), &classes).to_string();
        assert!(line.len() < 1000 && line.ends_with("z=\"1\" and 9938 more"), "{line}");
    }
}
