//! PEM (RFC 7468) as tools write it: with text around the blocks, blanks at line ends, any line
//! length, any line end, a byte order mark. The content of a block is parsed strictly.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pkcs8::{LineEnding, SecretDocument};
use zeroize::Zeroizing;

use super::{Error, unsupported};

/// The labels of certificate blocks. The second one is from older tools.
pub const CERTIFICATE_LABELS: [&str; 2] = ["CERTIFICATE", "X509 CERTIFICATE"];

/// One block: the lines between `-----BEGIN LABEL-----` and `-----END LABEL-----`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block<'a> {
    /// The label.
    pub label: &'a str,
    body: &'a str,
}

/// Why a block is malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// Its BEGIN line has trailing text, or its END line is missing or has another label.
    Unfinished,
    /// Its END line has trailing text.
    Trailing,
}

/// The blocks of a text, in order. Text outside blocks is ignored. Parsing ends at the first
/// malformed block.
pub fn blocks(text: &str) -> impl Iterator<Item = Result<Block<'_>, Broken>> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let found = next_block(rest?).transpose();
        rest = match found {
            Some(Ok((_, after))) => Some(after),
            _ => None,
        };
        found.map(|found| found.map(|(block, _)| block))
    })
}

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// The first block of a text, and the text after it.
fn next_block(text: &str) -> Result<Option<(Block<'_>, &str)>, Broken> {
    let mut rest = text;
    let label = loop {
        let Some(line) = take_line(&mut rest) else { return Ok(None) };
        if let Some(line) = line.strip_prefix(BEGIN) {
            break line
                .strip_suffix(DASHES)
                .filter(|label| !label.contains(DASHES))
                .ok_or(Broken::Unfinished)?;
        }
    };
    let inside = rest;
    loop {
        let before = rest.len();
        let line = take_line(&mut rest).ok_or(Broken::Unfinished)?;
        if line.starts_with(BEGIN) {
            return Err(Broken::Unfinished);
        }
        if let Some(line) = line.strip_prefix(END) {
            let behind = line.strip_prefix(label).and_then(|line| line.strip_prefix(DASHES));
            return match behind.ok_or(Broken::Unfinished)? {
                "" => Ok(Some((Block { label, body: &inside[..inside.len() - before] }, rest))),
                _ => Err(Broken::Trailing),
            };
        }
    }
}

/// Takes the next line and trims it. Byte order marks occur where files were concatenated.
fn take_line<'a>(rest: &mut &'a str) -> Option<&'a str> {
    if rest.is_empty() {
        return None;
    }
    let (line, after) = rest.split_at(rest.find(['\n', '\r']).unwrap_or(rest.len()));
    *rest =
        after.strip_prefix("\r\n").or_else(|| after.strip_prefix(['\n', '\r'])).unwrap_or(after);
    Some(line.trim_matches(|c: char| c == '\u{feff}' || c.is_ascii_whitespace()))
}

impl Block<'_> {
    /// The bytes in the block. `None` when it is not base64, or has headers (RFC 1421), which only
    /// encrypted keys have.
    #[must_use]
    pub fn bytes(&self) -> Option<Zeroizing<Vec<u8>>> {
        decode(self.body)
    }

    /// The same for a block that may have headers, which end with an empty line.
    #[must_use]
    pub fn bytes_after_headers(&self) -> Option<Zeroizing<Vec<u8>>> {
        let mut rest = self.body;
        if self.body.contains(':') {
            while !take_line(&mut rest)?.is_empty() {}
        }
        decode(rest)
    }
}

fn decode(body: &str) -> Option<Zeroizing<Vec<u8>>> {
    let digits: Zeroizing<String> = Zeroizing::new(body.split_ascii_whitespace().collect());
    STANDARD.decode(&*digits).ok().map(Zeroizing::new)
}

/// Reads a public key's `SubjectPublicKeyInfo` from the first block with the label `PUBLIC KEY`.
/// `None` when there is none.
#[must_use]
pub fn public_key(text: &str) -> Option<Vec<u8>> {
    let block = blocks(text).map_while(Result::ok).find(|block| block.label == "PUBLIC KEY")?;
    block.bytes().map(|der| der.to_vec())
}

/// Writes a PKCS #8 private key as PEM, with line feeds.
///
/// # Errors
/// [`Error::Unsupported`] when the bytes are not PKCS #8.
pub fn write_private_key(pkcs8: &[u8]) -> Result<Zeroizing<String>, Error> {
    let document = SecretDocument::try_from(pkcs8).map_err(unsupported)?;
    document.to_pem("PRIVATE KEY", LineEnding::LF).map_err(unsupported)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The blocks of a text: each label with the number of bytes, or `-` when they do not decode.
    fn summary(text: &str) -> String {
        let summary = blocks(text).map(|block| match block {
            Ok(block) => {
                format!(
                    "{} {}",
                    block.label,
                    block.bytes().map_or("-".into(), |it| it.len().to_string())
                )
            }
            Err(broken) => format!("{broken:?}"),
        });
        summary.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn blocks_are_found_among_other_text() {
        for (text, expected) in [
            ("", ""),
            ("text\n-----\n", ""),
            ("a -----BEGIN A-----\nAAAA\n-----END A-----\n", ""),
            ("-----BEGIN A-----\nAAAA\n-----END A-----", "A 3"),
            ("\u{feff}-----BEGIN A----- \r\n AA \r\nAA\t\r\n-----END A-----\r\n", "A 3"),
            ("x\n-----BEGIN A B-----\r-----END A B-----\ry", "A B 0"),
            (
                "-----BEGIN A-----\nAA==\n-----END A-----\n-----\n-----BEGIN B-----\nA\n-----END B-----",
                "A 1, B -",
            ),
            ("-----BEGIN A-----\nK: v\n\nAAAA\n-----END A-----", "A -"),
            ("-----BEGIN A-----\n\u{e9}\n-----END A-----", "A -"),
            ("-----BEGIN A-----", "Unfinished"),
            ("-----BEGIN A----- AAAA\n-----END A-----", "Unfinished"),
            ("-----BEGIN A-----\nAAAA\n-----END B-----", "Unfinished"),
            ("-----BEGIN A-----\nAAAA\n-----BEGIN A-----\n-----END A-----", "Unfinished"),
            ("-----BEGIN A-----\nAAAA\n-----END A-----x", "Trailing"),
            ("-----BEGIN A----------BEGIN B-----\n", "Unfinished"),
        ] {
            assert_eq!(summary(text), expected, "{text:?}");
        }
    }

    #[test]
    fn no_fragment_of_a_text_causes_a_panic() {
        let text = "\u{feff}Bag\r\n-----BEGIN A-----\r\nK: v\r\n\r\nAA==\r\n-----END A-----\n\u{e9}-----BEGIN B-----";
        for (from, _) in text.char_indices() {
            for to in text.char_indices().map(|(at, _)| at).filter(|to| *to >= from) {
                for block in blocks(&text[from..to]).flatten() {
                    assert_eq!(block.label, "A");
                    drop((block.bytes(), block.bytes_after_headers()));
                }
            }
        }
    }
}
