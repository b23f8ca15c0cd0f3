//! Parameters as they may stand in a log: what may be a secret only by length and digest.

use std::fmt;

use super::form::Form;
use crate::watch::classes::{Class, Classes};
use crate::watch::{Fingerprint, truncate};

/// Displays a request's parameters, as their classes allow. A value of no known parameter may be a
/// secret too: its name may be misspelt.
pub(crate) struct Params<'a>(pub(crate) &'a Form, pub(crate) &'a Classes);

/// The longest value that is displayed as it is, in bytes.
const LONGEST: usize = 1024;
/// How many parameters are displayed: a log line must not grow with whatever somebody sends.
const MOST: usize = 64;

impl fmt::Display for Params<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, value)) in self.0.iter().enumerate() {
            if index == MOST {
                return write!(f, " and {} more", self.0.iter().count() - MOST);
            }
            f.write_str(if index == 0 { "" } else { " " })?;
            let class = self.1.class(name);
            let is_open = class.is_open() && class != Class::Context;
            let name = truncate(name).escape_debug();
            if is_open && value.len() <= LONGEST {
                write!(f, "{name}={value:?}")?;
            } else {
                write!(f, "{name}={}", Fingerprint::of(value.as_bytes()))?;
            }
        }
        Ok(())
    }
}

/// An encoded value as it may stand in a canonical text that is shown.
pub(crate) fn shown(classes: &Classes, name: &str, encoded: &str) -> String {
    if classes.class(name).is_open() {
        encoded.to_owned()
    } else {
        Fingerprint::of(encoded.as_bytes()).plain()
    }
}

/// An encoded query as it may be shown.
pub(crate) fn shown_query(classes: &Classes, query: &str) -> String {
    let pair = |pair: &str| match pair.split_once('=') {
        Some((name, value)) => [name, "=", &shown(classes, name, value)].concat(),
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
        let classes = [("KeyId", Class::Key), ("ResourceId", Class::Open)].into_iter().collect();
        assert_eq!(
            Params(&params, &classes).to_string(),
            r#"KeyId="k\n" PlainText=<10 bytes, sha256 9d3b3194> ResourceId.1="r""#
        );
    }

    #[test]
    fn a_line_does_not_grow_with_the_request() {
        let (name, value) = ("n".repeat(1000), "v".repeat(100_000));
        let many = format!("{}{name}=x&KeyId={value}", "z=1&".repeat(10_000));
        let classes = [("KeyId", Class::Key), ("z", Class::Open)].into_iter().collect();
        let line = Params(&Form::read(&[many.as_bytes()]).unwrap(), &classes).to_string();
        assert!(line.len() < 1000 && line.ends_with("z=\"1\" and 9938 more"), "{line}");
    }
}
