//! Parses the text of a distinguished name: RFC 2253 section 3, with the additions of its section
//! 4.

use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::der::asn1::{Any, PrintableString};
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::der::{Decode, Tag};

use super::attributes::{Form, KINDS, Kind, text_of};

/// The characters that must be escaped in an unquoted value.
const SPECIALS: &[char] = &[',', '=', '+', '<', '>', '#', ';', '\\', '"'];

/// The RDNs in order, each with its attributes.
type Parts = Vec<Vec<AttributeTypeAndValue>>;

/// Parses a whole name, in the order of the text.
pub(super) fn read(text: &str) -> Option<Parts> {
    let mut rest = text;
    let mut parts: Parts = vec![Vec::new()];
    loop {
        let attribute = attribute(&mut rest)?;
        let part = parts.last_mut()?;
        if part.iter().any(|other| other.oid == attribute.oid) {
            return None;
        }
        part.push(attribute);
        match take(&mut rest) {
            None => return Some(parts),
            Some(',' | ';') => parts.push(Vec::new()),
            Some('+') => {}
            Some(_) => return None,
        }
    }
}

fn take(rest: &mut &str) -> Option<char> {
    let c = rest.chars().next()?;
    *rest = rest.get(c.len_utf8()..)?;
    Some(c)
}

fn skip_spaces(rest: &mut &str) {
    *rest = rest.trim_start_matches(' ');
}

/// One attribute, and the spaces after it.
fn attribute(rest: &mut &str) -> Option<AttributeTypeAndValue> {
    let (name, value) = rest.split_once('=')?;
    let (oid, kind) = attribute_type(name.trim_matches(' '))?;
    *rest = value;
    skip_spaces(rest);
    let value = match rest.chars().next() {
        Some('#') => hex_value(rest, kind)?,
        Some('"') => encoded(&quoted(rest)?, kind)?,
        _ => encoded(&plain(rest)?, kind)?,
    };
    skip_spaces(rest);
    Some(AttributeTypeAndValue { oid, value })
}

fn attribute_type(name: &str) -> Option<(ObjectIdentifier, Option<&'static Kind>)> {
    if let Some(kind) = KINDS.iter().find(|kind| kind.keyword.eq_ignore_ascii_case(name)) {
        return Some((kind.oid, Some(kind)));
    }
    let dotted = match name.get(..4) {
        Some("oid." | "OID.") => name.get(4..)?,
        _ => name,
    };
    let oid = ObjectIdentifier::new(dotted).ok()?;
    Some((oid, KINDS.iter().find(|kind| kind.oid == oid)))
}

/// `#` and the hex digits of the value in DER.
fn hex_value(rest: &mut &str, kind: Option<&Kind>) -> Option<Any> {
    take(rest)?;
    let end = rest.find([',', ';', '+', ' ']).unwrap_or(rest.len());
    let (digits, after) = rest.split_at_checked(end)?;
    *rest = after;
    let value = Any::from_der(&base16ct::mixed::decode_vec(digits).ok()?).ok()?;
    match kind {
        Some(kind) if !fits(&text_of(&value)?, kind) => None,
        _ => Some(value),
    }
}

/// A quoted value: every character but a quote and a backslash is literal.
fn quoted(rest: &mut &str) -> Option<String> {
    take(rest)?;
    let mut bytes = Vec::new();
    loop {
        match take(rest)? {
            '"' => return String::from_utf8(bytes).ok(),
            '\\' => bytes.push(pair(rest)?),
            c => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

/// An unquoted value, up to the next separator. Unescaped spaces at its end are dropped.
fn plain(rest: &mut &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut kept = 0;
    while let Some(c) = rest.chars().next() {
        match c {
            ',' | ';' | '+' => break,
            '\\' => {
                take(rest)?;
                bytes.push(pair(rest)?);
                kept = bytes.len();
            }
            c if SPECIALS.contains(&c) => return None,
            c => {
                take(rest)?;
                bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                if c != ' ' {
                    kept = bytes.len();
                }
            }
        }
    }
    bytes.truncate(kept);
    String::from_utf8(bytes).ok()
}

/// What follows a backslash: a literal character, or a byte in hex.
fn pair(rest: &mut &str) -> Option<u8> {
    match take(rest)? {
        c if SPECIALS.contains(&c) || c == ' ' => u8::try_from(c).ok(),
        high => {
            let digits = [u8::try_from(high).ok()?, u8::try_from(take(rest)?).ok()?];
            base16ct::mixed::decode(digits, &mut [0]).ok()?.first().copied()
        }
    }
}

fn encoded(text: &str, kind: Option<&Kind>) -> Option<Any> {
    let tag = match kind.map(|kind| kind.form) {
        Some(Form::Printable) if PrintableString::new(text).is_ok() => Tag::PrintableString,
        None | Some(Form::Text | Form::Printable) => Tag::Utf8String,
        Some(Form::Country) => Tag::PrintableString,
        Some(Form::Ascii) => Tag::Ia5String,
    };
    let good = kind.map_or(!text.is_empty(), |kind| fits(text, kind));
    if good { Any::new(tag, text.as_bytes()).ok() } else { None }
}

/// Whether a text is allowed as a value of this attribute type. A NUL is refused, because other
/// programs would truncate there.
fn fits(text: &str, kind: &Kind) -> bool {
    let count = text.chars().count();
    let form = match kind.form {
        Form::Text | Form::Printable => true,
        Form::Country => count == 2 && text.chars().all(|c| c.is_ascii_alphabetic()),
        Form::Ascii => text.is_ascii(),
    };
    form && (1..=kind.most).contains(&count) && !text.contains('\0')
}
