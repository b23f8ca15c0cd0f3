//! PEM (RFC 7468), read as tools write it: text around the blocks, blanks at the ends of lines, any
//! line length, any line end, a byte order mark. What stands inside a block is read strictly.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pkcs8::{LineEnding, SecretDocument};
use zeroize::Zeroizing;

use super::CryptoError;

/// The labels of a certificate's block; the second is the one of older tools.
pub const CERTIFICATE_LABELS: [&str; 2] = ["CERTIFICATE", "X509 CERTIFICATE"];

/// One block: what stands between a line `-----BEGIN LABEL-----` and a line `-----END LABEL-----`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block<'a> {
    /// The label.
    pub label: &'a str,
    body: &'a str,
}

/// Why what begins as a block is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// Its first line goes on behind the mark, or its last line is missing or names another label.
    Unfinished,
    /// Its last line goes on behind the mark.
    Trailing,
}

/// The blocks of a text, in order. Text outside of blocks is not looked at. After something broken
/// nothing more is read.
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

/// The first block of a text, and what follows it.
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

/// Takes the next line, without the blanks at its ends. A byte order mark stands where files were
/// joined.
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
    /// The bytes that the block holds. `None` when it is not base64, or has headers (RFC 1421),
    /// which only an encrypted key needs.
    #[must_use]
    pub fn bytes(&self) -> Option<Zeroizing<Vec<u8>>> {
        decode(self.body)
    }

    /// The same of a block that may have headers, which an empty line ends.
    #[must_use]
    pub fn bytes_behind_headers(&self) -> Option<Zeroizing<Vec<u8>>> {
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

/// Reads a public key's `SubjectPublicKeyInfo`: the first block with the label `PUBLIC KEY`. `None`
/// when the text has none.
#[must_use]
pub fn public_key(text: &str) -> Option<Vec<u8>> {
    let block = blocks(text).map_while(Result::ok).find(|block| block.label == "PUBLIC KEY")?;
    block.bytes().map(|der| der.to_vec())
}

/// Writes a private key that is PKCS #8, in lines that end with a line feed.
///
/// # Errors
/// [`CryptoError::Unsupported`] when the bytes are not one.
pub fn write_private_key(pkcs8: &[u8]) -> Result<Zeroizing<String>, CryptoError> {
    let document = SecretDocument::try_from(pkcs8).map_err(|_| CryptoError::Unsupported)?;
    document.to_pem("PRIVATE KEY", LineEnding::LF).map_err(|_| CryptoError::Unsupported)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The blocks of a text, each as its label and how many bytes it holds, `-` for none.
    fn told(text: &str) -> String {
        let told = blocks(text).map(|block| match block {
            Ok(block) => {
                format!(
                    "{} {}",
                    block.label,
                    block.bytes().map_or("-".into(), |it| it.len().to_string())
                )
            }
            Err(broken) => format!("{broken:?}"),
        });
        told.collect::<Vec<_>>().join(", ")
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
            assert_eq!(told(text), expected, "{text:?}");
        }
    }

    #[test]
    fn every_piece_of_a_text_is_read_without_harm() {
        let text = "\u{feff}Bag\r\n-----BEGIN A-----\r\nK: v\r\n\r\nAA==\r\n-----END A-----\n\u{e9}-----BEGIN B-----";
        for (from, _) in text.char_indices() {
            for to in text.char_indices().map(|(at, _)| at).filter(|to| *to >= from) {
                for block in blocks(&text[from..to]).flatten() {
                    assert_eq!(block.label, "A");
                    drop((block.bytes(), block.bytes_behind_headers()));
                }
            }
        }
    }
}
