//! The attribute types of distinguished names, and their values.

use x509_cert::der::asn1::{Any, BmpString};
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::der::{Tag, Tagged};

/// The string type that a value is encoded as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// UTF-8.
    Text,
    /// `PrintableString` where the text allows it, else UTF-8.
    Printable,
    /// Two letters, as `PrintableString`.
    Country,
    /// ASCII.
    Ascii,
}

/// An attribute type: keyword, object identifier, string type, and its maximum length in characters
/// (RFC 5280 appendix A).
pub(super) struct Kind {
    pub(super) keyword: &'static str,
    pub(super) oid: ObjectIdentifier,
    pub(super) form: Form,
    pub(super) most: usize,
}

const fn kind(keyword: &'static str, oid: &str, form: Form, most: usize) -> Kind {
    Kind { keyword, oid: ObjectIdentifier::new_unwrap(oid), form, most }
}

/// The keywords of RFC 2253 section 2.3, and two for mail addresses, which it does not name.
pub(super) const KINDS: [Kind; 11] = [
    kind("CN", "2.5.4.3", Form::Text, 64),
    kind("L", "2.5.4.7", Form::Printable, 128),
    kind("ST", "2.5.4.8", Form::Printable, 128),
    kind("O", "2.5.4.10", Form::Printable, 64),
    kind("OU", "2.5.4.11", Form::Printable, 64),
    kind("C", "2.5.4.6", Form::Country, 2),
    kind("STREET", "2.5.4.9", Form::Text, 128),
    kind("DC", "0.9.2342.19200300.100.1.25", Form::Ascii, 63),
    kind("UID", "0.9.2342.19200300.100.1.1", Form::Text, 256),
    kind("E", "1.2.840.113549.1.9.1", Form::Ascii, 255),
    kind("EMAILADDRESS", "1.2.840.113549.1.9.1", Form::Ascii, 255),
];

/// The text of a string value.
pub(super) fn text_of(value: &Any) -> Option<String> {
    match value.tag() {
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String => {
            String::from_utf8(value.value().to_vec()).ok()
        }
        Tag::BmpString => BmpString::from_ucs2(value.value()).ok().map(|text| text.to_string()),
        _ => None,
    }
}
