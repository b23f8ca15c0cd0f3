//! What signers share: percent-encoding, forms and hexadecimal.

use std::borrow::Cow;
use std::fmt::Write;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};

/// Everything but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Percent-encodes `text` by RFC 3986, with upper-case digits: only letters, digits and `-_.~` stay.
pub(super) fn encode_into(out: &mut String, text: &str) {
    out.extend(utf8_percent_encode(text, RESERVED));
}

/// `name=value` pairs joined by `&`, each part percent-encoded, in the order given.
pub(super) fn encode_pairs<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
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

/// Reads `a=b&c=d` with `+` for a space. `None` when a part is not UTF-8.
pub(super) fn decode_form(form: &[u8]) -> Option<Vec<(String, String)>> {
    form.split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let at = pair.iter().position(|byte| *byte == b'=');
            let (name, value) = at.map_or((pair, &b""[..]), |at| (&pair[..at], &pair[at + 1..]));
            Some((decode(name)?, decode(value)?))
        })
        .collect()
}

fn decode(part: &[u8]) -> Option<String> {
    let spaced: Cow<'_, [u8]> = if part.contains(&b'+') {
        part.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect::<Vec<_>>().into()
    } else {
        part.into()
    };
    percent_decode(&spaced).decode_utf8().ok().map(Cow::into_owned)
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        // Writing to a string does not fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoding_is_rfc_3986() {
        let mut out = String::new();
        encode_into(&mut out, "aZ9-_.~ *+%/=&世");
        assert_eq!(out, "aZ9-_.~%20%2A%2B%25%2F%3D%26%E4%B8%96");
    }

    #[test]
    fn forms_are_decoded_however_they_were_encoded() {
        let pairs = decode_form(b"a=1+2%2B3&b=&c&&d=*~!'()%7E%E4%B8%96").unwrap();
        let read: Vec<_> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(read, [("a", "1 2+3"), ("b", ""), ("c", ""), ("d", "*~!'()~世")]);
        assert!(decode_form(b"a=%FF").is_none());
    }

    #[test]
    fn hexadecimal() {
        assert_eq!(hex(&[0, 0x0f, 0xa0, 0xff]), "000fa0ff");
    }
}
