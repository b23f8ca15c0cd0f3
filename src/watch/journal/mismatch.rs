//! A wrong signature, explained: the text that the server signs, and the nearest one that the client's signature is
//! right for. What may be a secret stands in neither.

/// Why a signature is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// The texts that two sides signed.
    Explained {
        /// What the server signed.
        server: String,
        /// What the client signed, where that could be found out.
        client: Option<Nearest>,
    },
    /// The request is too long to be explained: each mistake that is tried costs as much as the check itself.
    TooLong,
}

/// A text for which the client's signature is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nearest {
    /// The text.
    pub text: String,
    /// How the client came to it.
    pub why: &'static str,
}

/// The longest text that is kept, in bytes.
const LONGEST: usize = 16 * 1024;
/// The largest request that is explained: what is signed of it, in bytes.
pub const EXPLAIN_LIMIT: usize = 16 * 1024;
/// How many bytes are signed at the most to find out whether the secret is that of another access key.
const TRIED: usize = 4 * 1024 * 1024;

/// Where two texts part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference<'a> {
    /// The first byte in which they differ.
    pub at: usize,
    /// What the server has around there.
    pub server: &'a str,
    /// What the client has.
    pub client: &'a str,
}

impl Mismatch {
    /// Of what the server signed, and the client, where that could be found out. What is very long is cut short.
    #[must_use]
    pub fn new(server: String, client: Option<Nearest>) -> Self {
        let client = client.map(|Nearest { text, why }| Nearest { text: shortened(text), why });
        Self::Explained { server: shortened(server), client }
    }

    /// With how many other access keys a text of so many bytes is tried.
    #[must_use]
    pub fn key_budget(length: usize) -> usize {
        TRIED / length.max(1024)
    }

    /// Where the two texts part first. `None` where the client's is not known, or is the same: then the secrets
    /// differ, or the algorithms.
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

fn shortened(mut text: String) -> String {
    text.truncate(border(&text, LONGEST));
    text.shrink_to_fit();
    text
}

/// Some characters before and after a byte.
fn around(text: &str, at: usize) -> &str {
    &text[border(text, at.saturating_sub(24))..border(text, at.saturating_add(24))]
}

/// The border between two characters at this byte, or the last one before it.
fn border(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_shown_with_what_is_around() {
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
