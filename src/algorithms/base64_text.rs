//! Base64 as files and command-line tools write it, with line breaks.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// Whether a byte is white space that base64 text may contain anywhere: a blank, a tab, or part of
/// a line end.
#[must_use]
pub fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Encodes as base64, on one line.
#[must_use]
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

/// Decodes canonical base64 and ignores white space. `None` when the rest is not canonical base64.
#[must_use]
pub fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let text = text.as_bytes();
    let bytes = if text.iter().any(|byte| is_space(*byte)) {
        let mut bare = Zeroizing::new(Vec::with_capacity(text.len()));
        bare.extend(text.iter().filter(|byte| !is_space(**byte)));
        STANDARD.decode(&*bare)
    } else {
        STANDARD.decode(text)
    };
    bytes.ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_ignored_and_the_rest_is_strict() {
        for good in ["aGVsbG8=", "aGVsbG8=\n", "\t aGVs\r\nbG8=\r\n", "a G V s b G 8 ="] {
            assert_eq!(decode(good).unwrap().as_slice(), b"hello", "{good:?}");
        }
        assert_eq!(decode(" \r\n\t").unwrap().as_slice(), b"");
        for bad in [
            "aGVsbG8",
            "aGVsbG8==",
            "aGVsbG9=",
            "aGVs\u{b}bG8=",
            "aGVs\u{a0}bG8=",
            "aGVs-G8=",
            "aGVs\0bG8=",
        ] {
            assert!(decode(bad).is_none(), "{bad:?}");
        }
    }
}
