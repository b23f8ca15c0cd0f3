//! Percent-encoding for canonical forms.

#[cfg(test)]
use super::form::WORK;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Percent-encodes `text` by RFC 3986, with upper-case digits: only letters, digits and `-_.~` stay
/// as they are.
pub(crate) fn encode_into(out: &mut String, text: &str) {
    #[cfg(test)]
    WORK.set(WORK.get() + text.len());
    out.extend(utf8_percent_encode(text, RESERVED));
}

/// Percent-encodes `text` twice.
pub(crate) fn encode_twice_into(out: &mut String, text: &str) {
    #[cfg(test)]
    WORK.set(WORK.get() + text.len());
    for part in utf8_percent_encode(text, RESERVED) {
        match part.strip_prefix('%') {
            Some(digits) => {
                out.push_str("%25");
                out.push_str(digits);
            }
            None => out.push_str(part),
        }
    }
}

/// `name=value` pairs joined by `&`, each part percent-encoded, in the order given.
pub(crate) fn encode_pairs<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut out = String::with_capacity(512);
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        encode_into(&mut out, name);
        out.push('=');
        encode_into(&mut out, value);
    }
    out
}

/// The most bytes of a request that a signature can cover. The parameters are counted in `content`.
pub(crate) fn signed_length(headers: &HeaderMap, path: &str, content: usize) -> usize {
    let header = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len();
    headers.iter().map(header).sum::<usize>() + path.len() + content
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoding_is_rfc_3986() {
        let text = "aZ9-_.~ *+%/=&世";
        let (mut once, mut twice, mut again) = (String::new(), String::new(), String::new());
        encode_into(&mut once, text);
        assert_eq!(once, "aZ9-_.~%20%2A%2B%25%2F%3D%26%E4%B8%96");
        encode_into(&mut again, &once);
        encode_twice_into(&mut twice, text);
        assert_eq!(twice, again);
    }
}
