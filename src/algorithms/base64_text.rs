//! Base64 as people write it: on lines, as files and command-line tools hold it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// Whether a byte may stand anywhere in base64 and means nothing: a blank, a tab, or the end of a
/// line.
#[must_use]
pub fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Writes base64, on one line.
#[must_use]
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

/// Reads canonical base64, without the white space within and around it. `None` where the rest is
/// none.
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
    fn white_space_means_nothing_and_the_rest_is_strict() {
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
