//! Distinguished names: the text of RFC 2253, and the `Name` of X.501 (RFC 5280 section 4.1.2.4).
//! The order is reversed in the text: `CN=…` first, `C=…` last.

use std::fmt::Write as _;

use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::der::asn1::SetOfVec;
use x509_cert::der::{Decode, Encode};
use x509_cert::name;

use super::attributes::{KINDS, text_of};
use super::name_text;

/// A distinguished name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(pub(super) name::Name);

/// The maximum length of a name's text, in bytes.
const LONGEST: usize = 4096;

impl Name {
    /// Parses the text of RFC 2253 strictly: escapes, `#hex`, quoted values, multi-valued RDNs, and
    /// spaces around separators and semicolons as in its section 4. `None` when the text is
    /// malformed, when an attribute is unknown, empty, too long or repeated in one RDN, or when the
    /// text is longer than 4096 bytes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let mut parts: Vec<SetOfVec<AttributeTypeAndValue>> = name_text::read(text)?
            .into_iter()
            .map(SetOfVec::try_from)
            .collect::<Result<_, _>>()
            .ok()?;
        parts.reverse();
        name::Name::from_der(&parts.to_der().ok()?).ok().map(Self)
    }

    /// Whether it has an attribute with this keyword.
    #[must_use]
    pub fn has(&self, keyword: &str) -> bool {
        let oid = KINDS.iter().find(|kind| kind.keyword == keyword).map(|kind| kind.oid);
        self.0.iter().any(|attribute| Some(attribute.oid) == oid)
    }
}

/// The text of RFC 2253.
impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts: Vec<_> = self.0.iter_rdn().collect();
        for (at, part) in parts.into_iter().rev().enumerate() {
            f.write_str(if at == 0 { "" } else { "," })?;
            for (at, attribute) in part.iter().enumerate() {
                f.write_str(if at == 0 { "" } else { "+" })?;
                f.write_str(&written(attribute))?;
            }
        }
        Ok(())
    }
}

/// An attribute's keyword and value. Without a keyword: its object identifier, and the value in
/// hex.
fn written(attribute: &AttributeTypeAndValue) -> String {
    let kind = KINDS.iter().find(|kind| kind.oid == attribute.oid);
    match (kind, text_of(&attribute.value)) {
        (Some(kind), Some(text)) => format!("{}={}", kind.keyword, escaped(&text)),
        (kind, _) => {
            let hex = base16ct::lower::encode_string(&attribute.value.to_der().unwrap_or_default());
            match kind {
                Some(kind) => format!("{}=#{hex}", kind.keyword),
                None => format!("{}=#{hex}", attribute.oid),
            }
        }
    }
}

/// RFC 2253 section 2.4. Control characters are written as hex pairs.
fn escaped(text: &str) -> String {
    let last = text.chars().count().saturating_sub(1);
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.chars().enumerate() {
        match c {
            ',' | '+' | '"' | '\\' | '<' | '>' | ';' => out.extend(['\\', c]),
            '#' if at == 0 => out.push_str("\\#"),
            ' ' if at == 0 || at == last => out.push_str("\\ "),
            c if c.is_ascii_control() => {
                // Writing to a string does not fail.
                let _ = write!(out, "\\{:02X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same(text: &str, again: &str) {
        let name = Name::parse(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(name.to_string(), again, "{text}");
        assert_eq!(Name::parse(again), Some(name), "{again}");
    }

    #[test]
    fn names_are_read_and_written() {
        same("CN=userName,OU=kms,O=example,C=CN", "CN=userName,OU=kms,O=example,C=CN");
        // The examples of RFC 2253 section 5.
        same("CN=Steve Kille,O=Isode Limited,C=GB", "CN=Steve Kille,O=Isode Limited,C=GB");
        same("OU=Sales+CN=J. Smith,O=Widget Inc.,C=US", "OU=Sales+CN=J. Smith,O=Widget Inc.,C=US");
        same(
            r"CN=L. Eagle,O=Sue\, Grabbit and Runn,C=GB",
            r"CN=L. Eagle,O=Sue\, Grabbit and Runn,C=GB",
        );
        same(r"CN=Before\0DAfter,O=Test,C=GB", r"CN=Before\0DAfter,O=Test,C=GB");
        same(
            "1.3.6.1.4.1.1466.0=#04024869,O=Test,C=GB",
            "1.3.6.1.4.1.1466.0=#04024869,O=Test,C=GB",
        );
        same(r"CN=Lu\C4\8Di\C4\87", "CN=Lučić");
        // Its section 4.
        same("cn = a b ; oid.2.5.4.11 = \"x, y+z\" , O=o", r"CN=a b,OU=x\, y\+z,O=o");
        same("CN=\"a\\\"b\",C=CN", "CN=a\\\"b,C=CN");
        same("CN=#0c026869,C=CN", "CN=hi,C=CN");
        same("CN=\\#a,OU=\\ b\\ ,O=深圳 公司,E=a@b.c", "CN=\\#a,OU=\\ b\\ ,O=深圳 公司,E=a@b.c");
        same("EMAILADDRESS=a@b.c", "E=a@b.c");
        same("OU=a,OU=a,C=CN", "OU=a,OU=a,C=CN");
    }

    #[test]
    fn malformed_names_are_refused() {
        let long = format!("CN={}", "x".repeat(65));
        let short = [
            "", " ", "userName", "=a", "CN", "CN=", "CN=  ", "CN=\"\"", "CN=a,", ",CN=a", "CN=a+",
            "XX=a", "CN=a=b", "CN=a#b", "CN=a<b", "CN=a\"b", "CN=\"a", "CN=\\", "CN=\\zz",
            "CN=\\C4", "CN=\\C", "CN=#", "CN=#0", "CN=#zz", "C=CHN", "C=C1", "9.9.9=a", "1=a",
            "oid.=a", "CN=a\0", "CN=\\00",
        ];
        let longer = [
            "CN=a,,O=b",
            "CN=\"a\"b",
            "CN=#0c0268",
            "CN=#0c02686900",
            "CN=#04024869",
            "CN=#0c02c328",
            "C=\u{e9}\u{e9}",
            "E=\u{e9}@b.c",
            "CN=a+CN=a",
            "CN=a+CN=b",
            "1.2=a.b,CN=a\\",
            long.as_str(),
        ];
        for bad in short.into_iter().chain(longer) {
            assert_eq!(Name::parse(bad), None, "{bad:?}");
        }
        assert!(Name::parse(&long[..long.len() - 1]).is_some());
        // The longest name that fits.
        let many = |count: usize| vec!["OU=a"; count].join(",");
        assert!(Name::parse(&many(819)).is_some() && Name::parse(&many(820)).is_none());
    }

    #[test]
    fn fragments_of_names_cause_no_panic() {
        let text = r#"CN=a\C4\8D\, b+OU="x\"y";1.2.3=#0c026869 , O=\#\ ü,C=CN"#;
        assert!(Name::parse(text).is_some());
        let ends = text.char_indices().map(|(at, _)| at);
        for at in ends {
            for piece in [&text[..at], &text[at..]] {
                if let Some(name) = Name::parse(piece) {
                    assert_eq!(Name::parse(&name.to_string()), Some(name), "{piece}");
                }
            }
        }
    }

    #[test]
    fn has_finds_attributes_by_keyword() {
        let name = Name::parse("CN=a,OU=b+O=c").unwrap();
        assert!(name.has("CN") && name.has("OU") && name.has("O"));
        assert!(!name.has("C") && !name.has("XX"));
    }
}
