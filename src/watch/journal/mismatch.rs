//! Explains a wrong signature: the text that the server signs, and the nearest text that matches
//! the client's signature. Neither contains values that may be secret.

/// Why a signature is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// The texts that the two sides signed.
    Explained {
        /// What the server signed.
        server: String,
        /// What the client signed, if it could be found out.
        client: Option<Nearest>,
    },
    /// The request is too long to be explained. Each mistake that is tried costs as much as the
    /// check itself.
    TooLong,
}

/// A text that matches the client's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nearest {
    /// The text.
    pub text: String,
    /// The client's mistake.
    pub why: &'static str,
}

/// The longest text that is kept, in bytes.
const TEXT_LIMIT: usize = 16 * 1024;
/// The largest request that is explained: its signed bytes.
pub const EXPLAIN_LIMIT: usize = 16 * 1024;
/// The budget in signed bytes for trying the secrets of other access keys.
const TRIED_BYTES: usize = 4 * 1024 * 1024;

/// The first difference of two texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference<'a> {
    /// The offset of the first differing byte.
    pub at: usize,
    /// The server's text around it.
    pub server: &'a str,
    /// The client's text around it.
    pub client: &'a str,
}

impl Mismatch {
    /// An explanation from the two texts, if the client's could be found out. Long texts are
    /// truncated.
    #[must_use]
    pub fn new(server: String, client: Option<Nearest>) -> Self {
        let client = client.map(|Nearest { text, why }| Nearest { text: truncated(text), why });
        Self::Explained { server: truncated(server), client }
    }

    /// How many other access keys to try for a text of this length.
    #[must_use]
    pub fn key_budget(length: usize) -> usize {
        TRIED_BYTES / length.max(1024)
    }

    /// The first difference. `None` if the client's text is unknown or equal; then the secrets or
    /// the algorithms differ.
    #[must_use]
    pub fn difference(&self) -> Option<Difference<'_>> {
        let Self::Explained { server: ours, client: Some(Nearest { text: client, .. }) } = self
        else {
            return None;
        };
        let (server, ours, theirs) = (ours, ours.as_bytes(), client.as_bytes());
        let same = ours.iter().zip(theirs).take_while(|(a, b)| a == b).count();
        (same < ours.len().max(theirs.len())).then(|| Difference {
            at: same,
            server: around(server, same),
            client: around(client, same),
        })
    }

    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Explained { server, client } => {
                server.capacity() + client.as_ref().map_or(0, |client| client.text.capacity())
            }
            Self::TooLong => 0,
        }
    }
}

fn truncated(mut text: String) -> String {
    text.truncate(boundary(&text, TEXT_LIMIT));
    text.shrink_to_fit();
    text
}

/// The text around a byte offset.
fn around(text: &str, at: usize) -> &str {
    &text[boundary(text, at.saturating_sub(24))..boundary(text, at.saturating_add(24))]
}

/// The last character boundary at or before this byte.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_shown_with_its_surroundings() {
        let mismatch = |server: &str, client: &str| Mismatch::Explained {
            server: server.into(),
            client: Some(Nearest { text: client.into(), why: "" }),
        };
        let found = mismatch("GET&/&a=ü", "GET&/&a=ö");
        assert_eq!(
            found.difference(),
            Some(Difference { at: 9, server: "GET&/&a=ü", client: "GET&/&a=ö" })
        );
        assert_eq!(mismatch("same", "same").difference(), None);
        assert_eq!(mismatch("same", "same and more").difference().map(|it| it.at), Some(4));
    }
}
