//! Patterns of policies: `*` stands for any run of characters, `?` for one character.

/// A pattern. Its longest legal length limits what a comparison costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern(Vec<char>);

impl Pattern {
    /// The longest pattern, in characters.
    pub(super) const MOST: usize = 1024;

    /// Reads a pattern. `None` if it is too long.
    pub(super) fn read(text: &str) -> Option<Self> {
        let characters: Vec<char> = text.chars().take(Self::MOST + 1).collect();
        (characters.len() <= Self::MOST).then_some(Self(characters))
    }

    /// A pattern that is compared without regard to case. The texts must be in lower case.
    pub(super) fn in_lower_case(text: &str) -> Option<Self> {
        Self::read(&text.to_ascii_lowercase())
    }

    /// Whether the whole text matches.
    ///
    /// After a mismatch, only the last `*` takes one more character. So each character of the text
    /// is compared with the part behind one `*` at most once.
    pub(super) fn matches(&self, text: &str) -> bool {
        let pattern = &self.0[..];
        let (mut at, mut rest) = (0, text.chars());
        // The place behind the last `*`, and the text that it has not taken.
        let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            let mut next = rest.clone();
            match (pattern.get(at), next.next()) {
                (Some('*'), _) => {
                    at += 1;
                    retry = Some((at, rest.clone()));
                    continue;
                }
                (Some('?'), Some(_)) => {}
                (Some(wanted), Some(given)) if *wanted == given => {}
                (None, None) => return true,
                _ => {
                    let Some((behind, left)) = &mut retry else { return false };
                    if left.next().is_none() {
                        return false;
                    }
                    (at, rest) = (*behind, left.clone());
                    continue;
                }
            }
            (at, rest) = (at + 1, next);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text, is) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "anything", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("?", "\u{fc}", true),
            ("kms:List*", "kms:ListKeys", true),
            ("kms:List*", "kms:DescribeKey", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("a*a", "a", false),
            ("*ab", "aab", true),
            ("*a?b", "aaxb", true),
            ("acs:kms:*:*:key/*", "acs:kms:cn-hangzhou:1:key/k", true),
            ("acs:kms:*:*:key/*", "acs:kms:cn-hangzhou:1:key", false),
        ] {
            assert_eq!(Pattern::read(pattern).unwrap().matches(text), is, "{pattern} {text}");
        }
        assert!(Pattern::read(&"a".repeat(1024)).is_some());
        assert!(Pattern::read(&"a".repeat(1025)).is_none());
    }

    #[test]
    fn many_wildcards_cost_little() {
        let pattern = Pattern::read(&"*a".repeat(512)).unwrap();
        assert!(!pattern.matches(&("a".repeat(100_000) + "b")));
        let pattern = Pattern::read(&("*".to_owned() + &"?".repeat(500) + "b")).unwrap();
        assert!(!pattern.matches(&"a".repeat(30_000)));
    }
}
