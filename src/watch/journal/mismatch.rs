//! A wrong signature, explained: the text that the server signs, and the nearest one that the client's signature is
//! right for. What may be a secret stands in neither.

/// The texts that two sides signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// What the server signed.
    pub server: String,
    /// What the client signed, where that could be found out.
    pub client: Option<Nearest>,
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
        Self { server: shortened(server), client }
    }

    /// Where the two texts part first. `None` where the client's is not known, or is the same: then the secrets
    /// differ, or the algorithms.
    #[must_use]
    pub fn difference(&self) -> Option<Difference<'_>> {
        let client = self.client.as_ref()?.text.as_str();
        let (ours, theirs) = (self.server.as_bytes(), client.as_bytes());
        let same = ours.iter().zip(theirs).take_while(|(a, b)| a == b).count();
        (same < ours.len().max(theirs.len())).then(|| Difference {
            at: same,
            server: around(&self.server, same),
            client: around(client, same),
        })
    }

    pub(super) fn weight(&self) -> usize {
        size_of::<Self>() + self.server.len() + self.client.as_ref().map_or(0, |client| client.text.len())
    }
}

fn shortened(mut text: String) -> String {
    text.truncate(border(&text, LONGEST));
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
        let mismatch = |server: &str, client: &str| Mismatch {
            server: server.into(),
            client: Some(Nearest { text: client.into(), why: "" }),
        };
        let found = mismatch("GET&/&a=ü", "GET&/&a=ö");
        assert_eq!(found.difference(), Some(Difference { at: 9, server: "GET&/&a=ü", client: "GET&/&a=ö" }));
        assert_eq!(mismatch("same", "same").difference(), None);
        assert_eq!(mismatch("same", "same and more").difference().map(|it| it.at), Some(4));
    }
}
